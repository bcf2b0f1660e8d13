# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the demonstrations share.

SYS=/sys/kernel/kevnotify

# at_rest: the helper has had every event. Looks in the order in which one moves.
at_rest() {
	read -r staged <$SYS/stats/staged
	read -r pending <$SYS/stats/pending
	read -r state <$SYS/state
	[ "$staged:$pending" = 0:0 ] && [ "$state" != running ]
}

# told: wait for the helper, then show what it was started with. Memory that runs
# low is an event too: there may be more than one. A pause keeps a later one from
# coming between the runs and their count.
told() {
	until at_rest; do sleep 1; done
	echo 1 >$SYS/control/paused
	for run in /run/on-trouble/*; do
		echo
		echo 'The helper was started so, with this environment:'
		cat "$run"
	done
}
