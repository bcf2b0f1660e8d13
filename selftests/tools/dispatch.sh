# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The cases of kevnotify-dispatch. Each begins with no state, no handlers and no
# records, and reads what it left: receipts, the journal's entries, acks, the log.

T=/mnt/t
ETC=/etc/kevnotify/handlers.d
LIB=/usr/lib/kevnotify/handlers.d
RUN=/run/kevnotify
MARKS=/var/lib/kevnotify/panics
PSTORE=/sys/fs/pstore
ARCHIVE=/var/lib/systemd/pstore
SYSFS=/sys/kernel/kevnotify
CGROUPS=/sys/fs/cgroup
DEVICE=/mnt/device
RECORDS=$DEVICE/records
RECEIPTS=$T/receipts
JOURNAL=$T/journal
LOG=$T/log
INSTANCE=0123456789abcdef0123456789abcdef

# --- What a case stands on

# Nothing is ever written there.
exec {never}<> <(:)

# wait_for COMMAND…: until it succeeds; 20 s are for ever
wait_for() {
	local end=$((SECONDS + 20))
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { echo "in vain: $*"; return 1; }
		read -rt 0.02 -u "$never" || :
	done
}

# record SEQ SOURCE [KEY=VALUE…]: as the stream has it
record() {
	local seq=$1 source=$2 field
	shift 2
	printf '%s\n' "__REALTIME_TIMESTAMP=1763800000$(printf %06d "$seq")" \
		__MONOTONIC_TIMESTAMP=12345678 PRIORITY=2 SYSLOG_IDENTIFIER=kevnotify
	[[ " $*" == *" MESSAGE="* ]] || echo "MESSAGE=$source happened"
	[[ " $*" == *" KEVNOTIFY_CGROUP_ID="* ]] || echo KEVNOTIFY_CGROUP_ID=1
	[[ " $*" == *" KEVNOTIFY_CONTEXT="* ]] || echo KEVNOTIFY_CONTEXT=task
	printf '%s\n' "KEVNOTIFY_SEQ=$seq" "KEVNOTIFY_INSTANCE=$INSTANCE" "KEVNOTIFY_SOURCE=$source" \
		KEVNOTIFY_ID=1 KEVNOTIFY_PID=1
	for field; do printf '%s\n' "$field"; done
	echo
}

# raised SEQ SOURCE [KEY=VALUE…]: a record of it is in the log
raised() {
	record "$@" >"$T/record"
	cat "$T/record" >>"$RECORDS"
}

# handler NAME [LINE…]: a script below /etc that leaves a receipt, and these lines
handler() {
	local name=$ETC/$1
	shift
	mkdir -p "${name%/*}"
	{
		echo '#!/bin/sh'
		printf '%s\n' "$@"
		echo "echo \"\$2 \$1 \${0#$ETC/}\" >>$RECEIPTS"
	} >"$name.new"
	chmod 755 "$name.new"
	mv "$name.new" "$name"
}

dispatch() {
	"/mnt/build/$flavour/kevnotify-dispatch" "$@"
}

# with_device COMMAND…
with_device() {
	exec env LD_PRELOAD=/mnt/device.so ASAN_OPTIONS=verify_asan_link_order=0 "$@"
}

# service [LOG]: starts it; its pid is in $service
service() {
	with_device "/mnt/build/$flavour/kevnotify-dispatch" --service >>"${1:-$LOG}" 2>&1 &
	service=$!
}

# exec_helper FILE: the helper's life, with the records in FILE
exec_helper() {
	exec "/mnt/build/$flavour/kevnotify-dispatch" <"$1" >>"$LOG" 2>&1
}

helper() {
	(exec_helper "$1")
}

stop() {
	kill "$service"
	wait "$service"
}

killed() {
	kill -KILL "$service"
	wait "$service" || :
}

journald() {
	rm -f /run/systemd/journal/socket
	"${here:?}/journald" /run/systemd/journal/socket "$JOURNAL" 2>>"$LOG" &
	journald=$!
	wait_for test -S /run/systemd/journal/socket
}

# receipts N: there are so many
receipts() {
	[ "$(wc -l <"$RECEIPTS")" = "$1" ] || { cat "$RECEIPTS"; return 1; }
}

has_receipt() {
	grep -qxF "$1" "$RECEIPTS" || { echo "no receipt: $1"; return 1; }
}

said() {
	grep -qF -- "$1" "$LOG" || { echo "not said: $1"; return 1; }
}

# As "!" is no failure to "set -e"
not() {
	! "$@"
}

acked() {
	grep -qx "$1" "$DEVICE/acks"
}

# entries FIELD: what the journal has of it, in order
entries() {
	python3 -c 'import json, sys
for line in open(sys.argv[1]):
    print(*json.loads(line).get(sys.argv[2], ["-"]))' "$JOURNAL" "$1"
}

entries_are() {
	[ "$(entries KEVNOTIFY_SEQ | tr '\n' ' ')" = "$1 " ] || { entries KEVNOTIFY_SEQ | tr '\n' ' '; return 1; }
}

# same EXPECTED ACTUAL
same() {
	[ "$1" = "$2" ] || { printf 'expected: %s\nbut was:  %s\n' "$1" "$2"; return 1; }
}

# no_process ARGUMENT: none has it in its command line, a zombie has none
no_process() {
	! grep -lzqxF -- "$1" /proc/[0-9]*/cmdline 2>/dev/null
}

# in_place: one case, with nothing of the one before
in_place() {
	! mountpoint -q "$RUN" || umount -l "$RUN"
	rm -rf "$T" "$DEVICE" "$RUN" "$LIB" /etc/kevnotify /var/lib/kevnotify "$PSTORE" "$ARCHIVE" "$SYSFS" "$CGROUPS"
	mkdir -p "$T" "$DEVICE" "$LIB" "$ETC"
	local file
	for file in "$RECORDS" "$DEVICE/given" "$DEVICE/acks" "$RECEIPTS" "$JOURNAL" "$LOG"; do : >"$file"; done
	chmod 666 "$RECEIPTS"
	trap 'left $?' EXIT
	"$@"
}

# left STATUS: what a case that failed has left
left() {
	local pids
	[ "$1" = 0 ] || cat "$LOG"
	pids=$(jobs -p)
	# shellcheck disable=SC2086 # a list
	[ -z "$pids" ] || kill -KILL $pids 2>/dev/null || :
	! mountpoint -q "$RUN" || umount -l "$RUN"
}

# --- The cases

begins() {
	handler 50-first
	raised 1 oom
	service
	wait_for has_receipt '1 oom 50-first'
	raised 2 block
	wait_for has_receipt '2 block 50-first'
	acked 1 && acked 2
	stop
	same "$(printf '%s\n' '1 oom 50-first' '2 block 50-first')" "$(cat "$RECEIPTS")"
}

