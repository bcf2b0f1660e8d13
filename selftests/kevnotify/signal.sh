#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Lists: quick kernel debug suite
#
# SIGUSR1 to kevnotifyd is an event; no other signal is anything.
. ./lib.sh

# seen N: so many events of it since the load
seen() {
	source_is signal raised "$1"
}

none_pending() {
	grep -q '^ShdPnd:[[:space:]]*0*$' "/proc/$pid/status"
}

# taken: kevnotifyd is done with all signals sent; it collects only after them
taken() {
	await 60 none_pending && raise after && settle
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
	for sig in HUP INT QUIT KILL USR2 PIPE ALRM TERM STOP CONT; do
		kill "-$sig" "$pid" || return 1
	done
	taken && seen 3 && is "$pid" "$(kevnotifyd)"
}

still_works() {
	kill -USR1 "$pid" && await 60 seen 4 && is 4 "$(value "$(newest signal)" KEVNOTIFY_ID)"
}

# The signal is seen and counted, and no event comes of it
off() {
	writes "$PARAMS/sources" -signal && kill -USR1 "$pid" && taken && seen 4 &&
		writes "$PARAMS/sources" +signal && kill -USR1 "$pid" && await 60 seen 5 &&
		is 6 "$(value "$(newest signal)" KEVNOTIFY_ID)"
}

all_received() {
	settle && received 5 signal && raised=$((raised + 5))
}

plan 6
begin burst=0
set_helper helper
pid=$(kevnotifyd)
check "SIGUSR1: an event whose id is the number seen" events
check "other signals do nothing" others
check "SIGUSR1 still works" still_works
check "switched off: none" off
check "each reached the helper" all_received
check "nothing is lost" conserved
restore
finish
