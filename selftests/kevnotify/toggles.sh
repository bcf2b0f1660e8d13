#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: -; --timeout 14400
#
# Each source that polls or that the kernel calls, off and on TOGGLES times while a
# load makes its events; and then the module goes.
. ./lib.sh
. ./notifiers-lib.sh

TOGGLES=${TOGGLES:-10000}

toggled() {
	toggle "$TOGGLES" "$1" && settle && add_up events records runs
}

sources="memory files pids swap load dstate taint netdev inetaddr cpu module power crash"
plan 15
begin burst=0 interval=1000
modprobe -q dummy
for source in $sources; do
	check "$source, $TOGGLES times" toggled "$source"
done
# shellcheck disable=SC2086 # a list
check "all, one after the other" toggle $((TOGGLES / 100)) $sources
check "the module goes" unload
modprobe kevnotify
[ ! -d /sys/module/dummy ] || rmmod dummy
restore
finish
