#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# SIGUSR1 to kevnotifyd is an event; no other signal is anything.
. ./lib.sh

# seen N: so many events since the load; no other source raises here
seen() {
	source_is signal raised "$1" && raised=$1
}

# The id tells how many have been seen
events() {
	for n in 1 2 3; do
		kill -USR1 "$pid" && await 60 seen "$n" && seq=$(newest signal) &&
			gave "$seq" KEVNOTIFY_SOURCE=signal "KEVNOTIFY_ID=$n" "TROUBLED_DS=$n" \
				PRIORITY=5 'MESSAGE=SIGUSR1 to kevnotifyd' || return 1
	done
}

others() {
	read -r before <"$SYS/stats/raised"
	for sig in HUP INT QUIT KILL USR2 PIPE ALRM TERM STOP CONT; do
		kill "-$sig" "$pid" || return 1
	done
	settle && holds "$SYS/stats/raised" "$before" && is "$pid" "$(pids kevnotifyd)"
}

still_works() {
	kill -USR1 "$pid" && await 60 seen 4 && is 4 "$(value "$(newest signal)" KEVNOTIFY_ID)"
}

# The signal is seen and counted, and no event comes of it
off() {
	writes "$PARAMS/sources" -signal && kill -USR1 "$pid" && settle && seen 4 &&
		writes "$PARAMS/sources" +signal && kill -USR1 "$pid" && await 60 seen 5
}

all_received() {
	settle && received 5 signal
}

plan 6
begin burst=0
set_helper helper
pid=$(pids kevnotifyd)
check "SIGUSR1: an event whose id is the number seen" events
check "other signals do nothing" others
check "SIGUSR1 still works" still_works
check "switched off: none" off
check "each reached the helper" all_received
check "nothing is lost" conserved
restore
finish
