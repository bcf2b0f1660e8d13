#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --smp 2
#
# The source probe. What is counted is compared with what calls has called, and with the
# kernel's own count of forks.
. ./lib.sh

PROBE=$SYS/sources/probe
PROBES=$PROBE/probes
KPROBES=/sys/kernel/debug/kprobes/enabled
CPU1=/sys/devices/system/cpu/cpu1/online
SID=$(sed -n '/ __pfx_/!s/.* \(__.*_sys_getsid\)$/\1/p' /proc/kallsyms | head -n 1)
LONG=0123456789abcdef0123456

# look NAME: its line in $state, $hits, $missed, $own and $where
look() {
	while read -r probe state hits missed own where; do
		[ "$probe" != "$1" ] || return 0
	done <"$PROBES"
	say "no probe $1"
	return 1
}

# probe_is NAME STATE HITS: and none was missed
probe_is() {
	look "$1" && is "$2" "$state" state && is "$3" "$hits" hits && is 0 "$missed" missed
}

# only [NAME=VALUE…]: the source alone is on, without a probe
only() {
	reload burst=0 sources=probe "$@"
}

# lines N: of the list
lines() {
	is "$1" "$(wc -l <"$PROBES")" lines
}

defaults() {
	source_is probe enabled 0 && source_is probe state off && source_is probe dispatch 0 &&
		source_is probe raised 0 && lines 0
}

# --- What is refused

# bad ERRNO TEXT WORD…: and nothing changes
bad() {
	bad_errno=$1 bad_text=$2
	shift 2
	refused "$bad_errno" "$PROBES" "$bad_text" 'kevnotify: probe: ' "$@" || { say "$bad_text"; return 1; }
}

refuses() {
	writes "$PROBES" "+first $SID" && bad EINVAL junk junk && bad EINVAL ' ' "+name" &&
		bad EINVAL + + && bad EINVAL +a +a && bad EINVAL "-first $SID" first &&
		bad EINVAL "+a $SID ret>0" 'ret>0' && bad EINVAL "+a $SID ret<0 more" more &&
		bad EINVAL "+ $SID" letters && bad EINVAL "+a/b $SID" a/b &&
		bad EINVAL "+$(printf '\303\251') $SID" letters &&
		bad EINVAL "+${LONG}7 $SID" "${LONG}7" && bad EINVAL "+a $SID+" "$SID+" &&
		bad EINVAL "+a $SID+0x" "$SID+0x" && bad EINVAL "+a $SID+-1" "$SID+-1" &&
		bad EINVAL "+a sys;id" 'sys;id' && bad EINVAL "+a +4" +4 &&
		bad EINVAL "+a $SID+1 ret<0" "$SID+1" && bad EINVAL "+a get_kprobe" get_kprobe &&
		bad EINVAL "+a kevnotify_raisef" 'inside kevnotify' kevnotify_raisef &&
		bad EINVAL "+a kevnotify:kev_probe_point_called ret<0" 'kev_probe_point_called' &&
		bad EINVAL "+a $(printf %0256d 0)" long &&
		bad EINVAL "+a $(printf %0128d 0)" "$(printf %064d 0)" &&
		bad EINVAL "+a $SID+$(printf %0200d 0)" "$SID" &&
		bad ENOENT "+a no_such_function" no_such_function && bad ENOENT "-second" second &&
		bad EEXIST "+first do_exit" first && lines 1 && writes "$PROBES" "-first" && lines 0 &&
		write_is EPERM -c "$PROBES" "+a $SID" && lines 0
}

# The list is longer than a page, and comes whole, however it is read
at_most_64() {
	n=0
	while [ "$n" -lt 64 ]; do
		echo "  +$n-0123456789abcdef	$SID   ret<0 " >"$PROBES" || return 1
		n=$((n + 1))
	done
	refused ENOSPC "$PROBES" "+last $SID" 'kevnotify: probe: ' 64 last && lines 64 &&
		is "$(cat "$PROBES")" "$(dd if="$PROBES" bs=100 2>/dev/null)" list &&
		probe_is 63-0123456789abcdef off 0 && is "$SID ret<0" "$where" || return 1
	while [ "$n" -gt 0 ]; do
		n=$((n - 1))
		echo "-$n-0123456789abcdef" >"$PROBES" || return 1
	done
	lines 0
}

