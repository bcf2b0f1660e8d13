#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --smp 2
#
# Pipe mode: one run reads many records on its standard input.
. ./lib.sh

begin

REPORT=$WORK/report
for mode in fixed polls leaves-child child-reads half half-until-go slow hang again event-loop bytes-1 bytes-7 \
	bytes-100 bytes-65536; do
	cp reader "$WORK/$mode"
done

# script NAME <TEXT: a helper that has $WORK, $RECEIPTS and what it was started with
script() {
	{
		printf '#!/bin/sh\nWORK=%s RECEIPTS=%s\n' "$WORK" "$RECEIPTS"
		cat
	} | program "$1"
}

script by-line <<'END'
tr '\0' '\n' </proc/$$/environ >$WORK/environ
echo "$# $(tr '\0' ' ' </proc/$$/cmdline)" >$WORK/args
while IFS= read -r line; do
	echo "$line" >>$WORK/lines
	case $line in
	KEVNOTIFY_SEQ=*) seq=${line#*=} ;;
	MESSAGE=*) message=${line#*=} ;;
	'') echo "$seq - - - - $message" >>$RECEIPTS ;;
	esac
done
END
script by-cat <<'END'
exec cat >>$WORK/bytes
END
script by-awk <<'END'
exec awk -F= '/^KEVNOTIFY_SEQ/ { seq = $2 } /^MESSAGE/ { message = $2 }
	/^$/ { print seq, "- - - -", message }' >>$RECEIPTS
END
script late <<'END'
while [ ! -e $WORK/go ]; do usleep 20000; done
END
# All that it opens it opens as somebody else
script by-user <<'END'
exec su -s /bin/sh nobody -c 'id -u >/dev/stderr && exec cat /dev/stdin >/dev/stdout'
END
script says <<'END'
echo "one line"
exec cat >/dev/null
END

# It has read two records when it hangs
script restarts <<'END'
while read -r line; do
	message=${line#MESSAGE=}
	[ "$message" = "$line" ] || now=$message
	case $now$line in
	daemon) sleep 1117 <&- >&- 2>&- & ;;
	hang)
		while [ ! -e $WORK/go ]; do usleep 20000; done
		(trap '' TERM && exec sleep 1118 <&- >&- 2>&-) &
		exec sleep 1119
		;;
	esac
done
END

# piped NAME [PARAMETER…]: a fresh module with that helper, and nothing reported
piped() {
	rm -f "$REPORT" "$WORK/go" "$WORK/lines" "$WORK/bytes"
	piped=$1
	shift
	reload burst=0 helper="|$WORK/$piped" "$@"
}

# reported LINE: is it in the report?
reported() {
	grep -qxF "$1" "$REPORT" 2>/dev/null
}

by_line() {
	piped by-line && raise "first one" && raise 'a\b' && raise third && settle &&
		prints 'first one;a\x5cb;third;' messages && receipts_ordered && counter_is runs 1 &&
		counter_is delivered 3 && helper_is ok 0 && conserved
}

what_it_gets() {
	counter_is exited 1 && prints "HOME=/ PATH=/sbin:/bin:/usr/sbin:/usr/bin " \
		tr '\n' ' ' <"$WORK/environ" && prints "0 /bin/sh $WORK/by-line " cat "$WORK/args" &&
		prints 3 grep -c '^TROUBLED_DS=5$' "$WORK/lines" &&
		prints 3 grep -c '^__REALTIME_TIMESTAMP=[0-9]*$' "$WORK/lines" &&
		prints 3 grep -c '^__MONOTONIC_TIMESTAMP=[0-9]*$' "$WORK/lines" &&
		prints 3 grep -c '^$' "$WORK/lines" && ! grep -v '^[A-Z_]*=' "$WORK/lines" | grep -q .
}

by_cat() {
	piped by-cat && many 20 && settle &&
		prints 20 grep -c '^$' "$WORK/bytes" && counter_is delivered 20 &&
		sed -n 's/^KEVNOTIFY_SEQ=//p' "$WORK/bytes" | cmp - "$WORK/twenty"
}

by_awk() {
	piped by-awk && many 20 && settle && received 20 && receipts_ordered && conserved
}

sizes() {
	for size in 1 7 100 65536; do
		piped "bytes-$size" && many 20 && settle && received 20 && receipts_ordered &&
			counter_is runs 1 && conserved && [ ! -e "$REPORT" ] || return 1
	done
}

