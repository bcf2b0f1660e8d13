# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For guests where the packages are. Needs a directory $scratch.

# wait_for COMMAND…: for $wait_most seconds
wait_most=300
wait_for() {
	local end=$((SECONDS + wait_most))
	until "$@" >"${scratch:?}/wait" 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { cat "$scratch/wait"; echo "never: $*"; state; return 1; }
		sleep 0.2
	done
}

# state: why it failed
state() {
	systemctl status --no-pager -l kevnotify.service || :
	journalctl --no-pager -b -n 40 || :
	head -n 3 /sys/kernel/kevnotify/helper_state /sys/module/kevnotify/parameters/{helper,fallback} || :
	cat /sys/kernel/debug/kevnotify/stats || :
	find /run/kevnotify /var/lib/kevnotify /sys/fs/pstore /var/lib/systemd/pstore -ls || :
}

# ours FIELD [MATCH]…: this field of the entries of events
ours() {
	journalctl --no-pager -q -o cat --output-fields="$1" SYSLOG_IDENTIFIER=kevnotify "${@:2}"
}

# settled: all that was raised before this is in the journal
settled() {
	local mark="mark $RANDOM$RANDOM"
	echo "<6>$mark" >/sys/kernel/kevnotify/control/raise
	wait_for eval "ours MESSAGE KEVNOTIFY_SOURCE=manual | grep '$mark'"
}

# another_than PID: the service runs, and that is not its process any more
another_than() {
	[ "$(systemctl show -P MainPID kevnotify.service)" != 0 ] &&
		[ "$(systemctl show -P MainPID kevnotify.service)" != "$1" ] &&
		systemctl -q is-active kevnotify.service
}

# kill_in UNIT: a process of it is killed for its memory
kill_in() {
	systemd-run -q --unit "$1" -p MemoryMax=48M -p MemorySwapMax=0 -p Type=oneshot --no-block \
		perl -e 'push @hog, q(x) x 5e6 while 1'
	wait_for eval "[ \"\$(systemctl show -P Result $1)\" = oom-kill ]"
}

# sizes: of a kill's record, as the stream has it and as an entry of the journal
sizes() {
	local file
	{
		dd if=/dev/kevnotify iflag=nonblock bs=64k status=none 2>/dev/null || :
	} >"$scratch/stream"
	kevnotify follow --export --no-follow --lines=1000 >"$scratch/export"
	for file in "$scratch"/{stream,export}; do
		awk -v RS= -v name="${file##*/}" '/KEVNOTIFY_SOURCE=oom/ && !n++ {
			print "# a kill in the " name ": " length($0) + 2 " bytes" }' "$file"
	done
}
