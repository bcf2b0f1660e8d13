#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --timeout 6000 --expect-badness kevnotify-test|WARNING:|Call.Trace
#
# All sources are on under a mixed load, and trouble is made all the time, which is counted
# out here. A reader has an event of each, and no other.
. ./oom-lib.sh
. ./notifiers-lib.sh

# How long, in seconds
case ${KEVNOTIFY_TIER:-} in
full) TIME=3600 ;;
*) TIME=120 ;;
esac
TIME=${KEVNOTIFY_MIXED_TIME:-$TIME}
CAUSED=$WORK/caused
READ=$WORK/read
LOADS=$WORK/loads
MAKE=/sys/module/kevnotify_test_trouble/parameters/make
FILE_MAX=/proc/sys/fs/file-max
SID=$(sed -n '/ __pfx_/!s/.* \(__.*_sys_getsid\)$/\1/p' /proc/kallsyms | head -n 1)

# caused EVENT…: each "SOURCE ID"
caused() {
	printf '%s\n' "$@" >>"$CAUSED"
}

# --- The load, each again and again

programs() {
	tar -c . | gzip -1 | gunzip | wc -c
}

files() {
	cp -r . "$WORK/copy"
	sync
	rm -r "$WORK/copy"
}

network() {
	nc -l -p 7777 </dev/null &
	until dd if=/dev/zero bs=64k count=64 | nc 127.0.0.1 7777 || [ ! -e "$BUSY" ]; do :; done
	kill $!
	wait $!
	ping -A -q -c 100 -s 1400 127.0.0.1
}

cgroups() {
	mkdir "$CGROUPS/churn" && sh -c "echo \$\$ >$CGROUPS/churn/cgroup.procs"
	rmdir "$CGROUPS/churn"
}

modules_come() {
	modprobe kevnotify-sample && caused 'module 2' && rmmod kevnotify-sample && caused 'module 3'
}

# What the load was, of all CPUs
load() {
	cut -d . -f 1 /proc/loadavg >>"$LOADS"
	sleep 1
}

# --- Trouble

crashes() {
	./crash 2 && ./crash -u 65534 && caused 'crash 1' 'crash 1' 'crash 2'
}

kill_one() {
	in_group mixed 64
	wait "$pid"
	is 137 $? && caused 'oom 2'
}

# carrier 0|1: the kernel tells of it later, or not at all if it has changed back
carrier() {
	read -r n <"$SYS/sources/netdev/raised"
	echo "$1" >/sys/class/net/dummy0/carrier && await 60 source_is netdev raised $((n + 1))
}

device() {
	modprobe dummy && ip link set dummy0 up && ip addr add 192.0.2.1/24 dev dummy0 &&
		ip addr add 2001:db8::1/64 dev dummy0 && carrier 0 && carrier 1 &&
		ip addr del 192.0.2.1/24 dev dummy0 && ip addr del 2001:db8::1/64 dev dummy0 &&
		ip link set dummy0 down && rmmod dummy &&
		caused 'module 1' 'module 3' 'netdev 5' 'netdev 1' 'netdev 4' 'netdev 3' 'netdev 2' \
			'netdev 6' 'inetaddr 1' 'inetaddr 3' 'inetaddr 2' 'inetaddr 4'
}

processor() {
	[ ! -e "$CPU1" ] || { cpus && caused 'cpu 1' 'cpu 2'; }
}

warning() {
	echo warn >"$MAKE" && caused 'warn 1'
}

# All files that the kernel has are open, and then no more
file_table() {
	read -r n <"$SYS/sources/files/raised"
	echo 1 >"$FILE_MAX"
	await 60 source_is files raised $((n + 1))
	told=$?
	echo "$file_max" >"$FILE_MAX"
	is 0 "$told" && await 60 source_is files raised $((n + 2)) && caused 'files 1' 'files 3'
}

# A disk whose file has no room for that one page
disk() {
	dd if=/dev/zero of="$loop" bs=4k count=1 seek=16 conv=fsync 2>/dev/null && return 1
	caused 'block 1'
}

