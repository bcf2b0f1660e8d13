#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# control/test, control/flush, control/replay: ask the helper, let it skip what
# waits, give it again what is past.
. ./lib.sh

begin
program no-test <<-END
#!/bin/sh
echo "\$2 \$1 - - - \$MESSAGE" >>$RECEIPTS
echo "\$KEVNOTIFY_TEST" >>$WORK/tests
exit 7
END
program well <<-END
#!/bin/sh
echo "\$2 \$1 - - - \$MESSAGE" >>$RECEIPTS
echo "\$KEVNOTIFY_TEST" >>$WORK/tests
END
program dies <<-END
#!/bin/sh
echo "\$2 \$1 - - - \$MESSAGE" >>$RECEIPTS
kill -9 \$\$
END
program hangs <<-END
#!/bin/sh
echo "\$2 \$1 - - - \$MESSAGE" >>$RECEIPTS
exec sleep 1000 >&- 2>&-
END
cp reader "$WORK/bytes-100"
cp reader "$WORK/half"
cp reader "$WORK/half-until-go"

# If kevnotifyd is just looking at a record it is skipped when that is done
flush() { echo 1 >"$SYS/control/flush"; }
replay() { echo "$1" >"$SYS/control/replay"; }

# tested ERRNO TEXT: what a write gives, and then a read
tested() {
	write_is "$1" "$SYS/control/test" 1 && raised=$((raised + 1)) && holds "$SYS/control/test" "$2"
}

# with VALUE [PARAMETER…]: a fresh module and that helper
with() {
	rm -f "$WORK/tests"
	value=$1
	shift
	reload burst=0 helper="$value" "$@"
}

test_well() {
	with "$WORK/well" && holds "$SYS/control/test" "0 none" && tested OK "1 exited 0" &&
		holds "$WORK/tests" 1 && prints "test of the helper;" messages && settle &&
		counter_is delivered 1 && tested OK "2 exited 0"
}

test_fails() {
	with "$WORK/no-test" && tested EIO "1 exited 7" && with "$WORK/dies" && tested EIO "1 signaled 9" &&
		with "$WORK/hangs" timeout=500 && tested ETIMEDOUT "1 timedout 0"
}

test_no_run() {
	with '' && write_is ENXIO "$SYS/control/test" 1 && with "$WORK/nosuch" &&
		tested ENOENT "1 noexec 2" && chmod 775 "$WORK/dies" && with "$WORK/dies" &&
		tested EACCES "1 noexec 13" && chmod 755 "$WORK/dies" && with "$WORK/well" &&
		pause && write_is EAGAIN "$SYS/control/test" 1 && resume
}

# The record is held, and what came of it later shows
test_later() {
	with "$WORK/nosuch" && tested ENOENT "1 noexec 2" && set_helper well &&
		await 60 holds "$SYS/control/test" "1 exited 0" && received 1
}

test_filtered() {
	with "$WORK/well" helper_level=4 && tested ENOMSG "1 filtered" && received 0 &&
		counter_is filtered 1
}

test_pipe() {
	with "|$WORK/bytes-100" && tested OK "1 delivered" && received 1 && settle &&
		with "|$WORK/half" && tested ENODATA "1 noexec 61"
}

test_not_admitted() {
	with "$WORK/well" && echo 1 >"$DBG/inject/stage" && write_is ENOBUFS "$SYS/control/test" 1
	echo 0 >"$DBG/inject/stage"
	tested OK "1 exited 0"
}

# waits_behind: another test than the first has no outcome yet
waits_behind() {
	read -r seq outcome <"$SYS/control/test" && [ "$seq $outcome" != "1 $outcome" ] &&
		is pending "$outcome"
}

# It can be killed, and does not keep the module
test_waits() {
	with "$WORK/hangs" timeout=0 || return 1
	./write-errno "$SYS/control/test" 1 >"$WORK/writer" &
	writer=$!
	await 60 received 1 && kill -9 "$writer" && await 60 gone &&
		holds "$SYS/control/test" "1 pending" && ! rmmod kevnotify 2>/dev/null || return 1
	kill "$(active_pid)" && settle || return 1
	# Behind an event that waits for its next try there is no run to pin the module
	echo 1 >"$DBG/inject/exec"
	raise first && await 60 counter_reaches noexec 4 || return 1
	./write-errno "$SYS/control/test" 1 >"$WORK/writer" &
	writer=$!
	await 60 waits_behind && rmmod kevnotify && await 60 gone &&
		prints ENODEV head -n 1 "$WORK/writer"
}

gone() { ! kill -0 "$writer" 2>/dev/null; }

junk() {
	reload && for file in test flush; do
		for text in 0 2 x; do
			write_is EINVAL "$SYS/control/$file" "$text" || return 1
		done
	done && for text in x -1 1x; do
		write_is EINVAL "$SYS/control/replay" "$text" || return 1
	done && write_is ERANGE "$SYS/control/replay" 99999999999999999999 &&
		write_is ERANGE "$SYS/control/replay" 2 && counter_is skipped 0 && counter_is base 1
}

flushes() {
	reload burst=0 helper="$HELPER" && trace_on && pause && many 30 && await 60 counter_is pending 30 &&
		flush && await 60 counter_is skipped 30 && resume && settle && received 0 &&
		raise after && settle && prints "after;" messages && conserved
}

