#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The gauges and the taint flags, each by what it is there for. memory.sh has the
# period, and memory.
. ./lib.sh

FILE_MAX=/proc/sys/fs/file-max
PID_MAX=/proc/sys/kernel/pid_max
THREADS_MAX=/proc/sys/kernel/threads-max
HUGE_PAGES=/proc/sys/vm/nr_hugepages
GROUP=/sys/fs/cgroup/kevnotify-gauges
FREEZER=$WORK/freezer
LOOKS=$TRACE/events/workqueue/workqueue_execute_start

# limits SOURCE THRESHOLD CLEAR
limits() {
	source_is "$1" threshold "$2" && source_is "$1" clear "$3"
}

# events SOURCE N: so many in all
events() {
	source_is "$1" raised "$2"
}

# crossed SOURCE NTH: that is its next event, and by a value on the wrong side
crossed() {
	await 60 events "$1" "$2" && seq=$(newest "$1") &&
		gave "$seq" KEVNOTIFY_ID=1 PRIORITY=4 "KEVNOTIFY_LIMIT=$(cat "$SYS/sources/$1/threshold")" &&
		atleast "$(cat "$SYS/sources/$1/threshold")" "$(value "$seq" KEVNOTIFY_VALUE)" &&
		has "$(value "$seq" KEVNOTIFY_VALUE)" "$(value "$seq" MESSAGE)"
}

# recovered SOURCE NTH
recovered() {
	await 120 events "$1" "$2" && seq=$(newest "$1") &&
		gave "$seq" KEVNOTIFY_ID=3 PRIORITY=5 KEVNOTIFY_RECOVERED=1 \
			"KEVNOTIFY_LIMIT=$(cat "$SYS/sources/$1/clear")" &&
		[ "$(value "$seq" KEVNOTIFY_VALUE)" -le "$(cat "$SYS/sources/$1/clear")" ]
}

defaults() {
	limits memory 5 10 && limits files 90 80 && limits pids 90 80 && limits swap 80 70 &&
		limits load 4 2 && limits dstate 20 10 || return 1
	for source in memory files pids; do
		source_is "$source" enabled 1 || return 1
	done
	for source in swap load dstate; do
		source_is "$source" enabled 0 && source_is "$source" state off || return 1
	done
}

# look: a look has passed since, as files has an event of it, which is read after memory
look() {
	look_n=$(cat "$SYS/sources/files/raised")
	echo 1 >"$FILE_MAX"
	await 60 events files $((look_n + 1))
	result=$?
	echo "$file_max" >"$FILE_MAX"
	[ "$result" = 0 ] && await 60 events files $((look_n + 2))
}

quiet() {
	look && look || return 1
	for source in memory pids swap load dstate taint; do
		events "$source" 0 || return 1
	done
}

files() {
	files_n=$(cat "$SYS/sources/files/raised")
	awk '{ print $1 }' /proc/sys/fs/file-nr >"$FILE_MAX"
	crossed files $((files_n + 1)) && echo "$file_max" >"$FILE_MAX" && recovered files $((files_n + 2))
}

# tasks: processes and threads that there are
tasks() {
	awk '{ sub(".*/", "", $4); print $4 }' /proc/loadavg
}

# pids FILE LIMIT NTH: the lower one of both limits counts. There is room enough for the
# programs of the test; so the threshold is low.
pids() {
	was=$(cat "$1")
	percent=$(($(tasks) * 100 / $2))
	writes "$SYS/sources/pids/clear" $((percent - 4)) &&
		writes "$SYS/sources/pids/threshold" $((percent - 2)) || return 1
	echo "$2" >"$1"
	crossed pids "$3"
	result=$?
	echo "$was" >"$1"
	[ "$result" = 0 ] && recovered pids $(($3 + 1)) && echo 90 >"$SYS/sources/pids/threshold"
}

# left: of memory, without the pool of huge pages, in percent
left() {
	awk '{ n[$1] = $2 } END { printf "%d\n",
		n["MemAvailable:"] * 100 / (n["MemTotal:"] - n["Hugetlb:"]) }' /proc/meminfo
}

# kib KEY
kib() {
	awk -v key="$1:" '$1 == key { print $2 }' /proc/meminfo
}

left_below() {
	[ "$(left)" -lt "$1" ]
}