gets_record() {
	handler 50-first "env -0 >$T/env" "cat >$T/json"
	raised 1 oom KEVNOTIFY_VICTIM_CGROUP=/system.slice/shop.service \
		'MESSAGE=a "quoted" back\x5cslash, 	tab, €, and =' 'KEVNOTIFY_VICTIM_COMM=\x0a$(id)`id`' \
		"KEVNOTIFY_BAD=$(printf 'cut \xe2\x82, \xed\xa0\x80, \xff, \x1b')"
	service
	wait_for receipts 1
	stop
	python3 - <<-END
	import json
	env = dict(line.split("=", 1) for line in open("$T/env", errors="surrogateescape").read().split("\0") if line)
	record = json.load(open("$T/json"))
	assert env["PATH"] == "/sbin:/bin:/usr/sbin:/usr/bin" and env["HOME"] == "/", env
	assert record["__REALTIME_TIMESTAMP"] == "1763800000000001", record
	assert record["MESSAGE"] == 'a "quoted" back\\\\x5cslash, \ttab, €, and =', record
	assert record["KEVNOTIFY_BAD"] == "cut \ufffd\ufffd, \ufffd\ufffd\ufffd, \ufffd, \x1b", record
	for key, value in record.items():
	    assert key.startswith("_") or key == "KEVNOTIFY_BAD" or env[key] == value, key
	assert not any(key.startswith("__") for key in env), env
	assert env["KEVNOTIFY_UNIT"] == "shop.service", env
	assert "SEQ=1" in open(env["KEVNOTIFY_SNAPSHOT"], errors="replace").read(), env
	END
}

# Each line: a name, what makes it, and what is said of it
bad_handlers() {
	cat <<-'END'
	10-group|chmod g+w $f|it is writable by group 0
	11-others|chmod o+w $f|it is writable by others
	12-owner|chown nobody $f|it is owned by user 65534
	13-setuid|chmod u+s $f|it has the set-user-id or the set-group-id bit
	14-mode|chmod a-x $f|it is not executable
	15-directory|rm $f; mkdir $f|it is a directory
	16-fifo|rm $f; mkfifo $f|it is a FIFO
	17-loop|ln -sf 17-loop $f|Too many levels of symbolic links
	18-gone|ln -sf /nowhere $f|No such file or directory
	19-elsewhere|mkdir -m 777 /mnt/t/open; mv $f /mnt/t/open/x; ln -s /mnt/t/open/x $f|/mnt/t/open is writable by others
	29-middle|mkdir -m 777 /mnt/t/user; mv $f /mnt/t/x; ln -s ../x /mnt/t/user/x; ln -s /mnt/t/user/x $f|/mnt/t/user is writable by others
	20-socket|rm $f; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("'$f'")'|it is a socket
	21-device|rm $f; mknod $f c 1 5|it is a device
	22-option|sed -i '1a# kevnotify: color=red' $f|its option "color=red" is neither user= nor timeout=
	23-user|sed -i '1a# kevnotify: user=nemo' $f|its option "user=nemo": not in /etc/passwd
	24-time|sed -i '1a# kevnotify: timeout=0' $f|its option "timeout=0": not a number of seconds from 1 to 3600
	25-unit.service|ln -sf /lib/systemd/system/x.mount $f|it leads to "x.mount", which is no name of a service
	26-interpreter|sed -i '1s/.*/#!\/bin\/nosuch/' $f|noexec: its interpreter is not there
	27-empty|echo x >$f|noexec: no program, and no #! in its first line
	END
}

# …and of these nothing is said
ignored() {
	printf '%s\n' 50-x~ 50-x.bak .50-x '#x#' 50-x.dpkg-dist 50-x.rpmsave 50-x.swp
}

rules() {
	local name make line f
	while IFS='|' read -r name make line; do
		# shellcheck disable=SC2034 # the lines of bad_handlers name it
		f=$ETC/oom.d/$name
		handler "oom.d/$name"
		eval "$make"
	done < <(bad_handlers)
	ignored | while read -r name; do handler "oom.d/$name"; done
	handler 90-good
	raised 1 oom
	raised 2 oom
	service
	wait_for has_receipt '2 oom 90-good'
	wait_for has_receipt '1 oom 90-good'
	stop
	same "$(printf '%s\n' '1 oom 90-good' '2 oom 90-good')" "$(sort "$RECEIPTS")"
	while IFS='|' read -r name make line; do
		said "$line" || { echo "$name"; return 1; }
		[[ $line != noexec* ]] || continue
		same 1 "$(grep -cF "/$name: not run: $line" "$LOG")"
	done < <(bad_handlers)
	ignored | while read -r name; do not said "$name"; done
}

bad_directory() {
	handler oom.d/50-x
	handler 50-y
	chmod g+w "$ETC/oom.d"
	raised 1 oom
	service
	wait_for has_receipt '1 oom 50-y'
	chmod g-w "$ETC/oom.d"
	raised 2 oom
	wait_for has_receipt '2 oom oom.d/50-x'
	stop
	said "$ETC/oom.d: not run: it is writable by group 0"
	not has_receipt '1 oom oom.d/50-x'
}

overrides() {
	local name
	for name in 10-masked 11-replaced 12-kept; do
		printf '#!/bin/sh\necho "lib %s" >>%s\n' "$name" "$RECEIPTS" >"$LIB/$name"
		chmod 755 "$LIB/$name"
	done
	ln -s /dev/null "$ETC/10-masked"
	handler 11-replaced
	handler 99-last
	raised 1 oom
	service
	wait_for has_receipt '1 oom 99-last'
	stop
	same "$(printf '%s\n' '1 oom 11-replaced' 'lib 12-kept' '1 oom 99-last')" "$(cat "$RECEIPTS")"
}

order() {
	local name expected=()
	for name in oom.d/02-b oom.d/10-a oom.d/zero 00-x 50-a no-number; do
		handler "$name"
		expected+=("1 oom $name")
	done
	handler block.d/01-other
	raised 1 oom
	service
	wait_for has_receipt '1 oom no-number'
	stop
	same "$(printf '%s\n' "${expected[@]}")" "$(cat "$RECEIPTS")"
}

# Of 33 the last is left out; what is masked or breaks a rule does not count.
many() {
	local n
	for n in {10..49}; do
		ln -s /dev/null "$ETC/$n-masked"
		: >"$ETC/$n-mode"
	done
	handler 00-x
	for n in {99..68}; do handler "70-$n"; done
	raised 1 oom
	raised 2 oom
	service
	wait_for receipts 64
	stop
	has_receipt '2 oom 00-x'
	has_receipt '2 oom 70-98'
	same 1 "$(grep -cF '/70-99: not run: a record has at most 32 handlers' "$LOG")"
	same 1 "$(grep -c 'at most' "$LOG")"
}

# Two that wait for each other
in_parallel() {
	handler 50-a "echo >$T/a" "until [ -e $T/b ]; do sleep 0.01; done"
	handler 50-b "echo >$T/b" "until [ -e $T/a ]; do sleep 0.01; done"
	raised 1 oom
	service
	wait_for receipts 2
	stop
}

has_files() {
	[ "$(find "$T" -name "$1" | wc -l)" = "$2" ]
}

# Handlers of three sources that go on until they are let go, and those of a fourth
limits() {
	local seq source
	for source in a b; do
		handler "$source.d/50-slow" "echo >$T/$source.\$2" "until [ -e $T/go ]; do sleep 0.05; done"
	done
	handler 60-quick
	for seq in 1 2 3 4 5 6; do raised $seq a; done
	for seq in 7 8 9; do raised $seq b; done
	raised 10 c
	raised 11 d
	service
	wait_for has_receipt '10 c 60-quick'
	wait_for has_receipt '11 d 60-quick'
	wait_for has_files 'a.*' 4
	wait_for has_files 'b.*' 1
	raised 12 c
	wait_for has_receipt '12 c 60-quick'
	has_files 'a.*' 4
	has_files 'b.*' 1
	same "$T/a.1 $T/a.2 $T/a.3 $T/a.4" "$(echo "$T"/a.*)"
	echo >"$T/go"
	wait_for receipts 21
	stop
	same 21 "$(sort -u "$RECEIPTS" | wc -l)"
}

