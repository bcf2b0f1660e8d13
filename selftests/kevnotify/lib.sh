# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests in a guest share. Helpers give receipts, which are counted
# outside the module; each load of the module begins with none.

PARAMS=/sys/module/kevnotify/parameters
SYS=/sys/kernel/kevnotify
DBG=/sys/kernel/debug/kevnotify
TRACE=/sys/kernel/debug/tracing
WORK=/root/kevnotify-test
HELPER=$WORK/helper
RECEIPTS=$WORK/receipts
GOT=$WORK/got
NL='
'
# Sources that are on by default, in their order
SOURCES_ON=oom,memory,files,pids,taint,manual,signal,oops,warn,panic,hung,block,fs,mce,thermal,txtimeout
export SOURCES_ON
export PARAMS SYS DBG TRACE WORK HELPER RECEIPTS GOT NL

tap_n=0
tap_bad=0
klog_n=0
klog_since=
raised=0

# --- KTAP

# plan N
plan() {
	echo "TAP version 13"
	echo "1..$1"
}

# chosen NAME: with the regex KEVNOTIFY_ONLY there may be fewer tests
chosen() {
	[ -z "${KEVNOTIFY_ONLY:-}" ] || echo "$1" | grep -qE "$KEVNOTIFY_ONLY"
}

# check NAME COMMAND…: passes if COMMAND succeeds
check() {
	name=$1
	shift
	chosen "$name" || { skip "$name" "not in KEVNOTIFY_ONLY"; return; }
	tap_n=$((tap_n + 1))
	# Which case it was that made the kernel say something, and how long each took
	echo "<6>test ${0##*/} $tap_n" >/dev/kmsg
	if "$@"; then
		echo "ok $tap_n $name"
	else
		echo "not ok $tap_n $name"
		tap_bad=$((tap_bad + 1))
	fi
}

# skip NAME REASON
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n $1 # SKIP $2"
}

# say WORD…: a line of diagnostics
say() {
	echo "# $*"
}

# finish: the end of a test
finish() {
	[ "$tap_bad" = 0 ]
	exit $?
}

# --- Time, in milliseconds

# now: $now is the time since boot
now() {
	read -r now _ </proc/uptime
	now=${now%.*}${now#*.}0
}

# A FIFO to which nobody writes
NAPS=/tmp/kevnotify-naps
[ -p "$NAPS" ] || mkfifo "$NAPS"

# nap SECONDS: without a program, which would take more of a CPU than most looks do
# shellcheck disable=SC3045 # busybox's has it
nap() {
	read -rt "$1" _ <>"$NAPS" || :
}

# patience SECONDS: $patience is that, or what KEVNOTIFY_PATIENCE allows at most: who
# expects a test to fail need not wait for long
patience() {
	patience=$1
	[ "$patience" -le "${KEVNOTIFY_PATIENCE:-$patience}" ] || patience=$KEVNOTIFY_PATIENCE
}

# await SECONDS COMMAND…: until COMMAND succeeds; says so if it does not in time
await() {
	now
	patience "$1"
	await_start=$now await_end=$((now + patience * 1000)) await_nap=0.02
	shift
	until "$@" >/dev/null; do
		now
		if [ "$now" -ge "$await_end" ]; then
			say "not in $((now - await_start)) ms: $*"
			"$@"
			return 1
		fi
		nap "$await_nap"
		# A look can cost more than what is awaited
		[ $((now - await_start)) -lt 500 ] || await_nap=0.1
	done
}

# between MS MIN MAX: at least MIN and less than MAX
between() {
	[ "$1" -lt "$2" ] || [ "$1" -ge "$3" ] || return 0
	say "$1 ms, and not $2 to $3"
	return 1
}

# took MIN MAX COMMAND…: it succeeds, and takes at least MIN and less than MAX
took() {
	least=$1 most=$2
	shift 2
	now
	took_start=$now
	"$@" || return 1
	now
	between $((now - took_start)) "$least" "$most"
}

# in_time COMMAND…: it succeeds, and clearly before the second for which a write waits
# for kevnotifyd is over: then that has come by
in_time() {
	now
	in_time_start=$now
	"$@" || return 1
	now
	[ $((now - in_time_start)) -lt 900 ]
}

# tries N COMMAND…: until it succeeds in time, so often at most
tries() {
	tries_left=$1
	shift
	until "$@"; do
		tries_left=$((tries_left - 1))
		[ "$tries_left" -gt 0 ] || return 1
	done
}

# --- Values

# is WANTED VALUE [WHAT]: says what differs
is() {
	[ "$1" = "$2" ] && return
	say "${3:+$3: }'$2', and not '$1'"
	return 1
}

# has WORD TEXT: is the fixed string WORD in TEXT?
has() {
	case $2 in *"$1"*) return 0 ;; esac
	return 1
}

