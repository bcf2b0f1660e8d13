#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Whoever has no CAP_SYS_ADMIN in the initial user namespace changes nothing,
# whatever the file modes say.
. ./lib.sh

TREES="$PARAMS $SYS $DBG /proc/sys/kevnotify"

# text_for FILE: what root could write there to change something
text_for() {
	case $1 in
	*/helper) echo /bin/busybox ;;
	*/interval | */timeout | */hold | */linger) echo 7000 ;;
	*/window) echo 70 ;;
	*/helper_caps) echo 0 ;;
	*/helper_lock) echo Y ;;
	*/burst | */grace | */fallback | */helper_level | */helper_oom_score_adj | */sources/*/level) echo 4 ;;
	*/parameters/sources) echo -signal ;;
	*/control/raise) echo hello ;;
	*/control/test | */control/flush | */control/replay) echo 1 ;;
	*/control/paused | */control/end_grace | */sources/*/stack | */sources/*/dispatch) echo 1 ;;
	*/sources/*/enabled) echo 0 ;;
	*/sources/*/comm) echo nobody ;;
	*/sources/probe/probes) echo "+root do_exit" ;;
	*/sources/*/threshold | */sources/*/clear) echo $(($(cat "$1") + 1)) ;;
	*/inject/slow_ms) echo 1 ;;
	*/inject/*) echo 1000000 ;;
	*) echo "# no text for $1" >&2; return 1 ;;
	esac
}

# writable: each writable file, and a text
writable() {
	# shellcheck disable=SC2086 # a list
	find $TREES -type f -perm -200 | while read -r file; do
		text=$(text_for "$file") || exit 1
		echo "$file $text"
	done
}

# Of latency nothing is promised; a raise shows elsewhere
snapshot() {
	# shellcheck disable=SC2086 # a list
	find $TREES -type f -perm -400 ! -name latency | xargs grep ''
}

# each RESULT OPTION…: write to every file with these options of write-errno
each() {
	result=$1 bad=0
	shift
	while read -r file text; do
		write_is "$result" "$@" "$file" "$text" || bad=1
	done <"$WORK/writable"
	return "$bad"
}

nothing_changes() {
	each EPERM "$@" && is "$before" "$(snapshot)"
}

# The log's lines are rate limited: so this is the first
says_so() {
	write_is EPERM -c "$PARAMS/helper" /bin/busybox && one_line 'kevnotify: helper: ' CAP_SYS_ADMIN
}

all_found() {
	writable >"$WORK/writable" && [ "$(wc -l <"$WORK/writable")" -ge 40 ]
}

# The parameter grace is for the next load; a gauge's limits come in either order.
# Once paused, there is no test; and the lock comes last.
root_may() {
	sed -i '/helper_lock\|control\/test/d' "$WORK/writable"
	each OK && write_is EAGAIN "$SYS/control/test" 1 && write_is OK "$PARAMS/helper_lock" Y
}

plan 6
begin
check "there is a text for each writable file" all_found
before=$(snapshot)
check "without the capability: EPERM, and a line says why" says_so
check "root without the capability changes nothing" nothing_changes -c
check "root of a user namespace changes nothing" nothing_changes -u
check "nothing is lost" conserved
check "root may write all that" root_may
restore
finish
