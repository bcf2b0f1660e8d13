#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Out-of-memory kills: each victim is one event, a mark that kills nothing is none, and
# without the probe of out_of_memory() nothing is guessed.
. ./oom-lib.sh

MNT=$WORK/mnt

# --- Who it is

# The main thread of the victim has ended: the process has its pid and its name
orphan() {
	hog small -n process -s orphan 200 && seq=$(newest oom) &&
		gave "$seq" "KEVNOTIFY_VICTIM_PID=$pid" KEVNOTIFY_VICTIM_COMM=process \
			KEVNOTIFY_VICTIM_CGROUP=/small &&
		has '(worker)' "$(klog | grep 'Killed process')"
}

twin() {
	hog small -s twin 200 && settle && source_is oom raised "$raised" &&
		await 60 holds "$CGROUPS/small/cgroup.procs" ''
}

# Each of these threads meets the machine's limit, and one kill ends them all. Should the
# kernel have killed another one too, that is an event as well.
threads() {
	before=$(killed)
	klog_mark
	in_group all -s threads 0
	wait "$pid"
	is 137 $? && kills $(($(killed) - before)) && settle && source_is oom raised "$raised" &&
		is 1 "$(grep -l "VICTIM_PID=$pid" "$GOT"/* | wc -l)"
}

# sleeper: a process in the cgroup "group"; its pid is in $!
sleeper() {
	sh -c 'echo $$ >"$1" && exec sleep 1000' sh "$CGROUPS/group/cgroup.procs" &
}

two_sleep() {
	[ "$(wc -l <"$CGROUPS/group/cgroup.procs")" = 2 ]
}

# All three are killed, and each is an event once. The kernel itself counts the
# one that it chose again when it kills the others.
whole_cgroup() {
	group group 24M && echo 1 >"$CGROUPS/group/memory.oom.group" || return 1
	sleeper
	one=$!
	sleeper
	two=$!
	await 60 two_sleep && in_group group 200 || return 1
	wait "$pid"
	is 137 $? && kills 3 || return 1
	wait "$one" "$two"
	is 137 $? && settle && source_is oom raised "$raised" || return 1
	for victim in "$one" "$two" "$pid"; do
		is 1 "$(grep -l "VICTIM_PID=$victim" "$GOT"/* | wc -l)" || return 1
	done
	is 3 "$(grep -l "VICTIM_CGROUP=/group" "$GOT"/* | wc -l)" &&
		is 3 "$(grep -l "LIMIT_CGROUP=/group" "$GOT"/* | wc -l)" && ungroup group
}

# --- Marks that kill nothing

# sleeps: the hog has its memory, and waits for the disk. Its shell may sleep too, and
# has neither.
sleeps() {
	holding all 20 && has '(hog) D ' "$(cat "/proc/$pid/stat")"
}

marked() {
	grep "mark_victim: pid=$pid" "$TRACE/trace"
}

# The victim has been killed already, and cannot end, as it waits for a frozen disk: the
# kernel marks it, so that it may use the last memory, and that is all.
no_kill() {
	mkdir -p "$MNT" && { modprobe loop 2>/dev/null; :; } &&
		dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null &&
		mke2fs -F "$WORK/disk" >/dev/null && mount -t ext4 -o loop "$WORK/disk" "$MNT" &&
		fsfreeze --freeze "$MNT" || return 1
	before=$(killed)
	echo >"$TRACE/trace"
	echo 0 >"$TRACE/options/record-cmd"
	echo 1 >"$TRACE/events/oom/mark_victim/enable"
	in_group all -f "$MNT/file" 20
	await 60 sleeps && kill -9 "$pid" && echo f >/proc/sysrq-trigger && await 60 marked
	no_kill_status=$?
	echo 0 >"$TRACE/events/oom/mark_victim/enable"
	fsfreeze --unfreeze "$MNT"
	kill -9 "$pid" 2>/dev/null
	wait "$pid"
	umount "$MNT" && is 0 "$no_kill_status" && is "$before" "$(killed)" &&
		settle && source_is oom raised "$raised"
}

