#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --smp 4
#
# Load, storm, unload, again and again. The module goes, or says what holds it.
. ./lib.sh

STORM=/sys/kernel/debug/kevnotify-storm
MODULES=/lib/modules/$(uname -r)/updates

case ${KEVNOTIFY_TIER:-} in
check) rounds=60 ;;
*) rounds=200 ;;
esac

load() {
	insmod "$MODULES/dkms/kevnotify.ko" stage_slots=8 log_records=64 burst="$1" \
		helper="$HELPER" && insmod "$MODULES/kevnotify-storm.ko"
}

# called: $raised is the calls of the storm's own count, and the reports of what was
# suppressed
called() {
	raised=$(awk '/^(task|softirq|hardirq|nmi|closings) / { n += $2 } END { print n }' \
		"$STORM/counts")
}

# With a pause all counts are at rest
storm_and_rest() {
	echo "500 100 100 10" >"$STORM/run" && await 60 counter_is staged 0 && pause && called &&
		counter_is raised "$raised" && add_up events records && receipts_agree &&
		counter_is doorbell_late 0
}

storm_and_run() {
	echo "500 100 100 10" >"$STORM/run"
}

# held: something is named that holds the module. Between two runs nothing does,
# so this is asked more than once.
held() {
	read -r refs <"/sys/module/kevnotify/refcnt"
	[ "$refs" = 0 ] || grep -qE '^run active|^outputs [1-9]' "$DBG/refs"
}

# gone: it unloads at once
gone() {
	now
	gone_start=$now
	rmmod kevnotify 2>/run/rmmod || return 1
	now
	[ $((now - gone_start)) -le "$longest" ] || longest=$((now - gone_start))
}

leave() {
	rmmod kevnotify-storm || return 1
	! gone || return 0
	busy=$((busy + 1))
	if ! await 60 held; then
		cat /run/rmmod "$DBG/refs" | sed 's/^/# /'
		return 1
	fi
	pause && gone
}

round() {
	: >"$RECEIPTS"
	case $(($1 % 4)) in
	0) load 0 && storm_and_rest && leave ;;
	1) load 10 && storm_and_run && leave ;;
	*) load 0 && storm_and_run && leave ;;
	esac
}

all_rounds() {
	now
	longest=0 busy=0 done=0 all_start=$now
	# Unregistration waits for RCU, which is not what is tested in most rounds
	while [ "$done" -lt "$rounds" ]; do
		rcu expedited
		[ $((done % 8)) != 0 ] || rcu normal
		round "$done" || break
		done=$((done + 1))
	done
	now
	say "$done rounds in $((now - all_start)) ms; rmmod took at most $longest ms, and $busy" \
		"times said busy"
	is "$rounds" "$done" rounds
}

plan 1
begin
unload
check "$rounds rounds of load, storm, rmmod" all_rounds
[ ! -d "$STORM" ] || rmmod kevnotify-storm
restore
finish
