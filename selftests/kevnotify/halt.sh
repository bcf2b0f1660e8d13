#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A reader, kevnotifyd or a helper's child stands still at a certain place: nothing
# waits for the first, an unload waits for the second, and what is done to the program
# before the third goes on is found by exec.
. ./lib.sh

HALT=/sys/module/kevnotify_test_halt/parameters

# halts N FUNCTION: from its Nth call from now on
halts() {
	modprobe kevnotify-test-halt symbol="kevnotify:$2" hold="$1"
}

# goes_on: the one that stands still; nothing else had ended that
goes_on() {
	holds "$HALT/held" Y && echo 0 >"$HALT/hold" && await 60 holds "$HALT/held" N &&
		rmmod kevnotify-test-halt
}

# In the middle of its walk over the sources, and with the last one's reference
reader() {
	reload burst=0 && halts 3 kev_source_get_next || return 1
	cat "$DBG/refs" >"$WORK/refs" &
	reader=$!
	await 60 holds "$HALT/held" Y && many 20 && await 60 counter_is staged 0 &&
		counter_is pending 20 && goes_on && wait "$reader" &&
		grep -q '^pipes ' "$WORK/refs" && conserved
}

goes() {
	holds /sys/module/kevnotify/initstate going
}

# kevnotifyd is about to raise: nothing of what it needs for that goes before it has
unload_waits() {
	reload burst=0 && halts 1 kev_feed_tell && raise one && await 60 holds "$HALT/held" Y || return 1
	rmmod kevnotify &
	rmmod=$!
	await 60 goes && sleep 2 && [ -d "$SYS/sources/helper" ] && goes_on && wait "$rmmod" &&
		[ ! -d /sys/module/kevnotify ]
}

# It has found the run over, and has not said so yet
signal_at_the_end() {
	reload burst=0 helper="$HELPER" && halts 1 kev_outcome_end && raise one &&
		await 60 holds "$HALT/held" Y && kill -USR1 "$(kevnotifyd)" && goes_on &&
		await 60 source_is signal raised 1 && settle && counter_is runs 1 &&
		counter_is filtered 1 && received 1
}

# between_them COMMAND…: done when the helper's path was checked, and exec is next
between_them() {
	reload burst=0 helper="$HELPER" && halts 1 kev_stdout_open && raise one &&
		await 60 holds "$HALT/held" Y && "$@" && goes_on
}

empty() {
	: >"$HELPER"
}

# Nothing was delivered; and it is, once, when the helper is back
comes_again() {
	await 60 counter_reaches noexec 1 && counter_is delivered 0 && received 0 && receiver helper &&
		set_helper helper && settle && prints "one;" messages && counter_is exited 1 &&
		helper_is ok 0 && conserved
}

deleted() {
	between_them rm "$HELPER" && comes_again
}

truncated() {
	between_them empty && comes_again
}

replaced() {
	between_them mv "$WORK/new" "$HELPER" && settle && prints "to the new one;" messages &&
		counter_is runs 1 && helper_is ok 0 && conserved
}

plan 6
begin
program new <<END
#!/bin/sh
echo "\$2 \$1 - - - to the new one" >>$RECEIPTS
END
check "a reader that stands still: events are collected" reader
check "kevnotifyd stands still in front of a raise: the unload waits" unload_waits
check "a signal that comes as a run ends is the run's" signal_at_the_end
check "deleted after the check: the event is held, and comes once" deleted
check "truncated after the check: so it is" truncated
check "replaced after the check: the new one gets it" replaced
rmmod kevnotify-test-halt 2>/dev/null
restore
finish
