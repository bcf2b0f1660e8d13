#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# /dev/kevnotify: what a reader gets, and what an acknowledgement does to the helper.
. ./lib.sh

DEV=/dev/kevnotify
EXEC=/sys/module/kevnotify_test_exec/parameters
STORM=/sys/kernel/debug/kevnotify-storm
DONE=$WORK/done
DAY=86400000

# fresh N [PARAMETER…]: the module anew, and so many events in the log
fresh() {
	fresh=$1
	shift
	rm -f "$DONE" "$WORK/go" "$WORK/report"
	reload burst=0 "$@" && many "$fresh" && await 60 counter_reaches recorded "$fresh"
}

# gives RESULTS OPTION-OR-WORD…: what ./device prints
gives() {
	results=$1
	shift
	is "$results " "$(./device "$@")" "$*"
}

# recorded TEXT…: raised, and in the log
recorded() {
	for text; do
		raise "$text" || return 1
	done
	await 60 counter_is staged 0
}

# --- Reading

# What differs from one time to the next is N
known() {
	fresh 0 && recorded 'back\slash' && ./device -r rest 65536 >"$WORK/record" &&
		sed -E 's/^(__[A-Z]*_TIMESTAMP|KEVNOTIFY_CPU|KEVNOTIFY_CGROUP_ID)=[0-9]+$/\1=N/
			s/^(KEVNOTIFY_TIME)=[0-9]+\.[0-9]{6}$/\1=N/' "$WORK/record" >"$WORK/seen"
	cat >"$WORK/wanted" <<-END
	__REALTIME_TIMESTAMP=N
	__MONOTONIC_TIMESTAMP=N
	_BOOT_ID=$(tr -d - </proc/sys/kernel/random/boot_id)
	PRIORITY=5
	SYSLOG_IDENTIFIER=kevnotify
	MESSAGE=back\\x5cslash
	KEVNOTIFY_SEQ=1
	KEVNOTIFY_INSTANCE=$(cat "$SYS/instance")
	KEVNOTIFY_SOURCE=manual
	KEVNOTIFY_ID=5
	KEVNOTIFY_TIME=N
	KEVNOTIFY_CPU=N
	KEVNOTIFY_PID=$$
	KEVNOTIFY_UID=0
	KEVNOTIFY_COMM=device.sh
	KEVNOTIFY_CGROUP_ID=N
	KEVNOTIFY_CONTEXT=task

	END
	cmp -s "$WORK/wanted" "$WORK/seen" || { sed 's/^/# /' "$WORK/record"; return 1; }
}

# fields SEQ PATTERN: the lines of a record that match
fields() {
	./device -r rest 65536 | awk -v seq="KEVNOTIFY_SEQ=$1" -v RS= -v FS='\n' -v pattern="$2" '
		index($0 "\n", "\n" seq "\n") {
			for (i = 1; i <= NF; i++)
				if ($i ~ pattern)
					printf "%s ", $i
		}'
}

# What is for readers alone
of_the_helper() {
	fresh 0 helper="$HELPER" && raise "exit 3" && settle && prints \
		"KEVNOTIFY_SOURCE=helper KEVNOTIFY_ID=1 KEVNOTIFY_RUN_SEQ=1 KEVNOTIFY_OUTCOME=exited KEVNOTIFY_CODE=3 " \
		fields 2 '^KEVNOTIFY_(SOURCE|ID|RUN_SEQ|OUTCOME|CODE)=' &&
		fresh 2 && echo 1 >"$SYS/control/flush" && settle &&
		prints "KEVNOTIFY_ID=4 KEVNOTIFY_COUNT=2 " fields 3 '^KEVNOTIFY_(ID|COUNT)=' &&
		fresh 1 helper="$WORK/nothing" hold=1000 && await 60 counter_is expired 1 &&
		await 60 expired_told
}

expired_told() {
	prints "KEVNOTIFY_ID=2 KEVNOTIFY_COUNT=1 KEVNOTIFY_HOLD_MS=1000 " \
		fields "$(cat "$SYS/sources/helper/last")" '^KEVNOTIFY_(ID|COUNT|HOLD_MS)='
}

