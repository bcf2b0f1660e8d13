#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Pipe mode: one run reads many records on its standard input.
. ./lib.sh
. ./runs.sh

REPORT=$DIR/report
for mode in fixed polls leaves-child half half-until-go slow hang again bytes-1 bytes-7 \
	bytes-100 bytes-65536; do
	cp reader "$DIR/$mode"
done

# script NAME <TEXT: a helper that has $DIR, $RECEIPTS and what it was started with
script() {
	{
		printf '#!/bin/sh\nDIR=%s RECEIPTS=%s\n' "$DIR" "$RECEIPTS"
		cat
	} | program "$1"
}

script by-line <<'END'
tr '\0' '\n' </proc/$$/environ >$DIR/environ
echo "$# $(tr '\0' ' ' </proc/$$/cmdline)" >$DIR/args
while IFS= read -r line; do
	echo "$line" >>$DIR/lines
	case $line in
	KEVNOTIFY_SEQ=*) seq=${line#*=} ;;
	MESSAGE=*) message=${line#*=} ;;
	'') echo "$seq $message" >>$RECEIPTS ;;
	esac
done
END
script by-cat <<'END'
exec cat >>$DIR/bytes
END
script by-awk <<'END'
exec awk -F= '/^KEVNOTIFY_SEQ/ { seq = $2 } /^MESSAGE/ { message = $2 }
	/^$/ { print seq, message }' >>$RECEIPTS
END
script says <<'END'
echo "one line"
exec cat >/dev/null
END

# piped NAME [PARAMETER…]: a fresh module with that helper, and nothing reported
piped() {
	rm -f "$REPORT" "$DIR/go" "$DIR/lines" "$DIR/bytes"
	piped=$1
	shift
	reload helper="|$DIR/$piped" "$@"
}

# reported LINE: is it in the report?
reported() {
	grep -qxF "$1" "$REPORT" 2>/dev/null
}

pause() { echo 1 >"$SYS/control/paused"; }
resume() { echo 0 >"$SYS/control/paused"; }

by_line() {
	piped by-line && raise "first one" && raise 'a\b' && raise third && await 60 quiet &&
		is 'first one;a\x5cb;third;' messages && in_order && is 1 counter runs &&
		is 3 counter delivered && is "ok 0" health && conserved
}

what_it_gets() {
	is 1 counter exited && is "HOME=/ PATH=/sbin:/bin:/usr/sbin:/usr/bin " \
		tr '\n' ' ' <"$DIR/environ" && is "0 /bin/sh $DIR/by-line " cat "$DIR/args" &&
		is 3 grep -c '^TROUBLED_DS=5$' "$DIR/lines" &&
		is 3 grep -c '^__REALTIME_TIMESTAMP=[0-9]*$' "$DIR/lines" &&
		is 3 grep -c '^__MONOTONIC_TIMESTAMP=[0-9]*$' "$DIR/lines" &&
		is 3 grep -c '^$' "$DIR/lines" && ! grep -v '^[A-Z_]*=' "$DIR/lines" | grep -q .
}

by_cat() {
	piped by-cat && many 20 && await 60 quiet &&
		is 20 grep -c '^$' "$DIR/bytes" && is 20 counter delivered &&
		sed -n 's/^KEVNOTIFY_SEQ=//p' "$DIR/bytes" | cmp - "$DIR/twenty"
}

by_awk() {
	piped by-awk && many 20 && await 60 quiet && is 20 received && in_order && conserved
}

sizes() {
	for size in 1 7 100 65536; do
		piped "bytes-$size" && many 20 && await 60 quiet && is 20 received && in_order &&
			is 1 counter runs && conserved && [ ! -e "$REPORT" ] || return 1
	done
}

fixed() {
	piped fixed && raise true && await 60 quiet && for line in "lseek -1 ESPIPE" \
		"pread -1 ESPIPE" "reopen -1 ENXIO" "write -1 EBADF" "nothing 0 -" \
		"fault -1 EFAULT"; do
		reported "$line" || { echo "# no '$line' in: $(tr '\n' ';' <"$REPORT")"; return 1; }
	done && is 1 received && conserved
}

