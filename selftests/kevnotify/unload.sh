#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Unloading at any time: busy for a reason that can be seen, or within its
# bound, and nothing stays behind. And helpers that misuse their descriptors.
. ./lib.sh

begin
# As long as it really takes
rcu normal
program sleep-quietly <<'END'
#!/bin/sh
exec sleep 1002 >&- 2>&-
END
program leave-a-child <<'END'
#!/bin/sh
sleep 1003 &
END
program remove-itself <<END
#!/bin/sh
rm "$HELPER"
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
program reopen <<'END'
#!/bin/sh
set -e
echo to stderr >/dev/stderr
echo to stdout >>/dev/stdout
echo to both | tee /dev/stderr
echo by number >/proc/self/fd/2
END
program reopen-as-user <<'END'
#!/bin/sh
exec su -s /bin/sh nobody -c 'id -u >/dev/stderr && echo by a user >/proc/self/fd/1'
END
cp reader "$WORK/keeps-path"
program close-all <<'END'
#!/bin/sh
exec <&- >&- 2>&-
exec true
END

at_rest_and_free() { at_rest && free; }
outputs() { sed -n 's/^outputs //p' "$DBG/refs"; }
goes() { rmmod kevnotify 2>/dev/null; }
stays() { ! goes && [ -d "$SYS" ]; }

# nothing_left: no module, no directory, and no thread once it has gone from /proc too
nothing_left() {
	[ ! -d /sys/module/kevnotify ] && [ ! -d "$SYS" ] && [ ! -d "$DBG" ] &&
		[ ! -d /proc/sys/kevnotify ] && await 10 prints 0 threads kevnotify
}

busy() {
	reload burst=0 helper="$HELPER" && raise "exec sleep 1001" &&
		await 60 prints 1 processes "sleep 1001" && stays &&
		prints "$(pidof sleep)" active_pid && prints 1 outputs
}

not_busy() {
	kill "$(pidof sleep)" && await 60 at_rest_and_free && prints 0 outputs &&
		counter_is signaled 1 && conserved && goes && nothing_left
}

# Without a file of the module's the run is what pins it, and nothing ends that
quietly() {
	reload burst=0 timeout=0 helper="$HELPER" && raise "exec sleep-quietly" &&
		await 60 prints 1 processes "sleep 1002" && await 60 prints 0 outputs && stays && stays &&
		prints 1 processes "sleep 1002" && state_is running
}

quietly_over() {
	kill "$(active_pid)" && await 60 at_rest_and_free && conserved && goes && nothing_left
}

pending() {
	klog_mark
	reload burst=0 && many 3 && await 60 counter_is pending 3 && goes &&
		logged 1 "unloaded: 3 pending records dropped" && nothing_left
}

silent() {
	klog_mark
	reload burst=0 helper="$HELPER" && raise next && await 60 at_rest_and_free && goes &&
		logged 0 "pending records dropped"
}

backoff() {
	reload burst=0 helper="$WORK/nothing" && raise next && await 60 counter_is noexec 1 &&
		took 0 "$soon" goes && nothing_left
}

# Without a pause between: what is staged, or on its way to the helper, goes too
rounds() {
	n=0
	while [ "$n" -lt 20 ]; do
		reload burst=0 helper="$HELPER" && raise next || return 1
		n=$((n + 1))
	done
	await 60 goes && nothing_left
}

left_behind() {
	reload burst=0 helper="$HELPER" && raise "exec leave-a-child" && raise next &&
		settle && received 2 && prints 1 outputs && stays && conserved
}

released() {
	kill "$(pidof sleep)" && await 60 at_rest_and_free && prints 0 outputs && goes &&
		nothing_left
}

removed() {
	reload burst=0 helper="$HELPER" && raise "exec remove-itself" && settle &&
		counter_is exited 1 && counter_is exited_nonzero 0 && counter_is output_lines 1 &&
		conserved && receiver helper && klog_mark
}

lines() {
	raise "exec flood" && settle && counter_is output_lines 101 &&
		counter_is output_dropped 4900 &&
		logged 1 "kevnotify\[[0-9]*\]: 4900 more lines dropped"
}

# 417 lines of 240 bytes at most
long_line() {
	raise "exec flood-a-line" && settle && counter_is output_lines 201 &&
		counter_is output_dropped $((4900 + 317))
}

reopened() {
	klog_mark
	raise "exec reopen" && settle && logged 1 "kevnotify\[[0-9]*\]: to stderr" &&
		logged 1 "kevnotify\[[0-9]*\]: to stdout" && logged 2 "kevnotify\[[0-9]*\]: to both" &&
		logged 1 "kevnotify\[[0-9]*\]: by number" && counter_is exited_nonzero 0
}

by_user() {
	klog_mark
	raise "exec reopen-as-user" && settle && logged 1 "kevnotify\[[0-9]*\]: 65534$" &&
		logged 1 "kevnotify\[[0-9]*\]: by a user" && counter_is exited_nonzero 0
}

closed() {
	raise "exec close-all" && await 60 at_rest_and_free && counter_is exited 6 &&
		counter_is exited_nonzero 0 && conserved && goes
}

keeps_path() {
	reload burst=0 helper="|$WORK/keeps-path" && raise one && settle && counter_is exited 1 &&
		counter_is delivered 1 && prints 1 outputs && stays
}

# It is still there then
let_go() {
	klog_mark
	touch "$WORK/go"
	await 60 grep -qsx closed "$WORK/report" && grep -qx "path-write 12 -" "$WORK/report" &&
		grep -qx "path-read 0 -" "$WORK/report" && logged 1 "kevnotify\[1\]: by its path" &&
		await 60 free && prints 0 outputs && conserved && goes && nothing_left
	result=$?
	touch "$WORK/gone"
	return "$result"
}

plan 20
calibrate
soon=$((unit + 4000))
check "a run with open files: busy, and told why" busy
check "it ends: the module unloads" not_busy
check "a run without: busy, and left alone" quietly
check "it ends: the module unloads" quietly_over
check "pending events are counted when they are dropped" pending
check "none is dropped in silence" silent
check "in a backoff" backoff
check "20 rounds, each with an event, as fast as can be" rounds
check "a child that keeps the output: the next event is served" left_behind
check "and the module unloads when it has closed it" released
check "a helper that is removed while it runs" removed
check "a flood of lines is bounded and counted" lines
check "and so is one without lines" long_line
check "output can be opened again, by a script and by tee" reopened
check "and by one that has given up root" by_user
check "a helper that closes all its descriptors" closed
check "a child that keeps no more than a way to the files: busy" keeps_path
check "the files can be opened by that, and the module unloads when it has closed it" let_go
restore
check "nothing is left running" prints 0 processes "sleep 100"
check "no reference is left" await 60 free
finish