# A pool that leaves 100 MiB, which is little of all the memory and much of the rest
huge_pages() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	echo $((($(kib MemAvailable) - 102400) / 2048)) >"$HUGE_PAGES"
	percent=$(($(kib MemAvailable) * 100 / $(kib MemTotal)))
	say "with $(cat "$HUGE_PAGES") huge pages $percent % of all memory are available, $(left) % of the rest"
	atleast $((percent + 12)) "$(left)" && writes "$SYS/sources/memory/clear" $((percent + 8)) &&
		writes "$SYS/sources/memory/threshold" $((percent + 4)) && look && events memory 0
}

shortage() {
	read -r threshold <"$SYS/sources/memory/threshold"
	hog=$(((left_kib=$(kib MemAvailable)) / 1024 - ($(kib MemTotal) - $(kib Hugetlb)) * threshold / 130 / 1024))
	say "a hog of $hog MiB beside $((left_kib / 1024)) MiB"
	./hog "$hog" &
	hog=$!
	await 60 events memory 1 && seq=$(newest memory) && gave "$seq" KEVNOTIFY_ID=1
	result=$?
	kill "$hog"
	wait "$hog"
	echo 0 >"$HUGE_PAGES"
	[ "$result" = 0 ] && await 60 events memory 2 && seq=$(newest memory) &&
		gave "$seq" KEVNOTIFY_ID=3 KEVNOTIFY_RECOVERED=1
}

swap_on() {
	modprobe -q loop
	dd if=/dev/zero of="$WORK/swap" bs=1M count=64 2>/dev/null && loop=$(losetup -f) &&
		losetup "$loop" "$WORK/swap" && mkswap "$loop" >/dev/null && swapon "$loop"
}

# A group that is to have 8 MiB takes 48. A limit would end it where the disk is slow.
swap() {
	swap_on && writes "$SYS/sources/swap/clear" 30 && writes "$SYS/sources/swap/threshold" 40 || return 1
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$GROUP" && echo 8M >"$GROUP/memory.high" || return 1
	sh -c "echo \$\$ >$GROUP/cgroup.procs; exec ./hog 48" &
	hog=$!
	crossed swap 1
	result=$?
	kill "$hog"
	wait "$hog"
	[ "$result" = 0 ] && recovered swap 2
	result=$?
	swapoff "$loop" && losetup -d "$loop" && await 60 rmdir "$GROUP" && return "$result"
}

disk() {
	modprobe -q loop
	mkdir -p "$WORK/mnt" && dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null &&
		mke2fs -F "$WORK/disk" >/dev/null 2>&1 && mount -t ext4 -o loop "$WORK/disk" "$WORK/mnt"
}

# freeze STATE: the group of the sleepers has it
freeze() {
	echo "$1" >"$FREEZER/test/freezer.state" && await 60 holds "$FREEZER/test/freezer.state" "$1"
}

# To readers of /proc these are in state D
frozen() {
	mkdir -p "$FREEZER" && mount -t cgroup -o freezer none "$FREEZER" && mkdir "$FREEZER/test" ||
		return 1
	n=0 sleeps=
	while [ "$n" -lt 26 ]; do
		n=$((n + 1))
		sleep 1000 &
		sleeps="$sleeps $!"
		echo $! >"$FREEZER/test/cgroup.procs"
	done
	freeze FROZEN && look && events dstate 0
	result=$?
	freeze THAWED
	# shellcheck disable=SC2086 # a list
	kill $sleeps
	# shellcheck disable=SC2086
	wait $sleeps
	await 60 rmdir "$FREEZER/test" && umount "$FREEZER" && return "$result"
}

# Each sleeps in a frozen file system; the load follows
writers() {
	disk && writes "$SYS/sources/load/clear" 0 && writes "$SYS/sources/load/threshold" 1 &&
		fsfreeze --freeze "$WORK/mnt" || return 1
	n=0 touches=
	while [ "$n" -lt 26 ]; do
		n=$((n + 1))
		touch "$WORK/mnt/$n" &
		touches="$touches $!"
	done
	crossed dstate 1
}

thawed() {
	# shellcheck disable=SC2086 # a list
	fsfreeze --unfreeze "$WORK/mnt" && wait $touches && umount "$WORK/mnt" && recovered dstate 2
}

