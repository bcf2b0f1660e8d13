#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --append log_buf_len=16M
#
# A machine that is out of memory for a time, and a user who hits a limit all the while:
# each kill of the kernel's log is a record, or one tells that it was suppressed. And a
# helper that is at work meanwhile: what is urgent is next.
. ./oom-lib.sh

# How long, in seconds
case ${KEVNOTIFY_TIER:-} in
full) TIME=60 ;;
*) TIME=15 ;;
esac
TIME=${KEVNOTIFY_OOM_TIME:-$TIME}
ON=$WORK/on
READ=/var/log/kernel-trouble
SBIN=/usr/local/sbin

# restarted CGROUP ARG…: a hog there, one after the other, until it is over
restarted() {
	while [ -e "$ON" ]; do
		in_group "$@"
		wait "$pid"
	done
}

# has_killed SCOPE N: so many, by the kernel's log
has_killed() {
	kernels_list >"$WORK/kernel"
	atleast "$2" "$(grep -c "$1" "$WORK/kernel")" "$1 kills"
}

# trouble: for so long, and until there is enough to tell of
trouble() {
	klog_mark
	before=$(killed)
	: >"$ON"
	restarted all 0 &
	one=$!
	restarted all 0 &
	two=$!
	restarted small -u 65534 200 &
	three=$!
	sleep "$TIME"
	await 300 has_killed global 5 && await 300 has_killed memcg 5
	trouble_status=$?
	rm "$ON"
	wait "$one" "$two" "$three"
	kernels_list >"$WORK/kernel"
	is 0 "$trouble_status" && is $(($(killed) - before)) "$(wc -l <"$WORK/kernel")" 'kills in the log'
}

# by_helper, by_reader: all that was received, with an empty line behind each record
by_helper() {
	for got in "$GOT"/*; do
		strings "${got##*/}"
		echo
	done
}

by_reader() {
	cat "$READ"
}

# listed BY: "SEQ PID SCOPE" of each kill, "SEQ - SCOPE" for each that was suppressed
listed() {
	"$1" | awk '
		BEGIN { split("global memcg", scopes) }
		{ i = index($0, "="); value[substr($0, 1, i - 1)] = substr($0, i + 1) }
		/^$/ && value["KEVNOTIFY_SOURCE"] == "oom" {
			seq = value["KEVNOTIFY_SEQ"]
			pid = value["KEVNOTIFY_VICTIM_PID"]
			if (pid)
				print seq, pid, value["KEVNOTIFY_SCOPE"]
			for (n = value["KEVNOTIFY_SUPPRESSED"]; n > 0; n--)
				print seq, "-", scopes[value["KEVNOTIFY_ID"]]
		}
		/^$/ { split("", value) }'
}

# adds_up: the kernel has killed those that were received, and as many more as were told of
adds_up() {
	awk '
		NR == FNR { kernel[$0]++; killed[$2]++; next }
		$2 == "-" { told[$3]++; next }
		!kernel[$2 " " $3]-- { print "# not one of the kernel, or twice: " $0; bad = 1 }
		{ received[$3]++ }
		END {
			for (scope in received)
				killed[scope] += 0
			for (scope in killed) {
				printf "# %s: %d killed, %d received, %d suppressed\n", scope,
					killed[scope], received[scope], told[scope]
				bad = bad || killed[scope] != received[scope] + told[scope]
			}
			exit bad
		}' "$WORK/kernel" "$WORK/ours"
}

# told BY: that is so, as soon as the last burst is over
told() {
	await 60 counter_is staged 0 && await 300 counter_is pending 0 || return 1
	ends=$(($(cat "$PARAMS/window") / 1000 + 60))
	await "$ends" told_by_now "$1" >/dev/null
	told_status=$?
	adds_up
	return "$told_status"
}

told_by_now() {
	listed "$1" >"$WORK/ours" && adds_up
}

# delays: from each global kill to its receipt
delays() {
	{
		awk '$3 == "global" && $2 != "-" { print $1 }' "$WORK/ours"
		for got in "$GOT"/*; do
			echo "${got##*/} $(value "${got##*/}" KEVNOTIFY_TIME) $(stat -c '%Y %y' "$got")"
		done
	} | awk '
		NF == 1 { global[$1] = 1; next }
		$1 in global { print int(($3 - $2 + substr($5, index($5, "."))) * 1000) }' |
		sort -n | awk '
		{ ms[NR] = $1 }
		END { print "# ms to the receipt: " ms[1] " at least, median " ms[int((NR + 1) / 2)] ", " ms[NR] " at most" }'
}

by_exec() {
	reload interval=0 helper="$HELPER" && trouble && told by_helper && delays &&
		counter_is refused 0 && counter_is overwritten 0
}

# As the sample says. The rate limit has something to suppress, however slow the machine.
by_resident() {
	mkdir -p "$SBIN" "${READ%/*}" && cp resident-reader resident-reader.sh "$SBIN" && rm -f "$READ" &&
		reload interval=0 burst=3 linger=0 helper="|$SBIN/resident-reader.sh" && await 60 state_is running &&
		trouble && told by_reader && counter_is runs 1 && counter_is refused 0 &&
		counter_is overwritten 0 && echo >"$PARAMS/helper" && await 60 state_is idle
}

# hogs N: so many killed in a cgroup, which is of level 3
hogs() {
	left=$1
	while [ "$left" -gt 0 ]; do
		hog small 200 || return 1
		left=$((left - 1))
	done
}

# The log has come round on what waits
urgent() {
	rm -f "$WORK/go"
	reload interval=0 burst=0 timeout=0 log_records=16 helper="$HELPER" &&
		echo "wait $WORK/go" >"$SYS/control/raise" &&
		await 60 received 1 && hogs 20 && echo "<0>urgent" >"$SYS/control/raise" && hogs 5 &&
		touch "$WORK/go" && settle && prints "wait $WORK/go;urgent" first_two && counter_is overwritten 10
}

first_two() {
	messages | cut -d ';' -f 1-2
}

plan 3
begin_oom
check "an exec helper: each kill is told of" alone by_exec
check "a resident reader: each kill is told of" alone by_resident
check "a busy helper: what is urgent is next" alone urgent
rm -f "$READ" "$SBIN/resident-reader" "$SBIN/resident-reader.sh"
finish_oom
