#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Lists: quick
#
# Each way in which a run can end, with no event lost and none out of order.
. ./lib.sh

begin
program kill-itself <<-'END'
#!/bin/sh
kill -9 $$
END
program end-by-term <<-END
#!/bin/sh
trap 'echo asked >$WORK/asked; exit 0' TERM
while :; do usleep 50000; done
END
program ignore-term <<-END
#!/bin/sh
trap '' TERM
exec sleep 1000
END
program stop <<-'END'
#!/bin/sh
kill -STOP $$
END
program lead-a-group <<-END
#!/bin/sh
trap '' TERM
sleep 1001 &
exec sleep 1001
END

# lasted SEQ: ms from exec to the end
lasted() {
	echo $(($(run_trace "$1" ns) / 1000000))
}

# seq_of MESSAGE: of its receipt
seq_of() {
	sed -n "s|^\([0-9]*\) .* - $1\$|\1|p" "$RECEIPTS"
}

all_there() {
	prints "exit 0;exit 3;exec kill-itself;exec end-by-term;exec ignore-term;exec setsid lead-a-group;exit 255;exit 0;" \
		messages
}

counters() {
	counter_is runs 8 && counter_is delivered 8 && counter_is exited 4 &&
		counter_is exited_nonzero 2 && counter_is signaled 1 &&
		counter_is timedout 3 && counter_is noexec 0 && counter_is stuck 0
}

# A record of source "helper" for each run that did not end well, dispatched to nobody
own_records() {
	want=$(printf '%s;' \
		"helper for record $three: exited 3" \
		"helper for record $nine: signaled 9" \
		"helper for record $term: timedout 0" \
		"helper for record $kill: timedout 0" \
		"helper for record $group: timedout 0" \
		"helper for record $last: exited 255")
	prints "$want" helper_records && counter_is filtered 6
}

stopped() { task_is T "$(active_pid)"; } 2>/dev/null

# It does not see TERM
stops_itself() {
	reload burst=0 helper="$HELPER" timeout=0 && trace_on && raise "exec stop" &&
		await 60 stopped && await 60 counter_is delivered 1 && state_is running &&
		echo 1 >"$PARAMS/timeout" && settle && counter_is timedout 1 &&
		prints "timedout 0" outcome 1 && atleast 1990 "$(lasted 1)" && helper_is failing 0 && conserved
}

stopped_by_others() {
	reload burst=0 helper="$HELPER" timeout=0 && trace_on && raise "exec sleep 1002" &&
		await 60 prints 1 processes "sleep 1002" && kill -STOP "$(active_pid)" &&
		await 60 stopped && state_is running && kill -9 "$(active_pid)" && settle &&
		counter_is signaled 1 && prints "signaled 9" outcome 1 && helper_is failing 0 && conserved
}

plan 18
calibrate
reload burst=0 helper="$HELPER" timeout="$unit"
trace_on
raise "exit 0"
check "exit status 0" settle
check "the helper is well" helper_is ok 0
raise "exit 3"
settle
check "exit status 3: the helper is failing" helper_is failing 0

for what in kill-itself end-by-term ignore-term "setsid lead-a-group"; do
	raise "exec $what"
done
raise "exit 255"
raise "exit 0"
check "all runs end" settle
check "every event came, in the order in which it was raised" all_there
check "the receipts' numbers grow" receipts_ordered
three=$(seq_of "exit 3") nine=$(seq_of "exec kill-itself") term=$(seq_of "exec end-by-term")
kill=$(seq_of "exec ignore-term") group=$(seq_of "exec setsid lead-a-group")
last=$(seq_of "exit 255")
check "each outcome is counted" counters
check "the trace tells the exit status" prints "exited 3" outcome "$three"
check "the trace tells the signal" prints "signaled 9" outcome "$nine"
# The time runs from the child's start, and exec comes before half of it is over
check "SIGTERM comes after the timeout" atleast $((unit / 2)) "$(lasted "$term")"
check "it comes before SIGKILL" [ -e "$WORK/asked" ]
check "SIGKILL follows after 2 s" atleast $((unit / 2 + 1990)) "$(lasted "$kill")"
check "it reaches the group that the helper leads" prints 0 processes "sleep 1001"
check "each failure is a record, which goes to no helper" own_records
check "the sums hold" conserved
check "the helper is well again" helper_is ok 0
check "one that stops itself: SIGKILL ends it" stops_itself
check "one that others stop and kill" stopped_by_others
trace_off
restore
finish
