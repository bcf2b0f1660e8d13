#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --faulty --expect-badness kevnotify-test-trouble|WARNING:|Call.Trace|INFO:.task|BUG:.kernel.NULL|Oops:
#
# Real trouble, and what its source says of it: each record is compared with what the
# kernel's own log says.
. ./lib.sh

MNT=$WORK/mnt
MAKE=/sys/module/kevnotify_test_trouble/parameters/make
HUNG=/proc/sys/kernel/hung_task_timeout_secs
INJECT=/sys/kernel/debug/mce-inject

# make_trouble WHAT: by the test's module
make_trouble() {
	echo "$1" >"$MAKE"
}

# told SOURCE N: so many events of it at least, of which the helper had the last; its SEQ
# is in $seq
told() {
	await 60 at_least "$SYS/sources/$1/raised" "$2" && seq=$(newest "$1")
}

at_least() {
	read -r held <"$1" && atleast "$2" "$held" "$1"
}

# lacks SOURCE TRACEPOINT: says its state
lacks() {
	read -r held <"$SYS/sources/$1/state" && has " $2" "$held"
}

# of_log EXPRESSION: what it takes out of the first line since the mark that it matches
of_log() {
	klog | sed -n "$1" | head -n 1
}

# warns_there: before 5.18 nothing tells of a warning
warns_there() {
	source_is warn state on >/dev/null
}

# --- What they are

on() {
	read -r before <"$PARAMS/sources"
	for source in oops panic hung block txtimeout; do
		source_is "$source" state on || return 1
	done
	for source in fs mce; do
		read -r held <"$SYS/sources/$source/state" && is on "${held%%:*}" "$source" || return 1
	done
	source_is thermal state off && lacks fs xfs_force_shutdown || return 1
	warns_there || source_is warn state 'unavailable: no tracepoint error_report_end' || return 1
	source_is lockup state 'unavailable: the kernel tells no module of soft and hard lockups' &&
		source_is rcustall state 'unavailable: the kernel tells no module of RCU stalls' &&
		refused ENODEV "$SYS/sources/lockup/enabled" 1 && holds "$PARAMS/sources" "$before"
}

# --- Trouble

warns() {
	klog_mark
	make_trouble warn && told warn 1 && where=$(of_log 's/.*WARNING: .*\(test_warn+[^ ,]*\).*/\1/p') &&
		gave "$seq" PRIORITY=4 KEVNOTIFY_ID=1 KEVNOTIFY_DETECTOR=warning &&
		is "$where [kevnotify_test_trouble]" "$(value "$seq" KEVNOTIFY_WHERE)" &&
		value_is "$seq" MESSAGE "the kernel warns at $where [kevnotify_test_trouble]"
}

stuck_queue() {
	ip link set kevtest0 up && make_trouble send && told txtimeout 1 &&
		gave "$seq" PRIORITY=3 KEVNOTIFY_DEVICE=kevtest0 KEVNOTIFY_QUEUE=0 \
			'MESSAGE=network device kevtest0 does not send: queue 0 is stuck' &&
		ip link set kevtest0 down
}

# A disk whose file has no room, of which nothing told when it was made
no_room() {
	klog_mark
	mkdir -p "$MNT" && mount -t tmpfs -o size=1m none "$MNT" &&
		dd if=/dev/zero of="$MNT/disk" bs=1 seek=8388607 count=1 2>/dev/null &&
		loop=$(losetup -f) && losetup "$loop" "$MNT/disk" || return 1
	! dd if=/dev/zero of="$loop" bs=4k count=260 conv=fsync 2>/dev/null && told block 1 &&
		losetup -d "$loop" && umount "$MNT" || return 1
	sector=$(value "$seq" KEVNOTIFY_SECTOR)
	gave "$seq" PRIORITY=3 "KEVNOTIFY_DEVICE=${loop#/dev/}" KEVNOTIFY_OP=WRITE &&
		logged_some "error, dev ${loop#/dev/}, sector $sector op 0x1:(WRITE)" &&
		case $(value "$seq" KEVNOTIFY_ERROR) in ENOSPC | EIO) ;; *) return 1 ;; esac
}

# le32 FILE OFFSET
le32() {
	od -An -t u4 -j "$2" -N 4 "$1" | tr -d ' '
}