sizes() {
	fresh 5 && for size in 1 7 100 65536; do
		./device -r rest "$size" >"$WORK/size.$size" && cmp "$WORK/size.$size" "$WORK/size.1" ||
			return 1
	done && prints 5 grep -c '^$' "$WORK/size.1"
}

# It reads byte by byte, and leaves the next record to the next command
by_line() {
	exec 3<"$DEV"
	while read -r line <&3 && [ -n "$line" ]; do
		echo "$line"
	done >"$WORK/lines"
	dd bs=21 count=1 <&3 >"$WORK/next" 2>/dev/null
	exec 3<&-
	sed '/^$/,$d' "$WORK/size.1" | cmp - "$WORK/lines" &&
		prints __REALTIME_TIMESTAMP= cat "$WORK/next"
}

# The log has 25 to 40
seeks() {
	fresh 40 log_records=16 &&
		gives "EINVAL EINVAL 25 25 40 40 41 EAGAIN EINVAL EINVAL EINVAL EINVAL" \
			set 0 set 24 set 25 record set 40 record set 41 record set 42 set -1 cur 0 cur 1 &&
		gives "41 EAGAIN EINVAL EINVAL EINVAL EINVAL ESPIPE" \
			end 0 record end -1 end 1 data 25 hole 25 pread
}

seeks_away() {
	gives "10 30 30 5 41 EAGAIN" bytes 10 set 30 record bytes 5 end 0 record
}

polls() {
	fresh 1 && gives "in,out 1 EAGAIN -,out 0 in,out 1 0 2 -,out" poll record record poll epoll \
		run "$WORK/more 1" poll epoll epoll record poll &&
		gives "3 3 - in 3" -r set 3 end 0 poll run "$WORK/more 1" poll record
}

# The record is there, and for now the other task's
shared() {
	fresh 1 && gives "EAGAIN in,out EAGAIN" share record poll record
}

# late SEQ: a reader of what comes from there on, which sleeps; $late is its pid
late() {
	./device -r -b end 0 record >"$WORK/late" &
	late=$!
	await 60 prints "$1 " cat "$WORK/late" && await 60 asleep "$late"
}

sleeps() {
	late 4 && recorded x && wait "$late" && prints "4 4 " cat "$WORK/late"
}

killed() {
	late 5 && kill "$late" && ! wait "$late" && counter_is readers 0
}

# One that is read by half comes whole: those behind it are lost
lost() {
	fresh 20 log_records=16 &&
		gives "5 10 6 9+2 10" record bytes 10 run "$WORK/more 4" record record record
}

# One that was looked at is there; to go to another one begins anew
lost_anew() {
	gives "in,out 9 25 20 20 39+18 40" poll record end 0 set 20 record run "$WORK/more 30" \
		record record
}

disconnected() {
	fresh 3 && echo 3 >"$DBG/inject/disconnect" &&
		gives "1 2 EPIPE EPIPE in,out,hup,err" record record record record poll &&
		echo 0 >"$DBG/inject/disconnect" && gives "1 2 3 EAGAIN" record record record record
}

no_memory() {
	echo 1 >"$DBG/inject/alloc" && prints ENOMEM ./device record
	echo 0 >"$DBG/inject/alloc"
	counter_is readers 0
}

# --- Who may, and when

others() {
	prints "640 0 0" stat -c '%a %u %g' "$DEV" && write_is EPERM -c "$DEV" x &&
		one_line "kevnotify: $DEV: " CAP_SYS_ADMIN && write_is EPERM -u "$DEV" x &&
		gives EBADF -r write x && gives EBADF -w record
}

pins() {
	exec 3<"$DEV"
	exec 4<>"$DEV"
	! rmmod kevnotify 2>/dev/null && counter_is readers 2 && prints 2 grep -cx "reader pid=$$" "$DBG/refs" &&
		grep -qx "readers 2" "$DBG/refs" &&
		prints 2 grep -cx "cursor reader pid=$$ base=1 next=1 lost=0" "$DBG/log"
}

unpins() {
	exec 3<&- 4<&-
	counter_is readers 0 && rmmod kevnotify && [ ! -e "$DEV" ]
}

# --- Acknowledgements

