#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Unloading at any time: busy for a reason that can be seen, or within its
# bound, and nothing stays behind. And helpers that misuse their descriptors.
. ./lib.sh
. ./runs.sh

receiver helper
program sleep-quietly <<'END'
#!/bin/sh
exec sleep 1002 >&- 2>&-
END
program ignore-quietly <<'END'
#!/bin/sh
trap '' TERM
exec sleep 1002 >&- 2>&-
END
program leave-a-child <<'END'
#!/bin/sh
sleep 1003 &
END
program remove-itself <<END
#!/bin/sh
rm "$DIR/helper"
echo removed
END
program flood <<'END'
#!/bin/sh
yes | head -n 5000
END
program flood-a-line <<'END'
#!/bin/sh
head -c 100000 /dev/zero | tr '\0' x
END
program close-all <<'END'
#!/bin/sh
exec <&- >&- 2>&-
exec true
END

refcnt() { cat /sys/module/kevnotify/refcnt; }
idle() { quiet && is 0 refcnt; }
outputs() { sed -n 's/^outputs //p' "$DBG/refs"; }
unload() { rmmod kevnotify 2>/dev/null; }
refused() { ! unload && [ -d "$SYS" ]; }

# nothing_left: no module, no thread, no directory
nothing_left() {
	[ ! -d /sys/module/kevnotify ] && [ ! -d "$SYS" ] && [ ! -d "$DBG" ] &&
		[ ! -d /proc/sys/kevnotify ] && is 0 threads
}

threads() {
	cat /proc/[0-9]*/comm 2>/dev/null | grep -c '^kevnotify'
}

# log TEXT: how many lines of the kernel log have it
log() {
	dmesg | grep -c "$1"
}

# holding COMMAND…: a run of it is there, without files of the module's
holding() {
	reload helper="$DIR/helper" && raise "exec $1" && await 60 is 1 processes "sleep 1002" &&
		await 60 is 0 refcnt && is running state
}

busy() {
	reload helper="$DIR/helper" && raise "exec sleep 1001" &&
		await 60 is 1 processes "sleep 1001" && refused &&
		grep -q "^run active .* pid=$(pidof sleep) " "$DBG/refs" && is 1 outputs
}

not_busy() {
	kill "$(pidof sleep)" && await 60 idle && is 0 outputs && is 1 counter signaled &&
		conserved && unload && nothing_left
}

by_term() {
	holding sleep-quietly && took 0 "$soon" unload && is 0 processes "sleep 1002" && nothing_left
}

by_kill() {
	holding ignore-quietly && took 1900 $((soon + 2000)) unload && is 0 processes "sleep 1002" &&
		nothing_left
}

writer() {
	holding sleep-quietly || return 1
	./write-errno "$SYS/control/paused" 1 >"$DIR/writer" &
	writer=$!
	await 60 is 1 cat "$SYS/control/paused" && is running state && took 0 "$soon" unload
	wait "$writer"
	is ENODEV head -n 1 "$DIR/writer" && nothing_left
}

pending() {
	before=$(log "unloaded: 3 pending records dropped")
	reload && many 3 && await 60 is 3 counter pending && unload &&
		is $((before + 1)) log "unloaded: 3 pending records dropped" && nothing_left
}

silent() {
	before=$(log "pending records dropped")
	reload helper="$DIR/helper" && raise true && await 60 idle && unload &&
		is "$before" log "pending records dropped"
}

backoff() {
	reload helper="$DIR/nothing" && raise true && await 60 is 1 counter noexec &&
		took 0 "$soon" unload && nothing_left
}

# Without a pause between: what is staged, or on its way to the helper, goes too
rounds() {
	n=0
	while [ "$n" -lt 20 ]; do
		reload helper="$DIR/helper" && raise true || return 1
		n=$((n + 1))
	done
	await 60 unload && nothing_left
}

left_behind() {
	reload helper="$DIR/helper" && raise "exec leave-a-child" && raise true &&
		await 60 quiet && is 2 received && is 1 outputs && refused && conserved
}

released() {
	kill "$(pidof sleep)" && await 60 idle && is 0 outputs && unload && nothing_left
}

removed() {
	reload helper="$DIR/helper" && raise "exec remove-itself" && await 60 quiet &&
		is 1 counter exited && is 0 counter exited_nonzero && is 1 counter output_lines
	conserved && receiver helper
}

lines() {
	raise "exec flood" && await 60 quiet && is 101 counter output_lines &&
		is 4900 counter output_dropped &&
		atleast 1 log "kevnotify\[[0-9]*\]: 4900 more lines dropped"
}

# 417 lines of 240 bytes at most
long_line() {
	raise "exec flood-a-line" && await 60 quiet && is 201 counter output_lines &&
		is $((4900 + 317)) counter output_dropped
}

closed() {
	raise "exec close-all" && await 60 idle && is 4 counter exited &&
		is 0 counter exited_nonzero && conserved && unload
}

plan 17
calibrate
soon=$((unit + 4000))
check "a run with open files: busy, and told why" busy
check "it ends: the module unloads" not_busy
check "a run without: ended by SIGTERM" by_term
check "and by SIGKILL, if it ignores that" by_kill
check "who waits in control/paused gets ENODEV" writer
check "pending events are counted when they are dropped" pending
check "none is dropped in silence" silent
check "in a backoff" backoff
check "20 rounds, each with an event, as fast as can be" rounds
check "a child that keeps the output: the next event is served" left_behind
check "and the module unloads when it has closed it" released
check "a helper that is removed while it runs" removed
check "a flood of lines is bounded and counted" lines
check "and so is one without lines" long_line
check "a helper that closes all its descriptors" closed
restore
check "nothing is left running" is 0 processes "sleep 100"
check "no reference is left" await 60 is 0 refcnt
finish
