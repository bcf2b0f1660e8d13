#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The fault injection: each knob makes its own operation fail, and the failure
# is counted where an operator would look for it.
. ./lib.sh
. ./runs.sh

receiver helper
knobs="stage alloc exec doorbell slow_ms"

# refuses ERRNO FILE TEXT: and the value stays
refuses() {
	before=$(cat "$2")
	is "$1" errno_of "$2" "$3" && is "$before" cat "$2"
}

read_back() {
	for knob in $knobs; do
		for value in 7 4294967295 0; do
			echo "$value" >"$DBG/inject/$knob" && is "$value" cat "$DBG/inject/$knob" ||
				return 1
		done
	done
}

junk() {
	for knob in $knobs; do
		for text in x 1x; do
			refuses EINVAL "$DBG/inject/$knob" "$text" || return 1
		done
		refuses ERANGE "$DBG/inject/$knob" 4294967296 || return 1
	done
}

bad_pointer() {
	for knob in $knobs; do
		is EFAULT errno_of -f "$DBG/inject/$knob" || return 1
	done
}

# Every third event is refused, and only those
stage() {
	reload helper="$DIR/helper" && echo 3 >"$DBG/inject/stage" && many 9 &&
		echo 0 >"$DBG/inject/stage" && many 1 && await 60 quiet && is 3 counter refused &&
		is 7 received && conserved
}

# fails_with KNOB STATE: the run cannot begin, and then it can
fails_with() {
	failures=$(counter noexec) receipts=$(received)
	echo 1 >"$DBG/inject/$1"
	raise true
	await 60 atleast $((failures + 1)) counter noexec
	is "$2" health && is "$receipts" received && echo 0 >"$DBG/inject/$1" &&
		await 60 quiet && is $((receipts + 1)) received && is "ok 0" health && conserved
}

# No doorbell: an event waits for the backstop, and that is counted
doorbell() {
	reload helper="$DIR/helper" && many 3 && await 60 quiet && is 0 counter doorbell_late &&
		echo 1 >"$DBG/inject/doorbell" && raise true &&
		took 5000 20000 await 60 is 1 counter doorbell_late && await 60 quiet &&
		is 4 received && echo 0 >"$DBG/inject/doorbell" && raise true &&
		await 60 quiet && is 1 counter doorbell_late && conserved
}

# Collection is late, and raise is not
slow() {
	echo 2000 >"$DBG/inject/slow_ms"
	got=$(received)
	took 0 1900 raise true && is "$got" received &&
		took 1500 40000 await 60 is $((got + 1)) received
}

slow_unload() {
	echo 4294967295 >"$DBG/inject/slow_ms"
	raise true
	took 0 15000 rmmod kevnotify
}

plan 10
reload helper="$DIR/helper"
check "each knob reads back what was written" read_back
check "junk: EINVAL, and out of range: ERANGE" junk
check "a bad pointer: EFAULT" bad_pointer
check "stage: every third event is refused" stage
check "exec: the event waits" fails_with exec "failing 11"
check "alloc: the event waits" fails_with alloc "failing 12"
check "doorbell: the backstop finds the event, and it is counted" doorbell
check "slow_ms: events are late, and raise is not" slow
check "slow_ms: unloading is not" slow_unload
reload
check "a magic link is no helper" refuses ELOOP "$PARAMS/helper" /proc/1/exe
restore
finish