# A file system that says all its blocks are free, and among them this map
damaged() {
	klog_mark
	dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null &&
		mke2fs -F -b 1024 "$WORK/disk" >/dev/null && map=$(le32 "$WORK/disk" 2048) &&
		dd if=/dev/zero of="$WORK/disk" bs=1024 seek="$map" count=1 conv=notrunc 2>/dev/null &&
		mount -t ext4 -o loop "$WORK/disk" "$MNT" || return 1
	echo text >"$MNT/file"
	sync
	told fs 1 && umount "$MNT" || return 1
	line=$(of_log 's/.*EXT4-fs error (device \([^)]*\)): \([a-z0-9_]*\):\([0-9]*\): .*/\1 \2 \3/p')
	is "$line" "$(value "$seq" KEVNOTIFY_DEVICE) $(value "$seq" KEVNOTIFY_FUNCTION) $(value "$seq" KEVNOTIFY_LINE)" &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=1 KEVNOTIFY_FSTYPE=ext4
}

# As since 6.5 the kernel does when the disk has gone
shut_down() {
	read -r before <"$SYS/sources/fs/raised"
	dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null && mke2fs -F "$WORK/disk" >/dev/null &&
		mount -t ext4 -o loop "$WORK/disk" "$MNT" || return 1
	device=$(awk -v mnt="$MNT" '$2 == mnt { print substr($1, 6) }' /proc/mounts)
	./fsdown "$MNT" && umount "$MNT" && told fs $((before + 1)) &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=4 KEVNOTIFY_FSTYPE=ext4 "KEVNOTIFY_DEVICE=$device"
}

hangs() {
	klog_mark
	dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null && mke2fs -F "$WORK/disk" >/dev/null &&
		mount -t ext4 -o loop "$WORK/disk" "$MNT" && fsfreeze --freeze "$MNT" || return 1
	hung=$(cat "$HUNG")
	echo 1 >"$HUNG"
	touch "$MNT/file" &
	pid=$!
	await 60 at_least "$SYS/sources/hung/raised" 1
	echo "$hung" >"$HUNG"
	fsfreeze --unfreeze "$MNT" && wait "$pid" && umount "$MNT" && told hung 1 &&
		gave "$seq" PRIORITY=3 "KEVNOTIFY_TASK_PID=$pid" KEVNOTIFY_TASK_COMM=touch \
			KEVNOTIFY_TASK_UID=0 "KEVNOTIFY_TASK_CGROUP_ID=$(stat -c %i /sys/fs/cgroup)" \
			KEVNOTIFY_COMM=khungtaskd &&
		atleast 1 "$(value "$seq" KEVNOTIFY_SECONDS)" &&
		logged_some "task touch:$pid blocked"
}

# hung_told PID: records of that task, by the trace
hung_told() {
	grep -c "source=hung .*task touch ($1) " "$TRACE/trace"
}

# of_hung N PID: N is how many of that task were there
of_hung() {
	is "$1" "$(hung_told "$2")" "records of task $2"
}

hung_both() {
	atleast 1 "$(hung_told "$own")" && atleast 1 "$(hung_told "$pid")"
}

# A run and another task hang: the helper is told of that one alone
hangs_itself() {
	mkdir -p "$MNT"
	dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null && mke2fs -F "$WORK/disk" >/dev/null &&
		settle && filtered=$(counter filtered) before=$(receipts hung) && trace_on &&
		mount -t ext4 -o loop "$WORK/disk" "$MNT" && fsfreeze --freeze "$MNT" || return 1
	hung=$(cat "$HUNG")
	echo 1 >"$HUNG"
	raise "exec touch $MNT/own" && await 60 prints 1 processes "touch $MNT/own" && own=$(active_pid)
	touch "$MNT/file" &
	pid=$!
	await 60 hung_both
	result=$?
	echo "$hung" >"$HUNG"
	fsfreeze --unfreeze "$MNT" && wait "$pid" && settle && umount "$MNT" && trace_off &&
		[ "$result" = 0 ] && of_hung $(($(counter filtered) - filtered)) "$own" &&
		of_hung $(($(receipts hung) - before)) "$pid"
}

