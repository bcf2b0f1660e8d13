# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# KTAP for scripts whose cases are functions. Needs a directory $scratch.

tap_n=0
tap_bad=0

# plan N
plan() {
	echo "TAP version 13"
	echo "1..$1"
}

# test_case NAME COMMAND…: passes if COMMAND succeeds; if not, shows what it printed.
test_case() {
	local name=$1 rc=0
	shift
	tap_n=$((tap_n + 1))
	# Not "if COMMAND", which would switch -e off inside it.
	set +e
	(set -e; "$@") >"${scratch:?}/out" 2>&1
	rc=$?
	set -e
	if [ "$rc" = 0 ]; then
		echo "ok $tap_n - $name"
	else
		sed 's/^/# /' "$scratch/out"
		echo "not ok $tap_n - $name"
		tap_bad=$((tap_bad + 1))
	fi
}

# skip_case NAME REASON
skip_case() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# finish: the last command of a check
finish() {
	[ "$tap_bad" = 0 ]
}