# taint_of FLAG: its bit, its event's id and its level
taint_of() {
	case $1 in
	W) echo 512 1 4 ;;
	D) echo 128 2 3 ;;
	L) echo 16384 3 2 ;;
	M) echo 16 4 3 ;;
	B) echo 32 5 2 ;;
	esac
}

# A flag that is there tells nobody that it comes again
taint() {
	n=$(cat "$SYS/sources/taint/raised")
	for flag in W D L M B; do
		# shellcheck disable=SC2046 # three words
		set -- $(taint_of "$flag")
		[ $(($(cat /proc/sys/kernel/tainted) & $1)) = 0 ] || continue
		n=$((n + 1))
		echo "$1" >/proc/sys/kernel/tainted
		await 60 events taint "$n" && seq=$(newest taint) &&
			gave "$seq" "KEVNOTIFY_FLAG=$flag" "KEVNOTIFY_ID=$2" "PRIORITY=$3" || return 1
	done
	# Others are no trouble
	echo $((512 | 2048)) >/proc/sys/kernel/tainted
	look && events taint "$n" && atleast 1 "$n" "flags that were not there"
}

# What was there when the module was loaded, or has been told, is not told again
taint_before() {
	events taint 0 && echo -taint >"$PARAMS/sources" && echo +taint >"$PARAMS/sources" &&
		look && events taint 0
}

# looks COMMAND…: how often the poll's work ran meanwhile
looks() {
	echo >"$TRACE/trace"
	echo 1 >"$LOOKS/enable"
	"$@"
	looks=$?
	echo 0 >"$LOOKS/enable"
	[ "$looks" = 0 ] && grep -c 'function kev_poll_work' "$TRACE/trace"
}

looked() {
	grep -q 'function kev_poll_work' "$TRACE/trace"
}

# An interval of a second, and none; then nothing that is polled
idle() {
	atleast 1 "$(looks await 60 looked)" looks || return 1
	echo 0 >"$PARAMS/interval"
	is 0 "$(looks sleep 3)" "looks without interval" || return 1
	echo -memory,-files,-pids,-swap,-load,-dstate,-taint >"$PARAMS/sources"
	echo 1000 >"$PARAMS/interval"
	is 0 "$(looks sleep 3)" "looks with nothing on" && echo +dstate >"$PARAMS/sources" &&
		atleast 1 "$(looks await 60 looked)" "looks with one on"
}

# none_lost: on a busy machine a gauge may cross its threshold once more than its test
# makes it, so what was raised is what the sources say; and each has a receipt. No look
# comes between.
none_lost() {
	echo 0 >"$PARAMS/interval"
	raised=$(for source in "$SYS"/sources/*; do
		[ "${source##*/}" = helper ] || cat "$source/raised"
	done | awk '{ n += $1 } END { print n }')
	conserved
	result=$?
	echo 1000 >"$PARAMS/interval"
	return "$result"
}

# open_files N: that many are; the kernel's count of a few is not exact
open_files() {
	[ "$(awk '{ print $1 }' /proc/sys/fs/file-nr)" -ge "$1" ]
}

file_max=$(cat $FILE_MAX)
plan 20
begin interval=1000 burst=0
set_helper helper
./openfiles 500 &
files=$!
await 60 open_files 400
check "defaults" defaults
echo +swap,+load,+dstate >"$PARAMS/sources"
check "no event where all is well" quiet
check "files: at the threshold and well again" files
check "pids by pid_max" pids "$PID_MAX" 1000 1
check "pids by threads-max" pids "$THREADS_MAX" $(($(tasks) * 4)) 3
if grep -q '^freezer' /proc/cgroups; then
	check "dstate: what is frozen is well" frozen
else
	skip "dstate: what is frozen is well" "no groups of version 1 that freeze"
fi
check "dstate: tasks that wait for a file system" writers
check "load: above the threshold" crossed load 1
check "dstate: well again" thawed
check "load: well again" recovered load 2
check "swap: at the threshold and well again" swap
check "nothing is lost" none_lost
check "memory: a pool of huge pages is no shortage" huge_pages
check "memory: a shortage beside it is one" shortage
check "taint: each flag once, and no others" taint
check "nothing is lost by them" none_lost
reload interval=1000 burst=0
set_helper helper
check "taint: what was there before is not told" taint_before
check "no look without interval, and none with nothing on" idle
reload interval=1000 burst=0
kill "$files"
for source in files pids; do
	check "$source: can be read" source_is "$source" state on
done
restore
finish
