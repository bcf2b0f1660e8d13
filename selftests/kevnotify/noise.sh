#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What happens to the helper's own processes does not start the helper again. What it
# may have caused, or left behind, does so ten times in ten minutes: no loop is
# without end, and nobody else's trouble is hidden.
. ./lib.sh

begin

CGROUP=/sys/fs/cgroup/kevnotify-noise
PROBE=/sys/module/kevnotify_test_probe/parameters

# noisy NAME <TEXT: a helper that gives a receipt and then does that
noisy() {
	{
		printf '#!/bin/sh\necho "$2 $1 - - - $MESSAGE" >>%s\nWORK=%s SYS=%s CGROUP=%s\n' \
			"$RECEIPTS" "$WORK" "$SYS" "$CGROUP"
		cat
	} | program "$1"
}

noisy raises <<'END'
echo "by the helper" >$SYS/control/raise
END
noisy leaves <<'END'
(
	exec >&- 2>&-
	while [ ! -e $WORK/go ]; do usleep 20000; done
	echo "by its child" >$SYS/control/raise
) &
END
noisy storms <<'END'
echo "${KEVNOTIFY_SUPPRESSED:-0}" >>$WORK/told
i=0
while [ $i -lt 50 ]; do
	echo "storm $i" >$SYS/control/raise
	i=$((i + 1))
	# What is suppressed before the last one is in the log is told with that
	[ $i != 5 ] || usleep 300000
done
END
noisy eats <<'END'
case $KEVNOTIFY_SOURCE in manual) ;; *) exit ;; esac
echo $$ >$CGROUP/cgroup.procs
tail /dev/zero
END
# Its own group's page is the one too many, and another process is the bigger one
noisy pushes <<'END'
case $KEVNOTIFY_SOURCE in manual) ;; *) exit ;; esac
echo $$ >$CGROUP/cgroup.procs
head -c 12000000 /dev/zero | tail -c 12000000 >/dev/null
exit 0
END
# A daemon that needs more than its group has, each time
noisy restarts <<'END'
(
	exec <&- >&- 2>&-
	echo 0 >/proc/self/oom_score_adj
	until [ -e $WORK/go ] && read -r state <$SYS/state && [ $state != running ]; do usleep 20000; done
	echo 0 >$CGROUP/cgroup.procs
	exec setsid tail /dev/zero
) &
END
noisy signals <<'END'
trap '' USR1
kill -USR1 0
END
# The same by a child, when the run is over and kevnotifyd, of that pid, sleeps: it takes
# what comes before as the run's own
noisy nags <<'END'
(
	exec <&- >&- 2>&-
	trap '' USR1
	until read -r pid <$WORK/go && read -r state <$SYS/state && [ $state != running ] &&
		read -r _ _ how _ </proc/$pid/stat && [ $how = S ]; do usleep 20000; done
	kill -USR1 0
) &
END
# Three programs, the helper with them, and in the first run one more that comes later
noisy execs <<'END'
$WORK/tool
($WORK/tool; exit)
[ ! -e $WORK/left ] || exit 0
: >$WORK/left
(
	exec >&- 2>&-
	until [ -e $WORK/go ]; do read -rt 1 _ <>$WORK/fifo; done
	exec $WORK/tool
) &
END
noisy stays <<'END'
while IFS= read -r line; do
	case $line in
	KEVNOTIFY_SEQ=*) seq=${line#*=} ;;
	KEVNOTIFY_SOURCE=*) source=${line#*=} ;;
	MESSAGE=*) message=${line#*=} ;;
	'') echo "$seq $source - - - $message" >>$WORK/receipts ;;
	esac
	[ "$line$message" != daemon ] || (
		exec <&- >&- 2>&-
		echo 0 >/proc/self/oom_score_adj
		echo 0 >$CGROUP/cgroup.procs
		until [ -e $WORK/go ]; do usleep 20000; done
		echo "by the daemon" >$SYS/control/raise
		exec tail /dev/zero
	) &
