#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --timeout 7200
#
# Ten thousand events through one run in pipe mode, and as many runs in exec mode
# (a tenth of that in check), with what each takes.
. ./lib.sh

begin

EVENTS=10000
RUNS=1000
[ "$KEVNOTIFY_TIER" != full ] || RUNS=$EVENTS

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

# objects SLAB…: how many there are; on kernels that merge slabs, with others like them
objects() {
	for slab; do
		awk -v slab="$slab" '$1 == slab { n = $2 } END { print slab, n + 0 }' /proc/slabinfo
	done
}

marks() {
	grep -c ' \.kevnotify' /proc/keys
}

# A leak of one a run would be RUNS; the slabs' own counts are not that exact
nothing_left() {
	# The receipts are files, each with a dentry
	rm -rf "$GOT" && mkdir "$GOT"
	objects task_struct pid filp key_jar cred_jar signal_cache inode_cache dentry kmalloc-8k >"$WORK/after"
	await 60 prints 7 marks && awk -v most=$((RUNS / 10)) '
		NR == FNR { before[$1] = $2; next }
		$2 - before[$1] > most { print "# " $1 ": " before[$1] " before, " $2 " after"; bad = 1 }
		END { exit bad }' "$WORK/before" "$WORK/after"
}

executed() {
	objects task_struct pid filp key_jar cred_jar signal_cache inode_cache dentry kmalloc-8k >"$WORK/before"

	reload burst=0 helper="$HELPER" log_records=16384 stage_slots=4096 && timed "$RUNS" && exec_ms=$took &&
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
