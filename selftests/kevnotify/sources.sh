#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Lists: kernel
#
# What /sys/kernel/kevnotify/sources/ shows and sets, and the rate limit.
. ./lib.sh

MANUAL=$SYS/sources/manual

# taken: a raise that is; its SEQ is in $seq
taken() {
	raise text && seq=$(newest manual)
}

# taken_of NAME: a raise by a task of that name
taken_of() {
	write_is OK -n "$1" "$SYS/control/raise" text && raised=$((raised + 1))
}

# ignored: a raise that is not even counted
ignored() {
	read -r before <"$SYS/stats/raised"
	writes "$SYS/control/raise" text && counter_is raised "$before"
}

# refuses FILE TEXT ERRNO WORD
refuses() {
	refused "$3" "$MANUAL/$1" "$2" 'kevnotify: manual: ' "$4"
}

defaults() {
	for source in oom memory files pids taint manual signal; do
		source_is "$source" enabled 1 && source_is "$source" state on &&
			source_is "$source" level -1 && source_is "$source" comm '' &&
			source_is "$source" stack 0 && source_is "$source" raised 0 &&
			source_is "$source" suppressed 0 && source_is "$source" last 0 || return 1
	done
	is "dstate files load memory pids swap " "$(cd "$SYS/sources" && echo */threshold |
		sed 's|/threshold||g') " && is "$(cd "$SYS/sources" && echo */clear)" \
		"$(cd "$SYS/sources" && echo */threshold | sed 's|/threshold|/clear|g')"
}

# in_sources NAME: the parameter has it
in_sources() {
	has ",$1," ",$(cat "$PARAMS/sources"),"
}

counts() {
	taken && holds "$MANUAL/raised" 1 && holds "$MANUAL/last" "$seq" && taken &&
		holds "$MANUAL/raised" 2 && holds "$MANUAL/last" "$seq" &&
		gave "$seq" "KEVNOTIFY_SEQ=$seq"
}

enabled() {
	refuses enabled 2 EINVAL '0 or 1' && refuses enabled nonsense EINVAL '0 or 1' &&
		writes "$MANUAL/enabled" 0 && holds "$MANUAL/state" off &&
		! in_sources manual && in_sources signal && ignored &&
		writes "$MANUAL/enabled" 1 && holds "$MANUAL/state" on &&
		in_sources manual && in_sources oom && taken
}

# The id stays; what is beyond helper_level does not reach the helper
level() {
	refuses level 8 ERANGE '0 to 7' && refuses level -2 ERANGE '0 to 7' &&
		refuses level x EINVAL number &&
		writes "$MANUAL/level" 2 && taken && gave "$seq" PRIORITY=2 KEVNOTIFY_ID=5 &&
		writes "$MANUAL/level" 7 && taken && [ ! -e "$GOT/$seq" ] &&
		counter_is filtered 1 &&
		writes "$MANUAL/level" -1 && taken && gave "$seq" PRIORITY=5
}

comm() {
	refuses comm 0123456789abcdef EINVAL '15 bytes' &&
		writes "$MANUAL/comm" 0123456789abcde && holds "$MANUAL/comm" 0123456789abcde &&
		ignored && taken_of 0123456789abcde &&
		gave "$(newest manual)" KEVNOTIFY_COMM=0123456789abcde &&
		writes "$MANUAL/comm" 0123456789abcd &&
		write_is OK -n 0123456789abcde "$SYS/control/raise" text &&
		holds "$MANUAL/raised" $((before + 1)) || return 1
	writes "$MANUAL/comm" "$NL" && taken
}

stack() {
	refuses stack maybe EINVAL '0 or 1' && taken && ! keys "$seq" | grep -q STACK || return 1
	writes "$MANUAL/stack" 1 && taken && has ' KEVNOTIFY_STACK ' "$(keys "$seq")" &&
		stack=$(value "$seq" KEVNOTIFY_STACK) || return 1
	for part in raise_store+0x '[kevnotify]' vfs_write+0x; do
		has "$part" "$stack" || { say "no $part in $stack"; return 1; }
	done
	writes "$MANUAL/stack" 0 && taken && ! keys "$seq" | grep -q STACK
}

# sum_is RAISED SUPPRESSED RECORDED: since the load of this module
sum_is() {
	holds "$MANUAL/raised" "$1" && holds "$MANUAL/suppressed" "$2" &&
		counter_is suppressed "$2" && counter_is recorded "$3" &&
		counter_is raised "$1"
}

# Ten raises in one window: three get through, seven do not
rate_limit() {
	reload burst=3 window=3600000 sources=manual && set_helper helper && many 3 &&
		await 60 counter_is recorded 3 && many 7 && settle && sum_is 10 7 3
}

# The end of the window; one more record says so
window_ends() {
	echo 3000 >"$PARAMS/window" && await 60 counter_is recorded 4 && settle &&
		sum_is 11 7 4 && received 4 manual && raised=$((raised + 1)) && closing_record
}

# told: all that was suppressed, in one record or another
told() {
	sum=$(cat "$GOT"/* 2>/dev/null | tr '\0' '\n' | awk -F = '$1 == "KEVNOTIFY_SUPPRESSED" { n += $2 }
		END { print n + 0 }')
	[ "$sum" != 0 ] && counter_is suppressed "$sum"
}

# When kevnotifyd comes late, the first record may know of them already
told_late() {
	reload burst=3 window=3600000 sources=manual && set_helper helper && slow 4294967295 || return 1
	many 10
	not_slow && echo 10 >"$PARAMS/window" && await 60 told && settle && told
}

# The last admitted one was not the last that the burst had room for
told_lowered() {
	reload burst=10 window=3600000 sources=manual && set_helper helper && many 5 &&
		await 60 counter_is recorded 5 && echo 3 >"$PARAMS/burst" && many 4 &&
		sum_is 9 4 5 && echo 10 >"$PARAMS/window" && await 60 counter_is recorded 6 && settle &&
		gave 6 KEVNOTIFY_SUPPRESSED=4 && raised=$((raised + 1)) && conserved
}

# It comes when the window is over
closing_record() {
	seq=$(newest manual) && gave "$seq" KEVNOTIFY_SUPPRESSED=7 KEVNOTIFY_ID=5 PRIORITY=5 \
		'MESSAGE=7 more events were suppressed' || return 1
	atleast 2900 $(($(ms "$seq") - $(ms $((seq - 3))))) "ms after the first of the burst"
}

# ms SEQ: its time
ms() {
	value "$1" KEVNOTIFY_TIME | awk -F . '{ printf "%.0f\n", $1 * 1000 + $2 / 1000 }'
}

# Each id has a limit of its own
per_id() {
	reload burst=1 window=3600000 sources=manual && set_helper helper || return 1
	for level in 1 2 3; do
		raise "<$level>text"
		raise "<$level>text"
	done
	settle && sum_is 6 3 3 && received 3 manual
}

no_limit() {
	reload burst=0 sources=manual && set_helper helper && many 30 && settle &&
		sum_is 30 0 30 && received 30 manual
}

plan 14
begin
check "defaults" defaults
reload burst=0
set_helper helper
check "counts and the last SEQ" counts
check "enabled" enabled
check "level" level
check "comm" comm
check "stack" stack
check "nothing is lost" conserved
check "the rate limit" rate_limit
check "what it suppressed is told when the window is over" window_ends
check "nothing is lost by it" conserved
check "it is told by a late kevnotifyd too" told_late
check "a lowered burst's too" told_lowered
check "each id has its own limit" per_id
check "burst 0: no limit" no_limit
restore
finish