# Nothing of that is one
junk() {
	fresh 2 fallback="$DAY" && gives \
		"1 EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL EINVAL" \
		record write '' write '\n' write 'ack' write 'ack\n' write 'ack \n' write 'ack 1' \
		write 'ack 1\n\n' write 'ack 1\nack 1\n' write 'ack  1\n' write 'ack +1\n' write 'ack -1\n' \
		write 'ack 0x1\n' write 'ack 1 \n' write ' ack 1\n' write 'ack 1\0\n' write 'Ack 1\n' &&
		gives "1 EINVAL EINVAL EINVAL EINVAL EFAULT EFAULT" record \
			write 'ack 18446744073709551617\n' write 'ack 99999999999999999999999999\n' \
			huge 4096 huge 1048576 fault &&
		counter_is acknowledged 0 && gives "1 6" record write 'ack 1\n' && counter_is acknowledged 1
}

# Only what this file was given, to its end, since it was opened or sought
never_given() {
	fresh 3 fallback="$DAY" &&
		gives "EINVAL 1 EINVAL EINVAL 10 EINVAL 2 EINVAL OK OK OK 1 EINVAL 1 OK EINVAL" \
			ack 1 record ack 0 ack 2 bytes 10 ack 2 record ack 3 ack 2 ack 2 ack 1 \
			set 1 ack 1 record ack 1 ack 2 &&
		gives EINVAL -w ack 1 && counter_is acknowledged 2 && add_up records
}

taken_over() {
	fresh 3 fallback="$DAY" helper="$HELPER" && gives "1 2 3 OK" record record record ack 2 &&
		counter_is acknowledged 2 && counter_is pending 1 && counter_is runs 0 &&
		echo 0 >"$PARAMS/fallback" && settle && received 1 && gave 3 KEVNOTIFY_SEQ=3 && conserved
}

# A helper without "fallback" gets all, also what waits for it
all_are_its_own() {
	reload burst=0 helper="$HELPER" && pause && raise one && await 60 counter_reaches recorded 1 &&
		gives "1 ESTALE ESTALE" record ack 1 ack 1 && counter_is acknowledged 0 && resume &&
		settle && received 1 && conserved
}

# As the guide has it
by_a_shell() {
	fresh 2 fallback="$DAY" && sh -c '
		exec 3<>/dev/kevnotify
		seq=
		while [ -z "$seq" ] || [ -n "$line" ]; do
			IFS= read -r line <&3
			case $line in KEVNOTIFY_SEQ=*) seq=${line#*=} ;; esac
		done
		echo "ack $seq" >&3' && counter_is acknowledged 1
}

# Those before it wait
overtaken() {
	fresh 0 fallback="$DAY" helper="$HELPER" && recorded "<4>a" "<1>b" "<4>c" "<1>d" &&
		gives "2 2 OK" set 2 record ack 2 && counter_is acknowledged 1 &&
		echo 0 >"$PARAMS/fallback" && settle && prints "d;a;c;" messages && conserved
}

# falls_back: what nobody takes over is the helper's, and not before its time
falls_back() {
	fresh 0 fallback="$unit" "$@" && took "$unit" 60000 one_falls_back &&
		echo "$DAY" >"$PARAMS/fallback" && recorded two && gives "2 2 OK" set 2 record ack 2 &&
		echo "$unit" >"$PARAMS/fallback" && recorded three && await 60 received 2 && prints "one;three;" messages && counter_is acknowledged 1
}

one_falls_back() {
	raise one && await 60 received 1
}

in_exec_mode() {
	falls_back helper="$HELPER" && conserved
}

in_pipe_mode() {
	falls_back helper="|$WORK/bytes-100" && conserved
}

# It waits in read(), and nothing but the time wakes it
resident() {
	falls_back helper="|$WORK/bytes-100" linger=0 && counter_is runs 1 &&
		echo "$DAY" >"$PARAMS/fallback" && recorded four && counter_is pending 1 &&
		echo 0 >"$PARAMS/fallback" && await 60 received 3 && echo >"$PARAMS/helper" && conserved
}

had_it() {
	fresh 1 helper="$HELPER" && settle && gives "1 ESTALE" record ack 1 &&
		echo "$DAY" >"$PARAMS/fallback" && recorded two three &&
		gives "1 2 3 ESTALE ESTALE OK OK OK ESTALE" record record record ack 3 ack 1 ack 2 \
			ack 3 ack 3 ack 1 && counter_is acknowledged 2 && received 1 && conserved
}