# --- Hits

# Readers have them, and the helper when it is told to
calls() {
	only helper="$HELPER" && writes "$PROBES" "+sid $SID" && probe_is sid armed 0 && trace_on &&
		./calls 4 1 && settle && trace_off && probe_is sid armed 5 && source_is probe raised 5 &&
		counter_is filtered 5 && counter_is runs 0 &&
		is 5 "$(grep -c "source=probe .*message=probe sid: $SID" "$TRACE/trace")" records &&
		refused EINVAL "$PROBE/dispatch" 2 'probe: ' dispatch && writes "$PROBE/dispatch" 1 &&
		./calls 1 0 && raised=6 && settle && counter_is runs 1 && gave "$(newest probe)" PRIORITY=6 \
			KEVNOTIFY_ID=1 KEVNOTIFY_PROBE=sid "KEVNOTIFY_SYMBOL=$SID" KEVNOTIFY_COMM=calls \
			"MESSAGE=probe sid: $SID" && conserved
}

# Only results that are negative; and an offset is told as it was written
results() {
	only helper="$HELPER" && writes "$PROBE/dispatch" 1 && writes "$PROBES" "+bad $SID ret<0" &&
		./calls 7 3 && raised=3 && settle && probe_is bad armed 3 && gave "$(newest probe)" PRIORITY=5 \
			KEVNOTIFY_ID=2 KEVNOTIFY_PROBE=bad "KEVNOTIFY_SYMBOL=$SID" KEVNOTIFY_RETVAL=-3 \
			"MESSAGE=probe bad: $SID returned -3" && writes "$PROBES" -bad &&
		writes "$PROBES" "+at $SID+0x0" && ./calls 1 1 && raised=$((raised + 2)) && settle &&
		gave "$(newest probe)" "KEVNOTIFY_SYMBOL=$SID+0x0" && conserved
}

switched() {
	only && writes "$PROBES" "+sid $SID" && writes "$PROBES" "+bad $SID ret<0" && ./calls 1 1 &&
		writes "$PROBE/enabled" 0 && probe_is sid off 2 && probe_is bad off 1 && ./calls 5 5 &&
		probe_is sid off 2 && probe_is bad off 1 && writes "$PROBE/enabled" 1 && ./calls 2 3 &&
		probe_is sid armed 7 && probe_is bad armed 4 && writes "$PROBES" -bad && ./calls 0 1 &&
		probe_is sid armed 8 && lines 1 && source_is probe raised 12
}

# What runs into one of them often hides nothing of another
limited() {
	reload burst=2 window=3600000 sources=probe helper="$HELPER" && writes "$PROBE/dispatch" 1 &&
		writes "$PROBES" "+sid $SID" && ./calls 50 0 && writes "$PROBES" "+other $SID" &&
		./calls 1 0 && settle && probe_is sid armed 51 && probe_is other armed 1 &&
		source_is probe suppressed 49 && gave "$(newest probe)" KEVNOTIFY_PROBE=other
}

# What a run calls does not start the next one
own() {
	program caller <<-END
		#!/bin/sh
		cd $PWD && ./calls 3 0
	END
	only helper="$WORK/caller" && writes "$PROBE/dispatch" 1 && writes "$PROBES" "+sid $SID" &&
		./calls 1 0 && await 60 source_is probe raised 4 && settle && probe_is sid armed 4 &&
		counter_is runs 1 && counter_is filtered 3
}

module_goes() {
	only && modprobe dummy && writes "$PROBES" "+out dummy_setup" && look out && is armed "$state" &&
		rmmod dummy && probe_is out gone 0 && modprobe dummy && probe_is out gone 0 &&
		writes "$PROBE/enabled" 0 && writes "$PROBE/enabled" 1 && look out && is armed "$state" &&
		rmmod dummy && writes "$PROBES" -out
}

# As an operator may do; the list shows what comes through
deaf() {
	only && writes "$PROBES" "+sid $SID" && echo 0 >"$KPROBES" &&
		has 'on: probes are switched off' "$(cat "$PROBE/state")" && ./calls 2 0 && probe_is sid armed 0 &&
		echo 1 >"$KPROBES" && source_is probe state on && ./calls 3 0 && probe_is sid armed 3
}