# 1 is POLLIN, 17 with POLLHUP
polls() {
	piped polls && raise true && await 60 reported ready && raise "<7>true" &&
		usleep 300000 && ! grep -q epoll-wait "$REPORT" && raise true && await 60 quiet &&
		is "poll-record 1 -;poll-none 0 -;read-none -1 EAGAIN;epoll-add 0 -;ready;epoll-wait 1 -;poll-end 17 -;read-end 0 -;poll-end-again 17 -;" \
			tr '\n' ';' <"$REPORT" && is 1 counter filtered && is 2 received && conserved
}

# A child of the first run sits beside the second one, which gets everything
leaves_child() {
	piped leaves-child && raise one && await 60 quiet && is 1 received &&
		! rmmod kevnotify 2>/dev/null && is 1 open_pipes &&
		echo "|$DIR/hang" >"$PARAMS/helper" && raise two && await 60 is 2 received &&
		raise three && touch "$DIR/go" && await 60 reported child-done &&
		reported "child-read 0 -" && reported "child-read-again 0 -" &&
		reported "child-poll 17 -" && is 2 counter delivered && is 2 received
}

open_pipes() {
	sed -n 's/^pipes //p' "$DBG/refs"
}

then_another() {
	echo "|$DIR/bytes-100" >"$PARAMS/helper"
	await 60 is 1 counter timedout
	await 60 quiet && is "one;two;three;" messages && in_order && is 0 open_pipes && conserved
}

# Not read to its end: it comes again, whole, and the run was a failure
half() {
	piped half && trace_on && raise true && await 60 is "failing 61" health && is 0 counter delivered &&
		atleast 1 counter pending && echo "|$DIR/bytes-7" >"$PARAMS/helper" &&
		await 60 quiet && is 1 received && is "ok 0" health && conserved
}

# After 1, 2, 4 s
no_spin() {
	trace_off
	piped half && echo "|/bin/true" >"$PARAMS/helper" && raise true && raise true &&
		await 60 is "failing 61" health && sleep 6 && between "$(counter runs)" 2 5 &&
		is 0 counter delivered &&
		echo "|$DIR/bytes-100" >"$PARAMS/helper" && await 60 quiet && is 2 received &&
		conserved
}

# Five records at 200 ms each, with a limit of 600
outlasts() {
	piped slow timeout=$((unit + 400)) && many $(((unit + 400) / 200 + 8)) && await 120 quiet &&
		is 0 counter timedout && is 1 counter runs && is "$raised" received && conserved
}

first_message() { sed -n '1s/[0-9]* //p' "$RECEIPTS" | tr '\n' ';'; }

hangs() {
	piped hang timeout="$unit" && raise one && raise two && await 60 reported hangs &&
		took 0 $((unit * 4)) await 60 is 1 counter timedout &&
		is "one;" first_message && await 60 is 2 counter timedout && in_order &&
		is 2 received && is "failing 0" health && await 60 is idle state && conserved
}

# What waits for an event is well, however long
waits() {
	piped bytes-100 timeout="$unit" linger=$((unit * 4)) && raise one && await 60 is 1 received &&
		usleep $((unit * 2000)) && raise two && await 60 is 2 received &&
		await 60 quiet && is 0 counter timedout && is 1 counter runs && conserved
}

lingers() {
	piped bytes-100 linger=$((unit * 4)) && raise one && await 60 is 1 received &&
		took $((unit * 2)) $((unit * 12)) await 60 quiet && raise two && await 60 quiet &&
		is 2 counter runs && echo 0 >"$PARAMS/linger" && raise three &&
		took 0 $((unit * 4)) await 60 quiet && is 3 counter runs && conserved
}

pauses() {
	piped bytes-100 linger=86400000 && raise one && await 60 is 1 received &&
		is running state && took 0 $((unit * 2)) pause && is paused state &&
		is 1 counter exited && raise two && usleep 300000 && is 1 received && resume &&
		await 60 is 2 received && is 2 counter runs && pause && resume
}

