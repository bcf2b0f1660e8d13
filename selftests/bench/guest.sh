# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tables share, in the guest. Some of it is read by them alone:
# shellcheck disable=SC2034
set -eu

params=/sys/module/kevnotify/parameters
stats=/sys/kernel/kevnotify/stats
trace=/sys/kernel/tracing

# row ROW FIGURE
row() {
	echo "bench $1 $2"
}

# wrong TEXT…: something else was measured
wrong() {
	echo "wrong $*"
}

# peer NAME VERSION…
peer() {
	echo "peer $*"
}

# expect WHAT IS WANT
expect() {
	[ "$2" = "$3" ] || wrong "$1: $2, not $3"
}

# counter NAME: kevnotify's
counter() {
	cat "$stats/$1"
}

# bench_load NAME [PARAMETER]…: a module of the bench
bench_load() {
	name=$1
	shift
	if [ -e "/bench/$name.ko" ]; then
		insmod "/bench/$name.ko" "$@"
	else
		modprobe "$name" "$@"
	fi
}

# admit_all: the rate limit works, and admits each batch of calls
admit_all() {
	echo 10 >"$params/window"
	echo 1000 >"$params/burst"
}

peer kernel "$(uname -r)"
peer cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
[ -d "$trace/events" ] || mount -t tracefs tracefs "$trace"
