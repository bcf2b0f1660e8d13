#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Out-of-memory kills where the kernel has no kprobes, as Debian's for armhf: what is
# not known is left out. For a module that is built so; no list has this test.
. ./oom-lib.sh

in_cgroup() {
	hog small -u 65534 200 && seq=$(newest oom) && left_out "$seq" /small &&
		gave "$seq" KEVNOTIFY_VICTIM_UID=65534 KEVNOTIFY_VICTIM_COMM=hog \
			"KEVNOTIFY_VICTIM_VM_KB=$(figure total-vm)" && about "$seq" VICTIM_ANON_KB anon-rss
}

global() {
	hog all 0 && left_out "$(newest oom)" /all
}

plan 4
begin_oom
check "the state says what is left out" state_of_source \
	'on: this kernel cannot probe out_of_memory(): SCOPE, LIMIT_CGROUP, LIMIT_KB and ALLOC are left out'
check "a kill in a cgroup" alone in_cgroup
check "a global kill" alone global
check "nothing is lost" conserved
finish_oom
