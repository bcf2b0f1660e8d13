#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Events that wait: for a helper that is not there or cannot be started, until
# it can, until they are too old, or until the log comes round.
. ./lib.sh
. ./runs.sh

receiver helper
receiver other
cp "$DIR/helper" "$DIR/late"
rm "$DIR/late"

# try_again: writing the parameter ends a backoff
try_again() {
	echo "$DIR/helper" >"$PARAMS/helper"
}

# failed_as STATE ERRNO: a run more did not begin, and why
failed_as() {
	failures=$(counter noexec) receipts=$(received)
	raise true
	await 60 atleast $((failures + 1)) counter noexec && is "$1 $2" health &&
		is "$receipts" counter delivered && is "$receipts" received
}

# then_runs: the cause is gone, and what waited runs
then_runs() {
	try_again && await 60 quiet && is $((receipts + 1)) received && is "ok 0" health &&
		conserved
}

missing() {
	reload helper="$DIR/late" && raise "echo 1" && raise "echo 2" &&
		await 60 is "missing 2" health && is 0 counter delivered && is 0 received
}

appears() {
	receiver late
	await 60 quiet && is "echo 1;echo 2;" messages && in_order && conserved
}

# The first was held; what merely queued up behind it has no such line
delayed() {
	held=$(environment 1 KEVNOTIFY_DELAYED_MS)
	[ "${held:-0}" -ge 900 ] || {
		echo "# delayed: '$held'"
		return 1
	}
	raise true
	await 60 is 3 received
	last=$(sed -n '$s/ .*//p' "$RECEIPTS")
	is "" environment "$last" KEVNOTIFY_DELAYED_MS
}

# After the third failure the backoff is 4 s: who ends it is faster
another() {
	rm -f "$DIR/late" "$DIR/env".*
	reload helper="$DIR/late" && raise true && await 60 is 3 counter noexec
	echo "$DIR/other" >"$PARAMS/helper"
	took 0 $((unit + 2500)) await 60 is 1 received && await 60 quiet && conserved
}

denied() {
	reload helper="$DIR/helper" && chmod 775 "$DIR/helper" && failed_as denied 13
}

not_executable() {
	chmod 644 "$DIR/helper" && failed_as denied 13
}

repaired() {
	chmod 755 "$DIR/helper" && then_runs
}

busy() {
	exec 9>>"$DIR/helper"
	failed_as failing 26
}

not_busy() {
	exec 9>&-
	then_runs
}

no_program() {
	echo "no first line" | program helper && failed_as failing 8
}

no_interpreter() {
	echo "#!/no/such/thing" | program helper && failed_as missing 2
}

replaced() {
	receiver helper
	then_runs
}

no_fork() {
	echo 1 >"$DBG/inject/exec" && failed_as failing 11 && echo 0 >"$DBG/inject/exec" &&
		then_runs
}

# wait_for FILE: a message by which the helper waits
program wait_for <<-'END'
#!/bin/sh
while [ ! -e "$1" ]; do usleep 20000; done
END

# All grow old behind a run that takes long
expire() {
	rm -f "$DIR/go"
	reload helper="$DIR/helper" hold="$age"
	trace_on
	raise "wait_for $DIR/go" && await 60 is 1 received && many 200
	usleep $((age * 1500))
	touch "$DIR/go"
	await 60 quiet && is 200 counter expired && is 1 received && conserved
}

told_once() {
	trace_off
	is "200 records waited longer than $age ms for the helper;" helper_records
}

# No helper at all: nothing expires one by one but by its own time
expire_waiting() {
	reload helper="$DIR/nothing" hold="$age" && raise true && await 60 is 1 counter expired &&
		is 0 counter pending && conserved
}

overrun() {
	rm -f "$DIR/env".*
	reload helper="$DIR/helper" log_records=16 && echo 1 >"$SYS/control/paused" && many 40 &&
		await 60 is 24 counter overwritten && is 16 counter pending &&
		echo 0 >"$SYS/control/paused" && await 60 quiet && is 16 received && conserved
}

lost() {
	is 24 environment 25 KEVNOTIFY_LOST && is "" environment 26 KEVNOTIFY_LOST
}

first_helper() {
	reload && many 4 && raise "echo newest" && await 60 is 5 counter pending &&
		is "none 0" health && echo "$DIR/helper" >"$PARAMS/helper" &&
		await 60 quiet && is "echo newest;" messages && is 4 counter skipped && conserved
}

no_helper() {
	echo >"$PARAMS/helper"
	await 60 is "none 0" health && raise true && await 60 is 1 counter pending &&
		is 1 received && conserved
}

plan 22
calibrate
age=$((unit * 2))
check "a helper that is missing: events wait" missing
check "it appears: they run, in order" appears
check "the first is told how long it was held" delayed
check "another path ends the backoff at once" another
check "a helper that others may write: denied" denied
check "repaired: the event runs" repaired
check "a helper that is not executable: denied" not_executable
check "made executable: the event runs" repaired
check "a helper that is open for writing: the event waits" busy
check "closed: the event runs" not_busy
check "a script without an interpreter line: the event waits" no_program
check "replaced by a good one: the event runs" replaced
check "a missing interpreter: the event waits" no_interpreter
check "replaced again: the event runs" replaced
check "a start that fails is tried again" no_fork
check "what waited longer than hold expires" expire
check "one record sums up what expired" told_once
check "it expires in a backoff too" expire_waiting
check "the log comes round: what was overwritten is counted" overrun
check "the next one is told how many were lost" lost
check "the first helper starts with the newest event" first_helper
check "without a helper events stay" no_helper
restore
finish
