#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# control/raise, and what the helper is given: arguments, environment, files.
. ./lib.sh

# What every record has
FIXED="HOME KEVNOTIFY_CGROUP_ID KEVNOTIFY_COMM KEVNOTIFY_CONTEXT KEVNOTIFY_CPU KEVNOTIFY_ID \
KEVNOTIFY_INSTANCE KEVNOTIFY_PID KEVNOTIFY_SEQ KEVNOTIFY_SOURCE KEVNOTIFY_TIME KEVNOTIFY_UID \
MESSAGE PATH PRIORITY SYSLOG_IDENTIFIER TROUBLED_DS "

# taken ARG…: a raise that is; its SEQ is in $seq
taken() {
	writes "$SYS/control/raise" "$@" && raised=$((raised + 1)) && seq=$(newest manual)
}

# invalid ARG…: EINVAL, and nothing is raised
invalid() {
	read -r before <"$SYS/stats/raised"
	write_is EINVAL "$SYS/control/raise" "$@" && counter_is raised "$before"
}

# arrives PRINTF-FORMAT MESSAGE: raised, and nothing but that message comes of it
arrives() {
	# shellcheck disable=SC2059 # it is one
	said=$(printf "$1" | ./write-errno "$SYS/control/raise")
	is OK "$said" && raised=$((raised + 1)) && seq=$(newest manual) &&
		gave "$seq" "MESSAGE=$2" &&
		is "$FIXED" "$(keys "$seq")"
}

levels() {
	for level in 0 1 2 3 4 5 6 7; do
		taken "<$level>of this level" &&
			gave "$seq" "PRIORITY=$level" "KEVNOTIFY_ID=$level" "TROUBLED_DS=$level" \
				'MESSAGE=of this level' || return 1
	done
	taken 'of no level' && gave "$seq" PRIORITY=5 KEVNOTIFY_ID=5 'MESSAGE=of no level' &&
		taken '<3> with a blank' && gave "$seq" PRIORITY=3 'MESSAGE=with a blank'
}

bad_levels() {
	invalid '<8>x' && one_line 'kevnotify: control/raise: ' '<0> to <7>' || return 1
	for text in '<>x' '<12>x' '<-1>x' '<3x' '<' '<3'; do
		invalid "$text" || return 1
	done
}

# long N: so many bytes
long() {
	printf "%0$1d" 0
}

lengths() {
	invalid "$NL" && one_line 'kevnotify: control/raise: ' '1 to 255 bytes' &&
		invalid '<3>' && invalid "<3> $NL" &&
		taken "$(long 255)" && gave "$seq" "MESSAGE=$(long 255)" &&
		taken "<4>$(long 255)$NL" && gave "$seq" "MESSAGE=$(long 255)" PRIORITY=4 &&
		invalid "$(long 256)" && invalid "<4>$(long 256)"
}

megabyte() {
	read -r before <"$SYS/stats/raised"
	said=$(head -c 1048576 /dev/zero | tr '\0' x | ./write-errno "$SYS/control/raise")
	has EINVAL "$said" && counter_is raised "$before"
}

no_nul() {
	read -r before <"$SYS/stats/raised"
	said=$(printf 'a\0b' | ./write-errno "$SYS/control/raise")
	has EINVAL "$said" && counter_is raised "$before"
}

plain() {
	arrives '%%n %%s %%p %%d' '%n %s %p %d' && arrives 'grüße € 😀' 'grüße € 😀' &&
		arrives "quote \" ' \$HOME = ;" "quote \" ' \$HOME = ;"
}

control_bytes() {
	arrives 'two\nlines' 'two\x0alines' && arrives 'x\nPATH=/tmp\n' 'x\x0aPATH=/tmp' &&
		arrives 'tab\tescape\033[1m\001' 'tab\x09escape\x1b[1m\x01' &&
		arrives 'back\\slash\177' 'back\x5cslash\x7f' &&
		arrives 'c1 \302\205 nbsp \302\240' "$(printf 'c1 \\xc2\\x85 nbsp \302\240')"
}

