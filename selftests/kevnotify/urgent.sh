#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Urgent records do not wait behind others. The helper is held by a file, so that what
# is raised meanwhile is all there when it goes on.
. ./lib.sh

EXEC=/sys/module/kevnotify_test_exec/parameters
GO=$WORK/go
GO2=$WORK/go2

# busy [PARAMETER…]: a fresh module, whose helper is at work on record 1 until go
busy() {
	rm -f "$GO" "$GO2"
	reload burst=0 helper="$HELPER" "$@" && raise "wait $GO" && await 60 received 1
}

# raises TEXT…: all are in the log then
raises() {
	for text; do
		raise "$text" || return 1
	done
	await 60 counter_is staged 0
}

# volley N TEXT: so many events
volley() {
	n=$1
	while [ "$n" -gt 0 ]; do
		raise "$2" || return 1
		n=$((n - 1))
	done
	await 60 counter_is staged 0
}

# go MESSAGES: it goes on, and gives receipts with these messages, in this order
go() {
	touch "$GO"
	settle && prints "wait $GO;$1" messages
}

# The log comes round on all that waits, and on most of the flood
flood() {
	busy log_records=16 && volley 30 "<3>flood" && raise "<0>urgent" && volley 5 "<3>flood" &&
		go "urgent;$(repeat 15 'flood;')" && counter_is overwritten 20 &&
		value_is 32 KEVNOTIFY_LOST 20 && conserved
}

# repeat N TEXT
repeat() {
	awk -v n="$1" -v text="$2" 'BEGIN { while (n--) printf "%s", text }'
}

# Beyond what is looked at in one go
far() {
	busy && volley 200 "<4>rest" && raises "<1>urgent" && touch "$GO" &&
		await 60 counter_reaches delivered 3 && echo 1 >"$SYS/control/flush" && settle &&
		prints "wait $GO;urgent;rest;" first_messages && conserved
}

first_messages() {
	messages | cut -d ';' -f 1-3 | sed 's/$/;/'
}

# Level 2 is urgent, and 3 is not
eight() {
	busy && raises "<3>a" "<3>b" "<3>c" && volley 8 "<2>u" && volley 4 "<0>v" &&
		volley 6 "<1>w" &&
		go "$(repeat 8 'u;')a;$(repeat 4 'v;')$(repeat 4 'w;')b;w;w;c;" && conserved
}

# What waits for a helper that is not there yet
chosen_anew() {
	rm -f "$WORK/late"
	reload burst=0 helper="$WORK/late" && raise rest && await 60 helper_is missing 2 &&
		raises "<1>urgent" && receiver late && set_helper late && settle &&
		prints "urgent;rest;" messages && atleast 1 "$(value 1 KEVNOTIFY_DELAYED_MS)" delayed &&
		conserved
}

# hole: record 4 is given ahead of 2 and 3, and waits until go2; 5 is behind it
hole() {
	busy && raises a b "<2>wait $GO2" c && touch "$GO" && await 60 received 2 &&
		await 60 counter_is delivered 2 && counter_is pending 3 &&
		grep -q "^cursor helper base=1 next=2 scan=5 ahead=1$" "$DBG/log"
}

flush() {
	hole && echo 1 >"$SYS/control/flush" && await 60 counter_is skipped 3 &&
		raises after && touch "$GO2" && go "wait $GO2;after;" && conserved
}

# replayed SEQ BASE MESSAGES: from there all come again, and the urgent one first
replayed() {
	hole && echo "$1" >"$SYS/control/replay" && counter_is base "$2" && touch "$GO2" &&
		go "wait $GO2;wait $GO2;$3" && balanced && counter_is delivered "$(receipts)"
}

replay_back() {
	replayed 1 -1 "wait $GO;a;b;c;" && counter_is skipped 0
}

replay_ahead() {
	replayed 3 0 "b;c;" && counter_is skipped 1
}

# A level that is changed is that of later events
level_is_fixed() {
	busy && raises "<3>before" && echo 1 >"$SYS/sources/manual/level" && raises after &&
		go "after;before;" && gave 2 PRIORITY=3 && gave 3 PRIORITY=1 && conserved
}

pipe_in_order() {
	reload burst=0 helper="|$WORK/bytes-100" && pause && raises "<3>a" "<0>b" "<3>c" && resume &&
		settle && prints "a;b;c;" messages && counter_is delivered 3
}

# What exec helpers were given ahead does not come again
pipe_after_exec() {
	hole || return 1
	echo 1 >"$SYS/control/paused" &
	pauser=$!
	set_pipe bytes-100 && touch "$GO2" && wait "$pauser" && resume && settle && prints "wait $GO;wait $GO2;a;b;c;" messages
}

# tried_once: record 1 hangs in an exec that will say E2BIG
tried_once() {
	echo 7 >"$EXEC/err" && echo 1 >"$EXEC/times" && echo 1 >"$EXEC/hang" &&
		reload burst=0 helper="$HELPER" && raises big && await 60 holds "$EXEC/hanging" 1
}

whole() {
	value_is "$1" KEVNOTIFY_TRUNCATED ""
}

too_big() {
	tried_once && raises "<1>urgent" && echo 0 >"$EXEC/hang" && settle &&
		prints "urgent;big;" messages && whole 2 && value_is 1 KEVNOTIFY_TRUNCATED 1 && conserved
}

too_big_flushed() {
	tried_once && echo 1 >"$SYS/control/flush" && raises after && echo 0 >"$EXEC/hang" && settle &&
		prints "after;" messages && counter_is skipped 1 && whole 2 && conserved
}

plan 13
begin
cp reader "$WORK/bytes-100"
check "an urgent record is given next, whatever waits" flood
check "however much of it" far
check "after eight urgent ones, one of the rest" eight
check "what could not be started waits behind it too" chosen_anew
check "flush: what was given ahead is not skipped" flush
check "replay: what was given ahead comes again" replay_back
check "replay: from behind what waits" replay_ahead
check "the level is fixed when the event is recorded" level_is_fixed
check "pipe mode is in order" pipe_in_order
check "and what was given ahead does not come again" pipe_after_exec
modprobe kevnotify-test-exec path="$HELPER"
check "too big: another record is whole" too_big
check "too big: a flush forgets it" too_big_flushed
restore
rmmod kevnotify-test-exec
check "nothing is left running" prints 0 processes "$WORK/helper"
finish