done
END
noisy plain </dev/null
for name in tool other; do
	printf '#!/bin/sh\necho "$0" >>%s\n' "$WORK/$name.times" | program "$name"
done
mkfifo "$WORK/fifo"

# seen WORD: records with it in the message, by the trace
seen() {
	grep -c "kevnotify_record: .*message=$1" "$TRACE/trace"
}

quiet_for() {
	sleep "$1"
	settle
}

# One by somebody and ten by the helper; the eleventh of those ends it
raises() {
	reload burst=0 helper="$WORK/raises" && klog_mark && trace_on && raise "by somebody" &&
		await 60 prints 11 seen "by the helper" && await 60 counter_is filtered 1 && settle &&
		counter_is runs 11 && received 11 && logged 1 "source manual: the helper may have caused"
}

others() {
	raise "by somebody" && await 60 counter_is filtered 2 && settle && counter_is delivered 12 &&
		prints 2 grep -c " by somebody" "$RECEIPTS" && prints 12 seen "by the helper"
}

# Each run leaves a child, which raises when the run is over
leaves() {
	rm -f "$WORK/go"
	reload burst=0 helper="$WORK/leaves" && trace_on && raise "by somebody" && settle &&
		touch "$WORK/go" && await 60 prints 11 seen "by its child" &&
		await 60 counter_is filtered 1 && settle && counter_is runs 11
}

# Fifty in each run, and they come to an end
storms() {
	reload helper="$WORK/storms" burst=5 window=2000 && trace_on && raise "by somebody" &&
		await 120 counter_reaches runs 11 && settle && quiet_for 3 && between "$(counter runs)" 11 14 &&
		atleast 1 "$(seen "[0-9]* more events were suppressed")" &&
		prints "$(counter recorded)" echo $(($(counter filtered) + $(counter delivered)))
}

# How many of the helper's own were suppressed it learns with the next record that it gets
storms_told() {
	: >"$WORK/told"
	storms || return 1
	suppressed=$(counter suppressed)
	set_helper helper && raise "by somebody" && seq=$(newest manual) && atleast 1 "$suppressed" &&
		value "$seq" KEVNOTIFY_SUPPRESSED >>"$WORK/told" &&
		prints "$suppressed" awk '{ n += $1 } END { print n }' "$WORK/told"
}

# Of a burst that others raise the end is told, and that goes to the helper
bursts() {
	reload helper="$HELPER" burst=5 window=2000 && many 5 && await 60 counter_is staged 0 &&
		many 15 && await 60 received 6 || return 1
	# The end itself is an event of the source
	raised=$((raised + 1))
	conserved
}

signals() {
	reload burst=0 helper="$HELPER" && kill -USR1 "$(kevnotifyd)" &&
		await 60 received 1 && counter_is delivered 1
}

# To its group, in which the kernel's threads are too
signals_all() {
	reload burst=0 helper="$WORK/signals" && trace_on && raise "by somebody" &&
		await 60 prints 1 seen "SIGUSR1 to kevnotifyd" && settle && quiet_for 1 &&
		counter_is runs 1 && counter_is filtered 1 && received 1
}

nags() {
	rm -f "$WORK/go"
	reload burst=0 helper="$WORK/nags" && raise "by somebody" && settle && kevnotifyd >"$WORK/go" &&
		await 120 counter_is filtered 1 && settle && quiet_for 1 &&
		received 10 signal && counter_is runs 11 && counter_is filtered 1
}

# The runs were those of the module that was here before
outlasts() {
	rm -f "$WORK/go"
	reload burst=0 helper="$WORK/nags" && raise "by somebody" && settle &&
		reload burst=0 helper="$WORK/nags" && kevnotifyd >"$WORK/go" &&
		await 120 counter_is filtered 1 && settle && quiet_for 1 &&
		received 10 signal && counter_is runs 10
}