# Alone, too long, cut, a surrogate, beyond Unicode
bad_utf8() {
	arrives 'a\377\376b\200' 'a\xff\xfeb\x80' && arrives 'a\300\200b' 'a\xc0\x80b' &&
		arrives 'a\342\202b' 'a\xe2\x82b' && arrives 'a\355\240\200b' 'a\xed\xa0\x80b' &&
		arrives 'a\364\220\200\200b' 'a\xf4\x90\x80\x80b' && arrives 'a\360\237' 'a\xf0\x9f'
}

# Each byte becomes four
all_escaped() {
	arrives "$(long 255 | sed 's/0/\\001/g')" "$(long 255 | sed 's/0/\\x01/g')"
}

forged_name() {
	write_is OK -n "x${NL}PATH=/tmp" "$SYS/control/raise" text || return 1
	raised=$((raised + 1))
	seq=$(newest manual) &&
		gave "$seq" 'KEVNOTIFY_COMM=x\x0aPATH=/tmp' 'PATH=/sbin:/bin:/usr/sbin:/usr/bin' &&
		is "$FIXED" "$(keys "$seq")"
}

environment() {
	./write-errno "$SYS/control/raise" text >/dev/null &
	pid=$!
	wait "$pid"
	raised=$((raised + 1))
	seq=$(newest manual) &&
		gave "$seq" HOME=/ PATH=/sbin:/bin:/usr/sbin:/usr/bin TROUBLED_DS=5 PRIORITY=5 \
			SYSLOG_IDENTIFIER=kevnotify MESSAGE=text "KEVNOTIFY_SEQ=$seq" \
			KEVNOTIFY_SOURCE=manual KEVNOTIFY_ID=5 "KEVNOTIFY_PID=$pid" KEVNOTIFY_UID=0 \
			KEVNOTIFY_COMM=write-errno KEVNOTIFY_CONTEXT=task \
			"KEVNOTIFY_INSTANCE=$(cat "$SYS/instance")" \
			"KEVNOTIFY_CGROUP_ID=$(stat -c %i /sys/fs/cgroup)" &&
		is "$FIXED" "$(keys "$seq")" && plausible
}

# recent SECONDS: a time of the last minutes
recent() {
	age=$(($(date +%s) - $1))
	[ "$age" -ge 0 ] && [ "$age" -lt 600 ]
}

plausible() {
	time=$(value "$seq" KEVNOTIFY_TIME)
	case $time in
	*.[0-9][0-9][0-9][0-9][0-9][0-9]) ;;
	*) return 1 ;;
	esac
	recent "${time%.*}" && [ "$(value "$seq" KEVNOTIFY_CPU)" -lt "$(nproc)" ] &&
		holds "$SYS/abi" 1
}

arguments() {
	taken text && is "3 $WORK/script manual $seq" "$(cat "$WORK/arguments")"
}

files() {
	is "0 /dev/null 1 /kevnotify-stdout (deleted) 2 /kevnotify-stdout (deleted) " \
		"$(cat "$WORK/files")"
}

# talker: a helper of 155 lines, the long ones counted as three and two, the last unfinished
talker() {
	script_helper <<-'END'
	echo hello
	printf 'esc\033[31m\\n\n' >&2
	printf '%0600d\n%0480d\n' 0 0
	yes line | head -n 147
	printf unfinished
	END
}

output() {
	talker
	lines=$(counter output_lines) dropped=$(counter output_dropped)
	klog_mark
	taken text || return 1
	await 60 logged 1 "^kevnotify\[$seq\]: 55 more lines dropped" &&
		klog | sed -n "s/^kevnotify\[$seq\]: //p" >"$WORK/output"
	is 101 "$(wc -l <"$WORK/output")" && counter_is output_lines $((lines + 100)) &&
		counter_is output_dropped $((dropped + 55)) &&
		is hello "$(sed -n 1p "$WORK/output")" &&
		is 'esc\x1b[31m\n' "$(sed -n 2p "$WORK/output")" &&
		is '240 240 120 240 240 4 ' \
			"$(sed -n 3,8p "$WORK/output" | awk '{ printf "%d ", length }')"
}

