#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs that survive SIGKILL, because they sleep in the kernel: on a frozen file
# system, for the answer of a FUSE server, on the way to the program, or in exec
# itself. They are given up, and the next event is served.
. ./lib.sh

MNT=$WORK/mnt
EXEC=/sys/module/kevnotify_test_exec/parameters

begin
# That a task hangs here, and for long where "timeout" is long, is no news
detector=/proc/sys/kernel/hung_task_timeout_secs
limit=$(cat "$detector" 2>/dev/null)
[ -z "$limit" ] || echo 0 >"$detector"

program touch-quietly <<'END'
#!/bin/sh
exec touch "$1" >&- 2>&-
END

# At TERM it starts one that hangs, and ends
program forks-late <<'END'
#!/bin/sh
trap 'touch "$1" <&- >&- 2>&- & exit' TERM
sleep 1120 <&- >&- 2>&- &
wait
END

mkdir "$MNT"

# disk: a file system that can be frozen
disk() {
	modprobe loop 2>/dev/null
	dd if=/dev/zero of="$WORK/disk" bs=1M count=4 2>/dev/null &&
		mke2fs -F "$WORK/disk" >/dev/null && mount -t ext4 -o loop "$WORK/disk" "$MNT"
}

disk_freeze() { fsfreeze --freeze "$MNT"; }
disk_thaw() { fsfreeze --unfreeze "$MNT"; }

# fuse: one whose server does not answer, as long as it runs
fuse() {
	modprobe fuse 2>/dev/null
	[ -c /dev/fuse ]
}

fuse_freeze() {
	./hangfs "$MNT" &
	server=$!
	await 60 grep -q "^hangfs $MNT " /proc/mounts
}

fuse_thaw() {
	kill "$server" && ! wait "$server" 2>/dev/null && umount -l "$MNT"
}

# freeze, thaw: who touches $MNT hangs, and goes on
freeze() { "${place}_freeze"; }
thaw() { "${place}_thaw"; }

# runs WORD: how many runs debugfs shows in that state
runs() {
	grep -c "^run $1 " "$DBG/refs"
}

given_up() {
	reload burst=0 helper="$HELPER" timeout="$unit" && trace_on && freeze || return 1
	now
	start=$now
	raise "exec touch $MNT/1" && raise next && await 120 received 2 || return 1
	now
	atleast $((unit + 2980)) $((now - start)) "ms until it was given up" && settle && counter_is stuck 1 && counter_is delivered 2 && prints stuck run_trace 1 outcome &&
		helper_is ok 0 && conserved
}

shown() {
	trace_off
	prints 1 runs stuck && grep -q "^run stuck .* pid=$(pidof touch)$" "$DBG/refs"
}

pinned() {
	! rmmod kevnotify 2>/dev/null && prints 1 runs stuck
}

# Four at most; then events wait
four() {
	for n in 2 3 4; do
		raise "exec touch $MNT/$n"
	done
	raise next
	await 180 counter_is stuck 4 && await 60 helper_is stuck 0 && prints 4 runs stuck &&
		received 5 && counter_reaches pending 1 && state_is idle
}

gone() {
	thaw && settle && received 6 && await 60 prints 0 runs stuck &&
		helper_is ok 0 && conserved
}

unloads() {
	await 60 rmmod kevnotify && await 60 prints 0 processes touch
}

# Also with its output closed
quiet() {
	reload burst=0 helper="$HELPER" timeout=0 && freeze && raise "exec touch-quietly $MNT/5" &&
		await 60 received 1 && await 60 prints 1 processes "mnt/5" && ! rmmod kevnotify 2>/dev/null &&
		grep -q "^run active .* pid=$(pidof touch)$" "$DBG/refs" && thaw &&
		await 60 prints 0 processes "mnt/5" && settle && conserved && unloads
}

# And not what was there at TERM
left_named() {
	reload burst=0 helper="$HELPER" timeout="$unit" && klog_mark && freeze &&
		raise "exec forks-late $MNT/6" && await 120 counter_is timedout 1 && thaw &&
		logged 1 "these processes of it are left: touch\[[0-9]*\]\$" &&
		await 60 prints 0 processes "mnt/6" && settle && conserved
}

# The helper itself is there, and its path has no end. Nothing was delivered, and
# whatever comes meanwhile is collected.
walks() {
	freeze && reload burst=0 helper="$MNT/helper" timeout="$unit" && raise one &&
		await 60 counter_is stuck 1 && await 60 helper_is failing 110 && raise two &&
		await 60 counter_is staged 0 && counter_is delivered 0 && counter_is refused 0 &&
		atleast 1 "$(runs stuck)" && ! rmmod kevnotify 2>/dev/null
}

