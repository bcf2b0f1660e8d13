#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --smp 2
#
# The kernel is locked down (integrity) while the module is loaded: fault
# injection is refused, all else works, and an unsigned module does not come back.
. ./lib.sh

[ -d /sys/kernel/security ] || {
	echo "1..0 # SKIP no lockdown"
	exit 4
}

LOCKDOWN=/sys/kernel/security/lockdown

locked() {
	mount -t securityfs securityfs /sys/kernel/security &&
		echo integrity >"$LOCKDOWN" && grep -F '[integrity]' "$LOCKDOWN"
}

# can_read FILE…
can_read() {
	for file; do
		cat "$file" >/dev/null || return 1
	done
}

attributes() {
	can_read "$SYS"/stats/* "$SYS"/state "$SYS"/helper_* "$SYS"/sources/*/state "$PARAMS"/*
}

debugfs() {
	can_read "$DBG/stats" "$DBG/log"
}

no_injection() {
	for file in "$DBG"/inject/*; do
		write_is EPERM "$file" 1 || return 1
		if cat "$file" 2>/dev/null; then return 1; fi
	done
	[ -e "$DBG/inject/exec" ]
}

settings() {
	writes "$PARAMS/interval" 20000 && holds /proc/sys/kevnotify/interval 20000 &&
		writes /proc/sys/kevnotify/interval 30000 && holds "$PARAMS/interval" 30000 &&
		writes "$PARAMS/sources" -memory && source_is memory enabled 0 &&
		writes "$SYS/sources/memory/enabled" 1 && source_is memory enabled 1
}

delivered() {
	raise locked && gave "$(newest manual)" KEVNOTIFY_SOURCE=manual MESSAGE=locked
}

# The kernel's rule for kprobes, which integrity alone does not forbid
probes() {
	writes "$SYS/sources/probe/probes" '+one do_exit' && writes "$SYS/sources/probe/enabled" 1 &&
		writes "$SYS/sources/probe/enabled" 0 && echo confidentiality >"$LOCKDOWN" &&
		refused EPERM "$SYS/sources/probe/probes" '+two do_exit' 'locked down' do_exit &&
		write_is ENODEV "$SYS/sources/probe/enabled" 1 &&
		source_is probe state 'unavailable: the kernel is locked down'
}

# The documents say how it is refused, and what the kernel logs.
stays_out() {
	# Of such lines the kernel logs at most ten in five seconds.
	sleep 6
	klog_mark
	unload || return 1
	said=$(modprobe kevnotify 2>&1) && return 1
	has 'Operation not permitted' "$said" || has "can't insert" "$said" || { say "$said"; return 1; }
	klog | grep -i 'lockdown: .*unsigned module loading is restricted'
}

plan 9
begin helper="$HELPER"
check "the kernel is locked down" locked
check "attributes and parameters can be read" attributes
check "so can debugfs" debugfs
check "fault injection is refused" no_injection
check "settings can be written" settings
check "an event is delivered" delivered
check "nothing is lost" conserved
check "probes go with confidentiality" probes
check "an unsigned module is refused, and the log says why" stays_out
finish
