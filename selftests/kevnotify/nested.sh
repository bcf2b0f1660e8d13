#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --expect-badness BUG:.kernel.NULL.pointer|Oops:|KASAN:.null-ptr|general.protection
#
# Raises that are interrupted between reserve and commit: by an NMI or a
# breakpoint that raises, by themselves, and by the death of the task.
. ./lib.sh

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
	# The oops that is to come is an event, and taints the kernel
	begin burst=0 sources=-oops,-warn,-taint log_records=1024 helper="$HELPER" && modprobe kevnotify-nested
}

# called: what was raised is what the module called
called() {
	raised=$(($(nested outer) + $(nested inner)))
}

# Outer and inner by turns, and nothing else
alternating() {
	awk '$2 != "nested" { next }
	     $3 != ($5 == last ? 2 : 1) || ($3 == 1 && $5 != last + 1) { print "# " $0; bad = 1 }
	     $3 == 1 { last = $5 }
	     END { exit bad || NR != n }' n="$1" "$RECEIPTS"
}

nmi_recorded() {
	before=$(counter recorded)
	act nmi && settle && called || return 1
	is 0 "$(nested missed)" "NMIs that did not come" &&
		is "$(nested outer)" "$(nested nmis)" "inner calls in an NMI" &&
		counter_is recorded $((before + raised)) && counter_is refused 0 &&
		received "$raised" && alternating $((2 * $(nested outer))) && conserved
}

int3_recorded() {
	before=$(nested nmis)
	act int3 && settle && called || return 1
	[ "$(nested nmis)" -gt "$before" ] && counter_is refused 0 && received "$raised" &&
		alternating $((2 * $(nested outer))) && conserved
}

# The inner one has the earlier slot
reserve_retried() {
	before=$(receipts)
	act reserve && settle && called || return 1
	counter_is refused 0 && received "$raised" && conserved &&
		tail -n $(($(receipts) - before)) "$RECEIPTS" |
		awk '$3 != (NR % 2 ? 2 : 1) { print "# " $0; bad = 1 } END { exit bad || !NR }'
}

recursion_refused() {
	before=$(nested inner)
	act recursion && settle && called || return 1
	counter_is refused $(($(nested inner) - before)) && counter_reaches refused 1 && conserved
}

# repaired N: N raises were repaired, and the sums hold
repaired() {
	counter_is repaired "$1" && add_up events
}

# What died before its reserve or after it is refused
died() {
	lost=$(counter refused) repairs=$(counter repaired)
	act "$1 1" || return 1
	taskset 2 sh -c 'echo alive >'"$SYS/control/raise" && settle &&
		repaired $((repairs + 1)) && counter_is refused $((lost + 1))
}

# unregister ACTION: a source goes whose task died, and on its CPU nobody raises
unregister() {
	repairs=$(counter repaired)
	act "$1 1" || return 1
	[ "${2:-}" != offline ] || echo 0 >"$CPU1" || return 1
	rmmod kevnotify-nested && repaired $((repairs + 1)) || return 1
	[ "${2:-}" != offline ] || echo 1 >"$CPU1" || return 1
	modprobe kevnotify-nested
}

unloads() {
	pause && rmmod kevnotify-nested && rmmod kevnotify
}

plan 12
rcu normal
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
check "the doorbell was never late" counter_is doorbell_late 0
check "unloads" unloads
restore
finish
