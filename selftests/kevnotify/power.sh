#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --suspend --expect-badness Call.Trace|WARNING:.fs/super.c
#
# Suspend and hibernation, with a helper running that does not want to end. Each
# transition that this machine has, with each kind of helper, is a line of the
# table: how long the machine waited for kevnotify, and what arrived afterwards.
# Needs vm/run --suspend.
. ./lib.sh

POWER=/sys/power
KEYBOARD=/sys/bus/serio/devices/serio0/power/wakeup

EXEC=/sys/module/kevnotify_test_exec/parameters
DELAY=/sys/module/suspend/parameters/pm_test_delay
DEAD=$WORK/dead

begin
# Programs that run are left alone, whatever they do with signals
program hang <<'END'
#!/bin/sh
exec sleep 1000
END
program deaf <<'END'
#!/bin/sh
trap '' TERM
exec sleep 999
END
program stopped <<'END'
#!/bin/sh
kill -STOP $$
END
# In pipe mode, and so is the reader that waits for more
cp reader "$WORK/bytes-100"
# Its exec hangs: this alone is what the kernel would wait for
receiver late
# Not frozen, as it sleeps in a frozen file system
program stuck <<END
#!/bin/sh
exec touch $WORK/mnt/file
END

# transitions: KIND, and the test level for those that stop half way
transitions() {
	if [ -e $POWER/pm_test ]; then
		for level in freezer devices platform processors core; do
			echo "mem $level"
		done
		! grep -q disk $POWER/state || echo "disk freezer"
	fi
	! grep -q deep $POWER/mem_sleep || echo "deep none"
	# What wakes it is a key
	[ ! -e $KEYBOARD ] || [ "$KEVNOTIFY_TIER" = check ] || echo "s2idle none"
}

# go KIND LEVEL: into the transition and out of it; how that went is $went
go() {
	state=mem
	[ ! -e "$POWER/pm_test" ] || echo "$2" >"$POWER/pm_test"
	case $1 in
	disk) state=disk ;;
	deep | s2idle) echo "$1" >"$POWER/mem_sleep" ;;
	*) echo deep >"$POWER/mem_sleep" ;;
	esac
	echo "$state" >"$POWER/state" && went=0 || went=1
	[ ! -e "$POWER/pm_test" ] || echo none >"$POWER/pm_test"
} 2>/dev/null

# waited: ms of the last transition before all who want to know had been told of it,
# and before it began to freeze tasks. Between the two the kernel waits for the
# programs that it started. The first is in the trace alone, and not for a disk.
waited() {
	{ dmesg | tr -d '[]'; cat "$TRACE/trace"; } | awk '
		/ PM: (suspend|hibernation: hibernation) entry/ { entry = $1; told = freeze = 0 }
		/ Freezing user space/ && !freeze { told = freeze = $1 }
		/ suspend_resume: freeze_processes.* begin/ {
			for (i = 1; $(i + 1) != "suspend_resume:"; i++) ;
			if (+$i >= entry)
				told = +$i
		}
		END { printf "%d %d\n", (told - entry) * 1000, (freeze - entry) * 1000 }'
}

disk() {
	modprobe -q loop
	mkdir -p "$WORK/mnt" && dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null &&
		mke2fs -F "$WORK/disk" >/dev/null 2>&1 && mount -t ext4 -o loop "$WORK/disk" "$WORK/mnt"
}

freeze() { fsfreeze --freeze "$WORK/mnt"; }
thaw() { fsfreeze --unfreeze "$WORK/mnt"; }

# helps KIND: the helper has come to where it stays
helps() {
	case $1 in
	hang) prints 1 processes "sleep 1000" ;;
	deaf) prints 1 processes "sleep 999" ;;
	stopped) task_is T "$(active_pid)" ;;
	exec) holds "$EXEC/hanging" 1 ;;
	stuck) grep -q ' (touch) D ' /proc/[0-9]*/stat ;;
	esac 2>/dev/null
}

# start KIND: a run is under way
start() {
	before=$(receipts)
	case $1 in
	pipe) set_pipe bytes-100 && raise first && await 60 received $((before + 1)) && state_is running ;;
	exec) echo 1 >"$EXEC/hang" && set_helper late && raise first && await 60 helps exec ;;
	stuck) freeze && raise "exec stuck" && await 60 helps stuck ;;
	*) raise "exec $1" && await 60 received $((before + 1)) && await 60 helps "$1" && state_is running ;;
	esac
}

# still KIND: the run is the same as before; the one that was on its way comes again
still() {
	case $1 in
	exec) await 60 counter_is noexec $((noexec + 1)) && [ "$(receipts)" -ge "$before" ] ;;
	stuck) : ;;
	*) state_is running && counter_is runs "$runs" && helps "$1" ;;
	esac
}

