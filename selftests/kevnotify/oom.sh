#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Lists: kernel
#
# Real out-of-memory kills: of the whole machine, of a cgroup, by sysrq; whose limit it
# was. What a record says is compared with the kernel's own report.
. ./oom-lib.sh

NAME="x${NL}PATH=/tmp"
ESCAPED='x\x0aPATH=/tmp'
POD=kubepods-burstable-pod0a1b2c3d_1111_2222_3333_444455556666.slice
CONTAINER=cri-containerd-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope

# memory_kb: what the machine has
memory_kb() {
	awk '$1 == "MemTotal:" || $1 == "SwapTotal:" { kb += $2 } END { print kb }' /proc/meminfo
}

# victim CGROUP ID SCOPE UID: what the newest record says of $pid
victim() {
	seq=$(newest oom) &&
		gave "$seq" KEVNOTIFY_SOURCE=oom "KEVNOTIFY_ID=$2" "TROUBLED_DS=$2" \
			"KEVNOTIFY_SCOPE=$3" "KEVNOTIFY_VICTIM_PID=$pid" \
			"KEVNOTIFY_VICTIM_COMM=$ESCAPED" "KEVNOTIFY_VICTIM_UID=$4" \
			"KEVNOTIFY_VICTIM_CGROUP_ID=$(stat -c %i "$CGROUPS/$1")" \
			"KEVNOTIFY_VICTIM_CGROUP=/$1" "KEVNOTIFY_VICTIM_OOM_SCORE_ADJ=1000" \
			PATH=/sbin:/bin:/usr/sbin:/usr/bin &&
		is 1 "$(keys "$seq" | grep -o 'PATH ' | wc -l)"
}

global() {
	hog all -n "$NAME" -u 65534 0 && victim all 1 global 65534 &&
		gave "$seq" PRIORITY=2 "MESSAGE=Out of memory: killed process $pid ($ESCAPED)" \
			KEVNOTIFY_LIMIT_CGROUP= "KEVNOTIFY_LIMIT_KB=$(memory_kb)"
}

memcg() {
	hog small -n "$NAME" -u 65534 200 && victim small 2 memcg 65534 && cgroup_killed small 1 &&
		gave "$seq" PRIORITY=3 \
			"MESSAGE=Cgroup out of memory: killed process $pid ($ESCAPED)" \
			KEVNOTIFY_LIMIT_CGROUP=/small KEVNOTIFY_LIMIT_KB=24576
}

# counts: as many as the kernel counts
counts() {
	settle && kills=$(($(killed) - killed_before)) && is 2 "$kills" &&
		source_is oom raised "$kills" && received "$kills" oom
}

report() {
	hog all -n global 0 && seq=$(newest oom) && as_reported "$seq" &&
		has GFP_ "$(value "$seq" KEVNOTIFY_ALLOC)" &&
		hog small -n memcg -u 65534 200 && seq=$(newest oom) && as_reported "$seq" &&
		atleast 16384 "$(value "$seq" KEVNOTIFY_VICTIM_ANON_KB)"
}

# --- Which limit it was

ended() {
	[ ! -e "/proc/$1/stat" ] || task_is Z "$1"
}

# ends PID: it does, or it is said where it hangs
ends() {
	await 120 ended "$1" && return
	cat "/proc/$1/status" "/proc/$1/stack"
	kill -9 "$1"
	return 1
}

# twice [MS]: one task runs into the machine's limit, where another is killed, and then
# into its own. Nothing else asks for memory, or it might be the one that kills. Until
# the first has been killed each line of the kernel's log takes so long.
twice() {
	group own 48M && pause && klog_mark && in_group all 200 && other=$pid &&
		await 60 sated all 200 || return 1
	echo "${1:-0}" >"$KERNEL/printk_delay"
	./twice "$other" "$CGROUPS/own/cgroup.procs" &
	pid=$!
	wait "$other"
	other_status=$?
	echo 0 >"$KERNEL/printk_delay"
	is 137 "$other_status" && ends "$pid" || return 1
	wait "$pid"
	is 137 $? && kills 2 && read -r seq <"$SYS/sources/oom/last" && resume && settle &&
		ungroup own &&
		is 2 "$(klog | grep -c '^twice invoked oom-killer')" 'OOMs by that task' &&
		gave $((seq - 1)) PRIORITY=2 KEVNOTIFY_ID=1 KEVNOTIFY_SCOPE=global \
			KEVNOTIFY_COMM=twice "KEVNOTIFY_PID=$pid" "KEVNOTIFY_VICTIM_PID=$other" \
			"MESSAGE=Out of memory: killed process $other (hog)" &&
		gave "$seq" PRIORITY=3 KEVNOTIFY_ID=2 KEVNOTIFY_SCOPE=memcg \
			KEVNOTIFY_LIMIT_CGROUP=/own "KEVNOTIFY_PID=$pid" "KEVNOTIFY_VICTIM_PID=$pid" \
			"MESSAGE=Cgroup out of memory: killed process $pid (twice)" &&
		as_reported "$seq"
}

