#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Events that wait: for a helper that is not there or cannot be started, until
# it can, until they are too old, or until the log comes round.
. ./lib.sh

# failed_as STATE ERRNO: a run more did not begin, and why
failed_as() {
	failures=$(counter noexec) before=$(receipts)
	raise "$1"
	await 60 counter_reaches noexec $((failures + 1)) && await 60 helper_is "$1" "$2" &&
		counter_is delivered "$before" && received "$before"
}

# then_runs: the cause is gone, and what waited runs
then_runs() {
	set_helper helper && settle && received $((before + 1)) && helper_is ok 0 && conserved
}

missing() {
	reload burst=0 helper="$WORK/late" && raise 1 && raise 2 &&
		await 60 helper_is missing 2 && counter_is delivered 0 && received 0
}

appears() {
	receiver late
	settle && prints "1;2;" messages && conserved
}

# The first was held; what merely queued up behind it has no such line
delayed() {
	behind=$(sed -n '2s/ .*//p' "$RECEIPTS")
	atleast 900 "$(value 1 KEVNOTIFY_DELAYED_MS)" "delayed" &&
		value_is "$behind" KEVNOTIFY_DELAYED_MS "" && raise "at once" && settle &&
		received 3 && value_is "$(newest manual)" KEVNOTIFY_DELAYED_MS ""
}

# The last run began before the backoff of those before it was over
began_early() {
	run_spans "$1" | awk '
		{ gap = $1 - end; end = $2; due = NR == 1 ? 500 : due * 2 }
		END {
			if (NR > 1 && gap < due)
				exit
			print "# run " NR " begins " gap " ms after the last, and not before " due
			exit 1
		}'
}

# As often as it takes until the backoff is twice as long as a run may be
another() {
	failures=1 backoff=1000
	while [ "$backoff" -lt 32000 ] && [ "$backoff" -lt $((unit * 2)) ]; do
		failures=$((failures + 1)) backoff=$((backoff * 2))
	done
	rm -f "$WORK/late"
	reload burst=0 helper="$WORK/late" && trace_on && raise another &&
		await 120 counter_reaches noexec "$failures" && set_helper other && settle && received 1 &&
		began_early 1 && conserved
	result=$?
	trace_off
	return "$result"
}

denied() {
	reload burst=0 helper="$HELPER" && chmod 775 "$HELPER" && failed_as denied 13
}

not_executable() {
	chmod 644 "$HELPER" && failed_as denied 13
}

repaired() {
	chmod 755 "$HELPER" && then_runs
}

busy() {
	exec 9>>"$HELPER"
	failed_as failing 26
}

not_busy() {
	exec 9>&-
	then_runs
}

no_program() {
	echo "no first line" | program helper && failed_as failing 8
}

# The helper is there; what is not is named
no_interpreter() {
	klog_mark
	echo "#!/no/such/thing" | program helper && failed_as failing 2 &&
		logged_some "interpreter or loader '/no/such/thing' cannot be reached (-2)"
}

carriage_return() {
	klog_mark
	printf '#!/bin/sh\r\nexit 0\r\n' | program helper && failed_as failing 2 &&
		logged_some "interpreter or loader '/bin/sh.x0d' cannot be reached (-2)"
}

no_loader() {
	klog_mark
	cp noloader "$WORK/noloader" && mv "$WORK/noloader" "$HELPER" && failed_as failing 2 &&
		logged_some "interpreter or loader '/no/such/loader' cannot be reached (-2)"
}

replaced() {
	receiver helper
	then_runs
}

no_fork() {
	echo 1 >"$DBG/inject/exec" && failed_as failing 11 && echo 0 >"$DBG/inject/exec" &&
		then_runs
}

# All grow old behind a run that takes long
expire() {
	# All fit, if kevnotifyd should have no CPU meanwhile
	reload burst=0 helper="$HELPER" hold="$age" timeout=0 stage_slots=256
	trace_on
	raise "wait $WORK/go" && await 60 received 1 && many 200
	usleep $((age * 1500))
	touch "$WORK/go"
	settle && counter_is expired 200 && received 1 && conserved
}

told_once() {
	trace_off
	prints "200 records waited longer than $age ms for the helper;" helper_records
}

# No helper at all: nothing expires one by one but by its own time
# What was known of the last path is not of this one
nothing_known() {
	reload burst=0 helper="$WORK/nothing" && raise nothing && await 60 helper_is missing 2 &&
		echo 1 >"$SYS/control/flush" && await 60 counter_is pending 0 && set_helper helper &&
		await 60 helper_is ok 0 && received 0 && conserved
}

expire_waiting() {
	reload burst=0 helper="$WORK/nothing" hold="$age" && raise nothing &&
		await 60 counter_is expired 1 && counter_is pending 0 && conserved
}

overrun() {
	reload burst=0 helper="$HELPER" log_records=16 && pause && many 40 &&
		await 60 counter_is overwritten 24 && counter_is pending 16 && resume && settle &&
		received 16 && conserved
}

lost() {
	value_is 25 KEVNOTIFY_LOST 24 && value_is 26 KEVNOTIFY_LOST ""
}

first_helper() {
	reload burst=0 && many 4 && raise newest && await 60 counter_is pending 5 &&
		helper_is none 0 && set_helper helper && settle && prints "newest;" messages &&
		counter_is skipped 4 && conserved
}

# They have waited for no helper, and longer than hold
first_after_hold() {
	reload burst=0 hold="$age" && raise older && raise newest && await 60 counter_is pending 2 &&
		usleep $((age * 1500)) && set_helper helper && settle && prints "newest;" messages &&
		counter_is expired 0 && conserved
}

no_helper() {
	echo >"$PARAMS/helper"
	await 60 helper_is none 0 && raise nobody && await 60 counter_is pending 1 &&
		received 1 && conserved
}

plan 28
begin
receiver other
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
check "a first line that ends in CR and LF: likewise" carriage_return
check "replaced once more: the event runs" replaced
check "a missing loader: likewise" no_loader
check "replaced at last: the event runs" replaced
check "a start that fails is tried again" no_fork
check "what waited longer than hold expires" expire
check "one record sums up what expired" told_once
check "it expires in a backoff too" expire_waiting
check "nothing waits any more: another path is well" nothing_known
check "the log comes round: what was overwritten is counted" overrun
check "the next one is told how many were lost" lost
check "the first helper starts with the newest event" first_helper
check "the first helper takes that one however old it is" first_after_hold
check "without a helper events stay" no_helper
restore
finish
