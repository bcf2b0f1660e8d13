#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The gauge "memory" under a real load, and the period at which it is read.
. ./lib.sh

GAUGE=$SYS/sources/memory

# left: percent of memory that is available
left() {
	awk '$1 == "MemTotal:" { total = $2 } $1 == "MemAvailable:" { left = $2 }
		END { printf "%d\n", left * 100 / total }' /proc/meminfo
}

below() {
	[ "$(left)" -lt "$1" ]
}

above() {
	[ "$(left)" -gt "$1" ]
}

# events N: so many of the gauge since the load; it has no other source
events() {
	source_is memory raised "$1" && raised=$1
}

fill() {
	./hog $(($(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo) * 30 / 102400)) &
	hog=$!
	await 60 below $((threshold - 5))
}

drain() {
	kill "$hog"
	wait "$hog"
	await 60 above $((clear + 2))
}

# refuses FILE TEXT ERRNO WORD
refuses() {
	refused "$3" "$GAUGE/$1" "$2" 'kevnotify: memory: ' "$4"
}

limits() {
	holds "$GAUGE/threshold" 5 && holds "$GAUGE/clear" 10 &&
		refuses threshold 101 ERANGE 100 && refuses threshold 10 ERANGE 'clear' &&
		refuses clear 101 ERANGE 100 && refuses clear 5 ERANGE 'beyond threshold' &&
		refuses threshold x EINVAL 'not a number' && refuses clear -1 EINVAL 'not a number' &&
		writes "$GAUGE/clear" "$clear" && writes "$GAUGE/threshold" "$threshold"
}

# While nobody polls nothing can be seen: so this waits for nothing, twice the
# time of the shortest period
never() {
	writes "$PARAMS/interval" 0 && fill && sleep 2 && events 0
}

# A period of a day begins with a look
at_once() {
	writes "$PARAMS/interval" 86400000 && await 60 events 1 && seq=$(newest memory) &&
		gave "$seq" KEVNOTIFY_ID=1 PRIORITY=4 "KEVNOTIFY_LIMIT=$threshold" &&
		percent=$(value "$seq" KEVNOTIFY_VALUE) && [ "$percent" -le "$threshold" ] &&
		gave "$seq" "MESSAGE=$percent % of memory is left, the limit is $threshold %"
}

long_period() {
	drain && sleep 2 && events 1
}

recovers() {
	writes "$PARAMS/interval" 1000 && await 60 events 2 && seq=$(newest memory) &&
		gave "$seq" KEVNOTIFY_ID=3 PRIORITY=5 KEVNOTIFY_RECOVERED=1 \
			"KEVNOTIFY_LIMIT=$clear" &&
		[ "$(value "$seq" KEVNOTIFY_VALUE)" -ge "$clear" ]
}

# By the period alone, with no write
again() {
	fill && await 60 events 3 && drain && await 60 events 4 && seq=$(newest memory) &&
		gave "$seq" KEVNOTIFY_ID=3 KEVNOTIFY_RECOVERED=1
}

all_received() {
	settle && received 4 memory && source_is memory suppressed 0
}

plan 8
begin interval=0
set_helper helper
level=$(left)
clear=$((level - 8))
threshold=$((level - 15))
check "limits: bad ones are refused" limits
check "interval 0: no poll" never
check "interval takes effect at once: threshold crossed" at_once
check "a long interval is one" long_period
check "interval takes effect at once: recovered" recovers
check "crossed and recovered in time" again
check "one event each" all_received
check "nothing is lost" conserved
restore
finish
