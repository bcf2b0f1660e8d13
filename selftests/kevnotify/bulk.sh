#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --timeout 7200 --append slab_nomerge
#
# Ten thousand events through one run in pipe mode, and as many runs in exec mode
# (a tenth of that in check, and fewer in quick), with what each takes.
. ./lib.sh

begin

EVENTS=10000
RUNS=1000
case $KEVNOTIFY_TIER in
full) RUNS=$EVENTS ;;
quick) RUNS=300 ;;
esac

cp reader "$WORK/bytes-65536"

# timed N: ms that so many events take, all of which wait before
timed() {
	pause
	many "$1"
	await 120 counter_is pending "$1" || return 1
	now
	start=$now
	resume
	await 3000 counter_is delivered "$1" || return 1
	now
	took=$((now - start))
}

piped() {
	reload burst=0 helper="|$WORK/bytes-65536" log_records=16384 stage_slots=4096 && timed "$EVENTS" && pipe_ms=$took &&
		settle && counter_is runs 1 && counter_is exited 1 && conserved
}

every_seq() {
	seq "$EVENTS" >"$WORK/wanted" && sed 's/ .*//' "$RECEIPTS" | cmp - "$WORK/wanted"
}

# What a run has: its tasks, files and names, subprocess_info and the state of its output
# among kmalloc's. A pattern for each, as a size has several, and kernels rename them.
SLABS='task_struct pid filp key_jar cred(_jar)? signal_cache inode_cache dentry
	kmalloc-(.*-)?96 kmalloc-(.*-)?128 kmalloc-(.*-)?192 kmalloc-(.*-)?256 kmalloc-(.*-)?512
	kmalloc-(.*-)?1k kmalloc-(.*-)?8k'

# objects: how many of each there are, when those that CPUs hold free are given back
objects() {
	for file in /sys/kernel/slab/*/shrink; do
		echo 1 >"$file"
	done
	awk -v slabs="$SLABS" '
		BEGIN { last = split(slabs, slab) }
		{ for (i = 1; i <= last; i++) if ($1 ~ "^" slab[i] "$") { n[i] += $2; seen[i] = 1 } }
		END { for (i = 1; i <= last; i++) print slab[i], seen[i] ? n[i] : "absent" }' /proc/slabinfo
}

# all_there: no kind is missing, which would pass in silence
all_there() {
	! grep absent "$1"
}

marks() {
	grep -c ' \.kevnotify' /proc/keys
}

# A leak of one a run would be RUNS
no_more() {
	objects >"$WORK/after"
	all_there "$WORK/after" && awk -v most=$((RUNS / 10 + 50)) '
		NR == FNR { before[$1] = $2; next }
		$2 - before[$1] > most { print "# " $1 ": " before[$1] " before, " $2 " after"; bad = 1 }
		END { exit bad }' "$WORK/before" "$WORK/after"
}

# What was freed may wait for RCU
nothing_left() {
	# The receipts are files, each with a dentry
	rm -rf "$GOT" && mkdir "$GOT"
	await 60 prints 8 marks && await 60 no_more
	result=$?
	awk 'NR == FNR { n[$1] = $2; next } { printf "# table: %s: %d %+d\n", $1, n[$1], $2 - n[$1] }' \
		"$WORK/before" "$WORK/after"
	return "$result"
}

executed() {
	objects >"$WORK/before"
	all_there "$WORK/before" && reload burst=0 helper="$HELPER" log_records=16384 stage_slots=4096 && timed "$RUNS" && exec_ms=$took &&
		settle && counter_is runs "$RUNS" && counter_is exited "$RUNS" &&
		seq "$RUNS" >"$WORK/wanted" && sed 's/ .*//' "$RECEIPTS" | cmp - "$WORK/wanted"
}

# Both in microseconds an event
ratio() {
	pipe_us=$((pipe_ms * 1000 / EVENTS)) exec_us=$((exec_ms * 1000 / RUNS))
	echo "# $EVENTS events through one run: $pipe_ms ms, $pipe_us us each"
	echo "# $RUNS runs: $exec_ms ms, $exec_us us each; $((exec_ms * EVENTS * 10 / RUNS / pipe_ms)) tenths of the former"
	[ "$pipe_us" -lt "$exec_us" ]
}

plan 5
check "$EVENTS events through one run" piped
check "every one, in order" every_seq
check "a run for each" executed
check "no key, pid, task, file or memory of them is left" nothing_left
check "one run is the faster way" ratio
restore
finish
