# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tables about helpers share, beside guest.sh. Some of it is read by them alone:
# shellcheck disable=SC2034,SC2154

helper=/sys/kernel/debug/kevnotify-bench-helper

# helper_set VALUE: kevnotify's helper; no rate limit
helper_set() {
	echo 0 >"$params/burst"
	echo "$1" >"$params/helper"
}

# helper_row ROW OPERATION MEASURE BURST [TIMES]: $execs is how many programs were started
# by the last burst
helper_row() {
	echo "$4" >"$helper/burst"
	echo "${5:-21}" >"$helper/times"
	figure=$(cat "$helper/$2/$3") || { wrong "$1: nothing came of it"; return; }
	row "$1" "${figure% *}"
	execs=${figure#* }
}

# helper_agrees: each record has been delivered, to a run that ended with 0
helper_agrees() {
	expect "records refused" "$(counter refused)" 0
	expect "records suppressed" "$(counter suppressed)" 0
	expect "records pending" "$(counter pending)" 0
	expect "runs that exited with 0" "$(counter exited)" "$(counter runs)"
	expect "the helper's state" "$(cat /sys/kernel/kevnotify/helper_state)" ok
}
