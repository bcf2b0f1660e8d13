# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What one event costs that wakes kevnotifyd, and what one of many, on a machine with one
# CPU to which others may come: kevnotifyd has a stage for each. And their memory.
# shellcheck source=selftests/bench/guest.sh
. /bench/guest.sh
# shellcheck source=selftests/bench/helper.sh
. /bench/helper.sh

# passes CPUS: that there may be
passes() {
	bench_load kevnotify-bench-helper
	echo 0 >"$params/burst"
	last=$(sed 's/.*-//' /sys/devices/system/cpu/possible)
	expect "CPUs that there may be" $((last + 1)) "$1"
	helper_row "pass@$1" raise work 1
	helper_row "pass_many@$1" raise work 48
	expect "records refused" "$(counter refused)" 0
	rmmod kevnotify-bench-helper kevnotify
	for _ in 1 2 3; do
		# shellcheck disable=SC2119 # with the defaults
		row "memory_cpus@$1" "$(taken)"
	done
	modprobe kevnotify
}