# over KIND: it ends
over() {
	case $1 in
	exec) echo 0 >"$EXEC/hang"; set_helper helper ;;
	pipe) set_helper helper ;;
	stuck) thaw ;;
	*) kill -9 "$(active_pid)" ;;
	esac
}

# later: the messages of what arrived in the end, but for what made the run
later() {
	tail -n +$((before + 1)) "$RECEIPTS" | sed 's/\([^ ]* \)\{5\}//' | grep -v "^exec " | tr '\n' ' '
}

# A run is under way, one event waits behind it and one comes after the transition:
# the machine waits for none of them, and all are accounted for.
cell() {
	kind=$1
	shift
	start "$kind" || { over "$kind"; return 1; }
	runs=$(counter runs) noexec=$(counter noexec)
	raise before
	go "$@"
	raise after
	still "$kind"
	stays=$?
	over "$kind"
	settle && conserved && [ "$stays" = 0 ] || return 1
	read -r told ms <<-END
		$(waited)
	END
	echo "# table: $1 | $2 | $kind | $ms | $went | $(later)"
	case $kind in
	pipe | exec) is "first before after " "$(later)" ;;
	*) is "before after " "$(later)" ;;
	esac && between "$told" 0 4500 && between "$ms" 0 4500 || return 1
	# Before 6.16 no kernel can freeze what waits for a frozen file system
	[ "$kind" = stuck ] || is 0 "$went"
}

# Without a worker the machine cannot suspend. The start that had no process by then has
# one later, which does not come to exec: its event is given once.
unborn() {
	reload burst=0 helper="$HELPER" && echo 1 >"$HANG/full" || return 1
	raise before && await 60 start_waits && go "$@" && is 1 "$went" && raise after && received 0
	result=$?
	echo 0 >"$HANG/full"
	settle && prints "before;after;" messages && counter_is noexec 1 && helper_is ok 0 &&
		conserved && [ "$result" = 0 ]
}

# On its way to a program that cannot be reached
unreached() {
	reload burst=0 timeout=0 helper="$DEAD/helper" || return 1
	hang 1 1
	raise before && await 60 hanging 1 && go "$@" && is 0 "$went" && await 60 counter_is noexec 1 &&
		counter_is delivered 0 && raise after
	result=$?
	hang 0
	set_helper helper && settle && prints "before;after;" messages && helper_is ok 0 && conserved &&
		[ "$result" = 0 ]
}

# check_hangs 0|1 [MS]: that of a value that is written; SIGKILL ends it
check_hangs() {
	reload burst=0 timeout="${2:-0}" helper="$HELPER" || return 1
	hang 1 "$1"
	./write-errno "$PARAMS/helper" "$DEAD/another" >"$WORK/writer" &
	writer=$!
	await 60 hanging 1
}

# check_over: its writer was told, and nothing has changed
check_over() {
	result=$?
	hang 0
	wait "$writer" && holds "$WORK/writer" EAGAIN && holds "$PARAMS/helper" "$HELPER" && raise after &&
		settle && prints "before;after;" messages && await 60 free &&
		conserved && [ "$result" = 0 ]
}

checked() {
	check_hangs 1 && raise before && go "$@" && is 0 "$went" && hanging 0
	check_over
}

# The machine cannot suspend then, and is told why
checked_deaf() {
	klog_mark
	check_hangs 0 && raise before && go "$@" && is 1 "$went" && hanging 1 &&
		logged 1 "the start of a helper was not cancelled in time"
	check_over
}

# spent: ms from the first record to the end of its run, and those of freezing meanwhile
spent() {
	awk '
		{ for (i = 1; i <= NF && $i !~ /^(kevnotify_record|kevnotify_run|suspend_resume):$/; i++) ; }
		i > NF { next }
		{ at = $(i - 1) * 1000 }
		/kevnotify_record: seq=1 / { record = at }
		/suspend_resume: freeze_processes.* begin/ { freeze = at }
		/suspend_resume: freeze_processes.* end/ { frozen = at - freeze }
		/kevnotify_run: seq=1 / { run = at }
		END { printf "%d %d\n", run - record, frozen }' "$TRACE/trace"
}

# The time limit stands still meanwhile: for seven seconds, as long as the machine waits for
# a check. SIGTERM, which the run ignores, comes later by that, and SIGKILL in two seconds.
limit() {
	ms=$((unit * 2 + 8000))
	check_hangs 0 "$ms" || { hang 0; return 1; }
	echo mono >"$TRACE/trace_clock"
	trace_on
	echo 1 >"$TRACE/events/power/suspend_resume/enable"
	raise "exec deaf" && await 60 helps deaf && go "$@" && is 1 "$went"
	result=$?
	hang 0
	wait "$writer"
	await 120 counter_is timedout 1 && settle && conserved || result=1
	read -r all freezing <<-END
		$(spent)
	END
	trace_off
	echo 0 >"$TRACE/events/power/suspend_resume/enable"
	echo local >"$TRACE/trace_clock"
	[ "$result" = 0 ] && atleast 4900 "$freezing" "ms of freezing" &&
		atleast $((ms + freezing + 1900)) "$all" "ms until the end"
}

