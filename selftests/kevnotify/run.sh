#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A run from the order to its end: the child that hangs on its way to the program,
# the fork that fails or comes late, the end that is there before exec's answer, the
# kernel that starts nothing, the whole tree that is ended, what a run may leave behind;
# and the check of a helper that is about to be set.
. ./lib.sh

MNT=$WORK/mnt
EXEC=/sys/module/kevnotify_test_exec/parameters
here=$PWD

begin
hang_mount "$MNT"
mkfifo "$WORK/raise" "$WORK/leave"

# helping NAME <TEXT: a helper that gives a receipt and then does that
helping() {
	{
		printf '#!/bin/sh\necho "$2 $1 - - - $MESSAGE" >>%s\nWORK=%s\n' "$RECEIPTS" "$WORK"
		cat
	} | program "$1"
}

helping waits <<'END'
sleep 1111
echo done
END
helping scatters <<'END'
sleep 1112 &
setsid sleep 1112 &
(setsid sleep 1112 &)
trap '' TERM
sleep 1112
END
helping tarries <<'END'
until [ -e $WORK/go ]; do usleep 50000; done
END
helping bombs <<END
exec $here/bomb 4
END
# Of no format that exec knows
program text <<'END'
text
END
# What should outlive a run lets go of its files
helping leaves <<'END'
case $MESSAGE in
daemon) setsid sleep 1113 <&- >&- 2>&- & ;;
*) sleep 1114 ;;
esac
END

# It waits, raises, and waits again: by two files, as one may still be open for the first
helping escapes <<END
$here/newkeys \$WORK/escaped <&- >&- 2>&- &
exec sleep 1121
END
program escaped <<END
#!/bin/sh
read -r _ <$WORK/raise
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	echo "by the escaped" >$SYS/control/raise
done
read -r _ <$WORK/leave
END

# stuck_runs: how many debugfs shows
stuck_runs() {
	grep -c "^run stuck " "$DBG/refs"
}

tree() {
	reload burst=0 helper="$WORK/waits" timeout="$unit" && klog_mark && many 3 &&
		await 120 counter_is timedout 3 && await 60 prints 0 processes "sleep 1111" &&
		received 3 && await 60 free && conserved && logged 3 "killed with it: sleep\["
}

scattered() {
	reload burst=0 helper="$WORK/scatters" timeout="$unit" && raise one &&
		await 60 counter_is timedout 1 && await 60 prints 0 processes "sleep 1112" &&
		await 60 free && conserved
}

bombed() {
	reload burst=0 helper="$WORK/bombs" timeout="$unit" && raise one &&
		await 120 counter_is timedout 1 && await 60 prints 0 processes bomb && counter_is stuck 0 &&
		await 60 free && conserved
}

# The daemon of one run is not hurt when another's time is over
left_behind() {
	reload burst=0 helper="$WORK/leaves" timeout="$unit" && raise daemon && settle &&
		counter_is exited 1 && raise hang && await 60 counter_is timedout 1 &&
		await 60 prints 0 processes "sleep 1114" && prints 1 processes "sleep 1113" &&
		await 60 free && conserved && kill "$(pidof sleep)"
}

# The mark is a session keyring, and whoever joins another one has put it off
escapes() {
	reload burst=0 helper="$WORK/escapes" timeout=0 && raise one &&
		await 60 prints 1 processes "sh [^ ]*/escaped" && await 60 prints 1 processes "sleep 1121" &&
		await 60 counter_is delivered 1 && echo 1 >"$PARAMS/timeout" &&
		await 60 counter_is timedout 1 && settle &&
		prints 0 processes "sleep 1121" && prints 1 processes "sh [^ ]*/escaped"
}

# A mark would allow for ten
escaped_raises() {
	prints 1 processes "sh [^ ]*/escaped" && echo 0 >"$PARAMS/timeout" && set_helper helper &&
		echo >"$WORK/raise" && raised=$((raised + 12)) && await 120 received 13 &&
		prints 12 grep -c "by the escaped$" "$RECEIPTS" && conserved
}