fixed() {
	piped fixed && raise true && settle && for line in "lseek -1 ESPIPE" \
		"pread -1 ESPIPE" "fifo 1 -" "reopen 0 -" "write -1 EBADF" "nothing 0 -" \
		"fault -1 EFAULT"; do
		reported "$line" || { echo "# no '$line' in: $(tr '\n' ';' <"$REPORT")"; return 1; }
	done && received 1 && conserved
}

by_user() {
	piped by-user && klog_mark && raise one && raise two && settle && counter_is delivered 2 &&
		counter_is exited 1 && counter_is exited_nonzero 0 && logged 1 "kevnotify\[1\]: 65534$" &&
		logged 1 "kevnotify\[1\]: MESSAGE=one$" && logged 1 "kevnotify\[1\]: MESSAGE=two$" && balanced
}

# 1 is POLLIN, 17 with POLLHUP; 4 is POLLOUT
polls() {
	piped polls linger=86400000 && raise true && await 60 reported ready && raise "<7>true" &&
		await 60 counter_is recorded 2 && usleep 300000 && ! grep -q epoll-wait "$REPORT" &&
		raise true && await 60 received 2 && pause && resume && settle &&
		prints "poll-record 1 -;poll-none 0 -;read-none -1 EAGAIN;epoll-add 0 -;poll-output 4 -;ready;epoll-wait 1 -;poll-end 17 -;read-end 0 -;poll-end-again 17 -;" \
			tr '\n' ';' <"$REPORT" && counter_is filtered 1 && received 2 && conserved
}

# Also those that come while it waits
loops() {
	piped event-loop linger=86400000 && raise one && raise two && await 60 received 2 &&
		await 60 sleeps_in_epoll && raise three && raise four && await 60 received 4 && pause &&
		counter_is exited 1 && counter_is exited_nonzero 0 && counter_is runs 1 && receipts_ordered && conserved
}

sleeps_in_epoll() {
	asleep "$(active_pid)"
}

# A child of the first run sits beside the second one, which gets everything
leaves_child() {
	piped leaves-child && raise one && settle && received 1 &&
		! rmmod kevnotify 2>/dev/null && prints 1 open_pipes &&
		set_pipe hang && raise two && await 60 received 2 &&
		raise three && touch "$WORK/go" && await 60 reported child-done &&
		reported "child-read 0 -" && reported "child-read-again 0 -" &&
		reported "child-poll 17 -" && counter_is delivered 2 && received 2
}

open_pipes() {
	sed -n 's/^pipes //p' "$DBG/refs"
}

then_another() {
	set_pipe bytes-100
	await 60 counter_is timedout 1
	settle && prints "one;two;three;" messages && receipts_ordered && prints 0 open_pipes && conserved
}

# It sleeps in read() when the run ends, and nothing else would wake it
child_reads() {
	piped child-reads linger=86400000 && raise one && settle && reported child-sleeps &&
		await 60 reported "child-read 0 -" && received 1 && conserved
}

told_unread() {
	has "helper read nothing of record 1: exited 0;" "$(helper_records)"
}

# Not read to its end: it comes again, whole, and the run was a failure
half() {
	piped half && trace_on && raise true && await 60 helper_is failing 61 && counter_is delivered 0 &&
		counter_reaches pending 1 &&
		await 60 told_unread &&
		set_pipe bytes-7 && settle && received 1 && helper_is ok 0 && conserved
}

no_spin() {
	piped half && trace_on && echo "|/bin/true" >"$PARAMS/helper" && raise true && raise true &&
		await 60 helper_is failing 61 && await 120 runs_over 4 1 && backs_off 1 &&
		counter_is delivered 0 && set_pipe bytes-100 && settle && received 2 && conserved
	result=$?
	trace_off
	return "$result"
}

# Five records at 200 ms each, with a limit of 600
outlasts() {
	piped slow timeout=$((unit + 400)) && many $(((unit + 400) / 200 + 8)) && settle &&
		counter_is timedout 0 && counter_is runs 1 && received "$raised" && conserved
}

first_message() {
	messages | sed "s/;.*/;/"
}

hangs() {
	piped hang timeout="$unit" && raise one && raise two && await 60 reported hangs &&
		await 60 counter_is timedout 1 &&
		prints "one;" first_message && await 60 counter_is timedout 2 && receipts_ordered &&
		received 2 && helper_is failing 0 && await 60 state_is idle && conserved
}