# Runs wait for grace anew; grace counts from the resume
grace() {
	reload burst=0 helper="$HELPER" grace=6000 && settle && await 60 state_is idle &&
		holds "$SYS/control/end_grace" 1 && go "$@" && is 0 "$went" || return 1
	now
	resumed=$now
	state_is paused && holds "$SYS/control/end_grace" 0 && raise later && received 0 &&
		await 60 received 1 || return 1
	now
	atleast 3000 $((now - resumed)) "ms from the resume" &&
		atleast 1000 "$(value 1 KEVNOTIFY_DELAYED_MS)" && conserved
}

# What the user paused stays so, and what the machine paused does not
paused() {
	reload burst=0 helper="$HELPER" && pause && go "$@" && state_is paused && raise later &&
		received 0 && resume && settle && received 1 && conserved
}

# A writer that waits for a run is not what keeps the machine awake
waits() {
	reload burst=0 helper="$HELPER" timeout=0 && raise "exec deaf" && await 60 received 1 && await 60 helps deaf || return 1
	./write-errno "$SYS/control/paused" 1 >"$WORK/writer" &
	await 60 holds "$SYS/control/paused" 1 && go "$@" && is 0 "$went" && over deaf && wait "$!" &&
		holds "$WORK/writer" OK && resume && settle && conserved
}

# The source power tells of both ends; that CPUs go and come meanwhile is not their trouble
told() {
	reload burst=0 helper="$HELPER" sources=power,cpu && go "$@" && is 0 "$went" && settle &&
		received 2 && received 2 power && gave 1 KEVNOTIFY_ID=1 PRIORITY=6 KEVNOTIFY_STATE=suspend &&
		gave 2 KEVNOTIFY_ID=2 PRIORITY=6 "KEVNOTIFY_STATE=after suspend"
}

# farthest: the transition that goes farthest, of those that need no key
farthest() {
	for farthest in deep core freezer; do
		grep -w -m 1 "$farthest" "$WORK/transitions" && return
	done
}

kinds=${KEVNOTIFY_KINDS:-hang deaf stopped exec stuck pipe}
disk
case $kinds in *exec*) modprobe kevnotify-test-exec killable=1 path="$WORK/late" ;; esac
# A reboot ends the guest: selftests/power/run looks on from outside.
if [ "$1" = reboot ]; then
	reload burst=0 helper="$HELPER" timeout=0 linger=86400000 && start "$2"
	exit
fi
transitions >"$WORK/transitions"
read -r first <"$WORK/transitions"
# shellcheck disable=SC2046,SC2086 # lists of words
set -- $kinds
plan $(($(wc -l <"$WORK/transitions") * $# + 10))
# Freezing fails when a helper cannot be frozen: that need not take 20 s each time. For
# a program that it starts the kernel would wait as long.
echo 5000 >"$POWER/pm_freeze_timeout"
[ ! -e $KEYBOARD ] || echo enabled >$KEYBOARD
[ ! -e "$DELAY" ] || echo 1 >"$DELAY"
calibrate
reload burst=0 helper="$HELPER" timeout=0 linger=86400000
# Newer kernels warn at the resume of a file system that a user has frozen
for source in warn taint; do echo 0 >"$SYS/sources/$source/enabled"; done
echo 0 >"$TRACE/options/record-cmd"
echo 1 >"$TRACE/events/power/suspend_resume/enable"
while read -r transition level; do
	for kind in $kinds; do
		check "$transition $level, helper $kind" cell "$kind" "$transition" "$level" <&-
	done
done <"$WORK/transitions"
echo 0 >"$TRACE/events/power/suspend_resume/enable"
# shellcheck disable=SC2086 # two words
set -- $first
check "grace counts anew from the resume" grace "$@"
check "a pause outlasts a suspend" paused "$@"
check "a pause that waits for the run ends with it" waits "$@"
hang_mount "$DEAD"
check "a start without a process: its event comes once" unborn "$@"
check "a start whose path hangs is cancelled" unreached "$@"
check "and so is a check that hangs" checked "$@"
check "one that is deaf to SIGKILL is told of" checked_deaf "$@"
check "no time limit counts meanwhile" limit "$@"
umount "$DEAD"
# shellcheck disable=SC2046 # two words
check "the source power tells of it" told $(farthest)
umount "$WORK/mnt"
restore
case $kinds in *exec*) rmmod kevnotify-test-exec ;; esac
rmmod kevnotify-test-hang
check "nothing is left running" prints 0 processes "$WORK"
finish
