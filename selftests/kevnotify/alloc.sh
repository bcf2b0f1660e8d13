#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every allocation of a load, of a registration, of a write and of a run fails
# once: nothing stays behind, no value changes by half, and no event is lost.
. ./lib.sh

FAILSLAB=/sys/kernel/debug/failslab
KO=/lib/modules/$(uname -r)/updates/dkms/kevnotify.ko
SAMPLE=/lib/modules/$(uname -r)/updates/kevnotify-sample.ko

# can_fail: the kernel fails allocations when it is asked to
can_fail() {
	[ -w "$FAILSLAB/ignore-gfp-wait" ] && [ -w /proc/self/fail-nth ]
}

# needs_failslab NAME COMMAND…: check, where the kernel can
needs_failslab() {
	if can_fail; then
		check "$@"
	else
		skip "$1" "no FAILSLAB"
	fi
}

# all_fail: allocations that may sleep fail too, and none tells of it at length
all_fail() {
	can_fail || return 0
	echo 'kevnotify-test: allocations fail' >/dev/kmsg
	echo N >"$FAILSLAB/ignore-gfp-wait"
	echo 0 >"$FAILSLAB/verbose"
	echo 0 >/sys/kernel/debug/fail_page_alloc/verbose
}

none_fails() {
	can_fail || return 0
	echo 'kevnotify-test: allocations work' >/dev/kmsg
	echo Y >"$FAILSLAB/ignore-gfp-wait"
	echo 2 >"$FAILSLAB/verbose"
	echo 2 >/sys/kernel/debug/fail_page_alloc/verbose
}

# failing_load STEP BAD: every STEPth allocation, from where a load with this bad
# parameter ends. Stages of one page, as bigger ones are not slab's.
failing_load() {
	FAILNTH_STEP=$1 ./failnth load "$KO" \
		'stage_slots=8 log_records=16 grace=1000 helper=/bin/true' "$2"
}

# load_fails: what the kernel allocates before it reads the parameters is its own, and it
# complains at length; what it does from there to the module's init is mostly sysfs's, and
# some of it is enough.
load_fails() {
	rmmod kevnotify
	[ "$KEVNOTIFY_TIER" != full ] || failing_load 7 helper=relative || return 1
	failing_load "$FAILNTH_STEP" log_records=1048576
}

# too_big: the errno, one line, and nothing else
too_big() {
	dmesg -c >/dev/null
	! modprobe kevnotify log_records=1048576 &&
		dmesg | grep -q 'log_records: no memory for 1048576 records' &&
		! [ -e /sys/module/kevnotify ]
}

registration_fails() {
	./failnth load "$SAMPLE" '' level=junk && ! [ -e "$SYS/sources/sample" ]
}

# writes_fail: each FILE OLD NEW below
writes_fail() {
	while read -r file old new; do
		./failnth write "$file" "$old" "$new" || return 1
	done <<-END
	$PARAMS/interval 10000 20000
	$PARAMS/burst 10 0
	$PARAMS/helper /bin/true /bin/false
	$PARAMS/sources oom,manual,signal manual,signal
	/proc/sys/kevnotify/interval 10000 20000
	/proc/sys/kevnotify/helper /bin/true /bin/false
	$SYS/sources/oom/comm hog dog
	$SYS/sources/oom/level 3 4
	$SYS/sources/manual/enabled 1 0
	END
	echo "$SOURCES_ON" >"$PARAMS/sources"
	echo >"$SYS/sources/oom/comm"
	echo -1 >"$SYS/sources/oom/level"
}

# path_check_fails: the part of a write that is not done by the writer
path_check_fails() {
	echo /bin/true >"$PARAMS/helper"
	echo 1 >"$DBG/inject/alloc"
	write_is OK "$PARAMS/helper" /bin/false
	failed=$?
	echo 0 >"$DBG/inject/alloc"
	[ "$failed" = 0 ] && one_line "helper: accepted on its form: /bin/false could not be looked at: noexec 12" &&
		holds "$PARAMS/helper" /bin/false
}

# an_event: raised and given to the helper, if need be at a later try, which is
# not waited for
an_event() {
	noexec=$(counter noexec)
	raise "event $((raised + 1))"
	await 60 at_rest_at_last
}

# at_rest_at_last: a run that could not begin ends no wait
at_rest_at_last() {
	counter_is noexec "$noexec" || set_helper helper
	noexec=$held
	at_rest
}

# each N PIDS: in each of these the Nth allocation from now on fails
each() {
	for pid in $2; do
		echo "$1" 2>/dev/null >"/proc/$pid/fail-nth"
	done
}

# one_failed PIDS
one_failed() {
	for pid in $1; do
		[ "$(cat "/proc/$pid/fail-nth" 2>/dev/null)" != 0 ] || return 0
	done
	return 1
}

# runs_fail NAME: allocation after allocation of a thread so named, until a run
# gets by with fewer, three times, as the kernel's workers have other work too
runs_fail() {
	n=0
	fewer=0
	failed=0
	before=$(counter noexec)
	while [ "$fewer" -lt 3 ]; do
		n=$((n + 1))
		pids=$(pids "$1")
		each "$n" "$pids"
		an_event || return 1
		if one_failed "$pids"; then
			failed=$((failed + 1))
			fewer=0
		else
			fewer=$((fewer + 1))
		fi
		each 0 "$pids"
	done
	say "$1: $failed allocations failed, $(($(counter noexec) - before)) held an event"
	[ "$failed" != 0 ] && counter_reaches noexec $((before + 1))
}

# injected_runs_fail: kevnotify's own allocations of a run, in kernels of any kind
injected_runs_fail() {
	for every in 1 2 3; do
		echo "$every" >"$DBG/inject/alloc"
		runs=$(counter runs)
		raise "event $((raised + 1))"
		await 60 counter_reaches runs $((runs + 1)) || return 1
		echo 0 >"$DBG/inject/alloc"
		set_helper helper
		settle || return 1
	done
}

# all_in_order: each event has one receipt, and the counters say so
all_in_order() {
	prints "$(seq "$raised" | sed 's/.*/event &;/' | tr -d '\n')" messages && receipts_agree
}

# Every second one is kmemleak's, so an odd number meets both kinds
export FAILNTH_STEP=7
[ "$KEVNOTIFY_TIER" != full ] || FAILNTH_STEP=1

plan 9
begin
all_fail
needs_failslab "a load fails cleanly at each allocation" load_fails
unload
check "a load fails cleanly at a log too big" too_big
reload
needs_failslab "a registration fails cleanly at each allocation" registration_fails
needs_failslab "a write fails cleanly at each allocation" writes_fail
check "a path that cannot be checked is taken on its form" path_check_fails
reload burst=0 interval=0 helper="$HELPER"
needs_failslab "an event is held when the fork lacks memory" runs_fail kworker/u
check "an event is held at each injected failure" injected_runs_fail
none_fails
check "no receipt is missing, doubled or out of order" all_in_order
check "no event is lost" conserved
restore
finish