# The helper gets the rest of its record, and the end of file behind it
pauses_inside() {
	piped half-until-go && raise one && raise two && await 60 reported half-read
	pause &
	await 60 is 1 cat "$SYS/control/paused" && usleep 200000 && is running state &&
		touch "$DIR/go" && wait && is paused state && is one\; messages &&
		is 1 counter delivered && echo "|$DIR/bytes-7" >"$PARAMS/helper" && resume &&
		await 60 quiet && is "one;two;" messages && conserved
}

another_helper() {
	piped bytes-100 linger=86400000 && raise one && await 60 is 1 received &&
		echo "|$DIR/by-line" >"$PARAMS/helper" && raise two && await 60 is 2 received &&
		is 2 counter runs && echo >"$PARAMS/helper" && await 60 is "none 0" health &&
		is 2 counter exited && is idle state && conserved
}

overrun() {
	piped by-line log_records=16 && pause && many 40 && await 60 is 24 counter overwritten &&
		is 16 counter pending && resume && await 60 quiet && is 16 received &&
		is 1 grep -c '^KEVNOTIFY_LOST=24$' "$DIR/lines" &&
		is 1 grep -c '^KEVNOTIFY_LOST=' "$DIR/lines" &&
		is 1 grep -c '^KEVNOTIFY_DELAYED_MS=' "$DIR/lines" && conserved
}

# It fails each third read of a reader, who tries again and is told the same
disconnect() {
	piped again && : >"$REPORT" && echo 3 >"$DBG/inject/disconnect" && raise one && raise two &&
		await 60 atleast 3 grep -c "read -1 EPIPE" "$REPORT" && await 60 atleast 1 counter exited_nonzero &&
		echo 0 >"$DBG/inject/disconnect" && echo "|$DIR/bytes-65536" >"$PARAMS/helper" &&
		await 60 quiet && is "one;two;" messages && in_order && conserved
}

output() {
	piped says && dmesg -c >/dev/null && raise true && await 60 quiet &&
		dmesg | grep -q 'kevnotify\[1\]: one line'
}

forms() {
	reload && is EINVAL errno_of "$PARAMS/helper" '|' && is EINVAL errno_of "$PARAMS/helper" '|bin/true' &&
		is EINVAL errno_of "$PARAMS/helper" '| /bin/true' &&
		is ENOENT errno_of "$PARAMS/helper" '|/bin/nosuch' &&
		is ENAMETOOLONG errno_of "$PARAMS/helper" "|/$(printf '%0255d' 0)" &&
		is ENOENT errno_of "$PARAMS/helper" "|/$(printf '%0254d' 0)" &&
		is OK errno_of /proc/sys/kevnotify/helper '|/bin/true' &&
		is '|/bin/true' cat "$PARAMS/helper" && is '|/bin/true' cat /proc/sys/kevnotify/helper
}

# Before anything could be read: as in exec mode
missing() {
	piped nosuch && raise one && await 60 is "missing 2" health && is 0 counter delivered &&
		echo "|$DIR/bytes-100" >"$PARAMS/helper" && await 60 quiet && is 1 received && conserved
}

seq 1 20 >"$DIR/twenty"
receiver helper
plan 23
calibrate
check "a shell reads line by line" by_line
check "its arguments, its environment and the records' lines" what_it_gets
check "cat" by_cat
check "awk" by_awk
check "any size of read" sizes
check "no offset, no second opening, no writing" fixed
check "poll and epoll" polls
check "a child that keeps the file takes nothing from the next run" leaves_child
check "the next run has it all" then_another
check "half a record read: pending again" half
check "a helper that does not read is not started without end" no_spin
check "a storm that outlasts timeout" outlasts
check "a helper that reads no more is ended" hangs
check "one that waits is not" waits
check "linger" lingers
check "a pause ends the file first" pauses
check "but not inside of a record" pauses_inside
check "another helper ends it too" another_helper
check "KEVNOTIFY_LOST after an overrun" overrun
check "inject/disconnect: EPIPE, and nothing is lost" disconnect
check "output has the number of the first record" output
check "which values are accepted" forms
check "a helper that is missing: events wait" missing
restore
finish
