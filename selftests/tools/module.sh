# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A stand-in for the module's files in sysfs, for an overlay without a sysfs.

KEV=/sys/kernel/kevnotify
MODULE=/sys/module/kevnotify

# fake_source NAME [STATE [RAISED [SUPPRESSED]]]
fake_source() {
	local dir=$KEV/sources/$1
	mkdir -p "$dir"
	echo "${2:-on}" >"$dir/state"
	echo "${3:-0}" >"$dir/raised"
	echo "${4:-0}" >"$dir/suppressed"
	case ${2:-on} in on*) echo 1 ;; *) echo 0 ;; esac >"$dir/enabled"
	echo 0 >"$dir/last"
	echo -1 >"$dir/level"
	echo >"$dir/comm"
	echo 0 >"$dir/stack"
}

# fake_module: one that is loaded, has the package's helper, and nothing has happened
fake_module() {
	local name
	rm -rf "$KEV" "$MODULE"
	mkdir -p "$KEV"/{stats,control,sources} "$MODULE/parameters"
	echo 1 >"$KEV/abi"
	echo "${INSTANCE:-0123456789abcdef0123456789abcdef}" >"$KEV/instance"
	echo idle >"$KEV/state"
	echo ok >"$KEV/helper_state"
	echo 0 >"$KEV/helper_errno"
	echo 1763800000 >"$KEV/helper_since"
	for name in raised suppressed refused recorded repaired doorbells doorbell_late delivered filtered \
		acknowledged skipped expired overwritten failed runs exited exited_nonzero signaled timedout \
		stuck noexec blocked busy output_lines output_dropped staged pending; do
		echo 0 >"$KEV/stats/$name"
	done
	printf '%s\n' 1 >"$KEV/stats/base" && cp "$KEV/stats/base" "$KEV/stats/first" && cp "$KEV/stats/base" "$KEV/stats/next"
	echo 2 >"$KEV/stats/readers"
	for name in raise test paused end_grace flush replay; do : >"$KEV/control/$name"; done
	echo 0 >"$KEV/control/paused"
	echo '0 none' >"$KEV/control/test"
	fake_source oom
	fake_source block
	fake_source manual
	fake_source helper
	fake_source netdev off
	fake_source lockup 'unavailable: no hook in this kernel'
	fake_source memory
	echo 5 >"$KEV/sources/memory/threshold"
	echo 10 >"$KEV/sources/memory/clear"
	echo 0.8.0 >"$MODULE/version"
	echo 0123456789ABCDEF01234567 >"$MODULE/srcversion"
	while read -r name value; do
		echo "$value" >"$MODULE/parameters/$name"
	done <<-'END'
	helper |/usr/lib/kevnotify/kevnotify-dispatch
	interval 10000
	timeout 30000
	linger 1000
	hold 3600000
	grace 0
	burst 10
	window 5000
	helper_level 6
	fallback 10000
	sources oom,block,manual,helper,memory
	helper_caps 000001ffffffffff
	helper_oom_score_adj -900
	helper_lock N
	log_records 1024
	stage_slots 64
	END
}