# A corrected error, one that is not, and one that AMD's CPUs put off
cpu_error() {
	echo sw >"$INJECT/flags" && echo 0x8c00000000000153 >"$INJECT/status" && echo 1 >"$INJECT/cpu" &&
		echo 0x1234000 >"$INJECT/addr" && echo 3 >"$INJECT/bank" && told mce 1 &&
		gave "$seq" PRIORITY=4 KEVNOTIFY_ID=1 KEVNOTIFY_ON_CPU=1 KEVNOTIFY_BANK=3 \
			KEVNOTIFY_STATUS=0x8c00000000000153 KEVNOTIFY_ADDRESS=0x1234000 &&
		echo 0xbc00000000000153 >"$INJECT/status" && echo 3 >"$INJECT/bank" && told mce 2 &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=2 KEVNOTIFY_STATUS=0xbc00000000000153 || return 1
	grep -q AuthenticAMD /proc/cpuinfo || return 0
	echo 0x8c00100000000153 >"$INJECT/status" && echo 3 >"$INJECT/bank" && told mce 3 &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=2 KEVNOTIFY_STATUS=0x8c00100000000153
}

page_error() {
	read -r before <"$SYS/sources/mce/raised"
	klog_mark
	./poison && told mce $((before + 1)) &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=5 KEVNOTIFY_RESULT=recovered &&
		logged_some "Memory failure: $(value "$seq" KEVNOTIFY_PFN): .*Recovered"
}

# bytes NUMBER…
bytes() {
	for byte; do
		printf %b "\\0$(printf %o "$byte")"
	done
}

# pcie_inject DEV UNCORRECTED CORRECTED: bits of the second byte and the first of the
# port's registers
pcie_inject() {
	bytes 0 "$1" 0 0  0 "$2" 0 0  "$3" 0 0 0  0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 >"$WORK/aer" &&
		dd if="$WORK/aer" of=/dev/aer_inject bs=28 2>/dev/null
}

# Of a port: it has corrected a bad packet, and has waited for an answer in vain
pcie_error() {
	read -r before <"$SYS/sources/mce/raised"
	port=$(grep -l 0x060400 /sys/bus/pci/devices/*/class | head -n 1)
	port=${port%/class}
	port=${port##*/}
	dev=$((0x$(echo "$port" | cut -c 9-10)))
	pcie_inject "$dev" 0 64 && told mce $((before + 1)) &&
		gave "$seq" PRIORITY=4 KEVNOTIFY_ID=6 "KEVNOTIFY_DEVICE=$port" \
			KEVNOTIFY_STATUS=0x40 KEVNOTIFY_SEVERITY=corrected &&
		pcie_inject "$dev" 64 0 && told mce $((before + 2)) &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=7 "KEVNOTIFY_DEVICE=$port" \
			KEVNOTIFY_STATUS=0x4000 KEVNOTIFY_SEVERITY=nonfatal
}

# A module sees the temperature of some kernels alone
too_hot() {
	writes "$SYS/sources/thermal/enabled" 1 && source_is thermal state on && told thermal 1 &&
		writes "$SYS/sources/thermal/enabled" 0 &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=1 KEVNOTIFY_ZONE=acpitz \
			'MESSAGE=thermal zone acpitz is hot' || return 1
	temp=$(value "$seq" KEVNOTIFY_TEMP)
	[ -z "$temp" ] || between "$temp" 99000 101000
}

# The tracepoint comes with its module, and goes with it
comes_and_goes() {
	read -r before <"$SYS/sources/fs/raised"
	! lacks fs xfs_force_shutdown && make_trouble shutdown && told fs $((before + 1)) &&
		gave "$seq" PRIORITY=2 KEVNOTIFY_ID=2 KEVNOTIFY_FSTYPE=xfs \
			KEVNOTIFY_FUNCTION=fs/xfs/xfs_test.c KEVNOTIFY_LINE=17 &&
		rmmod kevnotify-test-trouble && lacks fs xfs_force_shutdown &&
		modprobe kevnotify-test-trouble && ! lacks fs xfs_force_shutdown &&
		writes "$SYS/sources/fs/enabled" 0 && make_trouble shutdown && source_is fs state off &&
		holds "$SYS/sources/fs/raised" $((before + 1)) &&
		writes "$SYS/sources/fs/enabled" 1 && make_trouble shutdown && told fs $((before + 2))
}