# Those that it did not get are well
not_for_it() {
	fresh 0 helper="$HELPER" helper_level=3 && recorded "<5>filtered" && settle && counter_is filtered 1 &&
		echo "$DAY" >"$PARAMS/fallback" && gives "1 OK" record ack 1 &&
		counter_is acknowledged 0 && conserved && fresh 2 &&
		echo 1 >"$SYS/control/flush" && await 60 counter_is skipped 2 &&
		gives "1 2 OK" record record ack 2 && counter_is acknowledged 0
}

# Its exec hangs
under_way() {
	echo 0 >"$EXEC/err" && echo 1 >"$EXEC/hang" && fresh 1 helper="$HELPER" &&
		await 60 holds "$EXEC/hanging" 1 && gives "1 ESTALE" record ack 1 && echo 0 >"$EXEC/hang" &&
		settle && received 1 && counter_is acknowledged 0 && conserved
}

# The log comes round on it meanwhile: it is given all the same, and counted once
outrun() {
	echo 1 >"$EXEC/hang" && fresh 1 helper="$HELPER" log_records=16 &&
		await 60 holds "$EXEC/hanging" 1 && echo "$DAY" >"$PARAMS/fallback" && many 40 &&
		await 60 counter_is recorded 41 && gives "26 26 OK" set 26 record ack 26 &&
		counter_is acknowledged 1 && counter_is overwritten 24 && counter_is delivered 0 &&
		echo 0 >"$EXEC/hang" && await 60 received 1 && echo 0 >"$PARAMS/fallback" && settle &&
		received 16 && value_is 27 KEVNOTIFY_LOST 24 && conserved
}

in_its_hands() {
	fresh 1 helper="|$WORK/half-until-go" && await 60 half_read &&
		gives "1 ESTALE" record ack 1 && touch "$WORK/go" && settle && received 1 &&
		counter_is acknowledged 0 && conserved
}

half_read() {
	grep -qsx half-read "$WORK/report"
}

# The run ended, and had not read it whole
out_of_its_hands() {
	fresh 1 helper="|$WORK/half" && await 60 helper_is failing 61 &&
		echo "$DAY" >"$PARAMS/fallback" && gives "1 OK" record ack 1 &&
		echo 0 >"$PARAMS/fallback" && settle && counter_is acknowledged 1 && counter_is delivered 0 && conserved
}

tested() {
	fresh 0 helper="$HELPER" fallback="$DAY" || return 1
	./device -b record ack 1 >"$WORK/late" &
	write_is OK "$SYS/control/test" 1 && wait && prints "1 OK " cat "$WORK/late" &&
		holds "$SYS/control/test" "1 acknowledged"
}

range() {
	refused ERANGE "$PARAMS/fallback" 86400001 "fallback: '86400001'" "1 to 86400000 ms, or 0" &&
		refused EINVAL "$PARAMS/fallback" soon && writes "$PARAMS/fallback" 0
}

# --- Many readers, while all CPUs raise

# reader NAME OPTION-OR-WORD…: what it prints comes to $WORK/NAME; $! is its pid
reader() {
	reader=$1
	shift
	./device "$@" >"$WORK/$reader" &
	readers=$((readers + 1))
	await 60 counter_is readers "$readers"
}

# Its memory is not there; or, without a word from the kernel about that, neither is it
stalled() {
	./device -r -b stall >"$WORK/stalled" &
	stalled=$!
	await 60 has_begun
}

has_begun() {
	counter_is readers $((readers + 1)) || [ -s "$WORK/stalled" ]
}

storm() {
	goals='3000 300 300 30' readers=0
	[ "${KEVNOTIFY_TIER:-}" != full ] || goals='200000 20000 20000 2000'
	fresh 0 log_records=64 stage_slots=256 && modprobe kevnotify-storm || return 1
	for n in 1 2 3 4; do
		reader "count.$n" -r count "$DONE" || return 1
	done
	reader bits -r bits "$DONE" && reader seek -r seek "$DONE" &&
		reader stopped -r count "$DONE" && stopped=$! && kill -STOP "$stopped" &&
		stalled && echo "$goals" >"$STORM/run" && await 60 counter_is staged 0
}

