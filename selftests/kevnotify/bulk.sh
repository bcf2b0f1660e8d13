#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Ten thousand events through one run in pipe mode, and as many runs in exec mode
# (a tenth of that in check), with what each takes.
. ./lib.sh
. ./runs.sh

EVENTS=10000
RUNS=1000
[ "$KEVNOTIFY_TIER" != full ] || RUNS=$EVENTS

cp reader "$DIR/bytes-65536"
cp receipt "$DIR/receipt"
mkdir -p "$DIR/got"

# delivered N: in the log, and given to the helper
delivered() {
	[ "$(counter delivered)" = "$1" ]
}

# timed N: ms that so many events take, all of which wait before
timed() {
	echo 1 >"$SYS/control/paused"
	many "$1"
	await 120 is "$1" counter pending || return 1
	start=$(uptime_ms)
	echo 0 >"$SYS/control/paused"
	await 900 delivered "$1" || return 1
	took=$(($(uptime_ms) - start))
}

piped() {
	reload helper="|$DIR/bytes-65536" log_records=16384 stage_slots=4096 && timed "$EVENTS" && pipe_ms=$took &&
		await 60 quiet && is 1 counter runs && is 1 counter exited && conserved
}

every_seq() {
	seq "$EVENTS" >"$DIR/wanted" && sed 's/ .*//' "$RECEIPTS" | cmp - "$DIR/wanted"
}

executed() {
	reload helper="$DIR/receipt" log_records=16384 stage_slots=4096 && timed "$RUNS" && exec_ms=$took &&
		await 60 quiet && is "$RUNS" counter runs && is "$RUNS" counter exited &&
		seq "$RUNS" >"$DIR/wanted" && sed 's/ .*//' "$RECEIPTS" | cmp - "$DIR/wanted"
}

# Both in microseconds an event
ratio() {
	pipe_us=$((pipe_ms * 1000 / EVENTS)) exec_us=$((exec_ms * 1000 / RUNS))
	echo "# $EVENTS events through one run: $pipe_ms ms, $pipe_us us each"
	echo "# $RUNS runs: $exec_ms ms, $exec_us us each; $((exec_ms * EVENTS * 10 / RUNS / pipe_ms)) tenths of the former"
	[ "$pipe_us" -lt "$exec_us" ]
}

plan 4
check "$EVENTS events through one run" piped
check "every one, in order" every_seq
check "a run for each" executed
check "one run is the faster way" ratio
restore
finish