# A device that somebody holds for seconds: the kernel tells of its end each second
held() {
	writes "$SYS/sources/netdev/enabled" 1 && make_trouble hold &&
		rmmod kevnotify-test-trouble && told netdev 1 && modprobe kevnotify-test-trouble &&
		told netdev 2 && writes "$SYS/sources/netdev/enabled" 0 &&
		holds "$SYS/sources/netdev/raised" 2
}

# again COMMAND…: while this runs
again() {
	while "$@"; do :; done 2>/dev/null
}

# Switched on and off all the time, while its trouble goes on. On one CPU: one that runs
# into what another one patches makes an oops of QEMU without KVM.
toggles() {
	n=100
	[ "${KEVNOTIFY_TIER:-}" != full ] || n=2000
	writes "$PARAMS/burst" 10 && taskset -p 1 $$ >/dev/null || return 1
	again make_trouble shutdown &
	pid=$!
	while [ "$n" -gt 0 ] && echo 0 >"$SYS/sources/fs/enabled" && echo 1 >"$SYS/sources/fs/enabled"; do
		n=$((n - 1))
	done
	kill "$pid"
	wait "$pid" 2>/dev/null
	taskset -p ffff $$ >/dev/null
	read -r before <"$SYS/sources/fs/raised"
	is 0 "$n" 'toggles left' && writes "$PARAMS/burst" 0 && make_trouble shutdown &&
		told fs $((before + 1))
}

# taint: the flags that are set, as letters
taint() {
	awk '{ for (i = 1; $1; i++) {
		if ($1 % 2)
			printf "%s", substr("PFSRMBUDAWCIOELKXTNJ", i, 1)
		$1 = int($1 / 2)
	} }' /proc/sys/kernel/tainted
}

oops() {
	klog_mark
	before=$(taint)
	make_trouble oops && told oops 1 &&
		where=$(of_log 's/.*RIP: [0-9a-f]*:\(test_die+[^ ]*\).*/\1/p') &&
		gave "$seq" PRIORITY=1 KEVNOTIFY_COMM=kevtest-oops KEVNOTIFY_KIND=Oops &&
		is "$where [kevnotify_test_trouble]" "$(value "$seq" KEVNOTIFY_IP)" &&
		has O "$before" && value_is "$seq" KEVNOTIFY_TAINT "$before" &&
		source_is hung state 'on: since its oops the kernel looks for no task that hangs'
}

# What else there was: no trouble but that of the tests
adds_up() {
	settle && add_up events records runs && receipts_agree
}

table() {
	for source in oops warn panic hung block fs mce thermal txtimeout lockup rcustall; do
		read -r held <"$SYS/sources/$source/state"
		message=none
		seq=$(cat "$SYS/sources/$source/last")
		[ "$seq" = 0 ] || message=$(value "$seq" MESSAGE)
		say "table: $source: $held: $message"
	done
}

plan 18
# That zone would never be silent
begin burst=0 interval=0 sources=-thermal
set_helper helper
modprobe loop 2>/dev/null
check "their states" on
modprobe kevnotify-test-trouble
if warns_there; then
	check "a warning" warns
else
	skip "a warning" "no tracepoint error_report_end"
fi
check "a network device that does not send" stuck_queue
check "a disk without room" no_room
check "a damaged file system" damaged
check "a file system that is shut down" shut_down
check "a task that hangs" hangs
check "of a task of the helper's own that hangs it is not told" hangs_itself
check "a tracepoint that comes with a module, and goes" comes_and_goes
check "a network device that goes, and is held" held
check "a source that is switched while it raises" toggles
if modprobe aer_inject 2>/dev/null && [ -c /dev/aer_inject ]; then
	check "an error of a PCIe port" pcie_error
else
	skip "an error of a PCIe port" "no aer_inject"
fi
if [ -d /sys/class/thermal/thermal_zone0 ]; then
	check "too hot" too_hot
else
	skip "too hot" "no thermal zone"
fi
if modprobe mce-inject 2>/dev/null && [ -d "$INJECT" ]; then
	check "an error of a CPU" cpu_error
else
	skip "an error of a CPU" "no mce-inject"
fi
if lacks mce memory_failure_event; then
	skip "a broken page" "no CONFIG_MEMORY_FAILURE"
else
	check "a broken page" page_error
fi
check "an oops" oops
check "nothing is lost" adds_up
table
check "and it unloads" unload
modprobe kevnotify
finish
