#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Raises that are interrupted between reserve and commit: by an NMI or a
# breakpoint that raises, by themselves, and by the death of the task.
. ./lib.sh
. ./account.sh

NESTED=/sys/module/kevnotify_nested/parameters
CPU1=/sys/devices/system/cpu/cpu1/online

# nested NAME: a count of the module's own
nested() {
	cat "$NESTED/$1"
}

act() {
	echo "$1" >"$NESTED/action"
}

prepare() {
	receipt_helper && reload burst=0 log_records=1024 helper="$RECEIPT" &&
		modprobe kevnotify-nested
}

# Outer and inner by turns, and nothing else
alternating() {
	awk '$2 != "nested" { next }
	     $3 != ($5 == last ? 2 : 1) || ($3 == 1 && $5 != last + 1) { print "# " $0; bad = 1 }
	     $3 == 1 { last = $5 }
	     END { exit bad || NR != n }' n="$1" "$RECEIPTS"
}

nmi_recorded() {
	before=$(stat recorded)
	act nmi && await 300 delivered || return 1
	same "NMIs that did not come" "$(nested missed)" 0 &&
		same "inner calls in an NMI" "$(nested nmis)" "$(nested outer)" &&
		same "recorded" $(($(stat recorded) - before)) \
			$(($(nested outer) + $(nested inner))) &&
		same "refused" "$(stat refused)" 0 &&
		same "receipts" "$(receipts)" $(($(nested outer) + $(nested inner))) &&
		receipts_ordered && alternating $((2 * $(nested outer))) &&
		balanced_events && balanced_cursor
}

int3_recorded() {
	before=$(nested nmis)
	act int3 && await 300 delivered || return 1
	[ "$(nested nmis)" -gt "$before" ] &&
		same "refused" "$(stat refused)" 0 &&
		same "receipts" "$(receipts)" $(($(nested outer) + $(nested inner))) &&
		receipts_ordered && alternating $((2 * $(nested outer))) &&
		balanced_events && balanced_cursor
}

# The inner one has the earlier slot
reserve_retried() {
	before=$(receipts)
	act reserve && await 300 delivered || return 1
	same "refused" "$(stat refused)" 0 &&
		same "receipts" "$(receipts)" $(($(nested outer) + $(nested inner))) &&
		receipts_ordered && balanced_events && balanced_cursor &&
		tail -n $(($(receipts) - before)) "$RECEIPTS" |
		awk '$3 != (NR % 2 ? 2 : 1) { print "# " $0; bad = 1 } END { exit bad || !NR }'
}

recursion_refused() {
	before=$(nested inner)
	act recursion && await 300 delivered || return 1
	same "refused" "$(stat refused)" $(($(nested inner) - before)) &&
		[ "$(stat refused)" -gt 0 ] && receipts_ordered &&
		balanced_events && balanced_cursor
}

# repaired N: N raises were repaired, and the sums hold
repaired() {
	same repaired "$(stat repaired)" "$1" && balanced_events
}

# What died before its reserve or after it is refused
died() {
	refused=$(stat refused) count=$(stat repaired)
	act "$1 1" || return 1
	taskset 2 sh -c 'echo alive >'"$SYS/control/raise" && await 60 delivered &&
		repaired $((count + 1)) && same refused "$(stat refused)" $((refused + 1))
}

# unregister ACTION: a source goes whose task died, and on its CPU nobody raises
unregister() {
	count=$(stat repaired)
	act "$1 1" || return 1
	[ "${2:-}" != offline ] || echo 0 >"$CPU1" || return 1
	start=$(now)
	rmmod kevnotify-nested || return 1
	say "unregistered in $(($(now) - start)) ms"
	[ $(($(now) - start)) -lt 20000 ] && repaired $((count + 1)) || return 1
	[ "${2:-}" != offline ] || echo 1 >"$CPU1" || return 1
	modprobe kevnotify-nested
}

unload() {
	quiet && rmmod kevnotify-nested && rmmod kevnotify
}

restore() {
	rm -f "$RECEIPT"
	modprobe kevnotify
}

plan 12
check "the modules load" prepare
check "an NMI between reserve and commit: both are recorded, in order" nmi_recorded
check "so is what a breakpoint's handler raises there" int3_recorded
check "in the middle of a reserve: the outer one tries again" reserve_retried
check "a raise inside a raise of the same task is refused" recursion_refused
check "a task dies of its own pointer in raise: the next raise repairs" died oops
check "a task dies between reserve and commit: the next raise repairs" died die
check "unregistration repairs, without another raise" unregister oops
check "also what is open" unregister die
check "also on a CPU that has gone" unregister die offline
check "the doorbell was never late" same doorbell_late "$(stat doorbell_late)" 0
check "unloads" unload
restore
finish
