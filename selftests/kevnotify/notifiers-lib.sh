# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What is done to raise the events of the sources that the kernel calls.

CPU1=/sys/devices/system/cpu/cpu1/online

# The load and the toggles of both tests: each loop ends when the file has gone
BUSY=$WORK/busy

# busy COMMAND…: again and again, as long as there is load
busy() {
	while [ -e "$BUSY" ]; do
		"$@"
	done >/dev/null 2>&1 &
}

# behind COMMAND…: the same, and whatever else has to be done comes first
behind() {
	busy "$@"
	renice -n 19 -p $! >/dev/null
}

links() {
	ip link set dummy0 up
	ip addr add 192.0.2.1/24 dev dummy0
	ip addr add 2001:db8::1/64 dev dummy0
	ip link set dummy0 down
	ip addr flush dev dummy0
}

modules() {
	modprobe kevnotify-sample
	rmmod kevnotify-sample
}

cpus() {
	echo 0 >"$CPU1"
	echo 1 >"$CPU1"
}

# A look at once, and a value that changes sides
polls() {
	echo 1 >/proc/sys/fs/file-max
	echo 1000 >"$PARAMS/interval"
	echo "$file_max" >/proc/sys/fs/file-max
	echo 1001 >"$PARAMS/interval"
}

# toggle N SOURCE…: each off and on N times, side by side, while the load makes their
# events; and COMMANDS more, if there are any
toggle() {
	toggles=$1
	shift
	file_max=$(cat /proc/sys/fs/file-max)
	: >"$BUSY"
	behind links
	behind modules
	behind ./crash 5
	behind polls
	for command in ${COMMANDS:-}; do
		behind "$command"
	done
	[ ! -e "$CPU1" ] || behind cpus
	# shellcheck disable=SC2046 # a list
	./toggle "$toggles" $(printf "$SYS/sources/%s/enabled " "$@")
	result=$?
	rm -f "$BUSY"
	wait
	echo "$file_max" >/proc/sys/fs/file-max
	return "$result"
}