# delayed: what had to wait says for how long, and what for can be seen
delayed() {
	mv "$HELPER" "$HELPER.away"
	raise text
	await 60 helper_is missing 2 && recent "$(cat "$SYS/helper_since")" || return 1
	mv "$HELPER.away" "$HELPER"
	writes "$PARAMS/helper" "$HELPER" && seq=$(newest manual) &&
		[ "$(value "$seq" KEVNOTIFY_DELAYED_MS)" -gt 0 ] &&
		is "$FIXED" "$(keys "$seq" | sed 's/KEVNOTIFY_DELAYED_MS //')" &&
		helper_is ok 0
}

# all_received: by the helper, as counted by us
all_received() {
	settle && source_is manual raised "$raised" && received "$raised" manual
}

# set_while_staged: a helper is set as events are staged, and kevnotifyd comes in time
set_while_staged() {
	reload burst=0 && slow 200 || return 1
	for _ in 1 2 3; do raise before; done
	in_time set_helper helper
}

# Though kevnotifyd is slow to look: the newest of three from before, and all after
first_helper() {
	tries 10 set_while_staged || return 1
	for _ in 1 2 3; do raise after; done
	echo 0 >"$DBG/inject/slow_ms"
	settle && counter_is skipped 2 && received 4 manual &&
		prints 'before;after;after;after;' messages
}

# A record in the trace is one line, whatever its message says
traced() {
	trace_on
	taken "two${NL}kevnotify_record: seq=9 message=forged"
	trace_off
	grep -q 'level=5 message=two\\x0akevnotify_record: seq=9 message=forged$' "$TRACE/trace" &&
		! grep -q '^kevnotify_record' "$TRACE/trace"
}

# raw_trace: what a reader of the raw buffer gets, of CPU 0's first page
raw_trace() {
	dd if="$TRACE/per_cpu/cpu0/trace_pipe_raw" bs=4096 count=1 2>/dev/null
}

# Nothing behind the strings of a record is left of what lay there before it
traced_raw() {
	size=$(cat "$TRACE/buffer_size_kb")
	taskset -p 1 "$(kevnotifyd)" >/dev/null
	echo 8 >"$TRACE/buffer_size_kb"
	trace_on
	# Each page of the buffer and the reader's
	for _ in $(seq 120); do
		taken "$(long 127 | tr 0 S)" || return 1
	done
	raw_trace | grep -q SSSSSSSS || { say "nothing in the raw trace"; return 1; }
	echo >"$TRACE/trace"
	taken text
	trace_off
	raw_trace >"$WORK/raw"
	echo "${size%% *}" >"$TRACE/buffer_size_kb"
	grep -q text "$WORK/raw" && ! grep -q SSSSSSSS "$WORK/raw"
}

# script_helper <TEXT: it gives a receipt too
script_helper() {
	{
		printf '#!/bin/sh\necho "$2 $1 - - - $MESSAGE" >>%s\n' "$RECEIPTS"
		cat
	} | program script
	set_helper script
}

plan 20
begin burst=0 helper_level=7
script_helper <<-'END'
	echo $(($# + 1)) "$0" "$@" >/root/kevnotify-test/arguments
	for fd in 0 1 2; do
		echo "$fd $(readlink /proc/$$/fd/$fd)"
	done | tr '\n' ' ' >/root/kevnotify-test/files
END
check "arguments: path, source, SEQ" arguments
check "files: /dev/null and the kernel log" files
set_helper helper
check "the environment is what is documented" environment
check "levels" levels
check "bad levels are EINVAL and raise nothing" bad_levels
check "1 to 255 bytes" lengths
check "a megabyte is EINVAL and raises nothing" megabyte
check "NUL is EINVAL and raises nothing" no_nul
check "plain text passes" plain
check "control bytes and backslashes are escaped" control_bytes
check "invalid UTF-8 is escaped" bad_utf8
check "a message may grow fourfold" all_escaped
check "a task's name forges nothing" forged_name
check "what had to wait says so" delayed
check "a record is one line in the trace" traced
check "the raw trace has nothing of older records" traced_raw
check "every raise reached the helper" all_received
check "output goes to the kernel log in lines, up to a limit" output
check "a first helper begins with the newest record" first_helper
check "nothing is lost" conserved
restore
finish