# What waits for an event is well, however long
waits() {
	piped bytes-100 timeout="$unit" linger=$((unit * 4)) && raise one && await 60 received 1 &&
		usleep $((unit * 2000)) && raise two && await 60 received 2 &&
		settle && counter_is timedout 0 && counter_is runs 1 && conserved
}

# An hour, and it would not be at rest; and then not less than it says
lingers() {
	piped bytes-100 linger=3600000 && trace_on && raise one && await 60 received 1 &&
		await 60 asleep "$(kevnotifyd)" && state_is running && echo 1 >"$PARAMS/linger" && settle &&
		counter_is runs 1 && echo "$unit" >"$PARAMS/linger" && raise two && settle &&
		counter_is runs 2 && atleast $((unit - 20)) $(($(run_trace 2 ns) / 1000000)) "ms of the run" &&
		conserved
	result=$?
	trace_off
	return "$result"
}

pauses() {
	piped bytes-100 linger=86400000 && raise one && await 60 received 1 &&
		state_is running && pause && state_is paused &&
		counter_is exited 1 && raise two && usleep 300000 && received 1 && resume &&
		await 60 received 2 && counter_is runs 2 && pause && resume
}

# The helper gets the rest of its record, and the end of file behind it
pauses_inside() {
	piped half-until-go && raise one && raise two && await 60 reported half-read
	pause &
	await 60 holds "$SYS/control/paused" 1 && usleep 200000 && state_is running &&
		touch "$WORK/go" && wait && state_is paused && prints one\; messages &&
		counter_is delivered 1 && set_pipe bytes-7 && resume &&
		settle && prints "one;two;" messages && conserved
}

# It has read nothing, but not of its own will
pauses_before() {
	piped late && raise one && await 60 state_is running
	pause &
	await 60 holds "$SYS/control/paused" 1 && usleep 200000 &&
		touch "$WORK/go" && wait && counter_is runs 1 &&
		counter_is exited 1 && helper_is ok 0 && set_pipe bytes-7 && resume &&
		settle && received 1 && conserved
}

another_helper() {
	piped bytes-100 linger=86400000 && raise one && await 60 received 1 &&
		set_pipe by-line && raise two && await 60 received 2 &&
		counter_is runs 2 && echo >"$PARAMS/helper" && await 60 helper_is none 0 &&
		counter_is exited 2 && state_is idle && conserved
}

overrun() {
	piped by-line log_records=16 && pause && many 40 && await 60 counter_is overwritten 24 &&
		counter_is pending 16 && resume && settle && received 16 &&
		prints 1 grep -c '^KEVNOTIFY_LOST=24$' "$WORK/lines" &&
		prints 1 grep -c '^KEVNOTIFY_LOST=' "$WORK/lines" &&
		prints 1 grep -c '^KEVNOTIFY_DELAYED_MS=' "$WORK/lines" && conserved
}

told_thrice() {
	atleast 3 "$(grep -c "read -1 EPIPE" "$REPORT")"
}

# It fails each third read of a reader, who tries again and is told the same
disconnect() {
	piped again && : >"$REPORT" && echo 3 >"$DBG/inject/disconnect" && raise one && raise two &&
		await 60 told_thrice && await 60 counter_reaches exited_nonzero 1 &&
		echo 0 >"$DBG/inject/disconnect" && set_pipe bytes-65536 &&
		settle && prints "one;two;" messages && receipts_ordered && conserved
}

output() {
	piped says && dmesg -c >/dev/null && raise true && settle &&
		dmesg | grep -q 'kevnotify\[1\]: one line'
}

forms() {
	reload && write_is EINVAL "$PARAMS/helper" '|' && write_is EINVAL "$PARAMS/helper" '|bin/true' &&
		write_is EINVAL "$PARAMS/helper" '| /bin/true' &&
		write_is ENOENT "$PARAMS/helper" '|/bin/nosuch' &&
		write_is ENAMETOOLONG "$PARAMS/helper" "|/$(printf '%0255d' 0)" &&
		write_is ENOENT "$PARAMS/helper" "|/$(printf '%0254d' 0)" &&
		write_is OK /proc/sys/kevnotify/helper '|/bin/true' &&
		holds "$PARAMS/helper" '|/bin/true' && holds /proc/sys/kevnotify/helper '|/bin/true'
}