# One that asks for nothing better than to stay
ends_whole() {
	handler 10-stays '# kevnotify: timeout=1' "trap '' TERM" \
		'setsid env -i sh -c "sleep 98765 & setsid sleep 98765 & sleep 98765" &' \
		'(setsid sh -c "trap \"\" TERM; (sleep 98765 &) ; sleep 98765" &)' \
		"echo >$T/began" 'sleep 98765; sleep 98765'
	handler 10-leaves 'setsid sleep 87654 &' 'sleep 87654 &' '(env -i setsid sleep 87654 &)'
	handler 20-after
	raised 1 oom
	service
	wait_for test -e "$T/began"
	wait_for has_receipt '1 oom 20-after'
	no_process 98765
	no_process 87654
	said '10-stays for record 1: timedout'
	has_receipt '1 oom 10-leaves'
	not has_receipt '1 oom 10-stays'
	stop
}

# lines N TEXT: so many are said
lines() {
	[ "$(grep -cF -- "$2" "$LOG")" = "$1" ] || { echo "not $1 times: $2"; return 1; }
}

# Those that hang in the kernel give up their place, and no more of them are started.
hangs() {
	local name
	for name in {hung,block}.d/10-{a,b,c,d}; do
		handler "$name" '# kevnotify: timeout=1' 'sleep 65432'
	done
	handler 60-page
	: >"$DEVICE/deaf"
	raised 1 hung
	raised 2 block
	service
	wait_for lines 8 'something of it survives SIGKILL'
	raised 3 oom
	wait_for receipts 3
	raised 4 hung
	wait_for has_receipt '4 hung 60-page'
	said 'hung.d/10-a for record 4: not started: an earlier run of it survives SIGKILL'
	lines 8 'something of it survives SIGKILL'
	receipts 4
	rm "$DEVICE/deaf"
	wait_for lines 8 'it has ended at last'
	no_process 65432
	handler hung.d/10-a
	raised 5 hung
	wait_for has_receipt '5 hung hung.d/10-a'
	stop
}

outcomes() {
	handler 10-exits 'exit 3'
	handler 11-dies 'kill -9 $$'
	handler 12-closes 'exec <&-'
	handler 20-after
	raised 1 oom
	service
	wait_for has_receipt '1 oom 20-after'
	stop
	said '10-exits for record 1: exited 3'
	said '11-dies for record 1: signaled 9'
	has_receipt '1 oom 12-closes'
}

as_user() {
	handler 10-nobody '# kevnotify: user=nobody, timeout=9' "id -u >$T/id" "id -G >>$T/id" \
		"cat /proc/self/oom_score_adj >>$T/id"
	chmod 777 "$T"
	raised 1 oom
	service
	wait_for has_receipt '1 oom 10-nobody'
	stop
	same "$(printf '65534\n65534\n0')" "$(cat "$T/id")"
}

units() {
	local systemctl
	systemctl=$(readlink -f /bin)/systemctl
	printf '#!/bin/sh\necho "$@" >>%s\n' "$RECEIPTS" >"$systemctl"
	chmod 755 "$systemctl"
	ln -s /etc/systemd/system/mend@.service "$ETC/10-mend@.service"
	ln -s other.service "$ETC/20-other.service"
	raised 7 oom
	service
	wait_for receipts 2
	stop
	rm "$systemctl"
	same "$(printf 'start --no-block %s\n' mend@7.service other.service)" "$(cat "$RECEIPTS")"
}