# holds FILE VALUE: its first line; without a fork
holds() {
	held=
	read -r held <"$1"
	is "$2" "$held" "$1"
}

# prints VALUE COMMAND…: the command prints just that
prints() {
	printed=$1
	shift
	is "$printed" "$("$@")" "$*"
}

# atleast N VALUE [WHAT]
atleast() {
	[ "$2" -ge "$1" ] && return
	say "${3:+$3: }'$2', and not $1 at least"
	return 1
}

# --- The module

# rcu normal|expedited: how long is waited for it, as by a module that goes
rcu() {
	[ "$1" = normal ]
	echo $? >/sys/kernel/rcu_expedited
}

# unload: the module goes, as soon as nothing holds it
unload() {
	[ ! -d /sys/module/kevnotify ] || await 60 rmmod kevnotify 2>/dev/null
}

# free: nothing holds it
free() { holds /sys/module/kevnotify/refcnt 0; }

# reload [NAME=VALUE…]: the module anew, nothing raised and no receipts
reload() {
	unload || return 1
	raised=0
	: >"$RECEIPTS"
	for old in "$GOT"/*; do
		[ ! -e "$old" ] || rm -f "$GOT"/*
		break
	done
	modprobe kevnotify "$@"
}

# begin [NAME=VALUE…]: the module anew, and no files but the helper
# shellcheck disable=SC2120 # who sources this gives arguments
begin() {
	unload
	rm -rf "$WORK"
	mkdir -p "$GOT" && receiver helper && reload "$@"
}

# restore: as the harness had loaded it, and no files
restore() {
	unload
	rm -rf "$WORK"
	modprobe kevnotify
}

# counter NAME
counter() {
	read -r count <"$SYS/stats/$1" && echo "$count"
}

# counter_is NAME N; without a fork, like all that follow here
counter_is() {
	holds "$SYS/stats/$1" "$2"
}

# counter_reaches NAME N
counter_reaches() {
	read -r count <"$SYS/stats/$1" && atleast "$2" "$count" "$1"
}

# source_is SOURCE FILE VALUE
source_is() {
	holds "$SYS/sources/$1/$2" "$3"
}

# active_pid: of the run under way
active_pid() {
	sed -n 's/^run active .* pid=//p' "$DBG/refs"
}

# state_is STATE: of kevnotifyd
state_is() {
	holds "$SYS/state" "$1"
}

# slow MS: each pass begins so late, from now on. A pass that was under way has not
# seen that; when kevnotifyd sleeps it has ended.
slow() {
	echo "$1" >"$DBG/inject/slow_ms" && await 60 asleep "$(kevnotifyd)"
}

# task_is LETTER PID: the state that proc(5) gives
task_is() {
	has ") $1 " "$(cat "/proc/$2/stat")"
}

asleep() { task_is S "$1"; }

# not_slow: nor is the pass that is late now; what wakes it is no event
not_slow() {
	echo 0 >"$DBG/inject/slow_ms" && echo -signal >"$PARAMS/sources" &&
		kill -USR1 "$(kevnotifyd)"
}

# helper_is STATE ERRNO: how the helper is
helper_is() {
	holds "$SYS/helper_state" "$1" && holds "$SYS/helper_errno" "$2"
}

# at_rest: all that was raised is in the log, no run is under way, and the helper,
# if there is one, has had its share. An event is counted before it is staged, and then
# moves in the order in which this looks.
at_rest() {
	read -r suppressed_now <"$SYS/stats/suppressed" && read -r refused_now <"$SYS/stats/refused" &&
		read -r recorded_now <"$SYS/stats/recorded" && read -r raised_now <"$SYS/stats/raised" &&
		read -r pending <"$SYS/stats/pending" && read -r state <"$SYS/state"
	helper=
	read -r helper <"$PARAMS/helper"
	[ "$raised_now" = $((suppressed_now + refused_now + recorded_now)) ] && [ "$state" != running ] &&
		{ [ "$pending" = 0 ] || [ -z "$helper" ]; }
}

# settle: until all is at rest
settle() {
	await 300 at_rest
}

# pause: no new run starts, and the one under way has ended; resume: that ends
pause() {
	patience 60
	timeout "$patience" sh -c "echo 1 >$SYS/control/paused" || {
		say "no pause within $patience s"
		return 1
	}
}

resume() {
	echo 0 >"$SYS/control/paused"
}

# raise TEXT: by control/raise
raise() {
	echo "$1" >"$SYS/control/raise" && raised=$((raised + 1))
}

# many N: so many events
many() {
	left=$1
	while [ "$left" -gt 0 ]; do
		raise many
		left=$((left - 1))
	done
}

# --- The kernel log, and what is written

# write FILE TEXT, or other arguments of write-errno: $errno is what became of
# it, $said what the module logged meanwhile
write() {
	said=$(./write-errno "$@")
	errno=${said%%"$NL"*}
	said=${said#"$errno"}
	said=${said#"$NL"}
}

# write_is ERRNO FILE TEXT, or other arguments of write-errno
write_is() {
	wanted=$1
	shift
	write "$@"
	is "$wanted" "$errno" "$*"
}

# writes FILE TEXT: a write that is accepted, in silence
writes() {
	write_is OK "$@" && is '' "$said"
}

# refused ERRNO FILE TEXT [WORD…]: nothing changes; and one line of the log has
# these words, if there are any
refused() {
	was=
	read -r was <"$2"
	write_is "$1" "$2" "$3" && holds "$2" "$was" || return 1
	[ $# = 3 ] && return
	shift 3
	one_line "$@"
}

# one_line WORD…: $said is one line, and each WORD is in it
one_line() {
	! has "$NL" "$said" || { say "more than one line: $said"; return 1; }
	for word; do
		has "$word" "$said" || { say "no '$word' in: $said"; return 1; }
	done
}

# klog_mark: klog prints what comes after this. Another script may have had this one's pid.
klog_mark() {
	now
	klog_n=$((klog_n + 1))
	klog_since="test mark $$.$klog_n at $now"
	echo "$klog_since" >/dev/kmsg
}

# klog: the kernel log since the mark, without time stamps
klog() {
	dmesg | awk -v mark="$klog_since" '
		on { sub(/^\[[^]]*\] /, ""); print }
		index($0, mark) { on = 1 }'
}

# logged N TEXT: so many lines since the mark have it
logged() {
	is "$1" "$(klog | grep -c "$2")" "lines with $2"
}

# logged_some TEXT: a line since the mark has it, or more
logged_some() {
	klog | grep -q "$1" || { say "no line with $1"; return 1; }
}

# trace_on, trace_off: the module's tracepoints. Without the names of tasks: to learn
# them the kernel patches its scheduler while that runs, of which QEMU without KVM
# now and then makes an oops.
trace_on() {
	echo 0 >"$TRACE/options/record-cmd"
	echo >"$TRACE/trace"
	echo 1 >"$TRACE/events/kevnotify/enable"
}

trace_off() {
	echo 0 >"$TRACE/events/kevnotify/enable"
}

# run_trace SEQ FIELD: that field of the trace line of the record's last run
run_trace() {
	awk -v seq="seq=$1" -v field="$2=" '/kevnotify_run:/ {
		for (i = 1; i <= NF && $i != seq; i++) ;
		if (i > NF)
			next
		for (; i <= NF; i++)
			if (index($i, field) == 1)
				value = substr($i, length(field) + 1)
	} END { print value }' "$TRACE/trace"
}

# outcome SEQ: of its last run, from the trace
outcome() {
	echo "$(run_trace "$1" outcome) $(run_trace "$1" code)"
}

# run_spans SEQ: of each run for that record in the trace: ms at which it began and ended
run_spans() {
	awk -v seq="seq=$1" '/kevnotify_run:/ {
		for (i = 1; $i != "kevnotify_run:"; i++) ;
		split($NF, ns, "=")
		end = $(i - 1) * 1000
		if ($(i + 1) == seq)
			printf "%d %d\n", end - ns[2] / 1000000, end
	}' "$TRACE/trace"
}

# runs_over N SEQ: so many of them have ended
runs_over() {
	atleast "$1" "$(run_spans "$2" | wc -l)" "runs for record $2"
}

# backs_off SEQ: between them it waits 1, 2, 4… s, as each was a failure
backs_off() {
	run_spans "$1" | awk '
		NR > 1 && $1 - end < due - 20 {
			print "# run " NR " begins " $1 - end " ms after the last, and not " due
			bad = 1
		}
		{ end = $2; due = due ? due * 2 : 1000 }
		END { exit bad }'
}

# helper_records: messages of source "helper", from the trace
helper_records() {
	sed -n 's/.*kevnotify_record: .*source=helper .*message=//p' "$TRACE/trace" |
		tr '\n' ';'
}

# killed: how many the kernel has killed for memory, as it counts itself
killed() {
	awk '$1 == "oom_kill" { print $2 }' /proc/vmstat
}

# --- Helpers and their receipts; see receipt.c

# receiver NAME: a helper that gives receipts, in $WORK
receiver() {
	cp receipt "$WORK/$1.new" && mv "$WORK/$1.new" "$WORK/$1"
}

# program NAME <TEXT: a program in $WORK
program() {
	cat >"$WORK/$1.new" && chmod 755 "$WORK/$1.new" && mv "$WORK/$1.new" "$WORK/$1"
}

# set_helper NAME: that one in $WORK; ends a backoff too
set_helper() {
	echo "$WORK/$1" >"$PARAMS/helper"
}

# set_pipe NAME: that one in $WORK, in pipe mode
set_pipe() {
	echo "|$WORK/$1" >"$PARAMS/helper"
}

# calibrate: $unit ms, twenty times what a run takes here, and at least 1,500
calibrate() {
	reload burst=0 helper="$HELPER" || return 1
	now
	unit=$now
	raise run
	settle
	now
	unit=$(((now - unit) * 20))
	[ "$unit" -ge 1500 ] || unit=1500
	say "a run may take $unit ms"
}

# receipts [SOURCE]: how many were given
receipts() {
	awk -v source="${1:-}" 'source == "" || $2 == source { n++ } END { print n + 0 }' \
		"$RECEIPTS"
}

# received N [SOURCE]: so many receipts were given
received() {
	is "$1" "$(receipts "${2:-}")" receipts
}

# overtakers: the SEQs that came before a smaller one
overtakers() {
	awk '{ seq[NR] = $1 }
	END {
		for (least = seq[NR]; NR; NR--)
			if (seq[NR] > least)
				print seq[NR]
			else
				least = seq[NR]
	}' "$RECEIPTS"
}

# receipts_ordered: each SEQ at most once and in order, but that urgent ones, which
# are in order too, may overtake others
receipts_ordered() {
	ahead=$(overtakers | tr '\n' ' ')
	for seq in $ahead; do
		[ "$(value "$seq" PRIORITY)" -le 2 ] || { say "$seq overtakes"; return 1; }
	done
	awk -v ahead=" $ahead" '
		{ way = index(ahead, " " $1 " ") > 0 }
		$1 in seen || $1 <= last[way] { print "# " $1 " after " last[way]; bad = 1 }
		{ seen[$1] = 1; last[way] = $1 }
		END { exit bad }' "$RECEIPTS"
}

# messages: the receipts' messages, in one line
messages() {
	sed 's/\([^ ]* \)\{5\}//' "$RECEIPTS" | tr '\n' ';'
}

# strings SEQ: what the helper got for that record, a string a line; a newline
# inside a string is shown as ^A
strings() {
	tr '\0\n' '\n\1' <"$GOT/$1"
}

# value SEQ KEY
value() {
	strings "$1" | sed -n "s/^$2=//p"
}

# value_is SEQ KEY VALUE
value_is() {
	is "$3" "$(value "$1" "$2")" "$2 of record $1"
}

# gave SEQ STRING…: the helper got each of these strings
gave() {
	given=$NL$(strings "$1")$NL
	shift
	for string; do
		has "$NL$string$NL" "$given" || {
			say "no $string in:" "$given" | tr '\n' ' '
			echo
			return 1
		}
	done
}

# keys SEQ: the names of what it got, in one line
keys() {
	strings "$1" | sed 's/=.*//' | sort | tr '\n' ' '
}