# --- Without the probe

# off_by SWITCH: nothing is guessed as long as that is off
off_by() {
	source_is oom state on && write_is OK "$1" 0 || return 1
	state_of_source 'on: probes are switched off, see kernel.ftrace_enabled and kprobes/enabled: SCOPE,' &&
		hog small 200 && seq=$(newest oom) && left_out "$seq" /small
	off_status=$?
	echo 1 >"$1"
	is 0 "$off_status" && source_is oom state on && hog small 200 && seq=$(newest oom) && gave "$seq" KEVNOTIFY_SCOPE=memcg
}

# can_be_off SWITCH: newer kernels refuse it for that of ftrace
can_be_off() {
	write "$1" 0
	echo 1 >"$1"
	[ "$errno" = OK ]
}

off() {
	writes "$PARAMS/sources" -oom && klog_mark && in_group small 200 || return 1
	wait "$pid"
	is 137 $? && source_is oom raised "$raised" && source_is oom state off
}

# --- Many at once

# in_a_row N CGROUP MIB: one after the other
in_a_row() {
	left=$1
	while [ "$left" -gt 0 ]; do
		in_group "$2" "$3"
		wait "$pid"
		left=$((left - 1))
	done
}

# our_list: the same by the helper's receipts, beginning behind that SEQ
our_list() {
	for got in "$GOT"/*; do
		[ "${got##*/}" -gt "$1" ] || continue
		echo "$(value "${got##*/}" KEVNOTIFY_VICTIM_PID) $(value "${got##*/}" KEVNOTIFY_SCOPE)"
	done | sort
}

side_by_side() {
	from=$(newest oom)
	klog_mark
	in_a_row 20 small 200 &
	row=$!
	in_a_row 4 all 0
	wait "$row"
	settle && kernels_list >"$WORK/kernel" && our_list "$from" >"$WORK/ours" &&
		cmp "$WORK/kernel" "$WORK/ours" && is '' "$(cut -d ' ' -f 1 "$WORK/ours" | uniq -d)" &&
		atleast 24 "$(wc -l <"$WORK/ours")" && say "$(sort -k 2 "$WORK/ours" | cut -d ' ' -f 2 | uniq -c | xargs)" &&
		kills "$(wc -l <"$WORK/ours")"
}

# --- Unloading

# reports: the kernel has begun to, and has not come to the kill
reports() {
	logged_some '^hog invoked oom-killer' && logged 0 'Killed process'
}

# The module goes while the report of a kill is slow, and with it the probe of the call
# that is under way. The next module knows nothing of that call.
unloaded() {
	klog_mark
	echo 150 >"$KERNEL/printk_delay"
	in_group small 200
	await 60 reports && rmmod kevnotify
	unloaded_status=$?
	say "$(klog | grep -c 'Killed process') kill when the module had gone"
	echo 0 >"$KERNEL/printk_delay"
	wait "$pid"
	is 137 $? && is 0 "$unloaded_status" && reload burst=0 helper="$HELPER" && hog small 200 &&
		seq=$(newest oom) && as_reported "$seq" && conserved
}

plan 11
begin_oom
check "the process, and not its thread" alone orphan
check "two processes with one memory are one event" alone twin
check "many threads are one event" alone threads
check "a whole cgroup killed is an event each" alone whole_cgroup
check "a mark that kills nothing" alone no_kill
if can_be_off "$FTRACE"; then
	check "ftrace switched off: nothing is guessed" alone off_by "$FTRACE"
else
	skip "ftrace switched off: nothing is guessed" "this kernel's cannot be"
fi
check "probes switched off: nothing is guessed" alone off_by "$KPROBES"
check "two kinds beside each other" alone side_by_side
check "nothing is lost" conserved
check "unloaded during a report" alone unloaded
check "switched off: none" alone off
finish_oom