walks_elsewhere() {
	set_helper helper && await 120 received 2 && settle && prints "one;two;" messages &&
		helper_is ok 0 && atleast 1 "$(runs stuck)" && conserved
}

walks_for_a_writer() {
	refused ETIMEDOUT "$PARAMS/helper" "$MNT/another" "$MNT/another could not be looked at in time" &&
		raise three && settle && received 3 && conserved
}

walks_end() {
	thaw && await 60 prints 0 runs stuck && unloads
}

# Before exec succeeded the event is not delivered, and comes again
in_exec() {
	modprobe kevnotify-test-exec path="$HELPER" hang=1 &&
		reload burst=0 helper="$HELPER" timeout="$unit" && raise 1 && raise 2 &&
		await 60 counter_is stuck 1 && counter_is delivered 0 &&
		await 60 helper_is failing 110 && atleast 1 "$(cat "$EXEC/hanging")" &&
		! rmmod kevnotify 2>/dev/null
}

comes_again() {
	echo 0 >"$EXEC/hang"
	settle && prints "1;2;" messages &&
		await 20 prints 0 runs stuck && holds "$EXEC/hanging" 0 && conserved
}

# ended_in_exec: the next run hangs there, and then its time is over
ended_in_exec() {
	echo 0 >"$PARAMS/timeout"
	set_helper helper
	before=$(counter timedout)
	await 60 holds "$EXEC/hanging" 1 && echo 1 >"$PARAMS/timeout" &&
		await 60 counter_reaches timedout $((before + 1))
}

# Where SIGKILL ends that: more of them than may be stuck
in_exec_killable() {
	modprobe kevnotify-test-exec path="$HELPER"
	echo 1 >"$EXEC/killable"
	echo 1 >"$EXEC/hang"
	reload burst=0 helper="$HELPER" && raise 1 && raise 2 && ended_in_exec && ended_in_exec &&
		ended_in_exec && ended_in_exec && ended_in_exec && counter_is delivered 0 &&
		counter_is stuck 0 && received 0 && await 60 helper_is failing 110 && prints 0 runs stuck
}

comes_after_that() {
	echo 0 >"$EXEC/hang"
	echo 0 >"$EXEC/killable"
	echo 0 >"$PARAMS/timeout"
	set_helper helper && settle && prints "1;2;" messages && helper_is ok 0 &&
		holds "$EXEC/hanging" 0 && conserved
}

too_big() {
	echo 7 >"$EXEC/err"
	echo 1 >"$EXEC/times"
	before=$(receipts)
	raise next && settle && received $((before + 1)) && counter_is failed 0 &&
		value_is "$(newest manual)" KEVNOTIFY_TRUNCATED 1 && conserved
}

given_up_too_big() {
	echo 2 >"$EXEC/times"
	before=$(receipts)
	raise next && raise after && settle && received $((before + 1)) &&
		counter_is failed 1 && conserved
}

# hangs PLACE WORDS: what happens on that file system
hangs() {
	place=$1
	check "$2: a run that survives SIGKILL is given up, the next is served" given_up
	check "$2: it is shown with its process" shown
	check "$2: it pins the module" pinned
	check "$2: four may be stuck; then events wait" four
	check "$2: they are forgotten when they have ended" gone
	check "$2: and the module unloads" unloads
	check "$2: one with no file of the module's pins it too" quiet
	check "$2: what is left of a tree is named" left_named
}

plan 26
calibrate
if disk; then
	hangs disk "frozen disk"
	umount "$MNT"
else
	for name in $(seq 8); do
		skip "frozen disk: case $name" "no loop device or no ext4"
	done
fi
if fuse; then
	hangs fuse "FUSE"
	check "FUSE: the helper is there: its event is held" walks
	check "FUSE: another helper gets it" walks_elsewhere
	check "FUSE: who sets such a helper is told" walks_for_a_writer
	check "FUSE: walks that hung end, and the module unloads" walks_end
else
	for name in $(seq 12); do
		skip "FUSE: case $name" "no FUSE"
	done
fi
check "stuck in exec: the event is held" in_exec
check "it comes again, in order" comes_again
check "a hang in exec that can be killed: held, and no place is lost" in_exec_killable
check "what was held comes, in order" comes_after_that
check "too big: once more with the fixed strings only" too_big
check "still too big: failed, and the next is served" given_up_too_big
restore
[ -z "$limit" ] || echo "$limit" >"$detector"
rmmod kevnotify-test-exec
finish