escaped_pins_nothing() {
	await 60 free && rmmod kevnotify && prints 1 processes "sh [^ ]*/escaped" && echo >"$WORK/leave" &&
		await 60 prints 0 processes "sh [^ ]*/escaped"
}

# More of them than may be stuck: each ends by TERM, and no place is lost
looks_killable() {
	hang 1 1
	reload burst=0 helper="$MNT/helper" timeout="$unit" && raise one &&
		await 180 counter_reaches timedout 5 && counter_is delivered 0 && counter_is stuck 0 &&
		helper_is failing 110 && prints 0 stuck_runs
}

looks_no_more() {
	hang 0
	set_helper helper && settle && received 1 && helper_is ok 0 && hanging 0 &&
		conserved && await 60 free
}

looks_deaf() {
	hang 1
	reload burst=0 helper="$MNT/helper" timeout="$unit" && raise one &&
		await 60 counter_is stuck 1 && counter_is delivered 0 && await 60 helper_is failing 110 &&
		await 180 counter_is stuck 4 && await 60 helper_is stuck 0 && prints 4 stuck_runs &&
		raise two && await 60 counter_is staged 0 && counter_is refused 0 && state_is idle &&
		! rmmod kevnotify 2>/dev/null
}

forgotten() {
	hang 0
	await 60 prints 0 stuck_runs && set_helper helper && settle && prints "one;two;" messages &&
		helper_is ok 0 && conserved && await 60 free
}

# A kill between the child's start and exec: nothing was delivered
killed_early() {
	hang 1 1
	reload burst=0 helper="$MNT/helper" timeout=0 && raise one && await 60 hanging 1 &&
		kill -9 "$(active_pid)" && await 60 counter_is noexec 1 && counter_is delivered 0 &&
		await 60 hanging 1 && hang 0 && set_helper helper && settle && received 1 && conserved
}

# full 0|1: no worker of the kernel's is left to start programs
full() {
	echo "$1" >"$HANG/full"
}

unborn() {
	reload burst=0 helper="$WORK/tarries" timeout=1000 && klog_mark && full 1 && raise one &&
		await 60 helper_is stuck 0 && counter_is runs 1 && counter_is timedout 0 &&
		logged 1 "no process after 10 s" && received 0
}

# Nobody is left who could end its child, if that came to look
unborn_check() {
	reload burst=0 timeout=0 helper="$HELPER" && full 1 || return 1
	hang 1 1
	./write-errno "$PARAMS/helper" "$MNT/another" >"$WORK/first" &
	writer=$!
	await 60 start_waits && kill -9 "$writer" && ! wait "$writer"
	result=$?
	full 0
	await 60 free && hanging 0 || result=1
	hang 0
	[ "$result" = 0 ] && holds "$PARAMS/helper" "$HELPER" && raise one && settle && received 1 && conserved
}

# That it did not come to exec is over as soon as it has
born() {
	writes "$PARAMS/timeout" 0
	full 0
	await 60 helper_is ok 0 && state_is running && touch "$WORK/go" && settle && received 1 &&
		counter_is runs 1 && helper_is ok 0 && conserved
}

# execless COMMAND…: that waits without a program
execless() {
	(
		sleep() { nap "$1"; }
		"$@"
	)
}

# forkless: no task can be made any more
forkless() {
	echo 20 >/proc/sys/kernel/threads-max
	raise one
	tried=1
	await 60 not_born && tried=0
	echo "$threads" >/proc/sys/kernel/threads-max
	return "$tried"
}

not_born() {
	counter_reaches noexec 1 >/dev/null || helper_is stuck 0 >/dev/null
}

no_fork() {
	# A shell that reads byte by byte gets the first digit alone
	threads=$(cat /proc/sys/kernel/threads-max)
	# A poll would find that all pids are taken
	reload burst=0 interval=0 helper="$HELPER" && execless forkless && raised=1 && counter_is delivered 0 &&
		set_helper helper && settle && received 1 && helper_is ok 0 && conserved
}

