#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The sources that the kernel calls when something happens: network devices and
# addresses, CPUs, modules, crashes. power.sh has the source power.
. ./lib.sh
. ./notifiers-lib.sh

# What dummy0 is called then
LINK=kevdummy

# told SOURCE STRING…: its next event has these strings
told() {
	told_source=$1
	shift
	raised=$((raised + 1)) nth=$((nth + 1))
	await 60 source_is "$told_source" raised "$nth" && seq=$(newest "$told_source") && gave "$seq" "$@"
}

# only SOURCE: it alone is on, after it was off
only() {
	reload burst=0 helper="$HELPER" sources= && echo "$1" >"$PARAMS/sources" && nth=0
}

off_by_default() {
	for source in netdev inetaddr cpu module power crash; do
		source_is "$source" enabled 0 && source_is "$source" state off &&
			source_is "$source" level -1 || return 1
	done
}

dummy() {
	modprobe dummy && ip link set dummy0 down && [ -e /sys/class/net/dummy0/carrier ]
}

# is_told STATE LEVEL ID: of the device
is_told() {
	told netdev "KEVNOTIFY_STATE=$1" "PRIORITY=$2" "KEVNOTIFY_ID=$3" "KEVNOTIFY_DEVICE=$LINK"
}

# What is there already is not told of when it is switched on, nor when off
netdev() {
	dummy && only netdev && source_is netdev raised 0 && ip link set dummy0 name "$LINK" &&
		is_told renamed 6 7 && ip link set "$LINK" up && is_told up 6 1 &&
		echo 0 >"/sys/class/net/$LINK/carrier" && is_told no-carrier 4 4 &&
		value_is "$seq" MESSAGE "network device $LINK has lost its carrier" &&
		echo 1 >"/sys/class/net/$LINK/carrier" && is_told carrier 5 3 &&
		ip link set "$LINK" mtu 1400 && ip link set "$LINK" down && is_told down 5 2 &&
		rmmod dummy && is_told unregistered 5 6 && modprobe dummy && LINK=dummy0 &&
		is_told registered 6 5 && echo -netdev >"$PARAMS/sources" && source_is netdev raised "$nth"
}

# A device that a user may make in a namespace of its own is none of the machine's
namespace() {
	only netdev && unshare -n sh -c 'ip link set lo up; ip link set lo down' &&
		ip link set dummy0 up && told netdev KEVNOTIFY_STATE=up && source_is netdev raised 1
}

# address ADDRESS STATE LEVEL ID
address() {
	told inetaddr KEVNOTIFY_DEVICE=dummy0 "KEVNOTIFY_ADDRESS=$1" "KEVNOTIFY_STATE=$2" \
		"PRIORITY=$3" "KEVNOTIFY_ID=$4"
}

inetaddr4() {
	only inetaddr && ip addr add 192.0.2.1/24 dev dummy0 && address 192.0.2.1 added 6 1 &&
		value_is "$seq" MESSAGE "192.0.2.1 is an address of dummy0 now" &&
		ip addr del 192.0.2.1/24 dev dummy0 && address 192.0.2.1 removed 5 2
}

inetaddr6() {
	only inetaddr && ip addr add 2001:db8::1/64 dev dummy0 && address 2001:db8::1 added 6 3 &&
		ip addr del 2001:db8::1/64 dev dummy0 && address 2001:db8::1 removed 5 4
}

cpu() {
	only cpu && echo 0 >"$CPU1" && told cpu KEVNOTIFY_NUMBER=1 KEVNOTIFY_STATE=offline PRIORITY=5 \
		"MESSAGE=CPU 1 goes offline" &&
		echo 1 >"$CPU1" && told cpu KEVNOTIFY_NUMBER=1 KEVNOTIFY_STATE=online PRIORITY=6
}

