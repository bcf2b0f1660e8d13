#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Real out-of-memory kills, of the whole machine and of a cgroup.
. ./lib.sh

CGROUPS=/sys/fs/cgroup
NAME="x${NL}PATH=/tmp"
ESCAPED='x\x0aPATH=/tmp'

# hog CGROUP ARG…: a process in that cgroup that is killed; its pid is in $pid
hog() {
	sh -c 'echo $$ >"$1" && shift && exec ./hog "$@"' sh "$CGROUPS/$1/cgroup.procs" "$2" "$3" \
		"$4" "$5" "$6" &
	pid=$!
	wait "$pid"
	is 137 $?
}

# killed: by the kernel, as it counts itself
killed() {
	awk '$1 == "oom_kill" { print $2 }' /proc/vmstat
}

# cgroup_killed CGROUP N: so says the cgroup
cgroup_killed() {
	is "$2" "$(awk '$1 == "oom_kill" { print $2 }' "$CGROUPS/$1/memory.events")"
}

# victim CGROUP ID SCOPE UID: what the newest record says of $pid
victim() {
	seq=$(newest oom) &&
		gave "$seq" KEVNOTIFY_SOURCE=oom "KEVNOTIFY_ID=$2" "TROUBLED_DS=$2" \
			"KEVNOTIFY_SCOPE=$3" "KEVNOTIFY_VICTIM_PID=$pid" \
			"KEVNOTIFY_VICTIM_COMM=$ESCAPED" "KEVNOTIFY_VICTIM_UID=$4" \
			"KEVNOTIFY_VICTIM_CGROUP_ID=$(stat -c %i "$CGROUPS/$1")" \
			PATH=/sbin:/bin:/usr/sbin:/usr/bin &&
		is 1 "$(keys "$seq" | grep -o 'PATH ' | wc -l)"
}

global() {
	hog all -n "$NAME" -u 65534 0 && victim all 1 global 65534 &&
		gave "$seq" PRIORITY=2 "MESSAGE=Out of memory: killed process $pid ($ESCAPED)"
}

memcg() {
	echo 20M >"$CGROUPS/small/memory.max"
	hog small -n "$NAME" -u 65534 200 && victim small 2 memcg 65534 && cgroup_killed small 1 &&
		gave "$seq" PRIORITY=3 \
			"MESSAGE=Cgroup out of memory: killed process $pid ($ESCAPED)"
}

# counts: as many as the kernel counts
counts() {
	settle && kills=$(($(killed) - killed_before)) && is 2 "$kills" &&
		source_is oom raised "$kills" && received "$kills" oom
}

# sleeper: a process in the cgroup "group"; its pid is in $!
sleeper() {
	sh -c 'echo $$ >"$1" && exec sleep 1000' sh "$CGROUPS/group/cgroup.procs" &
}

# All three are killed, and each is an event once. The kernel itself counts the
# one that it chose again when it kills the others.
whole_cgroup() {
	echo 20M >"$CGROUPS/group/memory.max"
	echo 1 >"$CGROUPS/group/memory.oom.group"
	sleeper
	one=$!
	sleeper
	two=$!
	await 60 two_sleep && hog group -n "$NAME" -u 0 200 || return 1
	wait "$one" "$two"
	is 137 $? && settle && source_is oom raised 5 && received 5 oom || return 1
	raised=5
	for victim in "$one" "$two" "$pid"; do
		is 1 "$(grep -l "VICTIM_PID=$victim" "$GOT"/* | wc -l)" || return 1
	done
	is 3 "$(grep -l "VICTIM_CGROUP_ID=$(stat -c %i "$CGROUPS/group")" "$GOT"/* | wc -l)"
}

two_sleep() {
	[ "$(wc -l <"$CGROUPS/group/cgroup.procs")" = 2 ]
}

off() {
	writes "$PARAMS/sources" -oom && hog small -n "$NAME" -u 0 200 && cgroup_killed small 2 &&
		source_is oom raised 5
}

plan 6
# No poll: on a slow machine one would see how little memory is left
begin interval=0
killed_before=$(killed)
echo +memory >"$CGROUPS/cgroup.subtree_control"
mkdir "$CGROUPS/all" "$CGROUPS/small" "$CGROUPS/group"
set_helper helper
check "a global kill" global
check "a kill in a cgroup" memcg
check "as many as the kernel counts" counts
check "a whole cgroup killed is an event each" whole_cgroup
check "switched off: none" off
check "nothing is lost" conserved
rmdir "$CGROUPS/all" "$CGROUPS/small" "$CGROUPS/group"
restore
finish
