#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --nodes
#
# Out-of-memory kills on a node that has no memory left, while the other has some.
. ./oom-lib.sh

[ -d /sys/devices/system/node/node1 ] || {
	echo "1..0 # SKIP one NUMA node"
	exit 4
}

# nodes_are SCOPE CGROUP: what the newest record says
nodes_are() {
	seq=$(newest oom) && as_reported "$seq" &&
		gave "$seq" KEVNOTIFY_ID=4 PRIORITY=3 "KEVNOTIFY_SCOPE=$1" "KEVNOTIFY_VICTIM_PID=$pid" \
			"KEVNOTIFY_VICTIM_CGROUP=$2" KEVNOTIFY_LIMIT_CGROUP= \
			"MESSAGE=Out of memory on its nodes: killed process $pid (hog)"
}

cpuset() {
	echo +cpuset >"$CGROUPS/cgroup.subtree_control" && group nodes &&
		echo 1 >"$CGROUPS/nodes/cpuset.mems" && hog nodes 0 && nodes_are cpuset /nodes &&
		ungroup nodes
}

mempolicy() {
	hog all -b 1 0 && nodes_are mempolicy /all
}

plan 3
begin_oom
check "a cpuset's nodes" alone cpuset
check "a memory policy's nodes" alone mempolicy
check "nothing is lost" conserved
finish_oom
