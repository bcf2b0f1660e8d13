#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Real kills in many cgroups within one window of the rate limit: those in one group do
# not hide the one in another, and those in many do not fill the log.
. ./oom-lib.sh

BURST=10
# In a window, of all groups: with 5 s and 1024 records the log lasts for two minutes
MOST=$((4 * BURST))

# kill_in CGROUP
kill_in() {
	in_group "$1" 8
	wait "$pid"
	is 137 $?
}

# named REGEX: in how many runs the victim's cgroup was one of those
named() {
	cat "$GOT"/* | tr '\0' '\n' | grep -cx "KEVNOTIFY_VICTIM_CGROUP=$1"
}

# Which objects share a word is new at each load, but not all of five share one
one_hides_no_other() {
	for group in a b1 b2 b3 b4; do
		group "$group" 4M || return 1
	done
	for group in a a a a a a a a a a a a a a a b1 b2 b3 b4; do
		kill_in "$group" || return 1
	done
	kills 19 && settle && is "$BURST" "$(named /a)" 'runs for a' &&
		atleast 1 "$(named '/b[1-4]')" 'runs for b' && ungroup a b1 b2 b3 b4
}

many_do_not_fill_the_log() {
	echo >"$PARAMS/helper"
	n=0
	while [ "$n" -lt 64 ]; do
		n=$((n + 1))
		group "g$n" 4M && kill_in "g$n" && ungroup "g$n" || return 1
	done
	# Groups that share a word may get less
	kills 64 && settle && read -r suppressed <"$SYS/sources/oom/suppressed" &&
		atleast $((19 + 64 - MOST)) "$suppressed" suppressed
}

plan 3
begin_oom
# However slow this machine is, all of it is in one window
echo 3600000 >"$PARAMS/window"
echo "$BURST" >"$PARAMS/burst"
check "15 kills in one group, and one in another" one_hides_no_other
check "kills in 64 groups" many_do_not_fill_the_log
check "nothing is lost" conserved
finish_oom