# In init(), with the files that fail: nothing of them stays
no_files() {
	reload burst=0 helper="$HELPER" && echo 2 >"$DBG/inject/alloc" && raise one &&
		await 60 counter_reaches noexec 1 && counter_is delivered 0 && echo 0 >"$DBG/inject/alloc" &&
		set_helper helper && settle && received 1 && helper_is ok 0 && conserved && await 60 free
}

# late NAME: who has that one in $WORK started is not told what came of it from now on
late() {
	echo "$WORK/$1" >"$EXEC/path" && echo 1 >"$EXEC/late"
}

# ends_first: its process has gone, and kevnotifyd has looked since, before it is told:
# the next one waits. Then it is told.
ends_first() {
	await 60 holds "$EXEC/kept" Y && state_is running && child=$(active_pid) &&
		await 60 [ ! -e "/proc/$child" ] && raise next && await 60 counter_is staged 0 &&
		await 60 asleep "$(kevnotifyd)" && state_is running && counter_is delivered 0 &&
		counter_is exited 0 && counter_is noexec 0
	result=$?
	echo 0 >"$EXEC/late"
	return "$result"
}

ends_early() {
	reload burst=0 timeout=0 helper="$HELPER" && trace_on && late helper && raise "exit 3" &&
		ends_first && settle && prints "exited 3" outcome 1 && counter_is runs 2 &&
		prints "exit 3;next;" messages && conserved
	result=$?
	trace_off
	return "$result"
}

# The kernel's child of a failed exec exits with 0
fails_early() {
	reload burst=0 timeout=0 helper="$WORK/text" && late text && raise one && ends_first &&
		await 60 counter_reaches noexec 1 && counter_is exited 0 && counter_is delivered 0 &&
		helper_is failing 8 && received 0 && set_helper helper && settle &&
		prints "one;next;" messages && conserved
}

# not_started PARAMETER OUTCOME ERRNO: with that the kernel starts no helper: events are
# held, and nothing is lost; a helper can be set. Then they come.
not_started() {
	echo "$HELPER" >"$EXEC/path"
	reload burst=0 timeout=0 helper="$HELPER" && echo 1 >"$EXEC/$1" && many 2 &&
		await 60 counter_reaches "$2" 1 && helper_is "$2" "$3" && counter_is delivered 0 &&
		write_is OK "$PARAMS/helper" "$HELPER" &&
		has "accepted on its form: $HELPER could not be looked at: $2" "$said" &&
		await 60 counter_reaches "$2" 2 && pause && add_up events records runs &&
		counter_reaches pending 2 && received 0 && counter_is "$2" "$(counter runs)"
	result=$?
	echo 0 >"$EXEC/$1"
	resume
	[ "$result" = 0 ] && settle && received 2 && helper_is ok 0 && counter_is delivered 2 &&
		conserved && await 60 free
}

# A writer that waits for a dead file system; its pid is $writer
writer_waits() {
	hang 1 1
	reload burst=0 timeout=0 helper="$HELPER" || return 1
	./write-errno "$PARAMS/helper" "$MNT/another" >"$WORK/first" &
	writer=$!
	await 60 hanging 1
}

