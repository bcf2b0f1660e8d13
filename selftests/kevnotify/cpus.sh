#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --append possible_cpus=240
#
# A machine that could have 240 CPUs: each has a stage.
. ./lib.sh

oom_kills() {
	sed -n 's/^oom_kill //p' /proc/vmstat
}

# Stages greater than this machine's memory: refused, and nothing is killed for them
too_big() {
	unload
	kills=$(oom_kills)
	klog_mark
	said=$(modprobe kevnotify stage_slots=4096 2>&1)
	[ ! -e /sys/module/kevnotify ] && has 'annot allocate memory' "$said" &&
		has 'stage_slots: no memory for 4096 slots of each of 240 CPUs' "$(klog)" &&
		logged 0 'Call Trace' && prints "$kills" oom_kills
}

# An event of one CPU, with all the others' stages there
works() {
	reload helper="$HELPER" && raise text && settle && received 1 manual
}

[ "$(cat /sys/devices/system/cpu/possible)" = 0-239 ] || {
	echo "1..0 # SKIP possible_cpus is not 240"
	exit 4
}
plan 3
begin
check "stages that are too big are refused" too_big
check "stages of 240 CPUs work" works
check "nothing is lost" conserved
restore
finish
