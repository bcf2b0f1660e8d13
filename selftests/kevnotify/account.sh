# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Accounts: what kevnotify counted against what was counted outside of it.

RECEIPTS=/run/receipts
RECEIPT=/usr/local/sbin/kevnotify-receipt

# stat NAME: a counter
stat() {
	read -r stat_value <"$SYS/stats/$1" && echo "$stat_value"
}

# now: milliseconds since boot
now() {
	read -r now_value _ </proc/uptime
	echo "${now_value%.*}${now_value#*.}0"
}

# await SECONDS COMMAND…: until COMMAND succeeds; false if it does not in time
await() {
	await_end=$(($(now) + $1 * 1000))
	shift
	until "$@"; do
		[ "$(now)" -lt "$await_end" ] || return 1
		sleep 0.1
	done
}

# say WORD…: a line of diagnostics
say() {
	echo "# $*"
}

# same NAME A B: are they equal? If not, says so.
same() {
	[ "$2" = "$3" ] && return
	say "$1: $2, and $3 expected"
	return 1
}

# collected: nothing is staged
collected() {
	[ "$(stat staged)" = 0 ]
}

# delivered: nothing is staged, no record waits and no run is under way
delivered() {
	collected && [ "$(stat pending)" = 0 ] && read -r state <"$SYS/state" &&
		[ "$state" != running ]
}

# balanced_events: raised = suppressed + refused + staged + recorded
balanced_events() {
	same "suppressed + refused + staged + recorded" \
		$(($(stat suppressed) + $(stat refused) + $(stat staged) + $(stat recorded))) \
		"$(stat raised)"
}

# balanced_cursor: next - base = all that can become of a record
balanced_cursor() {
	same "delivered + … + pending" \
		$(($(stat delivered) + $(stat filtered) + $(stat skipped) + $(stat expired) +
		$(stat overwritten) + $(stat failed) + $(stat pending))) \
		$(($(stat next) - $(stat base)))
}

# receipt_helper: install the helper that gives receipts, and none given yet
receipt_helper() {
	cp receipt "$RECEIPT" && chmod 755 "$RECEIPT" && : >"$RECEIPTS"
}

# receipts: how many were given
receipts() {
	wc -l <"$RECEIPTS"
}

# receipts_ordered: each SEQ at most once and in order
receipts_ordered() {
	awk '$1 <= last { print "# " $1 " after " last; bad = 1 } { last = $1 } END { exit bad }' \
		"$RECEIPTS"
}

# reload PARAMETER…: the module anew with these
reload() {
	[ ! -d "$PARAMS" ] || rmmod kevnotify || return 1
	modprobe kevnotify "$@"
}

# quiet: end what is under way, so that the module can go
quiet() {
	echo 1 >"$SYS/control/paused"
}