signalled() {
	read -r seen <"$SYS/sources/signal/raised" && kill -USR1 "$(kevnotifyd)" &&
		await 60 source_is signal raised $((seen + 1)) && settle
}

# What the runs have left has gone, which is seen at the first signal
nobody_left() {
	set_helper helper && await 60 prints 0 processes nags && signalled &&
		runs=$(counter runs) filtered=$(counter filtered) && signalled &&
		counter_is runs $((runs + 1)) && counter_is filtered "$filtered"
}

oom_raised() {
	read -r ooms <"$SYS/sources/oom/raised" && atleast 1 "$ooms"
}

eats() {
	reload burst=0 helper="$WORK/eats" && trace_on && raise "by somebody" &&
		await 300 oom_raised && settle && quiet_for 1 &&
		received 1 && counter_is runs 1 && prints "$(cat "$SYS/sources/oom/raised")" \
			grep -c "source=oom" "$TRACE/trace"
}

grown() {
	read -r bytes <"$CGROUP/memory.current" && atleast 14000000 "$bytes"
}

# The helper allocates, and somebody else is killed for it. The kernel may look for
# the next victim before it has freed the memory of that one: then it takes the helper's.
pushes() {
	reload burst=0 helper="$WORK/pushes" && before=$(killed) || return 1
	sh -c "echo \$\$ >$CGROUP/cgroup.procs; exec ./hog 14" 2>/dev/null &
	hog=$!
	await 60 grown && raise "by somebody" && await 300 received 1 oom && ! wait "$hog" &&
		grep -q " oom .*killed process $hog " "$RECEIPTS" && settle &&
		counter_is filtered $(($(killed) - before - 1))
}

# What the helper restarts is told of like any other, though it bears a mark
restarts() {
	rm -f "$WORK/go"
	reload burst=0 helper="$WORK/restarts" && raise "by somebody" && settle && touch "$WORK/go" &&
		await 300 counter_is filtered 1 && settle && received 10 oom && counter_is runs 11
}

# victim: the daemon runs, and is the only one in the group
victim() {
	read -r daemon <"$CGROUP/cgroup.procs"
}

# old MS: the daemon has run for longer
old() {
	ticks=$(sed 's/.*) //' "/proc/$daemon/stat" | cut -d ' ' -f 20)
	now
	[ $((now - ticks * 10)) -gt "$1" ]
}

# A reader that stays restarts a daemon: that is the run's as long as it is young. Its
# start gives a receipt as well.
resident_young() {
	rm -f "$WORK/go"
	reload burst=0 linger=0 timeout=3600000 helper="|$WORK/stays" && raise daemon &&
		await 60 victim && touch "$WORK/go" && await 300 counter_is filtered 1 &&
		await 60 counter_is pending 0 && prints ";daemon;by the daemon;" messages
}

resident_old() {
	rm -f "$WORK/go"
	echo "$unit" >"$PARAMS/timeout"
	raise daemon && await 60 victim && await 120 old $((unit + 100)) && raise another &&
		await 60 received 5 && touch "$WORK/go" && await 300 received 1 oom && await 60 received 7 &&
		grep -q " oom .*killed process $daemon " "$RECEIPTS" && counter_is filtered 1 &&
		prints 2 grep -c "by the daemon" "$RECEIPTS"
	result=$?
	echo >"$PARAMS/helper"
	settle && [ "$result" = 0 ]
}

# An OOM kill by somebody else is for the helper
eats_outside() {
	reload burst=0 helper="$HELPER"
	sh -c "echo \$\$ >$CGROUP/cgroup.procs; exec tail /dev/zero" 2>/dev/null
	await 60 received 1 oom
}

# execless COMMAND…: that waits without a program
execless() {
	(
		sleep() { nap "$1"; }
		"$@"
	)
}

# each_exec 0|1: raise an event for each program that is started
each_exec() {
	echo "$1" >"$SYS/sources/exec/enabled"
}

