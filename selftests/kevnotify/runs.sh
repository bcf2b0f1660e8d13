# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of pipe mode and of control/ share, beside lib.sh. Each case loads
# the module afresh, so that all counters begin at 0; helpers that are scripts write
# down what they got: the receipts, which are counted outside the module.

DIR=/usr/local/sbin/kevnotify-test
RECEIPTS=$DIR/receipts
TRACE=/sys/kernel/debug/tracing

mkdir -p "$DIR"

# reload [NAME=VALUE]…: the module anew, nothing raised and no receipts
reload() {
	raised=0
	[ ! -d /sys/module/kevnotify ] || await 10 rmmod kevnotify 2>/dev/null
	: >"$RECEIPTS"
	modprobe kevnotify burst=0 "$@"
}

# calibrate: $unit ms, three times what a run takes here, and at least 500
calibrate() {
	unit=500
	reload helper="$DIR/helper" || return 1
	start=$(uptime_ms)
	raise true
	await 60 quiet
	start=$((($(uptime_ms) - start) * 3))
	[ "$start" -lt "$unit" ] || unit=$start
	echo "# a run may take $unit ms"
}

# restore: as the harness had loaded it
restore() {
	[ ! -d /sys/module/kevnotify ] || await 20 rmmod kevnotify 2>/dev/null
	modprobe kevnotify
	rm -rf "$DIR"
}

# program NAME <TEXT: a program in $DIR
program() {
	cat >"$DIR/$1.new"
	chmod 755 "$DIR/$1.new"
	mv "$DIR/$1.new" "$DIR/$1"
}

# receiver NAME: a helper that writes a receipt and does what the message says
receiver() {
	program "$1" <<-END
	#!/bin/sh
	echo "\$2 \$MESSAGE" >>$RECEIPTS
	env >$DIR/env.\$2
	PATH=$DIR:\$PATH
	\$MESSAGE
	END
}

# errno_of FILE TEXT, or other arguments of write-errno: OK, or the errno's name
errno_of() {
	./write-errno "$@" | head -n 1
}

# counter NAME
counter() {
	cat "$SYS/stats/$1" 2>/dev/null
}

# is VALUE COMMAND…: the command prints just that
is() {
	want=$1
	shift
	got=$("$@")
	[ "$got" = "$want" ] || {
		echo "# $*: '$got', and not '$want'"
		return 1
	}
}

# atleast N COMMAND…: the command prints a number that is not less
atleast() {
	least=$1
	shift
	[ "$("$@")" -ge "$least" ]
}

# await SECONDS COMMAND…: until it succeeds, but not for ever
await() {
	until=$(($(uptime_ms) + $1 * 1000))
	shift
	while ! "$@" >/dev/null; do
		[ "$(uptime_ms)" -lt "$until" ] || {
			echo "# no end in time: $*"
			return 1
		}
		usleep 50000
	done
}

# uptime_ms: milliseconds since boot
uptime_ms() {
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

# between MS MIN MAX: at least MIN and less than MAX
between() {
	[ "$1" -lt "$2" ] || [ "$1" -ge "$3" ] || return 0
	echo "# $1 ms, and not $2 to $3"
	return 1
}

# took MIN MAX COMMAND…: it succeeds, and takes at least MIN and less than MAX ms
took() {
	least=$1 most=$2
	shift 2
	start=$(uptime_ms)
	"$@" || return 1
	between "$(($(uptime_ms) - start))" "$least" "$most"
}

# raise MESSAGE
raise() {
	echo "$1" >"$SYS/control/raise" && raised=$((raised + 1))
}

# many N: so many events
many() {
	i=0
	while [ $i -lt "$1" ]; do
		raise true
		i=$((i + 1))
	done
}

# state, health: what sysfs says of kevnotifyd, and of the helper with its errno
state() { cat "$SYS/state"; }
health() { echo "$(cat "$SYS/helper_state") $(cat "$SYS/helper_errno")"; }

# quiet: nothing staged, nothing pending, nothing running
quiet() {
	[ "$(counter staged)$(counter pending)$(cat "$SYS/state")" = 00idle ]
}

# received: the number of receipts
received() {
	wc -l <"$RECEIPTS"
}

# in_order: the receipts' SEQs grow
in_order() {
	awk '$1 <= last { bad = 1 } { last = $1 } END { exit bad }' "$RECEIPTS"
}

# messages: the receipts' messages, in one line
messages() {
	sed 's/[^ ]* //' "$RECEIPTS" | tr '\n' ';'
}

# environment SEQ NAME: what the helper got
environment() {
	sed -n "s/^$2=//p" "$DIR/env.$1"
}

# conserved: the sums hold, with what was raised and what was received counted
# out here; kevnotify raises its own records. At rest only.
conserved() {
	own=$(cat "$SYS/sources/helper/raised")
	awk -v all=$((raised + own)) -v got="$(received)" '
		{ n[$1] = $2 }
		function same(what, a, b) {
			if (a == b) return
			printf "# %s: %d, and not %d\n", what, a, b
			bad = 1
		}
		END {
			same("raised", n["raised"], all)
			same("raised", n["raised"], n["suppressed"] + n["refused"] +
			     n["staged"] + n["recorded"])
			same("delivered", n["delivered"], got)
			same("records", n["next"] - n["base"], n["delivered"] + n["filtered"] +
			     n["skipped"] + n["expired"] + n["overwritten"] + n["failed"] +
			     n["pending"])
			same("runs", n["runs"], n["exited"] + n["signaled"] + n["timedout"] +
			     n["stuck"] + n["noexec"] + n["blocked"] + n["busy"])
			exit bad
		}' "$DBG/stats"
}

# trace_on, trace_off: the module's tracepoints
trace_on() {
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

# helper_records: messages of source "helper", from the trace
helper_records() {
	sed -n 's/.*kevnotify_record: .*source=helper .*message=//p' "$TRACE/trace" |
		tr '\n' ';'
}

# processes WORD: how many run that have it in their command line or name
processes() {
	n=0
	for proc in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$proc/comm" || continue
		line=$(tr '\0' ' ' <"$proc/cmdline" 2>/dev/null)
		[ "$proc" != "/proc/$$" ] || continue
		case "$comm $line" in *"${1:?}"*) n=$((n + 1)) ;; esac
	done
	echo "$n"
}
