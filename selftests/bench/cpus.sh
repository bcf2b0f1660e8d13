# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What one event costs that wakes kevnotifyd, and what one of many, on a machine that may
# have more CPUs than the one which it has: kevnotifyd has a stage for each.
. /bench/guest.sh
. /bench/helper.sh

bench_load kevnotify-bench-helper
echo 0 >"$params/burst"
possible=$(cat /sys/devices/system/cpu/possible)
expect "possible CPUs" "$possible" "0${cpus:+-$((cpus - 1))}"
cpus=${cpus:-1}
helper_row "pass@$cpus" raise work 1
helper_row "pass_many@$cpus" raise work 48
expect "records refused" "$(counter refused)" 0
