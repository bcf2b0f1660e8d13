#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --mem 512
#
# A helper that takes 60 MB itself, while four hogs are restarted for a minute (or
# $KEVNOTIFY_SECONDS): it is told of each kill that the kernel tells of, but for those
# in its own tree.
. ./oom-lib.sh

DURATION=${KEVNOTIFY_SECONDS:-60}
[ "$KEVNOTIFY_TIER" != quick ] || DURATION=10

begin_oom
program greedy <<END
#!/bin/sh
echo "\$KEVNOTIFY_VICTIM_PID" >>$WORK/told
dd if=/dev/zero of=/dev/null bs=60M count=1 2>/dev/null
exit 0
END

# One line for each kill, as it happens: the log is too short for all of these reports
watch_kills() {
	awk '/Killed process/ { print; fflush() }' /dev/kmsg >"$WORK/kills" &
	watcher=$!
}

again_and_again() {
	while [ ! -e "$WORK/over" ]; do
		./hog -n "$1" 0
	done
}

# hogs: until the time is over, and the last of them is dead
hogs() {
	for which in one two three four; do
		again_and_again "$which" 2>/dev/null &
		hogs="$hogs $!"
	done
	sleep "$DURATION"
	: >"$WORK/over"
	# shellcheck disable=SC2086 # a list
	wait $hogs || :
}

# The helper's tree alone is worth so little to the kernel
of_others() {
	grep -v 'oom_score_adj:-900' "$WORK/kills" | sed 's/.*Killed process \([0-9]*\).*/\1/'
}

all_seen() {
	is $(($(killed) - before)) "$(grep -c . "$WORK/kills")" "lines of kills"
}

storms() {
	watch_kills
	hogs='' before=$(killed)
	reload interval=0 burst=0 timeout=0 helper="$WORK/greedy" &&
		hogs && await 60 all_seen && settle && kill "$watcher" && atleast 4 "$(of_others | wc -l)"
}

all_told() {
	of_others | sort >"$WORK/wanted"
	sort "$WORK/told" >"$WORK/was-told"
	say "$(wc -l <"$WORK/kills") kills, $(wc -l <"$WORK/wanted") of others, $(wc -l <"$WORK/was-told") told"
	diff "$WORK/wanted" "$WORK/was-told" | sed 's/^/# /' && cmp -s "$WORK/wanted" "$WORK/was-told"
}

plan 2
check "hogs that are restarted for $DURATION s are killed" storms
check "the helper is told of each kill outside its tree" all_told
finish_oom
