#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# SIGUSR1 to kevnotifyd is an event; no other signal is anything.
. ./lib.sh
. ./common.sh

# thread NAME: the pid of a kernel thread
thread() {
	grep -lx "$1" /proc/[0-9]*/comm 2>/dev/null | sed 's|/proc/\(.*\)/comm|\1|'
}

raised() {
	source_is signal raised "$1"
}

# The id tells how many have been seen
events() {
	for n in 1 2 3; do
		kill -USR1 "$pid" && until_ok 60 raised "$n" && seq=$(newest signal) &&
			gave "$seq" KEVNOTIFY_SOURCE=signal "KEVNOTIFY_ID=$n" "TROUBLED_DS=$n" \
				PRIORITY=5 'MESSAGE=SIGUSR1 to kevnotifyd' || return 1
	done
}

others() {
	read -r before <"$SYS/stats/raised"
	for sig in HUP INT QUIT KILL USR2 PIPE ALRM TERM STOP CONT; do
		kill "-$sig" "$pid" || return 1
	done
	settle && holds "$SYS/stats/raised" "$before" && is "$pid" "$(thread kevnotifyd)"
}

still_works() {
	kill -USR1 "$pid" && until_ok 60 raised 4 && is 4 "$(value "$(newest signal)" KEVNOTIFY_ID)"
}

# The signal is seen and counted, and no event comes of it
off() {
	writes "$PARAMS/sources" -signal && kill -USR1 "$pid" && settle && raised 4 &&
		writes "$PARAMS/sources" +signal && kill -USR1 "$pid" && until_ok 60 raised 5
}

all_received() {
	settle && is 5 "$(receipts signal)"
}

plan 6
begin burst=0
recorder
pid=$(thread kevnotifyd)
check "SIGUSR1: an event whose id is the number seen" events
check "other signals do nothing" others
check "SIGUSR1 still works" still_works
check "switched off: none" off
check "each reached the helper" all_received
check "nothing is lost" conserved
end