# report_took MS: from the first line of the first report to its kill
report_took() {
	atleast "$1" "$(dmesg | awk -v mark="$klog_since" '
		index($0, mark) { on = 1 }
		!on { next }
		{ t = $0; sub(/^\[ */, "", t); sub(/\].*/, "", t) }
		/invoked oom-killer/ && !start { start = t }
		/Killed process/ && !end { end = t }
		END { printf "%d\n", (end - start) * 1000 }')" 'ms that the report took'
}

# How long the kernel's ms are here depends on what it measured at boot
twice_slowly() {
	case ${KEVNOTIFY_TIER:-} in
	full) twice 2000 && report_took 10000 ;;
	*) twice 100 && report_took 500 ;;
	esac
}

pod() {
	group pod 48M +memory && group pod/c1 && group pod/c2 && pause && klog_mark &&
		in_group pod/c1 30 && await 60 sated pod/c1 30 && one=$pid &&
		in_group pod/c2 -a -1000 26 || return 1
	wait "$one"
	is 137 $? && kills 1 && await 60 holding pod/c2 26 && kill "$pid" || return 1
	wait "$pid"
	id=$(stat -c %i "$CGROUPS/pod/c1")
	ungroup pod/c1 pod/c2 pod && resume && seq=$(newest oom) && as_reported "$seq" &&
		gave "$seq" KEVNOTIFY_SCOPE=memcg "KEVNOTIFY_VICTIM_PID=$one" \
			"KEVNOTIFY_PID=$pid" "KEVNOTIFY_VICTIM_CGROUP_ID=$id" \
			KEVNOTIFY_VICTIM_CGROUP=/pod/c1 KEVNOTIFY_LIMIT_CGROUP=/pod \
			KEVNOTIFY_LIMIT_KB=49152
}

# The shell kills another by lowering a limit
lowered() {
	group low && klog_mark && in_group low 30 && await 60 sated low 30 &&
		echo 8M >"$CGROUPS/low/memory.max" || return 1
	wait "$pid"
	is 137 $? && kills 1 && seq=$(newest oom) && ungroup low &&
		gave "$seq" KEVNOTIFY_SCOPE=memcg "KEVNOTIFY_PID=$$" "KEVNOTIFY_VICTIM_PID=$pid" \
			KEVNOTIFY_LIMIT_CGROUP=/low KEVNOTIFY_LIMIT_KB=8192
}

by_sysrq() {
	klog_mark && in_group all 20 && await 60 sated all 20 && echo f >/proc/sysrq-trigger || return 1
	wait "$pid"
	is 137 $? && kills 1 && seq=$(newest oom) &&
		gave "$seq" PRIORITY=4 KEVNOTIFY_ID=5 KEVNOTIFY_SCOPE=sysrq \
			"KEVNOTIFY_VICTIM_PID=$pid" KEVNOTIFY_LIMIT_CGROUP= \
			"KEVNOTIFY_LIMIT_KB=$(memory_kb)" "KEVNOTIFY_ALLOC=$(allocation)" \
			"MESSAGE=Out of memory, says sysrq: killed process $pid (hog)" &&
		has 'order=-1 ' "$(allocation)"
}

# A path is whole up to 255 bytes; of a longer one the end is kept
long_path() {
	slice=kubepods.slice/kubepods-burstable.slice
	container=$slice/$POD/$CONTAINER
	deep=$container/$(printf '%0120d' 0)
	group kubepods.slice max +memory && group "$slice" max +memory &&
		group "$slice/$POD" 24M +memory && group "$container" && hog "$container" 64 &&
		gave "$(newest oom)" "KEVNOTIFY_VICTIM_CGROUP=/$container" \
			"KEVNOTIFY_LIMIT_CGROUP=/$slice/$POD" &&
		mkdir "$CGROUPS/$deep" && hog "$deep" 64 &&
		gave "$(newest oom)" "KEVNOTIFY_LIMIT_CGROUP=/$slice/$POD" \
			"KEVNOTIFY_VICTIM_CGROUP=...$(printf %s "/$deep" | tail -c 252)" &&
		ungroup "$deep" "$container" "$slice/$POD" "$slice" kubepods.slice
}

plan 11
begin_oom
killed_before=$(killed)
check "a global kill" alone global
check "a kill in a cgroup" alone memcg
check "as many as the kernel counts" alone counts
check "the record says what the kernel reports" alone report
check "global and then its own cgroup, by one task" alone twice
check "the same with a slow report" alone twice_slowly
check "a pod's limit, and the container has gone" alone pod
check "a limit that is lowered" alone lowered
check "by sysrq" alone by_sysrq
check "a long path keeps its end" alone long_path
check "nothing is lost" conserved
finish_oom