# --- Hot functions

# What the scheduler, the allocator and exec call all the time, and what raise, the
# doorbell and kevnotifyd call. Some kernels lack one or another, or do not let it be probed.
HOT="try_to_wake_up kmem_cache_alloc begin_new_exec wake_up_process irq_work_queue
	ktime_get_mono_fast_ns strscpy stack_trace_save xa_load vsnprintf __wake_up
	default_wake_function schedule schedule_timeout enqueue_task_fair dequeue_task_fair
	pick_next_task_fair update_curr kmem_cache_free kfree __kmalloc do_exit kernel_clone
	wake_up_new_task vfs_read vfs_write do_filp_open path_openat handle_mm_fault
	queue_work_on __queue_work insert_work hrtimer_start_range_ns call_rcu
	scheduler_tick sched_tick add_timer mod_timer sched_clock_cpu dput filp_close
	anon_vma_clone unmap_region copy_page_range wp_page_copy do_wp_page"

# alone COMMAND…: with one CPU. One that runs into what another one patches makes an oops
# of QEMU without KVM.
alone() {
	echo 0 >"$CPU1" && "$@" && echo 1 >"$CPU1"
}

arm_hot() {
	hot=0
	for function in $HOT; do
		[ "$hot" = 30 ] || ! write_is OK "$PROBES" "+$hot-$(echo "$function" | cut -c 1-19) $function" >/dev/null ||
			hot=$((hot + 1))
	done
	is 30 "$hot" 'functions that can be probed' && writes "$PROBES" "+fork kernel_clone" &&
		writes "$PROBES" "+sid $SID" && writes "$PROBES" "+bad $SID ret<0" &&
		writes "$PROBES" "+exec begin_new_exec" && alone writes "$PROBE/enabled" 1
}

# forks: how many the kernel has counted; without one
forks() {
	while read -r word forks _; do
		[ "$word" != processes ] || return 0
	done </proc/stat
}

# in_step: $forks, and what the probe has of it in $hits and $missed, of one moment
in_step() {
	forks
	forks_before=$forks
	look fork && forks && [ "$forks" = "$forks_before" ]
}

# work N: programs, files, and known calls
work() {
	left=$1
	while [ "$left" -gt 0 ]; do
		left=$((left - 1))
		./calls 20 5
		echo text >"$WORK/file.$1" && cat "$WORK/file.$1" >/dev/null && rm "$WORK/file.$1"
	done
}

# told: each line of the list; kevnotifyd's own hits are told apart
told() {
	all_own=0
	while read -r probe state hits missed own where; do
		say "$state, $hits hits, $missed missed, $own own: $where"
		all_own=$((all_own + own))
	done <"$PROBES"
	atleast 1 "$all_own" "kevnotifyd's own"
}

# hot BURST TURNS
hot() {
	reload burst="$1" helper= sources= && arm_hot || return 1
	until in_step; do :; done
	forks_then=$((forks - hits - missed))
	work "$2" &
	work "$(($2 + 1))"
	wait
	until in_step; do :; done
	is "$forks_then" $((forks - hits - missed)) 'forks that were not told' &&
		probe_is sid armed $((25 * (2 * $2 + 1))) && probe_is bad armed $((5 * (2 * $2 + 1))) &&
		look exec && atleast $((2 * $2 + 1)) "$hits" 'programs that were started' &&
		alone writes "$PROBE/enabled" 0 && settle && add_up events records runs && told
}

turns=20 free=2
[ "${KEVNOTIFY_TIER:-}" != full ] || turns=100 free=10
plan 13
begin burst=0
check "off by default" defaults
check "what is refused, and why" refuses
check "64 probes" at_most_64
check "calls are for readers, and for the helper if it is to have them" calls
check "negative results" results
check "switched off, switched on, and removed" switched
check "each probe has its own limit" limited
check "the helper's own calls do not start it" own
if modprobe -q dummy; then
	rmmod dummy
	check "a module goes with its function" module_goes
else
	skip "a module goes with its function" "this kernel has no dummy device"
fi
check "switched off for all" deaf
check "30 hot functions" hot 10 "$turns"
check "30 hot functions, without a limit" hot 0 "$free"
check "and it unloads with them" unload
restore
finish
