#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# control/test, control/flush, control/replay: ask the helper, let it skip what
# waits, give it again what is past.
. ./lib.sh
. ./runs.sh

receiver helper
program no-test <<-END
#!/bin/sh
echo "\$2 \$MESSAGE" >>$RECEIPTS
echo "\$KEVNOTIFY_TEST" >>$DIR/tests
exit 7
END
program well <<-END
#!/bin/sh
echo "\$2 \$MESSAGE" >>$RECEIPTS
echo "\$KEVNOTIFY_TEST" >>$DIR/tests
END
program dies <<-END
#!/bin/sh
echo "\$2 \$MESSAGE" >>$RECEIPTS
kill -9 \$\$
END
program hangs <<-END
#!/bin/sh
echo "\$2 \$MESSAGE" >>$RECEIPTS
exec sleep 1000 >&- 2>&-
END
cp reader "$DIR/bytes-100"
cp reader "$DIR/half"

pause() { echo 1 >"$SYS/control/paused"; }
resume() { echo 0 >"$SYS/control/paused"; }
flush() { echo 1 >"$SYS/control/flush"; }
replay() { echo "$1" >"$SYS/control/replay"; }

# tested ERRNO TEXT: what a write gives, and then a read
tested() {
	is "$1" errno_of "$SYS/control/test" 1 && is "$2" cat "$SYS/control/test"
}

# with VALUE [PARAMETER…]: a fresh module and that helper
with() {
	rm -f "$DIR/tests"
	value=$1
	shift
	reload helper="$value" timeout="$unit" "$@"
	raised=1
}

test_well() {
	with "$DIR/well" && is "0 none" cat "$SYS/control/test" && tested OK "1 exited 0" &&
		is 1 cat "$DIR/tests" && is "1 test of the helper" cat "$RECEIPTS" && await 60 quiet &&
		is 1 counter delivered && tested OK "2 exited 0"
}

test_fails() {
	with "$DIR/no-test" && tested EIO "1 exited 7" && with "$DIR/dies" && tested EIO "1 signaled 9" &&
		with "$DIR/hangs" && tested ETIMEDOUT "1 timedout 0"
}

test_no_run() {
	with '' && is ENXIO errno_of "$SYS/control/test" 1 && with "$DIR/nosuch" &&
		tested ENOENT "1 noexec 2" && chmod 775 "$DIR/dies" && with "$DIR/dies" &&
		tested EACCES "1 noexec 13" && chmod 755 "$DIR/dies" && with "$DIR/well" &&
		pause && is EAGAIN errno_of "$SYS/control/test" 1 && resume
}

# The record is held, and what came of it later shows
test_later() {
	with "$DIR/nosuch" && tested ENOENT "1 noexec 2" && echo "$DIR/well" >"$PARAMS/helper" &&
		await 60 is "1 exited 0" cat "$SYS/control/test" && is 1 received
}

test_filtered() {
	with "$DIR/well" helper_level=4 && tested ENOMSG "1 filtered" && is 0 received &&
		is 1 counter filtered
}

test_pipe() {
	with "|$DIR/bytes-100" && tested OK "1 delivered" && is 1 received && await 60 quiet &&
		with "|$DIR/half" && tested ENODATA "1 noexec 61"
}

test_not_admitted() {
	with "$DIR/well" && echo 1 >"$DBG/inject/stage" && is ENOBUFS errno_of "$SYS/control/test" 1
	echo 0 >"$DBG/inject/stage"
	tested OK "1 exited 0"
}

# It can be killed, and does not keep the module
test_waits() {
	with "$DIR/hangs" && echo 0 >"$PARAMS/timeout" || return 1
	./write-errno "$SYS/control/test" 1 >"$DIR/writer" &
	writer=$!
	await 60 is 1 received && kill -9 "$writer" && await 60 gone && is "1 pending" cat "$SYS/control/test" &&
		raise true || return 1
	./write-errno "$SYS/control/test" 1 >"$DIR/writer" &
	writer=$!
	usleep 300000
	took 0 20000 rmmod kevnotify && await 60 gone && is ENODEV head -n 1 "$DIR/writer"
}

gone() { ! kill -0 "$writer" 2>/dev/null; }

junk() {
	reload && for file in test flush; do
		for text in 0 2 x; do
			is EINVAL errno_of "$SYS/control/$file" "$text" || return 1
		done
	done && for text in x -1 1x; do
		is EINVAL errno_of "$SYS/control/replay" "$text" || return 1
	done && is ERANGE errno_of "$SYS/control/replay" 99999999999999999999 &&
		is ERANGE errno_of "$SYS/control/replay" 2 && is 0 counter skipped && is 1 counter base
}

flushes() {
	reload helper="$DIR/helper" && trace_on && pause && many 30 && await 60 is 30 counter pending &&
		flush && is 30 counter skipped && resume && await 60 quiet && is 0 received &&
		raise "echo after" && await 60 quiet && is "echo after;" messages && conserved
}

told() {
	trace_off
	is "30 records were skipped;" helper_records
}

# What is being given is not skipped
flush_beside_a_run() {
	rm -f "$DIR/go"
	reload helper="$DIR/helper" && raise "eval until [ -e $DIR/go ]; do usleep 20000; done" &&
		await 60 is 1 received && many 5 && await 60 is 5 counter pending && flush &&
		is 5 counter skipped && touch "$DIR/go" && await 60 quiet && is 1 received && conserved
}

# Ten records: the helper has had them all
replays() {
	reload helper="$DIR/helper" log_records=16 && many 10 && await 60 quiet && is 10 received &&
		replay 0 && await 60 quiet && is 20 received && is 20 counter delivered &&
		is -9 counter base && conserved && replay 8 && await 60 quiet && is 23 received &&
		conserved && replay 11 && await 60 quiet && is 23 received && conserved
}

# What came before the first helper
replays_skipped() {
	reload && many 3 && raise "echo newest" && await 60 is 4 counter pending &&
		echo "$DIR/helper" >"$PARAMS/helper" && await 60 quiet && is "echo newest;" messages &&
		is 3 counter skipped && replay 0 && await 60 quiet &&
		is "echo newest;true;true;true;echo newest;" messages && conserved
}

# Older than the log: the oldest there is
replays_oldest() {
	reload helper="$DIR/helper" log_records=16 && many 20 && await 60 quiet && : >"$RECEIPTS" &&
		delivered=$(counter delivered) overwritten=$(counter overwritten) && replay 1 &&
		await 60 quiet && is 16 received && is $((delivered + 16)) counter delivered &&
		is "$overwritten" counter overwritten
}

# An idle reader wakes up
pipe_too() {
	reload helper="|$DIR/bytes-100" linger=86400000 && many 5 && await 60 is 5 received &&
		replay 4 && await 60 is 7 received && is 1 counter runs && flush && raise echo &&
		await 60 is 8 received && pause && is 8 counter delivered && conserved && resume
}

plan 17
calibrate
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
check "replay: records come again" replays
check "replay: those from before the first helper too" replays_skipped
check "replay: from the oldest" replays_oldest
check "both in pipe mode" pipe_too
restore
check "nothing is left running" is 0 processes sleep
finish