# Before anything could be read: as in exec mode
missing() {
	piped nosuch && raise one && await 60 helper_is missing 2 && counter_is delivered 0 &&
		set_pipe bytes-100 && settle && received 1 && conserved
}

# It is there before the first event, and stays
resident() {
	piped bytes-100 linger=0 timeout="$unit" && await 60 state_is running && counter_is runs 1 &&
		raise one && await 60 received 1 && usleep $((unit * 2000)) && raise two &&
		await 60 received 2 && counter_is runs 1 && counter_is timedout 0
}

# It can be started now, and has nothing to read
resident_is_found() {
	mv "$WORK/bytes-7" "$WORK/away" && piped bytes-7 linger=0 && await 60 helper_is missing 2 &&
		mv "$WORK/away" "$WORK/bytes-7" && await 60 state_is running && await 60 helper_is ok 0 &&
		counter_is delivered 0 && echo >"$PARAMS/helper" && await 60 state_is idle
}

resident_comes_again() {
	kill -9 "$(active_pid)"
	await 60 counter_is runs 2 && await 60 state_is running && raise three && await 60 received 3
}

# A pause ends it, as does another helper; the one that is set begins at once
resident_is_replaced() {
	pause && state_is paused && counter_is runs 2 && resume && await 60 counter_is runs 3 &&
		set_pipe bytes-7 && await 60 counter_is runs 4 && await 60 state_is running &&
		raise four && await 60 received 4 && prints "one;two;three;four;" messages && receipts_ordered &&
		echo >"$PARAMS/helper" && await 60 state_is idle && balanced
}

# The time counts when there is one more to read. What it started before is a daemon, which
# lives on; what it has started since is its tree.
resident_hangs() {
	piped restarts linger=0 timeout="$unit" && raise daemon && await 60 prints 1 processes "sleep 1117" &&
		raise hang && await 60 counter_is delivered 2 && usleep 100000 && raise more &&
		await 60 counter_is recorded 3 && await 60 asleep "$(kevnotifyd)" && touch "$WORK/go" &&
		await 60 counter_is timedout 1 && prints 0 processes "sleep 111[89]" &&
		prints 1 processes "sleep 1117" && kill "$(pidof sleep)" && echo >"$PARAMS/helper" &&
		await 60 state_is idle
}

resident_does_not_spin() {
	reload burst=0 linger=0 && trace_on && echo "|/bin/true" >"$PARAMS/helper" &&
		await 60 helper_is failing 61 && await 120 runs_over 4 0 && backs_off 0 && set_pipe bytes-100 &&
		await 60 state_is running && raise one && await 60 received 1 && pause && resume &&
		echo >"$PARAMS/helper" && settle
	result=$?
	trace_off
	return "$result"
}

seq 1 20 >"$WORK/twenty"
plan 33
calibrate
check "a shell reads line by line" by_line
check "its arguments, its environment and the records' lines" what_it_gets
check "cat" by_cat
check "awk" by_awk
check "any size of read" sizes
check "a FIFO: no offset, no writing; it can be opened again" fixed
check "nor does it take root to open it" by_user
check "poll and epoll" polls
check "an event loop" loops
check "a child that keeps the file takes nothing from the next run" leaves_child
check "the next run has it all" then_another
check "a child that is reading is told of the run's end" child_reads
check "half a record read: pending again" half
check "a helper that does not read is not started without end" no_spin
check "a storm that outlasts timeout" outlasts
check "a helper that reads no more is ended" hangs
check "one that waits is not" waits
check "linger" lingers
check "a pause ends the file first" pauses
check "but not inside of a record" pauses_inside
check "a pause before it reads: no failure" pauses_before
check "another helper ends it too" another_helper
check "KEVNOTIFY_LOST after an overrun" overrun
check "inject/disconnect: EPIPE, and nothing is lost" disconnect
check "output has the number of the first record" output
check "linger 0: a resident reader is there before the first event" resident
check "it comes again when it has ended" resident_comes_again
check "a pause and another helper end it" resident_is_replaced
check "one that hangs ends with its tree, and its daemon lives on" resident_hangs
check "one that was missing is well when it runs, with nothing to read" resident_is_found
check "one that ends at once is not started without end" resident_does_not_spin
check "which values are accepted" forms
check "a helper that is missing: events wait" missing
restore
finish
