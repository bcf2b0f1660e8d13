# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tables share, in the guest. Some of it is read by them alone:
# shellcheck disable=SC2034
set -eu

params=/sys/module/kevnotify/parameters
stats=/sys/kernel/kevnotify/stats
trace=/sys/kernel/tracing
# Of kevnotify-bench
files=/sys/kernel/debug/kevnotify-bench

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

# The counters that are looked at, and the events in the trace buffer
counts() {
	for counter in raised suppressed refused doorbells; do
		counter "$counter"
	done
	awk '/^(entries|overrun):/ { n += $2 } END { print n }' "$trace/per_cpu/cpu0/stats"
}

# measure ROW OPERATION RAISED SUPPRESSED DOORBELLS TRACED: how often each happened: a
# number, so often as there were "calls" or "batches", "most" of the calls, or "any"
measure() {
	row=$1 op=$2
	shift 2
	before=$(counts)
	figure=$(cat "$files/$op")
	echo "$figure $before $(counts)" | tr '\n' ' ' | awk -v row="$row" -v want="$1 $2 0 $3 $4" '{
		print "bench", row, $1 / 10
		split("raised suppressed refused doorbells traced", names)
		split(want, wanted)
		for (i = 1; i <= 5; i++) {
			n = $(8 + i) - $(3 + i)
			w = wanted[i] == "calls" ? $2 : wanted[i] == "batches" ? $3 : wanted[i] + 0
			if (wanted[i] == "any" || (wanted[i] == "most" ? n >= $2 - 1 && n <= $2 : n == w))
				continue
			print "wrong", row ":", $2, "calls,", names[i], n
		}
	}'
}

# Pages that are free, those in the CPUs' own lists too, in KiB
free() {
	sync
	echo 3 >/proc/sys/vm/drop_caches
	awk '/nr_free_pages |^ +count:/ { n += $2 } END { print 4 * n }' /proc/zoneinfo
}

# taken [PARAMETER]…: KiB, by the module with these; it is not loaded afterwards
taken() {
	before=$(free)
	modprobe kevnotify "$@"
	after=$(free)
	rmmod kevnotify
	echo $((before - after))
}

peer kernel "$(uname -r)"
peer cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
[ -d "$trace/events" ] || mount -t tracefs tracefs "$trace"
