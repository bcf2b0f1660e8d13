# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of source "oom" share: processes that are killed, and what the kernel
# says of it.
. ./lib.sh

CGROUPS=/sys/fs/cgroup
KERNEL=/proc/sys/kernel
VM=/proc/sys/vm
FTRACE=$KERNEL/ftrace_enabled
KPROBES=/sys/kernel/debug/kprobes/enabled
export CGROUPS KERNEL VM FTRACE KPROBES

# The cgroups that the test has made
groups=

# in_group CGROUP ARG…: a hog in that cgroup; its pid is in $pid
in_group() {
	sh -c 'echo $$ >"$1" && shift && exec ./hog "$@"' sh "$CGROUPS/$1/cgroup.procs" \
		"${2-}" "${3-}" "${4-}" "${5-}" "${6-}" &
	pid=$!
}

# hog CGROUP ARG…: one that is killed
hog() {
	klog_mark
	in_group "$@"
	wait "$pid"
	is 137 $? && kills 1
}

# kills N: so many more events of the source
kills() {
	raised=$((raised + $1))
	await 60 source_is oom raised "$raised" && return
	# Let the other tests have their chance
	read -r raised <"$SYS/sources/oom/raised"
	return 1
}

# group CGROUP [LIMIT [CONTROLLERS]]: a new one
group() {
	groups="$1 $groups"
	mkdir "$CGROUPS/$1" && echo "${2-max}" >"$CGROUPS/$1/memory.max" &&
		{ [ -z "${3-}" ] || echo "$3" >"$CGROUPS/$1/cgroup.subtree_control"; }
}

# ungroup CGROUP…: they go, as soon as they are empty
ungroup() {
	for group; do
		await 60 rmdir "$CGROUPS/$group" 2>/dev/null || return 1
	done
}

# holding CGROUP MIB: it has so much memory
holding() {
	read -r held <"$CGROUPS/$1/memory.current" && atleast $(($2 << 20)) "$held"
}

# sated CGROUP MIB: $pid has all that it takes, and rests; until then it may itself be the
# one that asks for too much
sated() {
	holding "$1" "$2" && has '(hog) S ' "$(cat "/proc/$pid/stat")"
}

# cgroup_killed CGROUP N: so says the cgroup
cgroup_killed() {
	is "$2" "$(awk '$1 == "oom_kill" { print $2 }' "$CGROUPS/$1/memory.events")"
}

# --- The kernel's report: the last one since klog_mark

# reported KEY: of its line "oom-kill:", in which the last value ends the line
reported() {
	klog | sed -n "s/^oom-kill.*[:,]$1=\([^,]*\).*/\1/p" | tail -n 1
}

# figure NAME: of its line "Killed process"
figure() {
	klog | sed -n "s/.*Killed process .*[ :]$1:\([0-9]*\).*/\1/p" | tail -n 1
}

# allocation: as ALLOC has it
allocation() {
	klog | sed -n 's/.*invoked oom-killer: gfp_mask=0x[0-9a-f]*(\([^)]*\)), order=\([-0-9]*\),.*/order=\2 \1/p' |
		tail -n 1
}

# kernels_list: PID SCOPE of each kill, by the kernel's log
kernels_list() {
	klog | sed -n -e 's/^Memory cgroup out of memory: Killed process \([0-9]*\) .*/\1 memcg/p' \
		-e 's/^Out of memory: Killed process \([0-9]*\) .*/\1 global/p' | sort
}

# about SEQ KEY FIGURE: the record's is the kernel's, give or take what a CPU counts
# for itself
about() {
	there=$(value "$1" "KEVNOTIFY_$2")
	kernel=$(figure "$3")
	[ $((there - kernel)) -lt 1024 ] && [ $((kernel - there)) -lt 1024 ] && return
	say "$2: '$there', and the kernel says '$kernel'"
	return 1
}

