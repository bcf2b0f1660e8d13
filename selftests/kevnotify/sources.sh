#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What /sys/kernel/kevnotify/sources/ shows and sets, and the rate limit.
. ./lib.sh
. ./common.sh

MANUAL=$SYS/sources/manual

# raised: a raise that gets through; its SEQ is in $seq
raised() {
	raise text
	is OK "$errno" && seq=$(newest manual)
}

# ignored: a raise that is not even counted
ignored() {
	read -r before <"$SYS/stats/raised"
	raise text
	is OK "$errno" && holds "$SYS/stats/raised" "$before"
}

# refuses FILE TEXT ERRNO WORD
refuses() {
	read -r before <"$MANUAL/$1"
	write "$MANUAL/$1" "$2"
	is "$3" "$errno" && holds "$MANUAL/$1" "$before" && one_line 'kevnotify: manual: ' "$4"
}

defaults() {
	for source in oom memory manual signal; do
		source_is "$source" enabled 1 && source_is "$source" state on &&
			source_is "$source" level -1 && source_is "$source" comm '' &&
			source_is "$source" stack 0 && source_is "$source" raised 0 &&
			source_is "$source" suppressed 0 && source_is "$source" last 0 || return 1
	done
	is "clear threshold " "$(find "$SYS/sources/" -name clear -o -name threshold |
		sed 's|.*/||' | sort | tr '\n' ' ')"
}

counts() {
	raised && holds "$MANUAL/raised" 1 && holds "$MANUAL/last" "$seq" && raised &&
		holds "$MANUAL/raised" 2 && holds "$MANUAL/last" "$seq" &&
		gave "$seq" "KEVNOTIFY_SEQ=$seq"
}

enabled() {
	refuses enabled 2 EINVAL '0 or 1' && refuses enabled nonsense EINVAL '0 or 1' &&
		writes "$MANUAL/enabled" 0 && holds "$MANUAL/state" off &&
		holds "$PARAMS/sources" oom,memory,signal && ignored &&
		writes "$MANUAL/enabled" 1 && holds "$MANUAL/state" on &&
		holds "$PARAMS/sources" oom,memory,manual,signal && raised
}

# The id stays; what is beyond helper_level does not reach the helper
level() {
	refuses level 8 ERANGE '0 to 7' && refuses level -2 ERANGE '0 to 7' &&
		refuses level x EINVAL number &&
		writes "$MANUAL/level" 2 && raised && gave "$seq" PRIORITY=2 KEVNOTIFY_ID=5 &&
		writes "$MANUAL/level" 7 && raised && [ ! -e "$GOT/$seq" ] &&
		holds "$SYS/stats/filtered" 1 &&
		writes "$MANUAL/level" -1 && raised && gave "$seq" PRIORITY=5
}

comm() {
	refuses comm 0123456789abcdef EINVAL '15 bytes' &&
		writes "$MANUAL/comm" 0123456789abcde && holds "$MANUAL/comm" 0123456789abcde &&
		ignored && write -n 0123456789abcde "$SYS/control/raise" text && is OK "$errno" &&
		gave "$(newest manual)" KEVNOTIFY_COMM=0123456789abcde &&
		writes "$MANUAL/comm" 0123456789abcd && write -n 0123456789abcde \
			"$SYS/control/raise" text && holds "$MANUAL/raised" "$((before + 1))" || return 1
	writes "$MANUAL/comm" "$NL" && raised
}

stack() {
	refuses stack maybe EINVAL '0 or 1' && raised && ! keys "$seq" | grep -q STACK || return 1
	writes "$MANUAL/stack" 1 && raised && has ' KEVNOTIFY_STACK ' "$(keys "$seq")" &&
		stack=$(value "$seq" KEVNOTIFY_STACK) || return 1
	for part in raise_store+0x '[kevnotify]' vfs_write+0x; do
		has "$part" "$stack" || { echo "# no $part in $stack"; return 1; }
	done
	writes "$MANUAL/stack" 0 && raised && ! keys "$seq" | grep -q STACK
}

# flood N: so many raises, as fast as this shell can
flood() {
	n=$1
	while [ "$n" -gt 0 ]; do
		echo flood >"$SYS/control/raise"
		n=$((n - 1))
	done
}

# sum_is RAISED SUPPRESSED RECORDED: since the load of this module
sum_is() {
	holds "$MANUAL/raised" "$1" && holds "$MANUAL/suppressed" "$2" &&
		holds "$SYS/stats/suppressed" "$2" && holds "$SYS/stats/recorded" "$3" &&
		holds "$SYS/stats/raised" "$1"
}

# Ten raises: three get through, seven do not, and one more record says so
rate_limit() {
	fresh burst=3 window=5000 sources=manual && recorder && flood 3 &&
		until_ok 60 holds "$SYS/stats/recorded" 3 && flood 7 &&
		until_ok 60 holds "$SYS/stats/recorded" 4 && settle &&
		sum_is 11 7 4 && is 4 "$(receipts manual)"
}

# told: all that was suppressed, in one record or another
told() {
	sum=$(cat "$GOT"/* 2>/dev/null | tr '\0' '\n' | awk -F = '$1 == "KEVNOTIFY_SUPPRESSED" { n += $2 }
		END { print n + 0 }')
	[ "$sum" != 0 ] && holds "$SYS/stats/suppressed" "$sum"
}

# When kevnotifyd comes late, the first record may know of them already
told_late() {
	fresh burst=3 window=1000 sources=manual && recorder || return 1
	echo 300 >"$DBG/inject/slow_ms"
	flood 10
	until_ok 60 told && settle && told
}

# It comes when the window is over
closing_record() {
	seq=$(newest manual) && gave "$seq" KEVNOTIFY_SUPPRESSED=7 KEVNOTIFY_ID=5 PRIORITY=5 \
		'MESSAGE=7 more events were suppressed' || return 1
	after=$(($(ms "$seq") - $(ms $((seq - 1)))))
	[ "$after" -ge 4900 ] && [ "$after" -lt 20000 ] && return 0
	echo "# $after ms after the last of the burst"
	return 1
}

# ms SEQ: its time, in ms of this day
ms() {
	value "$1" KEVNOTIFY_TIME | awk -F . '{ printf "%d\n", $1 % 86400 * 1000 + $2 / 1000 }'
}

# Each id has a limit of its own
per_id() {
	fresh burst=1 window=3600000 sources=manual && recorder || return 1
	for level in 1 2 3; do
		echo "<$level>text" >"$SYS/control/raise"
		echo "<$level>text" >"$SYS/control/raise"
	done
	settle && sum_is 6 3 3 && is 3 "$(receipts manual)"
}

no_limit() {
	fresh burst=0 sources=manual && recorder && flood 30 && settle &&
		sum_is 30 0 30 && is 30 "$(receipts manual)"
}

plan 13
begin
check "defaults" defaults
begin burst=0
recorder
check "counts and the last SEQ" counts
check "enabled" enabled
check "level" level
check "comm" comm
check "stack" stack
check "nothing is lost" conserved
rm -rf "$GOT"
check "the rate limit" rate_limit
check "what it suppressed is told when the window is over" closing_record
check "nothing is lost by it" conserved
rm -rf "$GOT"
check "it is told by a late kevnotifyd too" told_late
rm -rf "$GOT"
check "each id has its own limit" per_id
rm -rf "$GOT"
check "burst 0: no limit" no_limit
end