told() {
	trace_off
	prints "30 records were skipped;" helper_records
}

# What is being given is not skipped, nor what comes after the flush
flush_beside_a_run() {
	rm -f "$WORK/go"
	reload burst=0 helper="$HELPER" && raise "wait $WORK/go" &&
		await 60 received 1 && many 5 && await 60 counter_is pending 5 && flush &&
		counter_is skipped 5 && raise after && await 60 counter_is staged 0 &&
		touch "$WORK/go" && settle && prints "wait $WORK/go;after;" messages && conserved
}

flush_inside_a_record() {
	rm -f "$WORK/go" "$WORK/report"
	reload burst=0 helper="|$WORK/half-until-go" && raise one && many 5 &&
		await 60 grep -qs half-read "$WORK/report" && await 60 counter_is staged 0 && flush &&
		raise after && await 60 counter_is staged 0 && touch "$WORK/go" && settle &&
		prints "one;after;" messages && counter_is skipped 5 && conserved
}

# none_left: all that was raised is skipped, or a report of that, while no run starts
none_left() {
	counter_is staged 0 && counter_is pending 0
}

# All that was raised before is skipped
flush_waits() {
	reload burst=0 helper="$HELPER" && pause || return 1
	for _ in $(seq 20); do
		raise one && flush && await 60 none_left || return 1
	done
	resume && settle && received 0 && conserved
}

# Each pass takes an hour, but the one that a signal cuts short: the flush needs no other
flush_is_quick() {
	reload burst=0 helper="$HELPER" && echo -signal >"$PARAMS/sources" && pause && slow 3600000 &&
		raise one || return 1
	echo 1 >"$SYS/control/flush" &
	writer=$!
	await 60 task_is D "$writer" && await 60 asleep "$(kevnotifyd)" && counter_is staged 1 &&
		kill -USR1 "$(kevnotifyd)" && await 60 gone
	result=$?
	not_slow
	wait "$writer" && [ "$result" = 0 ] && await 60 none_left && resume && settle && received 0 && conserved
}

# all_agree: as conserved, but for the order, which a replay turns back
all_agree() {
	balanced && counter_is delivered "$(receipts)"
}

# Ten records: the helper has had them all
replays() {
	reload burst=0 helper="$HELPER" log_records=16 && many 10 && settle && received 10 &&
		replay 0 && settle && received 20 && counter_is delivered 20 &&
		counter_is base -9 && all_agree && replay 8 && settle && received 23 &&
		all_agree && replay 11 && settle && received 23 && all_agree
}

# What came before the first helper
replays_skipped() {
	reload burst=0 && many 3 && raise newest && await 60 counter_is pending 4 &&
		set_helper helper && settle && prints "newest;" messages &&
		counter_is skipped 3 && replay 0 && settle &&
		prints "newest;many;many;many;newest;" messages && all_agree
}

# Older than the log: the oldest there is
replays_oldest() {
	reload burst=0 helper="$HELPER" log_records=16 && many 20 && settle && : >"$RECEIPTS" &&
		delivered=$(counter delivered) overwritten=$(counter overwritten) && replay 1 &&
		settle && received 16 && counter_is delivered $((delivered + 16)) &&
		counter_is overwritten "$overwritten"
}

# However old a record is, it waits from the replay on
replays_old() {
	reload burst=0 helper="$HELPER" hold="$hold" && many 3 && settle && received 3 &&
		usleep $((hold * 1500)) && replay 0 && settle && received 6 &&
		counter_is expired 0 && all_agree
}

# kevnotifyd learns of the helper when the run of the one before has ended
replays_for_another() {
	rm -f "$WORK/go"
	reload burst=0 helper="$HELPER" && many 2 && settle && raise "wait $WORK/go" &&
		await 60 received 3 && await 60 counter_is delivered 3 && echo >"$PARAMS/helper" &&
		set_helper well && replay 0 && touch "$WORK/go" && settle && received 6 && all_agree
}

# An idle reader wakes up
pipe_too() {
	reload burst=0 helper="|$WORK/bytes-100" linger=86400000 && many 5 && await 60 received 5 &&
		replay 4 && await 60 received 7 && counter_is runs 1 && flush && raise more &&
		await 60 received 8 && pause && counter_is delivered 8 && all_agree && resume
}

plan 22
calibrate
hold=$((unit * 2))
check "test: a helper that is well" test_well
check "test: one that fails" test_fails
check "test: none runs" test_no_run
check "test: what came later" test_later
check "test: filtered" test_filtered
check "test: pipe mode" test_pipe
check "test: not admitted" test_not_admitted
check "test: a write that waits can be killed, and lets the module go" test_waits
check "junk is refused" junk
check "flush: what waits is skipped" flushes
check "flush: a record tells how many" told
check "flush: what is being given is not" flush_beside_a_run
check "flush: nor one that is read to its half" flush_inside_a_record
check "flush: what was raised before, at any time" flush_waits
check "flush: takes as long as kevnotifyd takes to collect" flush_is_quick
check "replay: records come again" replays
check "replay: those from before the first helper too" replays_skipped
check "replay: from the oldest" replays_oldest
check "replay: what is older than hold comes, too" replays_old
check "replay: after another helper was set, while a run of the last is under way" replays_for_another
check "both in pipe mode" pipe_too
restore
check "nothing is left running" prints 0 processes "sleep 1000"
finish