# newest SOURCE: SEQ of the newest record of a source, after the helper had it
newest() {
	settle >&2 && cat "$SYS/sources/$1/last"
}

# processes WORDS: how many command lines have them
processes() {
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' |
		WORDS=${1:?} awk '{ n += gsub(ENVIRON["WORDS"], "") } END { print n + 0 }'
}

# pids NAME: of the tasks whose names begin so
pids() {
	grep -ls "^$1" /proc/[0-9]*/comm | sed 's,/proc/\(.*\)/comm,\1,'
}

# start_waits: a start of a program waits for the kernel's worker that makes its process
start_waits() {
	cat /proc/[0-9]*/stack 2>/dev/null | grep -q 'call_usermodehelper_exec+'
}

# threads NAME: how many such tasks there are
threads() {
	pids "$1" | wc -l
}

# kevnotifyd: its pid, as soon as the one of the module before has gone from /proc too
kevnotifyd() {
	await 60 prints 1 threads kevnotifyd >&2 && pids kevnotifyd
}

# --- The file system of the module kevnotify-test-hang

HANG=/sys/module/kevnotify_test_hang/parameters

# hang_mount DIR
hang_mount() {
	mkdir -p "$1" && modprobe kevnotify-test-hang && mount -t kevhang none "$1"
}