# group PATH: makes that control group; its id is in $group, as its parent's list has it
group() {
	mkdir -p "$CGROUPS$1"
	echo >"$CGROUPS/cgroup.controllers"
	group=$(python3 -c 'import os, sys
print(*(e.inode() for e in os.scandir(os.path.dirname(sys.argv[1])) if e.path == sys.argv[1]))' "$CGROUPS$1")
}

# What is said of an event of our own slice
own_slice() {
	journald
	echo '0::/kevnotify.slice/kevnotify.service/main' >"$DEVICE/cgroup"
	handler 50-x
	raised 1 oom KEVNOTIFY_VICTIM_CGROUP=/kevnotify.slice/kevnotify.service/h0
	raised 2 oom KEVNOTIFY_VICTIM_CGROUP=...kevnotify.slice/kevnotify.service/h0
	raised 3 oom KEVNOTIFY_VICTIM_CGROUP=/user.slice/kevnotify.slice/x
	raised 4 oom KEVNOTIFY_VICTIM_CGROUP=/kevnotify.slicer/x
	raised 5 oom KEVNOTIFY_VICTIM_CGROUP=/kevnotify.slice/
	service
	wait_for has_receipt '2 oom 50-x'
	wait_for has_receipt '3 oom 50-x'
	wait_for has_receipt '4 oom 50-x'
	wait_for entries_are '1 2 3 4 5'
	killed
	receipts 3
	# The helper knows the slice from the state
	record 6 oom KEVNOTIFY_VICTIM_CGROUP=/kevnotify.slice/kevnotify.service/h1 >"$T/in"
	record 7 oom >>"$T/in"
	helper "$T/in"
	same '7 oom 50-x' "$(tail -n +4 "$RECEIPTS")"
	entries_are '1 2 3 4 5 6 7'
	kill "$journald"
}

# A handler's own crash, raise or hang, as the module has it: by the group's id alone
own_ids() {
	group /kevnotify.slice/kevnotify.service/h0
	echo '0::/kevnotify.slice/kevnotify.service/main' >"$DEVICE/cgroup"
	handler 50-x
	raised 1 crash KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_TASK_PID=4242
	raised 2 manual KEVNOTIFY_CGROUP_ID="$group"
	raised 3 hung KEVNOTIFY_TASK_CGROUP_ID="$group"
	raised 4 oom KEVNOTIFY_VICTIM_CGROUP=...service/h0 KEVNOTIFY_VICTIM_CGROUP_ID="$group"
	# Our allocation or our time, and another's trouble
	raised 5 oom KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_VICTIM_CGROUP=/x
	raised 6 oom KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_VICTIM_PID=7
	raised 7 hung KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_TASK_CGROUP_ID=1
	raised 8 block KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_CONTEXT=hardirq
	# A group that is not there
	raised 9 manual KEVNOTIFY_CGROUP_ID=123456789012
	raised 10 oops
	service
	wait_for has_receipt '10 oops 50-x'
	wait_for receipts 6
	stop
	same '10 5 6 7 8 9' "$(sort "$RECEIPTS" | cut -d ' ' -f 1 | xargs)"
}

# Whose an event was that no victim is named of
whose() {
	group /system.slice/nginx.service
	journald
	raised 1 crash KEVNOTIFY_CGROUP_ID="$group"
	raised 2 block KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_CONTEXT=hardirq
	raised 3 txtimeout KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_CONTEXT=softirq
	raised 4 hung KEVNOTIFY_TASK_CGROUP_ID="$group"
	raised 5 oom KEVNOTIFY_CGROUP_ID="$group" KEVNOTIFY_VICTIM_CGROUP=/system.slice/shop.service
	service
	wait_for entries_are '1 2 3 4 5'
	stop
	same 'nginx.service - - nginx.service shop.service' "$(entries KEVNOTIFY_UNIT | xargs)"
	kill "$journald"
}

helper_has_it() {
	handler 50-x
	echo 2 >"$DEVICE/given"
	raised 1 oom
	raised 2 oom
	raised 3 oom
	service
	wait_for has_receipt '3 oom 50-x'
	wait_for has_receipt '1 oom 50-x'
	stop
	receipts 2
	said 'record 2 was given to the helper meanwhile'
	# A helper that looks only now at what it read is not told that the service has it
	record 2 oom >"$T/in"
	record 3 oom >>"$T/in"
	helper "$T/in"
	same '2 oom 50-x' "$(tail -n +3 "$RECEIPTS")"
	no_open_records
}

# What came while there was no service is in the file before it starts
helper_has_them() {
	handler 50-x
	seq 1 4 >"$DEVICE/given"
	for seq in 1 2 3 4 5; do raised "$seq" oom; done
	service
	wait_for has_receipt '5 oom 50-x'
	stop
	receipts 1
	said '4 records, the last of them 4, were given to the helper meanwhile'
	same 1 "$(grep -c 'given to the helper' "$LOG")"
}

# stopped: the service is
stopped() {
	grep -q '^State:.T' "/proc/$service/status"
}

# The service is stopped between the state and the ack, the helper runs, the service goes on
ack_race() {
	journald
	handler 50-x
	echo >"$DEVICE/stop"
	raised 1 oom
	service
	wait_for stopped
	test -e "$RUN/state"
	cp "$T/record" "$T/in"
	helper "$T/in"
	has_receipt '1 oom 50-x'
	echo 1 >"$DEVICE/given"
	kill -CONT "$service"
	raised 2 oom
	wait_for has_receipt '2 oom 50-x'
	wait_for entries_are '1 2'
	stop
	receipts 2
	kill "$journald"
}

# The same, but the service ends there
ack_race_killed() {
	handler 50-x
	echo >"$DEVICE/stop"
	raised 1 oom
	service
	wait_for stopped
	killed
	helper "$T/record"
	echo 1 >"$DEVICE/given"
	service
	raised 2 oom
	wait_for has_receipt '2 oom 50-x'
	stop
	same "$(printf '%s\n' '1 oom 50-x' '2 oom 50-x')" "$(cat "$RECEIPTS")"
}

# …and nothing was given
ack_race_alone() {
	handler 50-x
	echo >"$DEVICE/stop"
	raised 1 oom
	service
	wait_for stopped
	killed
	service
	wait_for has_receipt '1 oom 50-x'
	stop
	receipts 1
	acked 1
}

# The service has looked and is about to send when it is stopped; the helper waits for it.
claimed() {
	local helper
	journald
	echo >"$DEVICE/send"
	raised 1 block
	service
	wait_for stopped
	echo >"$DEVICE/sleep"
	with_device "/mnt/build/$flavour/kevnotify-dispatch" <"$T/record" >>"$LOG" 2>&1 &
	helper=$!
	wait_for eval '[ -e "$DEVICE/asleep" ] || ! kill -0 '"$helper"
	rm -f "$DEVICE/sleep"
	kill -CONT "$service"
	wait_for test -e "$RUN/journal"
	echo >"$DEVICE/awake"
	wait "$helper"
	stop
	entries_are 1
	kill "$journald"
}

without_service() {
	journald
	handler 50-x
	raised 1 oom
	service
	wait_for has_receipt '1 oom 50-x'
	wait_for entries_are 1
	stop
	raised 2 oom
	raised 3 block
	# The first one was the service's
	cat "$RECORDS" >"$T/in"
	helper "$T/in"
	entries_are '1 2 3'
	printf '2\n3\n' >"$DEVICE/given"
	service
	raised 4 oom
	wait_for has_receipt '4 oom 50-x'
	wait_for entries_are '1 2 3 4'
	stop
	same "$(printf '%s\n' '1 oom 50-x' '2 oom 50-x' '3 block 50-x' '4 oom 50-x')" \
		"$(sort "$RECEIPTS")"
	kill "$journald"
}

# The service is behind by more than a state has places
behind() {
	local n
	journald
	for ((n = 1; n <= 1100; n++)); do record "$n" manual; done >"$T/in"
	helper "$T/in"
	cat "$T/in" >>"$RECORDS"
	service
	raised 1101 manual
	wait_for entries_are "$(seq -s ' ' 1101)"
	stop
	kill "$journald"
}

# What has ended before the service is killed does not run again, what has not does.
goes_on() {
	handler 10-a
	handler 20-b "echo >>$T/b" "until [ -e $T/go ]; do sleep 0.05; done"
	raised 1 oom
	service
	wait_for test -e "$T/b"
	killed
	echo >"$T/go"
	service
	wait_for has_receipt '1 oom 20-b'
	stop
	same "$(printf '%s\n' '1 oom 10-a' '1 oom 20-b')" "$(sort "$RECEIPTS")"
	same 2 "$(wc -l <"$T/b")"
	said 'going on with the handlers of 1 records'
	no_open_records
}

# A stop waits a while, and what it ends runs again.
stops() {
	handler 50-slow "echo >>$T/b" "[ -e $T/go ] || sleep 76543"
	raised 1 oom
	service
	wait_for test -e "$T/b"
	stop
	no_process 76543
	receipts 0
	echo >"$T/go"
	service
	wait_for has_receipt '1 oom 50-slow'
	stop
	same 2 "$(wc -l <"$T/b")"
}

# helper_goes_on: the same for a helper that is ended, and the one after it
helper_goes_on() {
	handler 10-a
	handler 20-b "echo >>$T/b" "until [ -e $T/go ]; do sleep 0.05; done"
	record 1 oom >"$T/in"
	exec_helper "$T/in" &
	wait_for test -e "$T/b"
	kill -KILL $!
	wait $! || :
	echo >"$T/go"
	record 2 block >"$T/in"
	helper "$T/in"
	same "$(printf '%s\n' '1 oom 10-a' '1 oom 20-b' '2 block 10-a' '2 block 20-b')" \
		"$(sort "$RECEIPTS")"
}

# A helper's end is not a handler's: what it cuts short the next one runs, once.
helper_cuts() {
	journald
	handler oom.d/10-slow "echo >>$T/b" "[ -e $T/go ] || sleep 43210"
	handler oom.d/10-hangs "echo >>$T/h" 'sleep 43210'
	handler 20-after
	mkdir -p "$MODULE/parameters"
	echo 3000 >"$MODULE/parameters/timeout"
	record 1 oom >"$T/in"
	not helper "$T/in"
	said "10-slow for record 1: cut short by the helper's end, runs again"
	receipts 0
	touch "$T/go"
	record 2 block >"$T/in"
	not helper "$T/in"
	has_receipt '1 oom oom.d/10-slow'
	said '10-hangs for record 1: timedout'
	not said '10-slow for record 1: timedout'
	record 3 block >"$T/in"
	helper "$T/in"
	rm -r "$MODULE"
	same "$(printf '%s\n' '1 oom 20-after' '1 oom oom.d/10-slow' '2 block 20-after' '3 block 20-after')" \
		"$(sort "$RECEIPTS")"
	same '2 2' "$(wc -l <"$T/b") $(wc -l <"$T/h")"
	no_process 43210
	kill "$journald"
}

# state_left: a state with a record whose handler has not ended
state_left() {
	handler 50-x "[ -e $T/go ] || sleep 54321"
	raised 1 oom
	service
	wait_for acked 1
	wait_for test -s "$RUN/state"
	killed
	echo >"$T/go"
}

torn_state() {
	state_left
	truncate -s -1 "$RUN/state"
	service
	raised 2 oom
	wait_for has_receipt '2 oom 50-x'
	stop
	said 'the state is ignored: it is torn'
	# It is in the log still, and nothing says that it was taken over
	same "$(printf '%s\n' '1 oom 50-x' '2 oom 50-x')" "$(sort "$RECEIPTS")"
}

flipped_state() {
	state_left
	printf X | dd of="$RUN/state" bs=1 seek=100 conv=notrunc status=none
	service
	raised 2 oom
	wait_for has_receipt '2 oom 50-x'
	stop
	said 'the state is ignored: it is torn'
}

other_instance() {
	local was=$INSTANCE
	state_left
	: >"$RECORDS"
	INSTANCE=fedcba9876543210fedcba9876543210
	raised 1 block
	service
	wait_for has_receipt '1 block 50-x'
	stop
	said "the state of instance $was is ignored: this is $INSTANCE"
	said "the handlers of 1 records of $was have not ended, and run no more"
	receipts 1
}

# 50 times at some point of it, with two records each time
killed_often() {
	local i
	handler 10-a
	handler 20-b
	for i in {1..50}; do
		raised $((2 * i - 1)) oom
		raised $((2 * i)) block
		service
		sleep "0.0$((RANDOM % 10))"
		killed
	done
	# All else may have ended before: this one tells that the service is up, and can be stopped.
	raised 101 manual
	service
	wait_for has_receipt '101 manual 20-b'
	wait_for has_receipt '100 block 20-b'
	wait_for has_receipt '99 oom 20-b'
	wait_for no_open_records
	stop
	for i in {1..50}; do
		for name in 10-a 20-b; do
			has_receipt "$((2 * i - 1)) oom $name"
			has_receipt "$((2 * i)) block $name"
		done
	done
}

# A handler that has ended well before the kill is not run again: at most those that run
killed_duplicates() {
	local i
	handler 10-a
	for i in {1..20}; do
		raised "$i" oom
		service
		wait_for has_receipt "$i oom 10-a"
		wait_for no_open_records
		killed
	done
	receipts 20
}

no_open_records() {
	! ls "$RUN"/state.[0-9]*
}

journal_entry() {
	local snapshot
	journald
	raised 1 oom KEVNOTIFY_VICTIM_PID=731 KEVNOTIFY_VICTIM_ANON_KB=4194304 \
		KEVNOTIFY_VICTIM_FILE_KB=102400 KEVNOTIFY_LIMIT_KB=4194304 \
		KEVNOTIFY_LIMIT_CGROUP=/system.slice/shop.service \
		KEVNOTIFY_VICTIM_CGROUP=/system.slice/shop.service KEVNOTIFY_VICTIM_CGROUP_ID=77 \
		'MESSAGE=Cgroup out of memory: killed process 731 (java)'
	raised 2 memory
	raised 3 memory KEVNOTIFY_RECOVERED=1
	raised 4 oom KEVNOTIFY_TEST=1
	raised 5 oom KEVNOTIFY_SUPPRESSED=12 'MESSAGE=12 more events were suppressed'
	raised 6 others
	service
	wait_for entries_are '1 2 3 4 5 6'
	stop
	same "$(printf '%s\n' e052757fdbb94538aae4c116d24e43c3 8397bbe8296149b089a3609725e1bd3c \
		3ebbbee4dde14aadbd0257ea9882bce5 eee80b5d19c04f4893ec52c1a5df8896 \
		676c7104288b48aa8896fb337858020d -)" "$(entries MESSAGE_ID)"
	snapshot=$(entries KEVNOTIFY_SNAPSHOT | head -n 1)
	test -s "$snapshot"
	same "Cgroup out of memory: killed process 731 (java) of shop.service, which had 4.1 GiB, limit 4.0 GiB in /system.slice/shop.service; snapshot $snapshot" \
		"$(entries MESSAGE | head -n 1)"
	same shop.service "$(entries OBJECT_SYSTEMD_UNIT | head -n 1)"
	same 2 "$(entries PRIORITY | head -n 1)"
	# All fields but the stream's own
	python3 - <<-END
	import json
	record = dict(line.split("=", 1) for line in open("$RECORDS").read().split("\n\n")[0].split("\n"))
	entry = json.loads(open("$JOURNAL").readline())
	for key, value in record.items():
	    assert key[0] == "_" or key == "MESSAGE" or entry[key] == [value], key
	assert not any(key[0] == "_" for key in entry), entry
	END
	kill "$journald"
}

# A journal that has stopped holds up no handler, and gets all when it goes on
stalled_journal() {
	local seq
	handler 50-x
	journald
	kill -STOP "$journald"
	service
	for seq in {1..60}; do raised "$seq" oom; done
	wait_for receipts 60
	kill -CONT "$journald"
	wait_for entries_are "$(echo {1..60})"
	stop
	kill "$journald"
}

# …and one that is not there
no_journal() {
	rm -f /run/systemd/journal/socket
	handler 50-x
	raised 1 oom
	service
	wait_for has_receipt '1 oom 50-x'
	wait_for said 'the journal: No such file or directory: trying again'
	journald
	wait_for entries_are 1
	stop
	kill "$journald"
}

# What cannot be taken over is not acknowledged, and taken over when there is room
full_disk() {
	mkdir -p "$RUN"
	mount -t tmpfs -o size=64k tmpfs "$RUN"
	handler 50-x
	raised 1 oom
	service
	wait_for has_receipt '1 oom 50-x'
	wait_for no_open_records
	dd if=/dev/zero of="$RUN/full" bs=4k status=none || :
	raised 2 oom
	raised 3 oom
	wait_for said 'No space left on device'
	not acked 2
	rm "$RUN/full"
	wait_for has_receipt '3 oom 50-x'
	wait_for has_receipt '2 oom 50-x'
	stop
	umount "$RUN"
	receipts 3
	same 1 "$(grep -c 'save the state: No space left' "$LOG")"
}

# A helper reads a record once, and runs its handlers all the same
helper_full_disk() {
	mkdir -p "$RUN"
	mount -t tmpfs -o size=64k tmpfs "$RUN"
	dd if=/dev/zero of="$RUN/full" bs=4k status=none || :
	handler 50-x
	{ record 1 oom; record 2 block; } >"$T/in"
	helper "$T/in"
	umount "$RUN"
	receipts 2
	said 'cannot save the state: No space left on device'
}

# The module goes and comes back as another instance
device_gone() {
	handler 50-x
	echo >"$DEVICE/gone"
	service
	wait_for said '/dev/kevnotify: No such file or directory: waiting for it'
	raised 1 oom
	rm "$DEVICE/gone"
	wait_for has_receipt '1 oom 50-x'
	echo >"$DEVICE/gone"
	wait_for said 'opening it again'
	INSTANCE=fedcba9876543210fedcba9876543210
	record 1 block >"$RECORDS"
	rm "$DEVICE/gone"
	wait_for has_receipt '1 block 50-x'
	stop
	receipts 2
}

# A service manager that waits for it, under a name that is no file's
ready() {
	python3 - >"$T/ready" <<-'END' &
	import socket
	sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	sock.bind("\0kevnotify-test")
	print("bound", flush=True)
	print(sock.recv(100).decode(), end="", flush=True)
	END
	wait_for grep -q bound "$T/ready"
	NOTIFY_SOCKET=@kevnotify-test service
	wait_for grep -qx READY=1 "$T/ready"
	stop
}

one_service() {
	local rc=0
	raised 1 oom
	service
	wait_for acked 1
	(with_device "/mnt/build/$flavour/kevnotify-dispatch" --service 2>"$T/second") || rc=$?
	same 1 "$rc"
	grep -q 'there is a service already' "$T/second"
	stop
}

# Standard error has no reader any more
no_reader() {
	handler 10-exits 'exit 1'
	handler 50-x
	mkfifo "$T/fifo"
	service "$T/fifo"
	head -c 1 "$T/fifo" >/dev/null
	raised 1 oom
	raised 2 oom
	wait_for has_receipt '2 oom 50-x'
	wait_for has_receipt '1 oom 50-x'
	stop
}

# Handlers begin without it, the journal waits longer; a line without it is told of.
slow_snapshot() {
	handler 50-x
	journald
	: >"$DEVICE/slow"
	raised 1 oom
	service
	wait_for has_receipt '1 oom 50-x'
	rm "$DEVICE/slow"
	wait_for entries_are 1
	test -s "$(entries KEVNOTIFY_SNAPSHOT)" || said 'record 1 is journalled without its snapshot'
	: >"$DEVICE/slow"
	raised 2 oom
	wait_for entries_are '1 2'
	same - "$(entries KEVNOTIFY_SNAPSHOT | tail -n 1)"
	said 'record 2 is journalled without its snapshot: none after 8 s'
	raised 3 oom
	wait_for said 'record 3 has no snapshot: Device or resource busy'
	wait_for has_receipt '3 oom 50-x'
	rm "$DEVICE/slow"
	stop
	kill "$journald"
}

bad_records() {
	handler 50-x
	{
		echo rubbish; echo
		printf 'A=1\nlower=2\n\n'
		printf 'MESSAGE=%020000d\n\n' 0
		printf 'MESSAGE=a\0b\n\n'
		printf 'MESSAGE=none\n\n'
		seq -f 'K%g=1' 100; echo
		record 5 oom
		printf 'MESSAGE=torn'
	} >"$T/in"
	helper "$T/in"
	same '5 oom 50-x' "$(cat "$RECEIPTS")"
	same 6 "$(grep -c 'that are no record' "$LOG")"
	said 'left out 12 bytes that are no record: no end'
	said 'without KEVNOTIFY_SEQ or KEVNOTIFY_INSTANCE'
}

# Whoever calls us chooses our name, with which each line begins.
long_name() {
	printf 'rubbish\n\n' >"$T/in"
	(exec -a "$(printf 'x%.0s' {1..2000})" "/mnt/build/$flavour/kevnotify-dispatch" <"$T/in" 2>>"$LOG")
	said ': left out 9 bytes that are no record'
}

# booted [NAME]: the module is there, and nothing of /run; NAME was the boot before
booted() {
	rm -rf "$RUN"
	: >"$RECORDS"
	mkdir -p "$SYSFS" "${MARKS%/*}"
	echo "$INSTANCE" >"$SYSFS/instance"
	[ $# = 0 ] || { echo "boot $1"; grep -v ^boot "$MARKS"; } >"$T/marks" 2>/dev/null || :
	[ $# = 0 ] || cp "$T/marks" "$MARKS"
}

# dump FILE PART [LINE…]: of a panic, as pstore has it
dump() {
	local file=$1 part=$2
	shift 2
	mkdir -p "${file%/*}"
	{ echo "Panic#2 Part$part"; [ $# = 0 ] || printf '%s\n' "$@"; } >"$file"
}

# dumped DIR ID TEXT: in three parts, the end of the log in the first, with an oops before it
dumped() {
	local id=$(($2 << 32))
	dump "$1/dmesg-erst-$((id + 3))" 1 '<5>[   12.500002] kevnotify: record 17 at 12.300000, oom: killed (a\x5cb)' \
		'<5>[   12.500003] kevnotify: record 18 at 12.400000, manual: last'
	dump "$1/dmesg-erst-$((id + 4))" 2 "<0>[   12.500001][    T1] Kernel panic - not syncing: $3" \
		'<5>[   12.500001] kevnotify: recorded nothing'
	dump "$1/dmesg-erst-$((id + 5))" 3 '<6>[   11.000000] kevnotify: record 1 at 1.0, manual: of an earlier text'
	mkdir -p "$1"
	printf 'Oops#1 Part1\n<4>[   12.0] Oops\n' >"$1/dmesg-erst-$((id + 1))"
	printf 'Oops#1 Part2\n<4>[   11.0] Oops\n' >"$1/dmesg-erst-$((id + 2))"
}

# The log comes round while no service runs: the next one tells what is lost, but for what
# the helper has journalled.
came_round() {
	journald
	raised 1 manual
	raised 2 manual
	service
	wait_for entries_are '1 2'
	killed
	: >"$RECORDS"
	record 4 manual >"$T/in"
	record 5 manual >>"$T/in"
	helper "$T/in"
	raised 8 manual
	raised 9 manual
	service
	wait_for entries_are '1 2 4 5 8 9'
	said '3 records before record 8 are lost'
	same '- - - - 3 -' "$(entries KEVNOTIFY_LOST | xargs)"
	stop
	kill "$journald"
}

# The same while a service runs and does not get on: what the kernel says that it has lost
# is not what the journal lacks.
came_round_open() {
	journald
	raised 1 manual
	service
	wait_for entries_are '1'
	kill -STOP "$service"
	record 2 manual >"$T/in"
	record 4 manual KEVNOTIFY_LOST=1 >>"$T/in"
	helper "$T/in"
	printf '2\n4\n' >"$DEVICE/given"
	raised 8 manual KEVNOTIFY_LOST=6
	raised 9 manual
	kill -CONT "$service"
	wait_for entries_are '1 2 4 8 9'
	same '- - - 4 -' "$(entries KEVNOTIFY_LOST | xargs)"
	kill -STOP "$service"
	record 10 manual >"$T/in"
	helper "$T/in"
	echo 10 >>"$DEVICE/given"
	raised 11 manual KEVNOTIFY_LOST=1
	kill -CONT "$service"
	wait_for entries_are '1 2 4 8 9 10 11'
	same '- - - 4 - - -' "$(entries KEVNOTIFY_LOST | xargs)"
	stop
	# Of a module that no service knows, the helper tells
	INSTANCE=fedcba9876543210fedcba9876543210
	record 7 manual KEVNOTIFY_LOST=3 >"$T/in"
	helper "$T/in"
	same 3 "$(entries KEVNOTIFY_LOST | tail -n 1)"
	kill "$journald"
}

# once_more MARK: a record has run, so that all before it has
once_more() {
	raised "$1" block
	service
	wait_for grep -q "^$1 block" "$RECEIPTS"
	wait_for grep -q "\"KEVNOTIFY_SEQ\": \[\"$1\"\]" "$JOURNAL"
	stop
}

panic() {
	local before
	handler 50-x "[ \$1 != panic ] || env >$T/env"
	journald
	booted aaaa
	dumped "$ARCHIVE/1" 1763800000 'sysrq triggered crash'
	before=$(find "$ARCHIVE" -type f -exec sha256sum {} + | sort)
	once_more 1
	same "$(printf '%s\n' '0 panic 50-x' '1 block 50-x')" "$(sort "$RECEIPTS")"
	entries_are '0 1'
	same 'kernel panic before this boot: sysrq triggered crash' "$(entries MESSAGE | head -n 1)"
	same 60bb30ea14a948488996a92958349532 "$(entries MESSAGE_ID | head -n 1)"
	same "$(printf '%s\n' KEVNOTIFY_ID=1 "KEVNOTIFY_INSTANCE=$INSTANCE" KEVNOTIFY_PANICS=1 KEVNOTIFY_PANIC_BOOT_ID=aaaa \
		"KEVNOTIFY_PANIC_FILE=$ARCHIVE/1/dmesg-erst-$(((1763800000 << 32) + 3))" \
		'KEVNOTIFY_PANIC_RECORD_1=17 at 12.300000, oom: killed (a\x5cb)' \
		'KEVNOTIFY_PANIC_RECORD_2=18 at 12.400000, manual: last' \
		'KEVNOTIFY_PANIC_TEXT=sysrq triggered crash' KEVNOTIFY_PANIC_TIME=1763800000.000000 \
		KEVNOTIFY_PANIC_UPTIME=12.500001 KEVNOTIFY_SEQ=0 KEVNOTIFY_SOURCE=panic)" \
		"$(grep ^KEVNOTIFY_ "$T/env" | grep -vE '^KEVNOTIFY_(TIME|JOB)=' | sort)"
	same "$before" "$(find "$ARCHIVE" -type f -exec sha256sum {} + | sort)"
	# Another start, another boot, and the same dump in another place: told it was
	once_more 2
	booted bbbb
	mkdir -p "$PSTORE"
	cp "$ARCHIVE"/1/* "$PSTORE"
	once_more 3
	receipts 4
	# Two more of them
	booted cccc
	dumped "$PSTORE" 1763900000 earlier
	dumped "$PSTORE" 1764000000 'the \ newest'
	once_more 4
	receipts 6
	same 'kernel panic before this boot: the \x5c newest; and 1 before that' "$(entries MESSAGE | tail -n 2 | head -n 1)"
	kill "$journald"
}

# part 1 is compressed, part 2 was cut off, part 3 is not there
panic_torn() {
	handler 50-x "[ \$1 != panic ] || env >>$T/env"
	journald
	booted aaaa
	dumped "$ARCHIVE" 1763800000 torn
	local first=$(((1763800000 << 32) + 3))
	mv "$ARCHIVE/dmesg-erst-$first" "$ARCHIVE/dmesg-erst-$first.enc.z"
	printf '\x78\x9c\0\n' >"$ARCHIVE/dmesg-erst-$first.enc.z"
	printf 'cut' >>"$ARCHIVE/dmesg-erst-$((first + 1))"
	rm "$ARCHIVE/dmesg-erst-$((first + 2))"
	once_more 1
	grep -x 'KEVNOTIFY_PANIC_TORN=1 parts read, 1 lost or compressed, 1 not whole' "$T/env"
	grep -x KEVNOTIFY_PANIC_TEXT=torn "$T/env"
	# Of this nothing can be read
	booted bbbb
	mv "$ARCHIVE/dmesg-erst-$first.enc.z" "$ARCHIVE/dmesg-erst-$((first + (1 << 40))).enc.z"
	once_more 2
	same 'kernel panic or oops before this boot; no dump is legible' "$(entries MESSAGE | tail -n 2 | head -n 1)"
	grep -x 'KEVNOTIFY_PANIC_TORN=0 parts read, 1 lost or compressed' "$T/env"
	kill "$journald"
}

# Nothing was marked: of what lies there one may be years old
panic_first() {
	handler 50-x
	journald
	booted
	dump "$ARCHIVE/dmesg-erst-$((1563800000 << 32))" 1 '<0>[    1.000000] Kernel panic - not syncing: old'
	once_more 1
	receipts 1
	rm -r "${MARKS%/*}"
	booted
	dumped "$ARCHIVE" 1763800000 new
	once_more 2
	entries_are '1 0 2'
	kill "$journald"
}

# Before it was told of
panic_killed() {
	rm -f /run/systemd/journal/socket
	handler 50-x "[ \$1 != panic ] || until [ -e $T/go ]; do sleep 0.05; done"
	booted aaaa
	dumped "$ARCHIVE" 1763800000 killed
	service
	wait_for said 'the journal: No such file or directory: trying again'
	wait_for grep -q ^told "$MARKS"
	killed
	touch "$T/go"
	journald
	once_more 1
	once_more 2
	same "$(printf '%s\n' '0 panic 50-x' '1 block 50-x' '2 block 50-x')" "$(sort "$RECEIPTS")"
	entries_are '0 1 2'
	kill "$journald"
}

# No place for the marks that lasts: once a boot
panic_unmarked() {
	handler 50-x
	journald
	booted
	rm -rf "${MARKS%/*}"
	echo >"${MARKS%/*}"
	dumped "$ARCHIVE" 1763800000 unmarked
	once_more 1
	once_more 2
	receipts 3
	said 'may be told again'
	kill "$journald"
}

usage() {
	local rc=0
	dispatch --nonsense 2>"$T/usage" || rc=$?
	same 2 "$rc"
	dispatch --service extra 2>"$T/usage" || rc=$?
	same 2 "$rc"
	grep -q usage: "$T/usage"
	dispatch --help | grep -q usage:
	dispatch --version | grep -qE '^kevnotify-dispatch [0-9]+\.[0-9]+\.[0-9]+$'
}

# with_text [NAME]: the service, whose text for Prometheus is in $T/prom
with_text() {
	with_device "/mnt/build/$flavour/kevnotify-dispatch" --service --textfile "$T/${1:-prom}" >>"$LOG" 2>&1 &
	service=$!
}

has_line() {
	grep -qxF "$1" "$T/prom/kevnotify.prom" || { cat "$T/prom/kevnotify.prom"; return 1; }
}

metrics() {
	fake_module
	fake_source oom on 7 2
	mkdir "$T/prom"
	handler 50-first
	handler 60-bad 'exit 3'
	raised 41 oom KEVNOTIFY_LOST=40
	with_text
	wait_for has_line 'kevnotify_handler_runs_total{outcome="failed"} 1'
	has_line 'kevnotify_handler_runs_total{outcome="ok"} 1'
	has_line 'kevnotify_up 1'
	has_line 'kevnotify_events_total{source="oom"} 5'
	has_line 'kevnotify_events_suppressed_total{source="oom"} 2'
	has_line 'kevnotify_last_event_timestamp_seconds{source="oom"} 1763800000.000041'
	has_line 'kevnotify_events_total{source="netdev"} 0'
	has_line 'kevnotify_source_available{source="lockup"} 0'
	has_line 'kevnotify_records_overwritten_total{reader="service"} 40'
	same '644 kevnotify.prom' "$(cd "$T/prom" && stat -c '%a %n' ./* | sed 's,\./,,')"
	# Suppressed meanwhile: no count goes back
	echo 4 >/sys/kernel/kevnotify/sources/oom/suppressed
	raised 42 oom
	wait_for has_line 'kevnotify_last_event_timestamp_seconds{source="oom"} 1763800000.000042'
	has_line 'kevnotify_events_total{source="oom"} 5'
	# What is counted in a service's last second is not kept.
	wait_for has_line 'kevnotify_handler_runs_total{outcome="failed"} 2'
	# And a service that begins anew goes on
	wait_for has_line 'kevnotify_handler_runs_total{outcome="ok"} 2'
	stop
	: >"$RECORDS"
	rm "$T/prom/kevnotify.prom"
	with_text
	wait_for has_line 'kevnotify_handler_runs_total{outcome="ok"} 2'
	has_line 'kevnotify_records_overwritten_total{reader="service"} 40'
	has_line 'kevnotify_last_event_timestamp_seconds{source="oom"} 1763800000.000042'
	: >"$DEVICE/gone"
	wait_for has_line 'kevnotify_up 0'
	stop
	# One that may lead anywhere is not followed, and that is said once.
	rm "$DEVICE/gone" "$T/prom/kevnotify.prom"
	ln -s prom "$T/link"
	with_text link
	wait_for said "no text for Prometheus: $T/link is a link"
	stop
	not test -e "$T/prom/kevnotify.prom"
}

# It counts from 0 again, and what it counts is counted.
metrics_again() {
	fake_module
	fake_source sample on 7
	mkdir "$T/prom"
	with_text
	wait_for has_line 'kevnotify_events_total{source="sample"} 7'
	fake_source sample on 5
	raised 1 sample
	wait_for has_line 'kevnotify_events_total{source="sample"} 5'
	stop
}

# raised_at SECONDS SEQ SOURCE: as raised, then
raised_at() {
	record "${@:2}" | sed "s/^__REALTIME_TIMESTAMP=.*/__REALTIME_TIMESTAMP=${1}000000/" >"$T/record"
	cat "$T/record" >>"$RECORDS"
}

# last_from SECONDS: oom's last event was then or later, and not in the future
last_from() {
	local last
	last=$(sed -n 's/^kevnotify_last_event_timestamp_seconds{source="oom"} \(.*\)\..*/\1/p' "$T/prom/kevnotify.prom")
	if [ "${last:-0}" -lt "$1" ] || [ "$last" -gt "$(date +%s)" ]; then
		echo "$last, and not $1"
		return 1
	fi
}

# An event's time is of a clock that was ahead, and is right now.
metrics_ahead() {
	local now
	now=$(date +%s)
	fake_module
	mkdir "$T/prom"
	with_text
	raised_at 4000000000 1 oom
	wait_for last_from "$now"
	now=$(($(date +%s) + 1))
	wait_for eval "[ \$(date +%s) -ge $now ]"
	raised_at "$now" 2 oom
	wait_for has_line "kevnotify_last_event_timestamp_seconds{source=\"oom\"} $now.000000"
	stop
}

metrics_nowhere() {
	handler 50-first
	service
	raised 1 oom
	wait_for receipts 1
	stop
	not test -e /var/lib/prometheus
	not said Prometheus
}

# What the service writes can be written in the sandbox that comes with it.
sandbox() {
	local name path
	for name in STATE SNAPSHOTS TEXTFILE; do
		path=$(sed -n "s/^#define PATH_${name}[[:space:]]*\"\(.*\)\"/\1/p" "$here/../../tools/common/paths.h")
		grep -qE "^ReadWritePaths(=|=.* )-?$path( |\$)" "$here/../../tools/handlers/sandbox.conf" ||
			{ echo "not writable: $path"; return 1; }
	done
}

dispatch_all() {
	cat <<-'END'
	begins			reads records and runs handlers
	gets_record		a handler has the record in its environment and as JSON, hostile or not
	rules			what breaks a rule does not run, and one line names the rule and the culprit
	bad_directory		nor does what is in a directory that breaks one
	overrides		/etc takes the place of /usr/lib; a link to /dev/null masks
	order			a source's handlers first, each by number
	many			of more than 32 those that come last are left out, and each is named
	in_parallel		equal numbers run at the same time
	limits			a slow source has four at most, and keeps no other waiting
	ends_whole		forks, sessions and traps do not outlive a handler
	hangs			what no signal ends keeps no other from running, and is not started again meanwhile
	outcomes		a handler that fails is told of, and the next one runs
	as_user			a handler may run as a user
	units			a link to a unit starts it
	own_slice		an event of our own slice is journalled alone; a cut path is none
	own_ids			so is one of which the group's id alone is known; an interrupt is nobody's
	whose			a disk's error in an interrupt names no unit, a task that is stuck names its own
	helper_has_it		what the helper has been given runs no more
	helper_has_them		many that the helper has been given are told of in one line
	ack_race		stopped before the ack: each handler ran once
	ack_race_killed		killed before the ack, and the helper ran it: once too
	ack_race_alone		killed before the ack, and nothing else: once too
	claimed			the service and the helper have the same record: it is in the journal once
	without_service		the helper does what the service has not done, once
	behind			behind by a thousand records, each is in the journal once
	came_round		what was overwritten while no service ran is told
	came_round_open		and while one ran, but for what the helper has journalled
	goes_on			after a kill what has ended does not run again
	stops			a stop gives handlers 5 s, and what it ends runs again
	helper_goes_on		nor does it after a helper's
	helper_cuts		a handler that a helper's end cuts short runs in the next one, once
	torn_state		a torn state is ignored
	flipped_state		so is one whose sum is wrong
	other_instance		and one of another instance
	killed_often		killed 50 times: each handler ran
	killed_duplicates	killed when all has ended: nothing runs twice
	journal_entry		a journal entry has all fields, an id, and who it was
	slow_snapshot		a snapshot that takes long: no handler waits, and the journal's line has it or it is told
	stalled_journal		a journal that has stopped delays no handler and loses nothing
	no_journal		nor does one that is not there
	full_disk		without room for the state nothing is acknowledged
	helper_full_disk	nor is that the end of a helper's records
	device_gone		waits for the device, and for the one after it
	ready			the service manager is told
	one_service		there is one service
	metrics			a text for Prometheus has what happened, whole, and never counts back
	metrics_again		a source that registered again counts from 0
	metrics_ahead		an event of a clock that was ahead is none of the future
	metrics_nowhere		without a directory for it there is none
	sandbox			the sandbox leaves writable what is written
	no_reader		a line that has no reader is no trouble
	panic			the panic of an earlier boot is the first event, once
	panic_torn		of a dump that is torn what can be read, and that it is
	panic_first		what lay there before us is no news
	panic_killed		killed before it was told: once too
	panic_unmarked		without a place for the mark: once a boot
	bad_records		what is no record is left out
	long_name		a name that is longer than a line leaves room for what is said
	usage			wrong arguments are told of
	END
}

dispatch_picked() {
	dispatch_all | grep -E "${KEVNOTIFY_ONLY:-.}"
}

dispatch_count() {
	dispatch_picked | wc -l
}

# dispatch_cases FLAVOUR
dispatch_cases() {
	local case title
	flavour=$1
	while read -r case title; do
		test_case "$flavour: $title" in_place "$case"
		[ -z "${KEVNOTIFY_TIMES:-}" ] || echo "# $(times | tail -n 1)"
	done < <(dispatch_picked)
}
