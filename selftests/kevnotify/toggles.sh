#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --timeout 7200 --expect-badness kevnotify-test-trouble|WARNING:|Call.Trace
#
# Each source off and on, all side by side, while a load makes their events; and then
# the module goes. A pair that patches the kernel takes 130 to 200 ms without KVM, with the
# eight beside it: that is half an hour.
. ./oom-lib.sh
. ./notifiers-lib.sh

TOGGLES=${TOGGLES:-10000}
[ ! -e /proc/lockdep ] || TOGGLES=$((TOGGLES / 10))
MAKE=/sys/module/kevnotify_test_trouble/parameters/make
SID=$(sed -n '/ __pfx_/!s/.* \(__.*_sys_getsid\)$/\1/p' /proc/kallsyms | head -n 1)

# Those whose hook is text of the kernel that is patched, and the others
PATCHED="oom crash warn fs block hung mce txtimeout probe"
OTHERS="memory files pids swap load dstate taint netdev inetaddr cpu module power manual
	signal oops panic"

# What a hook's text is patched under
kills() {
	in_group toggles 64
	wait "$pid"
}

warns() {
	echo warn >"$MAKE"
	usleep 500000
}

shuts_down() {
	echo shutdown >"$MAKE"
}

calls() {
	./calls 20 5
}

by_hand() {
	echo text >"$SYS/control/raise"
	kill -USR1 "$kevnotifyd"
}

# On one CPU: one that runs into what another one patches makes an oops of QEMU without KVM
patched() {
	[ ! -e "$CPU1" ] || echo 0 >"$CPU1"
	# shellcheck disable=SC2086 # a list
	COMMANDS="kills warns shuts_down calls" CPU1=/none toggle "$TOGGLES" $PATCHED
	result=$?
	[ ! -e "$CPU1" ] || echo 1 >"$CPU1"
	[ "$result" = 0 ] && settle && add_up events records runs
}

others() {
	kevnotifyd=$(kevnotifyd)
	# shellcheck disable=SC2086 # a list
	COMMANDS=by_hand toggle "$TOGGLES" $OTHERS && settle && add_up events records runs
}

plan 3
begin burst=0 interval=1000
modprobe -q dummy
modprobe kevnotify-test-trouble
echo +memory >"$CGROUPS/cgroup.subtree_control"
group toggles 8M
echo "+sid $SID" >"$SYS/sources/probe/probes"
check "$TOGGLES times, what patches the kernel" patched
check "$TOGGLES times, all others" others
ungroup toggles
rmmod kevnotify-test-trouble
check "the module goes" unload
modprobe kevnotify
[ ! -d /sys/module/dummy ] || rmmod dummy
restore
finish
