#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Lists: quick kernel debug suite
#
# The module goes and comes again.
. ./lib.sh

loaded() {
	[ -d "$PARAMS" ]
}

gone() {
	rmmod kevnotify && [ ! -e /sys/module/kevnotify ]
}

plan 4
rcu normal
check "loaded by the harness" loaded
check "unloads" gone
check "loads again" modprobe kevnotify
check "is loaded" loaded
finish
