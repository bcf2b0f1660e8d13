#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --suspend --expect-badness Call.Trace
#
# Suspend and hibernation, with a helper running that does not want to end. Each
# transition that this machine has, with each kind of helper, is a line of the
# table: how long the machine waited for kevnotify, what became of the run, what
# arrived afterwards. Needs vm/run --suspend.
. ./lib.sh

POWER=/sys/power
KEYBOARD=/sys/bus/serio/devices/serio0/power/wakeup

begin
# Ends by the first TERM
program hang <<'END'
#!/bin/sh
exec sleep 1000
END
# By KILL alone
program deaf <<'END'
#!/bin/sh
trap '' TERM
while :; do sleep 1; done
END
# In pipe mode, by end of file; when a record says so, by KILL alone
cp reader "$WORK/no-term"
# Not at all, while the file system is frozen
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

# forgotten: no run is stuck, once kevnotifyd has looked
forgotten() {
	resume
	! grep "^run stuck " "$DBG/refs"
}

# What a kind of helper leads to: outcome, least and most ms, 0 if the machine sleeps
expected() {
	case $1 in
	hang) echo "timedout 0 990 0" ;;
	deaf) echo "timedout 900 1950 0" ;;
	stuck) echo "stuck 1900 2950 1" ;;
	pipe) echo "exited 0 900 0" ;;
	pipe-deaf) echo "timedout 900 1950 0" ;;
	esac
}

# helps KIND: the helper has come to where it stays; who reads has given a receipt
helps() {
	case $1 in
	hang) prints 1 processes "sleep 1000" ;;
	deaf) prints 1 processes "sleep 1" ;;
	stuck) grep -q ' (touch) D ' /proc/[0-9]*/stat ;;
	esac 2>/dev/null
}

# start KIND: a run is under way
start() {
	[ "$1" != stuck ] || freeze || return 1
	before=$(receipts)
	case $1 in
	pipe) set_pipe no-term && raise go ;;
	pipe-deaf) set_pipe no-term && raise stay ;;
	*) raise "exec $1" ;;
	esac
	await 60 received $((before + 1)) && await 60 helps "$1" && state_is running
}

# later: the messages of what arrived after the run
later() {
	tail -n +$((before + 2)) "$RECEIPTS" | sed 's/\([^ ]* \)\{5\}//' | tr '\n' ' '
}

# A run is under way, one event waits behind it (in pipe mode it may be read) and one comes after the
# transition: all of them are accounted for.
cell() {
	kind=$1
	shift
	read -r as min max slept <<-END
		$(expected "$kind")
	END
	start "$kind" || return 1
	seq=$(sed -n '$s/ .*//p' "$RECEIPTS")
	raise before
	go "$@"
	raise after
	await 60 prints "before after " later || return 1
	outcome=$(run_trace "$seq" outcome)
	case $kind in
	stuck) thaw || return 1 ;;
	# Ends the run that waits for more
	pipe*) set_helper helper ;;
	esac
	settle && await 60 forgotten && conserved || return 1
	read -r told ms <<-END
		$(waited)
	END
	echo "# table: $1 | $2 | $kind | $ms | $outcome | $went | $(later)"
	is "$as" "$outcome" && between "$told" "$min" "$max" && between "$ms" "$min" "$max" &&
		is "$slept" "$went"
}

# Runs wait for grace anew; grace counts from the resume
grace() {
	reload burst=0 helper="$HELPER" grace=1500 && settle && await 60 state_is idle &&
		holds "$SYS/control/end_grace" 1 && go "$@" && is 0 "$went" || return 1
	now
	resumed=$now
	state_is paused && holds "$SYS/control/end_grace" 0 && raise later && received 0 &&
		await 60 received 1 || return 1
	now
	between $((now - resumed)) 1300 8000 &&
		atleast 1000 "$(value 1 KEVNOTIFY_DELAYED_MS)" && conserved
}

# What the user paused stays so, and what the machine paused does not
paused() {
	reload burst=0 helper="$HELPER" && pause && go "$@" && state_is paused && raise later &&
		received 0 && resume && settle && received 1 && conserved
}

# A writer that waits for a run is not what keeps the machine awake
waits() {
	reload burst=0 helper="$HELPER" && raise "exec deaf" && await 60 received 1 && await 60 helps deaf || return 1
	./write-errno "$SYS/control/paused" 1 >"$WORK/writer" &
	await 60 holds "$SYS/control/paused" 1 && go "$@" && is 0 "$went" && wait "$!" &&
		holds "$WORK/writer" OK && resume && settle && conserved
}

kinds="hang deaf stuck pipe pipe-deaf"
disk
# A reboot ends the guest: selftests/power/run looks on from outside.
if [ "$1" = reboot ]; then
	reload burst=0 helper="$HELPER" timeout=0 linger=86400000 && start "$2"
	exit
fi
transitions >"$WORK/transitions"
read -r first <"$WORK/transitions"
# shellcheck disable=SC2046,SC2086 # lists of words
set -- $kinds
plan $(($(wc -l <"$WORK/transitions") * $# + 4))
# Freezing fails when a helper cannot be frozen: that need not take 20 s each time
echo 1000 >"$POWER/pm_freeze_timeout"
[ ! -e $KEYBOARD ] || echo enabled >$KEYBOARD
[ ! -e /sys/module/suspend/parameters/pm_test_delay ] ||
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
reload burst=0 helper="$HELPER" timeout=0 linger=86400000 && trace_on
echo 1 >"$TRACE/events/power/suspend_resume/enable"
while read -r transition level; do
	for kind in $kinds; do
		check "$transition $level, helper $kind" cell "$kind" "$transition" "$level" <&-
	done
done <"$WORK/transitions"
echo 0 >"$TRACE/events/power/suspend_resume/enable"
trace_off
# shellcheck disable=SC2086 # two words
set -- $first
check "grace counts anew from the resume" grace "$@"
check "a pause outlasts a suspend" paused "$@"
check "a pause that waits for the run ends with it" waits "$@"
umount "$WORK/mnt"
restore
check "nothing is left running" prints 0 processes "$WORK"
finish