# as_reported SEQ: the record says all that the kernel's report does
as_reported() {
	case $(reported constraint) in
	CONSTRAINT_NONE) scope=global ;;
	CONSTRAINT_MEMCG) scope=memcg ;;
	CONSTRAINT_CPUSET) scope=cpuset ;;
	CONSTRAINT_MEMORY_POLICY) scope=mempolicy ;;
	*) scope=none ;;
	esac
	gave "$1" "KEVNOTIFY_SCOPE=$scope" "KEVNOTIFY_LIMIT_CGROUP=$(reported oom_memcg)" \
		"KEVNOTIFY_VICTIM_CGROUP=$(reported task_memcg)" \
		"KEVNOTIFY_VICTIM_PID=$(reported pid)" "KEVNOTIFY_VICTIM_UID=$(reported uid)" \
		"KEVNOTIFY_VICTIM_COMM=$(reported task)" "KEVNOTIFY_ALLOC=$(allocation)" \
		"KEVNOTIFY_VICTIM_VM_KB=$(figure total-vm)" \
		"KEVNOTIFY_VICTIM_PGTABLES_KB=$(figure pgtables)" \
		"KEVNOTIFY_VICTIM_OOM_SCORE_ADJ=$(figure oom_score_adj)" &&
		about "$1" VICTIM_ANON_KB anon-rss && about "$1" VICTIM_FILE_KB file-rss &&
		about "$1" VICTIM_SHMEM_KB shmem-rss &&
		value_is "$1" KEVNOTIFY_VICTIM_SWAP_KB 0
}

# --- Without the probe of out_of_memory()

# state_of_source TEXT: is that in it?
state_of_source() {
	read -r source_state <"$SYS/sources/oom/state" && has "$1" "$source_state"
}

# left_out SEQ CGROUP: the record says that this is where $pid was killed, and not why
left_out() {
	gave "$1" KEVNOTIFY_ID=3 PRIORITY=2 "KEVNOTIFY_VICTIM_PID=$pid" \
		"KEVNOTIFY_VICTIM_CGROUP=$2" "MESSAGE=Out of memory: killed process $pid (hog)" || return 1
	for key in SCOPE LIMIT_CGROUP LIMIT_KB ALLOC; do
		! has "KEVNOTIFY_$key " "$(keys "$1")" || { say "$key is there"; return 1; }
	done
}

# --- A test

# alone COMMAND…: a case. If it fails, the next one finds nothing of it.
alone() {
	"$@" && return
	clean_up
	read -r raised <"$SYS/sources/oom/raised"
	return 1
}

# clean_up: no hog is left, no cgroup of a case and no run, and nothing is slow or stands
# still
clean_up() {
	echo 0 >"$KERNEL/printk_delay"
	echo 1 >"$FTRACE"
	echo 1 >"$KPROBES"
	[ ! -d "$WORK/mnt" ] || fsfreeze --unfreeze "$WORK/mnt" 2>/dev/null
	for group in $groups; do
		await 60 emptied "$group" 2>/dev/null
		has " $group " ' all small ' || rmdir "$CGROUPS/$group" 2>/dev/null
	done
	groups='all small'
	umount "$WORK/mnt" 2>/dev/null
	if [ -d "$SYS" ]; then
		resume
		echo >"$PARAMS/helper"
		await 60 state_is idle
		set_helper helper
	fi
}

# emptied CGROUP: what was in it has been killed, and is gone
emptied() {
	[ ! -d "$CGROUPS/$1" ] || {
		xargs -r kill -9 <"$CGROUPS/$1/cgroup.procs"
		holds "$CGROUPS/$1/cgroup.procs" ''
	}
}

# begin_oom: groups "all" and "small", and no list of all tasks in each report
begin_oom() {
	# A hog is always the better victim than the test itself. And where there is none
	# left, as its memory is gone and it is not, this is it, and not who waits for the test.
	sh -c 'echo 500 >/proc/self/oom_score_adj && exec sleep 3600' &
	scapegoat=$!
	echo -999 >/proc/self/oom_score_adj
	read -r dump <"$VM/oom_dump_tasks"
	# Even if the test is ended, as it takes too long
	trap 'exit 1' TERM
	trap 'clean_up; echo "$dump" >"$VM/oom_dump_tasks"' EXIT
	# No poll: on a slow machine one would see how little memory is left
	begin interval=0 burst=0
	echo 0 >"$VM/oom_dump_tasks"
	echo +memory >"$CGROUPS/cgroup.subtree_control"
	group all
	group small 24M
	set_helper helper
}

# finish_oom: all as it was
finish_oom() {
	echo "$dump" >"$VM/oom_dump_tasks"
	ungroup all small
	trap - EXIT
	kill "$scapegoat"
	restore
	finish
}