# hang 0|1 [0|1]: lookups on it hang; SIGKILL ends them
hang() {
	echo "${2:-0}" >"$HANG/killable"
	echo "$1" >"$HANG/hang"
}

# hanging N: so many lookups do
hanging() { holds "$HANG/hanging" "$1"; }

# --- Conservation. $raised is what was raised out here since the load; who raises
# in another way than by raise adds it there.

# add_up events|records|runs…: these sums of the module's own counters; at rest
add_up() {
	awk -v sums="$*" '
		{ n[$1] = $2 }
		function sum(names, all, i, name) {
			for (i = split(names, name, " "); i; i--)
				all += n[name[i]]
			return all
		}
		function same(what, all, names) {
			if (!index(sums, what) || sum(names) == all)
				return
			print "# " what ": the sum is " sum(names) ", and not " all
			bad = 1
		}
		END {
			same("events", n["raised"], "suppressed refused staged recorded")
			same("records", n["next"] - n["base"],
			     "delivered filtered acknowledged skipped expired overwritten failed pending")
			same("runs", n["runs"],
			     "exited signaled timedout stuck noexec blocked busy")
			exit bad
		}' "$DBG/stats"
}

# receipts_agree: one for each record delivered, in order but for urgent ones
receipts_agree() {
	receipts_ordered && counter_is delivered "$(receipts)"
}

# balanced: at rest every event and every record is in one place, and they are as
# many as were counted out here; kevnotify raises its own records
balanced() {
	settle || return 1
	read -r own <"$SYS/sources/helper/raised"
	counter_is raised $((raised + own)) && add_up events records runs
}

# conserved: balanced, and the receipts agree
conserved() {
	balanced && receipts_agree
}

rcu expedited