module() {
	only module && modprobe kevnotify-sample &&
		told module KEVNOTIFY_ID=2 PRIORITY=5 KEVNOTIFY_MODULE=kevnotify_sample &&
		has O "$(value "$seq" KEVNOTIFY_TAINT)" && rmmod kevnotify-sample &&
		told module KEVNOTIFY_ID=3 PRIORITY=6 KEVNOTIFY_MODULE=kevnotify_sample
}

# One of the kernel's own does not taint it
untainted() {
	rmmod dummy && only module && modprobe dummy &&
		told module KEVNOTIFY_ID=1 KEVNOTIFY_MODULE=dummy "MESSAGE=module dummy is loaded" &&
		! keys "$seq" | grep -q TAINT
}

# Of root, a real fault; of another, in another id
crash() {
	only crash && ./crash && told crash KEVNOTIFY_ID=1 PRIORITY=4 KEVNOTIFY_SIGNAL=11 \
		KEVNOTIFY_SIGNAL_CODE=1 KEVNOTIFY_TASK_COMM=crash KEVNOTIFY_UID=0 &&
		value_is "$seq" KEVNOTIFY_TASK_PID "$(value "$seq" KEVNOTIFY_PID)" &&
		./crash -u 65534 && told crash KEVNOTIFY_ID=2 PRIORITY=5 KEVNOTIFY_UID=65534
}

# A signal that is caught, or does not dump core, is no crash
no_crash() {
	./crash -c && sh -c 'kill -TERM $$'
	sh -c 'kill -ABRT $$'
	told crash KEVNOTIFY_SIGNAL=6 KEVNOTIFY_SIGNAL_CODE=0
}

# of_others: receipts of crashes of the users 1 to 8
of_others() {
	for got in "$GOT"/*; do
		value "${got##*/}" KEVNOTIFY_UID
	done | grep -c '^[1-8]$'
}

# What a user does at will hides neither other users' nor root's. One other may share
# that user's limit, as there are sixteen, but not eight.
crowd() {
	reload burst=3 window=3600000 sources=crash && set_helper helper && ./crash -u 65534 50 &&
		settle && source_is crash suppressed 47 || return 1
	for user in 1 2 3 4 5 6 7 8; do
		./crash -u "$user"
	done
	raised=58 nth=58
	settle && atleast 1 "$(of_others)" && ./crash && told crash KEVNOTIFY_ID=1 KEVNOTIFY_UID=0
}

# The helper's own crash does not start it
own_crash() {
	program crasher <<-END
		#!/bin/sh
		cd $PWD && ./crash
	END
	reload burst=0 sources=crash,manual helper="$WORK/crasher" && raise text && settle &&
		await 60 source_is crash raised 1 && settle && counter_is runs 1 && counter_is filtered 1
}

toggled() {
	reload burst=0 interval=1000 && toggle 3 netdev inetaddr cpu module power crash files pids swap load dstate taint &&
		settle && add_up events records runs
}

plan 14
begin burst=0
set_helper helper
check "off by default" off_by_default
if modprobe -q dummy; then
	check "netdev: comes, goes, up, down, carrier, name" netdev
	check "netdev: not of other namespaces" namespace
	check "inetaddr: IPv4" inetaddr4
	check "inetaddr: IPv6" inetaddr6
else
	for what in "netdev: comes, goes, up, down, carrier, name" "netdev: not of other namespaces" \
		"inetaddr: IPv4" "inetaddr: IPv6"; do
		skip "$what" "this kernel has no dummy device"
	done
fi
check "cpu: goes and comes" cpu
check "module: one that taints" module
if modprobe -q dummy; then
	check "module: one that does not" untainted
else
	skip "module: one that does not" "this kernel has no dummy device"
fi
check "crash: of root and of a user" crash
check "crash: no other signals" no_crash
check "nothing is lost" conserved
check "crash: many of one user hide nothing else" crowd
check "crash: the helper's own" own_crash
check "switched while it happens" toggled
[ ! -d /sys/module/dummy ] || rmmod dummy
restore
finish