by_hand() {
	raise mixed && caused 'manual 5' && read -r n <"$SYS/sources/signal/raised" &&
		kill -USR1 "$(kevnotifyd)" && await 60 source_is signal raised $((n + 1)) &&
		caused "signal $((n + 1))" && ./calls 3 2 &&
		caused 'probe 1' 'probe 1' 'probe 1' 'probe 1' 'probe 1'
}

# --- All together

prepare() {
	ip link set lo up && echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode &&
		modprobe loop && modprobe kevnotify-test-trouble &&
		echo +memory >"$CGROUPS/cgroup.subtree_control" && group mixed 8M &&
		mkdir "$WORK/mnt" && mount -t tmpfs -o size=64k none "$WORK/mnt" &&
		dd if=/dev/zero of="$WORK/mnt/disk" bs=1 seek=8388607 count=1 2>/dev/null &&
		loop=$(losetup -f) && losetup "$loop" "$WORK/mnt/disk" &&
		{ dd if=/dev/zero of="$WORK/mnt/full" bs=4k 2>/dev/null || :; } &&
		echo "+sid $SID" >"$SYS/sources/probe/probes" && caused 'taint 1'
}

# SOURCE ID MESSAGE of each record
reader() {
	awk '{ at = index($0, "="); value[substr($0, 1, at - 1)] = substr($0, at + 1) }
		/^$/ {
			print value["KEVNOTIFY_SOURCE"], value["KEVNOTIFY_ID"], value["MESSAGE"]
			fflush()
		}
		/^KEVNOTIFY_LOST=/ { print "lost", $0 }' /dev/kevnotify >"$READ" &
	reader=$!
}

all_on() {
	for source in "$SYS"/sources/*; do
		source=${source##*/}
		[ "$source" = helper ] || echo "+$source" >"$PARAMS/sources"
	done
	read -r held <"$PARAMS/sources"
	say "on: $held"
}

round() {
	crashes && kill_one && device && processor && warning && file_table && disk && by_hand
}

loaded() {
	: >"$BUSY"
	loads=
	for part in programs files network cgroups modules_come load; do
		busy "$part"
		loads="$loads $!"
	done
	rounds=0 result=0
	now
	end=$((now + TIME * 1000))
	while [ "$now" -lt "$end" ] && [ "$result" = 0 ]; do
		round || result=1
		rounds=$((rounds + 1))
		now
	done
	rm "$BUSY"
	# shellcheck disable=SC2086 # a list
	wait $loads
	say "$rounds rounds in $TIME s"
	return "$result"
}

# all_read: what is in the log, and no more comes
all_read() {
	read -r recorded <"$SYS/stats/recorded" && is "$recorded" "$(grep -c . "$READ")" records
}

# counted FILE: how many of each, but of the load, which is what it is
counted() {
	cut -d ' ' -f 1,2 "$1" | grep -v '^load ' | sort | uniq -c
}

true_and_whole() {
	settle && await 120 all_read || return 1
	counted "$CAUSED" >"$WORK/wanted"
	counted "$READ" >"$WORK/told"
	sed '/ signal /d; s/^/# /' "$WORK/told"
	diff "$WORK/wanted" "$WORK/told" >"$WORK/diff" && return
	sed 's/^/# /' "$WORK/diff"
	return 1
}

# Of two CPUs, or of one while the other one is off
load_is_true() {
	most=$(sort -n "$LOADS" | tail -n 1)
	told=$(grep -c '^load 1 ' "$READ")
	say "a load of $most, of which $told events told"
	[ "$told" = 0 ] || atleast 4 "$most" || return 1
	[ "$most" -lt 9 ] || atleast 1 "$told"
}

plan 5
begin burst=0 interval=1000 sources=
file_max=$(cat "$FILE_MAX")
reader
check "what is needed" prepare
all_on
check "$TIME s of load and trouble" loaded
check "an event of each, and no other" true_and_whole
check "the load is told if it is one" load_is_true
check "nothing is lost" add_up events records runs
kill "$reader"
losetup -d "$loop"
umount "$WORK/mnt"
ungroup mixed
rmmod kevnotify-test-trouble
restore
finish
