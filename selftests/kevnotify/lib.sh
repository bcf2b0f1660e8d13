# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests in a guest share: KTAP and the names of things.

PARAMS=/sys/module/kevnotify/parameters
SYS=/sys/kernel/kevnotify
DBG=/sys/kernel/debug/kevnotify
export PARAMS SYS DBG

tap_n=0
tap_bad=0

# plan N
plan() {
	echo "TAP version 13"
	echo "1..$1"
}

# check NAME COMMAND…: passes if COMMAND succeeds
check() {
	name=$1
	shift
	tap_n=$((tap_n + 1))
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

# finish: the end of a test
finish() {
	[ "$tap_bad" = 0 ]
	exit $?
}