# It sleeps in copy_to_user(), with a record half given
looked_at() {
	is '' "$(cat "$WORK/stalled")" stalled &&
		grep -q "^cursor reader pid=$stalled " "$DBG/log" && kill "$stalled"
}

# What held still has held up nothing
go_on() {
	kill -CONT "$stopped" && : >"$DONE" && wait && counter_is readers 0
}

# accounted NAME: all records are given or told of as lost, none twice, and all are whole
accounted() {
	read -r got gone last wrong <"$WORK/$1" && say "$1: $got records, $gone lost" &&
		is 0 "$wrong" "$1: wrong ones" && is $((next - 1)) "$last" "$1: the last one"
}

each_accounted() {
	losers=0
	seen=$(awk '/^(records|closings|others) / { n += $2 } END { print n }' "$STORM/counts")
	next=$((seen + 1))
	counter_is recorded "$seen" || return 1
	for each in count.1 count.2 count.3 count.4 bits stopped; do
		accounted "$each" && is "$seen" $((got + gone)) "$each" || return 1
		losers=$((losers + (gone > 0)))
	done
	# What was stopped at the least
	atleast 1 "$losers" "readers that lost records" && accounted seek
}

plan 38
begin
program more <<END
#!/bin/sh
read -r was <$SYS/stats/recorded
n=0
while [ \$n -lt \$1 ]; do
	echo more >$SYS/control/raise
	n=\$((n + 1))
done
until read -r is <$SYS/stats/recorded && [ \$is -ge \$((was + \$1)) ]; do usleep 9000; done
END
for mode in bytes-100 half half-until-go; do
	cp reader "$WORK/$mode"
done
calibrate
check "each line of a record" known
check "what is about the helper" of_the_helper
check "any size of read" sizes
check "a shell reads line by line" by_line
check "seek: what is in the log or next" seeks
check "seek: what is left of a record does not come" seeks_away
check "O_NONBLOCK, poll and epoll" polls
check "a reader that sleeps gets the next record" sleeps
check "or ends by a signal" killed
if [ "$(./device -w stall)" = "ENOSYS " ]; then
	skip "O_NONBLOCK: another task's read is not waited for" "no userfaultfd here"
else
	check "O_NONBLOCK: another task's read is not waited for" shared
fi
check "KEVNOTIFY_LOST is exact" lost
check "and is told of what was skipped by nobody's will" lost_anew
check "inject/disconnect: EPIPE from then on" disconnected
check "inject/alloc: ENOMEM" no_memory
check "who may open it, and how" others
check "an open file: rmmod says busy, and who has it" pins
check "closed: the module goes" unpins
check "ack: what is no such line changes nothing" junk
check "ack: of what was not given" never_given
check "ack: taken over, the helper does not run" taken_over
check "ack: not from a helper that gets all" all_are_its_own
check "ack: by a shell" by_a_shell
check "ack: ahead of what waits" overtaken
check "fallback: the helper gets what nobody acknowledged" in_exec_mode
check "fallback: in pipe mode too" in_pipe_mode
check "fallback: a resident reader" resident
check "ack: ESTALE for what the helper had" had_it
check "ack: not for what was not for it" not_for_it
check "ack: ESTALE for what is read by half" in_its_hands
check "ack: not any more when that run has ended" out_of_its_hands
check "control/test: acknowledged" tested
check "fallback: its range" range
check "many readers, slow, stopped, stalled and seeking" storm
if [ "$(cat "$WORK/stalled")" = "ENOSYS " ]; then
	skip "one that sleeps in a fault can be looked at" "no userfaultfd here"
else
	check "one that sleeps in a fault can be looked at" looked_at
fi
check "none of them held up anything" go_on
check "each is given every record, or told how many are lost" each_accounted
rmmod kevnotify-storm
modprobe kevnotify-test-exec path="$HELPER"
check "ack: ESTALE for what a run under way is for" under_way
check "ack: the log came round on that" outrun
echo 0 >"$EXEC/hang"
restore
rmmod kevnotify-test-exec
finish
