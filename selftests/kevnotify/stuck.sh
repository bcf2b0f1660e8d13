#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs that survive SIGKILL, because they sleep in the kernel: on a frozen file
# system, or in exec itself. They are given up, and the next event is served.
. ./lib.sh
. ./runs.sh

EXEC=/sys/module/kevnotify_test_exec/parameters
receiver helper
program touch-quietly <<'END'
#!/bin/sh
exec touch "$1" >&- 2>&-
END

# disk: a file system that can be frozen
disk() {
	modprobe loop 2>/dev/null
	mkdir -p "$DIR/mnt" && dd if=/dev/zero of="$DIR/disk" bs=1M count=4 2>/dev/null &&
		mke2fs -F "$DIR/disk" >/dev/null && mount -t ext4 -o loop "$DIR/disk" "$DIR/mnt"
}

freeze() { fsfreeze --freeze "$DIR/mnt"; }
thaw() { fsfreeze --unfreeze "$DIR/mnt"; }

# runs WORD: how many runs debugfs shows in that state
runs() {
	grep -c "^run $1 " "$DBG/refs"
}

# threads: waiters that there are
threads() {
	cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^kevnotify/'
}

given_up() {
	reload helper="$DIR/helper" timeout="$unit" && trace_on && freeze &&
		raise "exec touch $DIR/mnt/1" && raise true &&
		took $((unit + 2980)) $((unit * 10 + 6000)) await 120 is 2 received &&
		await 60 quiet &&
		is 1 counter stuck && is 2 counter delivered && is stuck run_trace 1 outcome &&
		is "ok 0" health && conserved
}

shown() {
	trace_off
	is 1 runs stuck && is 1 runs idle && is 2 threads &&
		grep -q "^run stuck .* pid=$(pidof touch) " "$DBG/refs"
}

pinned() {
	! rmmod kevnotify 2>/dev/null && is 1 runs stuck
}

# Four at most; then events wait
four() {
	for n in 2 3 4; do
		raise "exec touch $DIR/mnt/$n"
	done
	raise true
	await 180 is 4 counter stuck && await 60 is "stuck 0" health && is 4 runs stuck &&
		is 5 received && atleast 1 counter pending && is idle state
}

gone() {
	thaw && await 60 quiet && is 6 received && await 60 is 0 runs stuck && is 1 threads &&
		is "ok 0" health && conserved
}

unloads() {
	await 60 rmmod kevnotify && is 0 threads && is 0 processes touch
}

# Its output closed, such a run does not even pin the module
unloads_beside() {
	reload helper="$DIR/helper" && freeze && raise "exec touch-quietly $DIR/mnt/5" &&
		await 60 is 1 received && await 60 is 1 processes "mnt/5" &&
		await 60 is 0 cat /sys/module/kevnotify/refcnt &&
		took 2900 20000 rmmod kevnotify && is 1 processes "mnt/5" && is 0 threads
}

ends_beside() {
	thaw && await 60 is 0 processes "mnt/5"
}

# Before exec succeeded the event is not delivered, and comes again
in_exec() {
	modprobe kevnotify-test-exec path="$DIR/helper" hang=1 &&
		reload helper="$DIR/helper" timeout="$unit" && raise "echo 1" && raise "echo 2" &&
		await 60 is 1 counter stuck && is 0 counter delivered &&
		is "failing 110" health && is 1 cat "$EXEC/hanging" && ! rmmod kevnotify 2>/dev/null
}

comes_again() {
	echo 0 >"$EXEC/hang"
	await 60 quiet && is "echo 1;echo 2;" messages && in_order &&
		await 20 is 0 runs stuck && is 0 cat "$EXEC/hanging" && conserved
}

too_big() {
	echo 7 >"$EXEC/err"
	echo 1 >"$EXEC/times"
	got=$(received)
	raise true && await 60 quiet && is $((got + 1)) received && is 0 counter failed &&
		is 1 environment "$(sed -n '$s/ .*//p' "$RECEIPTS")" KEVNOTIFY_TRUNCATED &&
		conserved
}

given_up_too_big() {
	echo 2 >"$EXEC/times"
	got=$(received)
	raise true && raise "echo after" && await 60 quiet && is $((got + 1)) received &&
		is 1 counter failed && conserved
}

# cases: on a frozen file system
cases="given_up shown pinned four gone unloads unloads_beside ends_beside"

plan 12
calibrate
if disk; then
	check "a run that survives SIGKILL is given up, the next is served" given_up
	check "it is shown with its process" shown
	check "it pins the module" pinned
	check "four may be stuck; then events wait" four
	check "they are forgotten when they have ended" gone
	check "and the module unloads" unloads
	check "one with no file of the module's: unloads meanwhile" unloads_beside
	check "its process ends in peace" ends_beside
	umount "$DIR/mnt"
else
	for name in $cases; do
		skip "$name" "no loop device or no ext4"
	done
fi
check "stuck in exec: the event is held" in_exec
check "it comes again, in order" comes_again
check "too big: once more with the fixed strings only" too_big
check "still too big: failed, and the next is served" given_up_too_big
restore
rmmod kevnotify-test-exec
finish
