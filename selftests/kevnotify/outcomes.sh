#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Each way in which a run can end, with no event lost and none out of order.
. ./lib.sh
. ./runs.sh

receiver helper
program kill-itself <<-'END'
#!/bin/sh
kill -9 $$
END
program end-by-term <<-END
#!/bin/sh
trap 'echo asked >$DIR/asked; exit 0' TERM
while :; do usleep 50000; done
END
program ignore-term <<-END
#!/bin/sh
trap '' TERM
exec sleep 1000
END
program lead-a-group <<-END
#!/bin/sh
trap '' TERM
sleep 1001 &
exec sleep 1001
END

# outcome SEQ: of the trace
outcome() {
	echo "$(run_trace "$1" outcome) $(run_trace "$1" code)"
}

# lasted SEQ: ms from exec to the end
lasted() {
	echo $(($(run_trace "$1" ns) / 1000000))
}

# seq_of MESSAGE: of its receipt
seq_of() {
	sed -n "s|^\([0-9]*\) $1\$|\1|p" "$RECEIPTS"
}

all_there() {
	is "exit 0;exit 3;exec kill-itself;exec end-by-term;exec ignore-term;exec setsid lead-a-group;exit 255;exit 0;" \
		messages
}

counters() {
	is 8 counter runs && is 8 counter delivered && is 4 counter exited &&
		is 2 counter exited_nonzero && is 1 counter signaled &&
		is 3 counter timedout && is 0 counter noexec && is 0 counter stuck
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
	is "$want" helper_records && is 6 counter filtered
}

plan 16
calibrate
reload helper="$DIR/helper" timeout="$unit"
trace_on
raise "exit 0"
check "exit status 0" await 60 quiet
check "the helper is well" is "ok 0" health
raise "exit 3"
await 60 quiet
check "exit status 3: the helper is failing" is "failing 0" health

for what in kill-itself end-by-term ignore-term "setsid lead-a-group"; do
	raise "exec $what"
done
raise "exit 255"
raise "exit 0"
check "all runs end" await 120 quiet
check "every event came, in the order in which it was raised" all_there
check "the receipts' numbers grow" in_order
three=$(seq_of "exit 3") nine=$(seq_of "exec kill-itself") term=$(seq_of "exec end-by-term")
kill=$(seq_of "exec ignore-term") group=$(seq_of "exec setsid lead-a-group")
last=$(seq_of "exit 255")
check "each outcome is counted" counters
check "the trace tells the exit status" is "exited 3" outcome "$three"
check "the trace tells the signal" is "signaled 9" outcome "$nine"
check "SIGTERM comes after the timeout" between "$(lasted "$term")" $((unit / 2)) $((unit + 1990))
check "it comes before SIGKILL" [ -e "$DIR/asked" ]
check "SIGKILL follows after 2 s" between \
	$(($(lasted "$kill") - $(lasted "$term"))) 1000 10000
check "it reaches the group that the helper leads" is 0 processes "sleep 1001"
check "each failure is a record, which goes to no helper" own_records
check "the sums hold" conserved
check "the helper is well again" is "ok 0" health
trace_off
restore
finish
