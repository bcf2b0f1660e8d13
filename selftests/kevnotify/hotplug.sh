#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Events raised on a CPU that goes, with its irq_work pending and behind its last
# flush, and on one that comes. Then the module goes while the CPU is away.
. ./lib.sh
. ./account.sh

DYING=/sys/module/kevnotify_dying/parameters
CPU1=/sys/devices/system/cpu/cpu1/online

case ${KEVNOTIFY_TIER:-} in
quick) times=2 ;;
*) times=5 ;;
esac

calls() {
	echo $(($(cat "$DYING/going") + $(cat "$DYING/gone") + $(cat "$DYING/coming")))
}

# recorded N: so many events have been recorded, and receipts given for them
recorded() {
	[ "$(stat recorded)" = "$1" ] && delivered
}

# Had kevnotifyd found them only by looking by itself, doorbell_late would say so
recorded_all() {
	await 300 recorded "$(calls)" && same raised "$(stat raised)" "$(calls)" &&
		same refused "$(stat refused)" 0 && same receipts "$(receipts)" "$(calls)" &&
		receipts_ordered && balanced_events && balanced_cursor
}

# going, gone: the events of a CPU that goes; coming: of one that comes
one_time() {
	: >"$RECEIPTS"
	reload burst=0 helper="$RECEIPT" && modprobe kevnotify-dying || return 1
	echo 0 >"$CPU1" && [ "$(cat "$DYING/gone")" -gt 0 ] && recorded_all || return 1
	echo 1 >"$CPU1" && [ "$(cat "$DYING/coming")" -gt 0 ] && recorded_all || return 1
	[ "$(cat "$DYING/going")" -gt 0 ] || return 1
	same doorbell_late "$(stat doorbell_late)" 0 || return 1
	# At once, with all of it staged
	echo 0 >"$CPU1" && rmmod kevnotify-dying && quiet && balanced_events &&
		balanced_cursor && same delivered "$(stat delivered)" "$(receipts)" &&
		rmmod kevnotify && echo 1 >"$CPU1"
}

all_times() {
	n=0 start=$(now)
	while [ "$n" -lt "$times" ] && one_time; do
		n=$((n + 1))
	done
	say "$n times in $(($(now) - start)) ms"
	same times "$n" "$times"
}

restore() {
	rm -f "$RECEIPT"
	echo 1 >"$CPU1" 2>/dev/null
	[ ! -d "$DYING" ] || rmmod kevnotify-dying
	[ -d "$PARAMS" ] || modprobe kevnotify
}

plan 1
receipt_helper
check "$times times a CPU went with events staged, and then the module" all_times
restore
finish
