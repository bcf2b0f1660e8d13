#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The fault injection: each knob makes its own operation fail, and the failure
# is counted where an operator would look for it.
. ./lib.sh

knobs="stage alloc exec doorbell disconnect slow_ms"

read_back() {
	for knob in $knobs; do
		for value in 7 4294967295 0; do
			echo "$value" >"$DBG/inject/$knob" && holds "$DBG/inject/$knob" "$value" ||
				return 1
		done
	done
}

junk() {
	for knob in $knobs; do
		for text in x 1x; do
			refused EINVAL "$DBG/inject/$knob" "$text" || return 1
		done
		refused ERANGE "$DBG/inject/$knob" 4294967296 || return 1
	done
}

bad_pointer() {
	for knob in $knobs; do
		write_is EFAULT -f "$DBG/inject/$knob" || return 1
	done
}

# Every third event is refused, and only those
stage() {
	reload burst=0 helper="$HELPER" && echo 3 >"$DBG/inject/stage" && many 9 &&
		echo 0 >"$DBG/inject/stage" && many 1 && settle && counter_is refused 3 &&
		received 7 && conserved
}

# fails_with KNOB ERRNO: the run cannot begin, and then it can
fails_with() {
	failures=$(counter noexec) before=$(receipts)
	echo 1 >"$DBG/inject/$1"
	raise "$1"
	await 60 counter_reaches noexec $((failures + 1))
	await 60 helper_is failing "$2" && received "$before" && echo 0 >"$DBG/inject/$1" &&
		settle && received $((before + 1)) && helper_is ok 0 && conserved
}

# No doorbell: an event waits for the backstop, and that is counted
doorbell() {
	reload burst=0 helper="$HELPER" && many 3 && settle && counter_is doorbell_late 0 &&
		echo 1 >"$DBG/inject/doorbell" && raise late &&
		await 60 counter_is doorbell_late 1 && settle &&
		received 4 && echo 0 >"$DBG/inject/doorbell" && raise punctual &&
		settle && counter_is doorbell_late 1 && conserved
}

# Collection is late, and raise is not
late() {
	before=$(receipts)
	slow 4294967295 && raise late && counter_is staged 1 && received "$before" && not_slow &&
		await 60 received $((before + 1))
}

late_unload() {
	slow 4294967295 && raise late && rmmod kevnotify
}

plan 10
begin burst=0 helper="$HELPER"
check "each knob reads back what was written" read_back
check "junk: EINVAL, and out of range: ERANGE" junk
check "a bad pointer: EFAULT" bad_pointer
check "stage: every third event is refused" stage
check "exec: the event waits" fails_with exec 11
check "alloc: the event waits" fails_with alloc 12
check "doorbell: the backstop finds the event, and it is counted" doorbell
check "slow_ms: events are late, and raise is not" late
check "slow_ms: unloading is not" late_unload
reload
check "a magic link is no helper" refused ELOOP "$PARAMS/helper" /proc/1/exe
restore
finish