others_do_not() {
	cat "$PARAMS"/* >/dev/null && holds "$PARAMS/timeout" 0 && writes "$PARAMS/hold" 5000 &&
		raise one && settle && received 1 && hanging 1 && kill -0 "$writer"
}

second_waits() {
	./write-errno "$PARAMS/helper" "$WORK/waits" >"$WORK/second" &
	second=$!
	await 60 task_is D "$second" && hanging 1 && kill -9 "$second"
	! wait "$second" && holds "$PARAMS/helper" "$HELPER"
}

killed_writer() {
	kill -9 "$writer"
	! wait "$writer" && await 60 hanging 0 && holds "$PARAMS/helper" "$HELPER" &&
		writes "$PARAMS/helper" "$WORK/waits" && writes "$PARAMS/helper" "$HELPER" && await 60 free
}

limited() {
	writes "$PARAMS/timeout" "$unit" &&
		refused ETIMEDOUT "$PARAMS/helper" "$MNT/another" "$MNT/another could not be looked at in time" &&
		await 60 hanging 0 && await 60 free
}

# The check that is deaf to KILL keeps the next writer, and the module, but no other
limited_deaf() {
	hang 1
	refused ETIMEDOUT "$PARAMS/helper" "$MNT/another" "could not be looked at in time" &&
		refused ETIMEDOUT "$PARAMS/helper" "$HELPER" "could not be looked at in time" &&
		! rmmod kevnotify 2>/dev/null && grep -q 'check pid=[1-9]' "$DBG/refs" && raise two && settle && received 2
	result=$?
	hang 0
	[ "$result" = 0 ] && await 60 hanging 0 && writes "$PARAMS/helper" "$HELPER" && await 60 free &&
		conserved
}

unchecked() {
	full 1
	write_is ETIMEDOUT "$PARAMS/helper" "$WORK/waits"
	result=$?
	full 0
	[ "$result" = 0 ] && holds "$PARAMS/helper" "$HELPER" && writes "$PARAMS/helper" "$WORK/waits"
}

# A helper that runs long: no task in D, as its starter has gone home
nothing_in_d() {
	! grep -q '^[0-9]* ([^)]*) D ' /proc/[0-9]*/stat
}

long_run() {
	reload burst=0 timeout=0 linger=86400000 helper="$HELPER" && raise "exec sleep 1115" &&
		await 60 prints 1 processes "sleep 1115" && await 10 nothing_in_d &&
		kill "$(active_pid)" && settle && conserved
}

# The detector of hung tasks looks each 30 s; load is the average of a minute
load_is_low() {
	read -r load _ </proc/loadavg
	case $load in 0.[01]*) return 0 ;; esac
	say "load $load"
	return 1
}

idle_reader() {
	echo 30 >/proc/sys/kernel/hung_task_timeout_secs
	reload burst=0 timeout=0 linger=86400000 helper="|$WORK/bytes-100" && klog_mark && raise one &&
		await 60 received 1 && sleep 180 && load_is_low && nothing_in_d && logged 0 "blocked for more than" &&
		pause && conserved
}

tests=29
[ "$KEVNOTIFY_TIER" != full ] || tests=30
plan $tests
calibrate
check "a timeout ends the whole tree, and says what else it killed" tree
check "wherever it has gone" scattered
check "also what forks faster than it is killed" bombed
check "a daemon that a run left lives on" left_behind
check "a child in another session keyring escapes that" escapes
check "what it does is not the helper's any more" escaped_raises
check "and it does not keep the module" escaped_pins_nothing
check "a path that hangs: the run is ended, and no place is lost" looks_killable
check "the event comes when there is another helper" looks_no_more
check "a path that hangs, deaf to SIGKILL: four at most" looks_deaf
check "they are forgotten when they are back" forgotten
check "killed before exec: held, not delivered" killed_early
check "no worker: stuck after 10 s, and no second start" unborn
check "then it is born, and the event delivered" born
check "no worker, and a check's writer is killed: its child does not look" unborn_check
check "no fork: the event is held" no_fork
check "no file: the event is held" no_files
modprobe kevnotify-test-exec
check "it ends before exec's answer: its code counts, and it is delivered once" ends_early
check "the child of a failed exec does: held, and no exit 0" fails_early
check "the kernel starts nothing: blocked, the events are held" not_started blocked blocked 0
check "user-mode helpers are off: busy, the events are held" not_started off busy 16
rmmod kevnotify-test-exec
check "a check that hangs keeps its writer" writer_waits
check "and nobody else" others_do_not
check "a second writer waits, and can be killed" second_waits
check "and so can the first" killed_writer
check "a check has the time of the parameter timeout" limited
check "also one that is deaf to SIGKILL" limited_deaf
check "while no child can be made, the old helper stays" unchecked
check "a long run: no task waits for it in the kernel" long_run
if [ "$KEVNOTIFY_TIER" = full ]; then
	cp reader "$WORK/bytes-100"
	check "three minutes of a reader that waits: nothing in D, no load" idle_reader
fi
hang 0
umount "$MNT"
restore
rmmod kevnotify-test-hang
finish
