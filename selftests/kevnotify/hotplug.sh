#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Events raised on a CPU that goes, with its irq_work pending and behind its last
# flush, and on one that comes. Then the module goes while the CPU is away.
. ./lib.sh

DYING=/sys/module/kevnotify_dying/parameters
CPU1=/sys/devices/system/cpu/cpu1/online

case ${KEVNOTIFY_TIER:-} in
quick) times=2 ;;
*) times=5 ;;
esac

# called: $raised is the calls of the module's own count
called() {
	read -r going <"$DYING/going" && read -r gone <"$DYING/gone" &&
		read -r coming <"$DYING/coming" && raised=$((going + gone + coming))
}

# Had kevnotifyd found them only by looking by itself, doorbell_late would say so
recorded_all() {
	called && await 300 counter_is recorded "$raised" && counter_is refused 0 && conserved &&
		received "$raised"
}

# going, gone: the events of a CPU that goes; coming: of one that comes
one_time() {
	reload burst=0 helper="$HELPER" && modprobe kevnotify-dying || return 1
	echo 0 >"$CPU1" && recorded_all && [ "$gone" -gt 0 ] || return 1
	echo 1 >"$CPU1" && recorded_all && [ "$coming" -gt 0 ] && [ "$going" -gt 0 ] || return 1
	counter_is doorbell_late 0 || return 1
	# At once, with all of it staged
	echo 0 >"$CPU1" && rmmod kevnotify-dying && pause && add_up events records &&
		receipts_agree && rmmod kevnotify && echo 1 >"$CPU1"
}

all_times() {
	now
	n=0 all_start=$now
	while [ "$n" -lt "$times" ] && one_time; do
		n=$((n + 1))
	done
	now
	say "$n times in $((now - all_start)) ms"
	is "$times" "$n" times
}

unloaded() { [ ! -d /sys/module/kevnotify ]; }

# The first event behind the CPU's last flush finds the doorbell armed. A work that
# was queued there would stay pending, and the unload wait for it without end.
armed() {
	reload burst=0 helper="$HELPER" && modprobe kevnotify-dying late=1 && settle &&
		echo 0 >"$CPU1" && recorded_all && [ "$gone" -gt 0 ] && is 0 "$going" &&
		counter_is doorbell_late 0 && rmmod kevnotify-dying && pause || return 1
	rmmod kevnotify &
	await 60 unloaded && wait "$!" && echo 1 >"$CPU1"
}

plan 2
rcu normal
begin
check "$times times a CPU went with events staged, and then the module" all_times
check "a CPU went with its doorbell armed, and then the module" armed
echo 1 >"$CPU1" 2>/dev/null
[ ! -d "$DYING" ] || rmmod kevnotify-dying
restore
finish