# probed HELPER NAME=VALUE [PARAMETER…]: with that parameter of the test module
probed() {
	rm -f "$WORK"/*.times "$WORK/left" "$WORK/go"
	rmmod kevnotify-test-probe 2>/dev/null
	helper=$WORK/$1 param=$2
	shift 2
	reload "$@" helper="$helper" && modprobe kevnotify-test-probe "$param" && each_exec 0
}

# probed_all: what was raised is what the probe has seen
probed_all() {
	read -r raised <"$PROBE/calls" && is "$1" "$raised" calls
}

ran() {
	prints "$2" grep -c . "$WORK/$1.times"
}

# Five programs by others: five runs. What these start is 3 each, and one: ten of those
# are for the helper too, and start 3 each.
execs() {
	probed execs breakpoint=0 burst=0 && trace_on && each_exec 1 || return 1
	for n in 1 2 3 4 5; do
		"$WORK/other" "$n"
	done
	execless await 300 counter_is delivered 15 && execless settle && : >"$WORK/go" &&
		execless await 60 counter_is filtered 36 && execless quiet_for 3
	result=$?
	each_exec 0
	trace_off
	[ "$result" = 0 ] && ran other 5 && ran tool 31 && probed_all 51 &&
		counter_is recorded 51 && counter_is runs 15 && counter_is filtered 36 &&
		received 15 && is 5 "$(grep -c "exec of $WORK/other$" "$RECEIPTS")" receipts &&
		prints 15 seen "exec of $WORK/execs" && prints 31 seen "exec of $WORK/tool" && conserved
}

# There its own are not known: each run is the cause of the next, until its rate ends that
breaks() {
	probed plain breakpoint=1 burst=3 window=3600000 && each_exec 1 || return 1
	"$WORK/other"
	execless await 120 counter_is runs 3 && execless quiet_for 3
	result=$?
	each_exec 0
	[ "$result" = 0 ] && probed_all 4 && counter_is runs 3 && counter_is suppressed 1 &&
		is 2 "$(grep -c "exec of $WORK/plain$" "$RECEIPTS")" receipts && received 3 && conserved
}

# marks: keyrings of that name
marks() {
	grep -c ' \.kevnotify' /proc/keys
}

# Two of our threads, five runs' and the check's, however many runs there were; none after
marked() {
	rmmod kevnotify-test-probe
	settle && await 60 prints 8 marks && unload && await 60 prints 0 marks && reload
}

# guarded NAME COMMAND…: check, where there can be a mark
guarded() {
	if [ -e /proc/keys ]; then
		check "$@"
	else
		skip "$1" "no CONFIG_KEYS"
	fi
}

mkdir -p "$CGROUP"
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
echo 20M >"$CGROUP/memory.max"
plan 20
calibrate
guarded "a helper that raises is run ten times for that" raises
guarded "for others as ever" others
guarded "ten times for what its children do when it is over" leaves
guarded "a storm in each run comes to an end" storms
guarded "and what of it was suppressed is told" storms_told
check "the end of others' bursts is for the helper" bursts
check "a signal to kevnotifyd is its sender's" signals
guarded "a helper that signals its group is not run for that" signals_all
guarded "ten times for what its children signal when it is over" nags
guarded "and when another module has been loaded meanwhile" outlasts
guarded "and then for others' as ever" nobody_left
guarded "nor for an OOM kill among its own" eats
check "for one that it makes among others it is" pushes
guarded "a daemon that it restarts, and that dies at once: ten times" restarts
guarded "one that a reader restarts is its own while it is young" resident_young
guarded "and is not when it is older than the parameter timeout" resident_old
check "an OOM kill among others is for the helper" eats_outside
guarded "a probe that each of its programs hits comes to an end" execs
check "a probe's breakpoint is as an interrupt: the rate limit ends it" breaks
guarded "the marks are keyrings, and none is left" marked
trace_off
rmdir "$CGROUP"
restore
finish
