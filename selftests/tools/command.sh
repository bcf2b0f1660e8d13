# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The cases of the command. All read the same module and the same journal; one that
# changes them works on a copy.

T=/mnt/t
SYS=/sys/kernel/kevnotify
MODULE=/sys/module/kevnotify
DEVICE=/mnt/device
LOG=/var/log/journal
INSTANCE=0123456789abcdef0123456789abcdef
OLDER=fedcba9876543210fedcba9876543210
MACHINE=00112233445566778899aabbccddeeff
BOOT=ffeeddccbbaa99887766554433221100

# --- What a case stands on

# as_adm COMMAND…: with no right but the group's
as_adm() {
	setpriv --reuid=65534 --regid=65534 --groups=4 --bounding-set=-all "$@"
}

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$@"
}

# with_device COMMAND…: /dev/kevnotify has the records in $DEVICE/records
with_device() {
	env LD_PRELOAD=/mnt/device.so ASAN_OPTIONS=verify_asan_link_order=0 "$@"
}

# values DIR [NAME VALUE]…: a file for each
values() {
	local dir=$1
	mkdir -p "$dir"
	shift
	while [ $# -gt 0 ]; do
		printf '%s\n' "$2" >"$dir/$1"
		shift 2
	done
}

# make_module: 20 raised, 12 recorded of them
make_module() {
	local source
	values $SYS abi 1 state idle helper_state ok helper_errno 0 helper_since 1763800000 \
		instance $INSTANCE
	values $SYS/stats raised 20 suppressed 8 refused 0 staged 0 recorded 12 base 1 next 13 \
		first 1 acknowledged 10 delivered 1 filtered 1 skipped 0 expired 0 overwritten 0 \
		failed 0 pending 0 readers 2 runs 1
	for source in oom block memory; do
		values $SYS/sources/$source enabled 1 level 3 state on raised 5 suppressed 2 last 9
	done
	values $SYS/sources/netdev enabled 0 state off raised 0 suppressed 0 last 0
	values $SYS/sources/lockup enabled 0 state 'unavailable: no hook in this kernel' raised 0 \
		suppressed 0 last 0
	values $SYS/control test '0 none' paused 0
	values $MODULE version 0.8.0
	values $MODULE/parameters helper '|/usr/lib/kevnotify/kevnotify-dispatch' fallback 10000
	values /sys/fs/cgroup/kevnotify.slice/kevnotify.service cgroup.events 'populated 1'
}

# stamp SECONDS: that long ago, in microseconds; now is when this is read
now=$(date +%s)
stamp() {
	echo "$((now - $1))000000"
}

# entry AGE SEQ SOURCE LEVEL MESSAGE [KEY=VALUE…]: as the service writes one to the journal
entry() {
	local age=$1 field
	printf '%s\n' "__REALTIME_TIMESTAMP=$(stamp "$1")" "__MONOTONIC_TIMESTAMP=$((900000 - $1))000000" \
		"_BOOT_ID=$BOOT" _UID=0 _HOSTNAME=host SYSLOG_IDENTIFIER=kevnotify "KEVNOTIFY_SEQ=$2" \
		"KEVNOTIFY_SOURCE=$3" "PRIORITY=$4" "MESSAGE=$5" "KEVNOTIFY_TIME=$((now - age)).000000"
	shift 5
	[[ " $* " == *" KEVNOTIFY_INSTANCE="* ]] || echo "KEVNOTIFY_INSTANCE=$INSTANCE"
	for field; do printf '%s\n' "$field"; done
	echo
}

# other AGE IDENTIFIER UID MESSAGE [KEY=VALUE…]: an entry of another program
other() {
	printf '%s\n' "__REALTIME_TIMESTAMP=$(stamp "$1")" "__MONOTONIC_TIMESTAMP=$((900000 - $1))000000" \
		"_BOOT_ID=$BOOT" "_UID=$3" "SYSLOG_IDENTIFIER=$2" "MESSAGE=$4" "${@:5}" ''
}

# The kill that the screens show
oom() {
	entry "$1" "$2" oom 2 "Out of memory: killed process 731 (java) of shop.service, which had 4.2 GiB" \
		KEVNOTIFY_VICTIM_PID=731 'KEVNOTIFY_VICTIM_COMM=ja\x1bva' KEVNOTIFY_VICTIM_ANON_KB=4299161 \
		KEVNOTIFY_VICTIM_FILE_KB=90112 KEVNOTIFY_LIMIT_KB=4194304 \
		KEVNOTIFY_LIMIT_CGROUP=/system.slice/shop.service KEVNOTIFY_UNIT=shop.service \
		KEVNOTIFY_PID=731 KEVNOTIFY_COMM=java KEVNOTIFY_SNAPSHOT=/var/lib/kevnotify/oom-9.txt \
		OBJECT_SYSTEMD_UNIT=shop.service
}

entries() {
	entry 200000 3 oom 2 'from before' KEVNOTIFY_INSTANCE=$OLDER
	entry 180000 9 block 3 'an older nine' KEVNOTIFY_INSTANCE=$OLDER
	entry 7300 1 netdev 5 'eth0 is up'
	other 7200 sshd 0 'not ours' KEVNOTIFY_SEQ=5 KEVNOTIFY_SOURCE=oom
	other 7100 kevnotify 1000 'forged' KEVNOTIFY_SEQ=6 KEVNOTIFY_SOURCE=oom PRIORITY=0
	entry 300 7 block 3 "nvme0n1: read error €$(printf '\xc2\x9b')31m, at sector 88812032, which is a long text that has no room"
	entry 200 8 block 5 '12 more events were suppressed' KEVNOTIFY_SUPPRESSED=12
	oom 100 9
	other 99 kevnotify-dispatch 0 'kevnotify-dispatch: 50-mail for record 9: exited 3'
	other 98 kevnotify-dispatch 0 'kevnotify-dispatch: 50-mail for record 99: exited 4'
	entry 50 10 memory 4 '4.8 percent are left'
}

# in_remote OUTPUT: the entries on standard input go there
in_remote() {
	chroot /mnt/collectors /lib/systemd/systemd-journal-remote "--output=$1" - >"${scratch:?}/remote" 2>&1 ||
		{ cat "$scratch/remote"; return 1; }
}

# journal FILE: the entries on standard input
journal() {
	mkdir -p "${1%/*}"
	in_remote /out.journal
	mv /mnt/collectors/out.journal "$1"
	chown 0:4 "$1"
	chmod 640 "$1"
}

make_journal() {
	mkdir -p /mnt/collectors/proc
	mount --bind /proc /mnt/collectors/proc
	echo $MACHINE | tee /etc/machine-id >/mnt/collectors/etc/machine-id
	entries | journal $LOG/$MACHINE/system.journal
}

# same EXPECTED ACTUAL
same() {
	[ "$1" = "$2" ] || { diff <(printf '%s\n' "$1") <(printf '%s\n' "$2"); return 1; }
}

# status_of N COMMAND…: its exit status is N; what it says is in $T/said
status_of() {
	local rc=0
	"${@:2}" >"$T/out" 2>"$T/said" </dev/null || rc=$?
	same "$1" "$rc" || { cat "$T/out" "$T/said"; return 1; }
}

said() {
	grep -qF -- "$1" "$T/said" || { echo "not said: $1"; cat "$T/said"; return 1; }
}

out() {
	grep -qF -- "$1" "$T/out" || { echo "not there: $1"; cat "$T/out"; return 1; }
}

# no_wider N: no line of what came out is
no_wider() {
	! LC_ALL=C.UTF-8 grep -nE "^.{$(($1 + 1))}" "$T/out"
}

# wait_for COMMAND…: until it succeeds; 20 s are for ever
wait_for() {
	local end=$((SECONDS + 20))
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || { echo "in vain: $*"; return 1; }
		sleep 0.02
	done
}

not() {
	! "$@"
}

# in_place COMMAND…: a case, with an empty $T and the module as it was made
in_place() {
	rm -rf "$T" "$DEVICE" /sys/* /run/kevnotify
	mkdir -p "$T" "$DEVICE"
	chmod 777 "$T"
	: >"$DEVICE/records"
	make_module
	"$@"
}

# --- status

status_whole() {
	COLUMNS=80 status_of 0 as_adm kevnotify status
	same 'nothing lost: 20 raised = 12 recorded + 8 suppressed' "$(head -n 1 "$T/out")"
	out '  records   12 = 10 acknowledged + 1 delivered + 1 filtered'
	out '  service   runs; 2 open /dev/kevnotify'
	out '  sources   3 on, 1 off, 1 unavailable'
	out 'killed ja\x1bva[731] of shop.service, 4.2 GiB'
	out 'limit 4.0 GiB in /system.slice/shop.service'
	not grep -E 'not ours|forged' "$T/out"
	same '10 9 8 7 1' "$(sed -nE 's/^  [A-Z][a-z]{2} .* ([0-9]+)$/\1/p' "$T/out" | xargs)"
	not grep -n "$(printf '\xc2\x9b')\|$(printf '\x1b')" "$T/out"
	[ "$(wc -l <"$T/out")" -le 24 ]
}

# Of each way to lose something the first line tells.
status_losses() {
	echo 2 >$SYS/stats/refused
	echo 22 >$SYS/stats/raised
	status_of 0 kevnotify status
	same '2 events were lost: 22 raised = 12 recorded + 8 suppressed + 2 refused' "$(head -n 1 "$T/out")"
	echo 30 >$SYS/stats/raised
	status_of 0 kevnotify status
	grep -q '^8 events are not accounted for: 30 raised = ' "$T/out"
	make_module
	echo 4 >$SYS/stats/overwritten
	status_of 0 kevnotify status
	grep -q '^4 records did not reach the helper: ' "$T/out"
	make_module
	{ entries; entry 10 20 oom 2 x KEVNOTIFY_LOST=7; entry 9 21 oom 2 x KEVNOTIFY_LOST=7 KEVNOTIFY_INSTANCE=$OLDER
		entry 9 30 oom 2 x KEVNOTIFY_LOST=3; } | journal "$T/j/system.journal"
	status_of 0 kevnotify status -D "$T/j"
	grep -q '^10 records are not in the journal: ' "$T/out"
}

# An event under way is in no count of what became of it; a loss stays when nothing moves.
status_busy() {
	echo 21 >$SYS/stats/raised
	echo 23 >$DEVICE/raised
	status_of 0 with_device kevnotify status
	grep -q '^nothing lost: 23 raised = .* + 3 under way$' "$T/out"
	status_of 0 with_device kevnotify status
	grep -q '^3 events are not accounted for: 23 raised = ' "$T/out"
}

status_narrow() {
	local width
	for width in 20 40 79 80 120; do
		COLUMNS=$width status_of 0 kevnotify status
		no_wider "$width"
	done
	for width in 0 junk -1 99999999999999999999; do COLUMNS=$width status_of 0 kevnotify status; done
}

# on_terminal COMMAND: it has one, of 30 columns
on_terminal() {
	TERM=xterm script -qec "stty cols 30; $1" /dev/null </dev/null | tr -d '\r' >"$T/out"
}

status_terminal() {
	on_terminal 'kevnotify status'
	grep -q $'\x1b\[32mnothing lost' "$T/out"
	sed -i 's/\x1b\[[0-9;]*[mK]//g' "$T/out"
	no_wider 30
	on_terminal 'NO_COLOR=1 kevnotify status'
	not grep -q $'\x1b\[[0-9;]*m' "$T/out"
}

status_closed() {
	kevnotify status | head -n 1 >"$T/out"
	status_of 1 sh -c 'kevnotify status >/dev/full'
	said 'No space left'
	status_of 1 sh -c 'kevnotify status >&-'
	said 'Bad file descriptor'
	(set -o pipefail; kevnotify status | true)
}

status_without() {
	rm -r $SYS
	status_of 1 kevnotify status
	said 'too old, or just going'
	rm -r $MODULE
	status_of 1 kevnotify status
	said 'Type: modprobe kevnotify'
	mkdir -p /usr/lib/kevnotify
	printf '#!/bin/sh\necho "stub of $1"\n' >/usr/lib/kevnotify/kernel-state
	chmod 755 /usr/lib/kevnotify/kernel-state
	status_of 1 kevnotify status
	rm -r /usr/lib/kevnotify
	said "stub of $(uname -r)"
	make_module
	chmod 700 $SYS
	status_of 1 as_nobody kevnotify status
	said 'be root, or in the group adm'
	chmod 755 $SYS
	echo 99 >$SYS/abi
	status_of 1 kevnotify status
	said 'another interface (99)'
	echo junk >$SYS/abi
	status_of 1 kevnotify status
	said 'another interface'
}

# Files that a module of another version has not
status_older() {
	rm -r $SYS/stats/{readers,filtered} $SYS/helper_since $SYS/control $MODULE/version $SYS/sources/oom
	status_of 0 kevnotify status
	out 'nothing lost'
	mkdir -p "$T/empty"
	status_of 0 kevnotify status -D "$T/empty"
	said 'no journal in it'
	out 'nothing lost'
	status_of 0 kevnotify status -D /nowhere
	said '/nowhere: No such file'
}

# Without a journal the device tells.
status_device() {
	local seq
	rm -r /sys/fs
	for seq in 1 2 3 4 5 6 7; do stream "$seq" oom; done >"$DEVICE/records"
	sed -i 's/.*/ffffffffffffffffffffffffffffffff/' $SYS/instance
	status_of 0 with_device kevnotify status
	out 'does not run'
	out 'Last events (not in the journal)'
	same '7 6 5 4 3' "$(sed -nE 's/^  [A-Z][a-z]{2} .* ([0-9]+)$/\1/p' "$T/out" | xargs)"
	out 'killed java[731] of shop.service'
	status_of 0 as_nobody kevnotify status
	said 'be root, or in the group adm'
}

# stream SEQ SOURCE [KEY=VALUE…]: a record as the device has it
stream() {
	local seq=$1 source=$2 field
	shift 2
	printf '%s\n' "__REALTIME_TIMESTAMP=$(stamp $((100 - seq)))" PRIORITY=2 SYSLOG_IDENTIFIER=kevnotify \
		'MESSAGE=Out of memory: killed process 731 (java)' "KEVNOTIFY_SEQ=$seq" \
		KEVNOTIFY_INSTANCE=ffffffffffffffffffffffffffffffff "KEVNOTIFY_SOURCE=$source" \
		KEVNOTIFY_VICTIM_PID=731 KEVNOTIFY_VICTIM_COMM=java \
		KEVNOTIFY_VICTIM_CGROUP=/system.slice/shop.service
	for field; do printf '%s\n' "$field"; done
	echo
}

# --- follow

# seqs: of the lines of JSON in $T/out
seqs() {
	grep -o '"KEVNOTIFY_SEQ":"[0-9]*"' "$T/out" | tr -dc '0-9\n' | xargs
}

follow() {
	status_of 0 as_adm kevnotify follow --no-follow "$@"
}

follow_screen() {
	COLUMNS=80 follow
	cat "$T/out"
	out ' oom     crit   killed ja\x1bva[731] of shop.service, 4.2 GiB'
	out '                      asked for by java[731]; anon 4.1 GiB, file 88.0 MiB'
	same 1 "$(grep -c '12 more suppressed' "$T/out")"
	not grep -q '12 more events' "$T/out"
	not grep -n "$(printf '\xc2\x9b')" "$T/out"
	no_wider 80
}

follow_picks() {
	follow --json
	same '3 9 1 7 8 9 10' "$(seqs)"
	follow --json --lines=2
	same '9 10' "$(seqs)"
	follow --json --source=oom,memory
	same '3 9 10' "$(seqs)"
	follow --json --source=oom --source=block --level=crit
	same '3 9' "$(seqs)"
	follow --json --level 3
	same '3 9 7 9' "$(seqs)"
	follow --json --since=2h
	same '7 8 9 10' "$(seqs)"
	follow --json --since="@$((now - 100))"
	same '9 10' "$(seqs)"
	follow --json --since="$(date -d "@$((now - 60))" '+%Y-%m-%d %H:%M:%S')"
	same '10' "$(seqs)"
	status_of 0 as_adm kevnotify follow --no-follow --json --since=@0
	same '3 9 1 7 8 9 10' "$(seqs)"
	status_of 2 kevnotify follow --no-follow --since=2h --lines=1
	said 'exclude each other'
	follow --json --since=2024-02-29
	same '3 9 1 7 8 9 10' "$(seqs)"
	follow --json --source=nosuch
	same '' "$(seqs)"
	follow --json --lines=1
	python3 -c 'import json, sys; e = json.load(open(sys.argv[1])); assert e["MESSAGE"] == "4.8 percent are left" and e["_HOSTNAME"] == "host", e' "$T/out"
}

# What is exported another journal takes, and it is ours alone.
follow_exports() {
	follow --export --lines=100
	mv "$T/out" "$T/exported"
	same 7 "$(grep -c '^__CURSOR=' "$T/exported")"
	journal "$T/j/remote.journal" <"$T/exported"
	follow --json -D "$T/j"
	same '3 9 1 7 8 9 10' "$(seqs)"
}

# With a cursor each comes once, whatever the end of a call was.
follow_cursor() {
	follow --json --cursor-file="$T/cursor" --most=2
	same '3 9' "$(seqs)"
	follow --json --cursor-file="$T/cursor"
	same '1 7 8 9 10' "$(seqs)"
	status_of 2 kevnotify follow --most=0
	follow --json --cursor-file="$T/cursor"
	same '' "$(seqs)"
	mkdir "$T/j"
	cp $LOG/$MACHINE/system.journal "$T/j"
	rm "$T/cursor"
	# The reader goes after three.
	{ kevnotify follow --json --cursor-file="$T/cursor" -D "$T/j"; } | head -n 3 >"$T/out" || :
	same '3 9 1' "$(seqs)"
	echo junk >"$T/cursor"
	status_of 1 kevnotify follow --no-follow --cursor-file="$T/cursor"
	said "$T/cursor: Invalid argument"
	status_of 1 kevnotify follow --no-follow --cursor-file="$T"
	status_of 1 kevnotify follow --no-follow --cursor-file=/nowhere/x
	said '/nowhere/x: No such file'
}

# New ones come as they are written; the end of the reader is the end.
follow_waits() {
	stream 1 oom >"$DEVICE/records"
	mkfifo "$T/fifo"
	with_device kevnotify follow --device --json >"$T/fifo" &
	exec 5<"$T/fifo"
	read -rt 20 line <&5
	[[ $line == *'"KEVNOTIFY_SEQ":"1"'*'"KEVNOTIFY_UNIT":"shop.service"'* ]]
	stream 2 oom >>"$DEVICE/records"
	read -rt 20 line <&5
	[[ $line == *'"KEVNOTIFY_SEQ":"2"'* ]]
	exec 5<&-
	wait $!
}

# The same of a journal that is written to
follow_journal() {
	rm -rf /mnt/collectors/j
	mkdir /mnt/collectors/j
	entries | in_remote /j/system.journal
	mkfifo "$T/fifo"
	kevnotify follow --json --lines=1 -D /mnt/collectors/j >"$T/fifo" &
	exec 5<"$T/fifo"
	read -rt 20 line <&5
	[[ $line == *'"KEVNOTIFY_SEQ":"10"'* ]]
	for seq in 11 12; do
		entry 1 "$seq" memory 4 more | in_remote /j/system.journal
		read -rt 20 line <&5
		[[ $line == *"\"KEVNOTIFY_SEQ\":\"$seq\""* ]]
	done
	exec 5<&-
	wait $!
}

# Nothing is there that is asked for, and then it comes, be there a journal's last line or not.
follow_nothing() {
	local lines
	for lines in 0 5; do
		rm -rf /mnt/collectors/j "$T/fifo"
		mkdir /mnt/collectors/j
		entries | in_remote /j/system.journal
		mkfifo "$T/fifo"
		kevnotify follow --json --lines=$lines --source=fs -D /mnt/collectors/j >"$T/fifo" &
		exec 5<"$T/fifo"
		wait_for asleep $!
		for seq in 11 12; do
			entry 1 "$seq" fs 4 new | in_remote /j/system.journal
			read -rt 20 line <&5
			[[ $line == *"\"KEVNOTIFY_SEQ\":\"$seq\""* ]]
		done
		exec 5<&-
		wait $!
	done
}

# asleep PID: it waits for the journal, and not for a page or a lock on the way there
asleep() {
	grep -q inotify <(ls -l "/proc/$1/fd") && grep -q '^State:.S' "/proc/$1/status" &&
		grep -qE 'poll|^0$' "/proc/$1/wchan"
}

# What the command itself says in a unit is no event.
follow_own() {
	{ entries; for ((n = 0; n < 20; n++)); do other 9 kevnotify 0 'ok: the module is loaded'; done; } |
		journal "$T/j/system.journal"
	status_of 0 kevnotify follow --no-follow --json --lines=2 -D "$T/j"
	same '9 10' "$(seqs)"
	status_of 0 kevnotify status -D "$T/j"
	same '10 9 8 7 1' "$(sed -nE 's/^  [A-Z][a-z]{2} .* ([0-9]+)$/\1/p' "$T/out" | xargs)"
}

# A cursor of the device goes on in the journal, and not the other way round.
follow_source() {
	echo "device $INSTANCE 8" >"$T/cursor"
	follow --json --cursor-file="$T/cursor"
	same '9 10' "$(seqs)"
	follow --json --cursor-file="$T/cursor"
	same '' "$(seqs)"
	rm -r /sys/fs
	stream 1 oom >"$DEVICE/records"
	sed -i 's/.*/ffffffffffffffffffffffffffffffff/' $SYS/instance
	status_of 0 with_device kevnotify follow --no-follow --json --cursor-file="$T/cursor"
	same '' "$(seqs)"
	status_of 1 with_device kevnotify follow --device --no-follow --cursor-file="$T/cursor"
	said 'leave --device out'
	make_module
	echo 'device ffffffffffffffffffffffffffffffff 1' >"$T/cursor"
	status_of 1 kevnotify follow --no-follow --cursor-file="$T/cursor"
	said "remove the cursor's file"
}

follow_device() {
	for seq in 1 2 3 4 5; do stream "$seq" oom; done >"$DEVICE/records"
	status_of 0 with_device kevnotify follow --device --no-follow --json -n 2
	same '4 5' "$(seqs)"
	status_of 0 with_device kevnotify follow --device --no-follow --json --cursor-file="$T/cursor"
	same '1 2 3 4 5' "$(seqs)"
	stream 6 oom >>"$DEVICE/records"
	status_of 0 with_device kevnotify follow --device --no-follow --json --cursor-file="$T/cursor"
	same '6' "$(seqs)"
	status_of 0 with_device kevnotify follow --device --no-follow --export
	journal "$T/j/remote.journal" <"$T/out"
	echo >"$DEVICE/gone"
	status_of 1 with_device kevnotify follow --device --no-follow
	said 'is the module loaded?'
}

bad_values() {
	local value
	for value in '' 25h1 -1 yesterday 99999999999999999999s 2026-02-30 25:00 @ @99999999999999999999 "$(printf 'x%.0s' {1..5000})"; do
		status_of 2 kevnotify follow --no-follow "--since=$value"
		said 'is no time'
	done
	for value in '' -1 8 critical 99999999999999999999 0x1; do
		status_of 2 kevnotify follow --no-follow "--level=$value"
		said 'is no level'
	done
	for value in '' -1 x 1x 1000001 99999999999999999999; do
		status_of 2 kevnotify follow --no-follow "--lines=$value"
		said 'is no number from'
	done
	status_of 2 kevnotify follow --source=
	status_of 2 kevnotify follow "--source=$(printf 'a,%.0s' {1..17})"
	status_of 2 kevnotify follow --cursor-file=
	status_of 2 kevnotify follow --since
	status_of 2 kevnotify follow extra
	status_of 2 kevnotify follow --nosuch
	said 'usage: kevnotify follow'
	status_of 2 kevnotify show
	status_of 2 kevnotify show 1 2
	for value in x 1x -1 99999999999999999999; do status_of 2 kevnotify show -- "$value"; done
	status_of 2 kevnotify
	status_of 2 kevnotify nosuch
	said 'no command "nosuch"'
	status_of 2 kevnotify status extra
}

helps() {
	local command
	status_of 0 kevnotify --version
	grep -qxE 'kevnotify [0-9]+\.[0-9]+\.[0-9]+' "$T/out"
	status_of 0 kevnotify --help
	no_wider 80
	while read -r command; do
		status_of 0 kevnotify "$command" --help
		grep -q "^usage: kevnotify $command" "$T/out"
		no_wider 80
		documented "$command"
	done < <(sed -nE 's/^  ([a-z]+) .*/\1/p' "$T/out")
}

# documented COMMAND: the page has it, and the options that its help in $T/out has
documented() {
	local page=${here:?}/../../Documentation/man/kevnotify.8 option
	sed -n "/^\\.It Nm Cm $1\\b/,/^\\.It Nm Cm [^$1]/p" "$page" >"$T/page"
	[ -s "$T/page" ] || { echo "$1: not in the page"; return 1; }
	{ grep -oE -- '--[a-z-]+' "$T/out" || :; } | sort -u | while read -r option; do
		grep -qE -- "Fl -${option#--}\\b" "$T/page" || { echo "$1 $option: not in the page"; return 1; }
	done
}

# completes WORDS…: what bash offers in the place of the last one
completes() {
	bash -c '. "$1"; shift; COMP_WORDS=(kevnotify "$@"); COMP_CWORD=$#; COMPREPLY=()
		_kevnotify; echo "${COMPREPLY[*]}"' - "$here/../../tools/completions/kevnotify" "$@"
}

completion() {
	same status "$(completes stat | tr ' ' '\n' | grep -x status)"
	same 'block' "$(completes follow --source = bl)"
	same '--no-follow' "$(completes follow --no)"
	same 'helper=' "$(completes set hel)"
	same 'enable' "$(completes sources en)"
	same 'oom' "$(completes sources set oo)"
	same 'level=' "$(completes sources set oom lev)"
	same '' "$(completes sources enable oom lev)"
	same '' "$(completes follow nosuch)"
}

motd() {
	local script=$here/../../tools/system/60-kevnotify profile=$here/../../tools/system/profile.d/kevnotify.sh
	# A login's interactive shell, and no other
	status_of 0 bash --norc -ic ". $profile" -bash
	grep -qE '^kevnotify: 2 in the last day: ' "$T/out"
	status_of 0 bash --norc -ic ". $profile" bash
	same '' "$(cat "$T/out")"
	status_of 0 dash -ec ". $profile" -dash
	same '' "$(cat "$T/out")"
	status_of 0 "$script"
	same 1 "$(wc -l <"$T/out")"
	grep -qE '^kevnotify: 2 in the last day: [0-9:]{5} oom killed ja.x1bva\[731\] of shop.service, 4.2 GiB; see "kevnotify status"$' "$T/out"
	{ for ((n = 1; n < 1200; n++)); do printf '%s\n' "__REALTIME_TIMESTAMP=$(((now - 2000 + n) * 1000000))" \
		"_BOOT_ID=$BOOT" _UID=0 SYSLOG_IDENTIFIER=kevnotify "KEVNOTIFY_SEQ=$n" KEVNOTIFY_SOURCE=oom PRIORITY=2 \
		"MESSAGE=no $n" ''; done; } | journal "$T/j/system.journal"
	status_of 0 kevnotify status --motd -D "$T/j"
	grep -qE '^kevnotify: at least 1000 in the last day: [0-9:]{5} oom no 1199; ' "$T/out"
	entry 100000 1 oom 2 'days ago' | journal "$T/j/system.journal"
	status_of 0 kevnotify status --motd -D "$T/j"
	same '' "$(cat "$T/out" "$T/said")"
	chmod 0 $LOG
	status_of 0 as_nobody "$script"
	same '' "$(cat "$T/out" "$T/said")"
	chmod 755 $LOG
}

# --- show

shows() {
	status_of 0 as_adm kevnotify show 9
	out 'killed ja\x1bva[731] of shop.service, 4.2 GiB'
	out 'snapshot  /var/lib/kevnotify/oom-9.txt'
	out '(it is not there any more)'
	out 'handler   50-mail: exited 3'
	not grep -q 'exited 4' "$T/out"
	out 'VICTIM_ANON_KB'
	status_of 0 kevnotify show 7
	out 'the journal tells of none that failed'
	status_of 0 kevnotify show --json 3
	out '"MESSAGE":"from before"'
	# The module was loaded again, and its numbers came again.
	{ entry 90 9 oom 2 x KEVNOTIFY_INSTANCE=$OLDER; other 89 kevnotify-dispatch 0 '50-old for record 9: exited 3'
		entry 80 9 oom 2 y; other 79 kevnotify-dispatch 0 '50-new for record 9: exited 4'; } | journal "$T/j/system.journal"
	status_of 0 kevnotify show -D "$T/j" 9
	out 'handler   50-new: exited 4'
	not grep 50-old "$T/out"
	echo $OLDER >$SYS/instance
	status_of 0 kevnotify show -D "$T/j" 9
	out 'handler   50-old: exited 3'
	not grep 50-new "$T/out"
	status_of 1 kevnotify show 5
	said 'there is no record 5 in the journal'
	status_of 1 kevnotify show 6
	stream 4 oom >"$DEVICE/records"
	status_of 0 with_device kevnotify show --device 4
	out 'killed java[731] of shop.service'
	status_of 1 with_device kevnotify show --device 5
	said "no record 5 in the module's log"
}

# --- top

# make_debugfs: what root sees beside it
make_debugfs() {
	values /sys/kernel/debug/kevnotify
	printf '%s\n' 'log first=1 next=13' 'cursor helper base=1 next=13 scan=13 ahead=0' \
		"cursor reader pid=$$ base=1 next=13 lost=0" 'cursor reader pid=4194305 base=1 next=9 lost=3' \
		>/sys/kernel/debug/kevnotify/log
	printf '%s\n' 'raise_to_exec below_ns=262144 count=9' 'raise_to_exec below_ns=2097152 count=1' \
		>/sys/kernel/debug/kevnotify/latency
}

# Another machine's entry may have more of a value than we have room for.
long_values() {
	local long
	long=$(printf '7%.0s' {1..4000})
	entry 90 9 oom 2 x "KEVNOTIFY_VICTIM_PID=${long:0:1020}" "KEVNOTIFY_CONTAINER=${long:0:300}" \
		KEVNOTIFY_VICTIM_ANON_KB=4096 | journal "$T/j/system.journal"
	status_of 0 kevnotify show -D "$T/j" 9
	out 'killed ?[7777'
	entry 90 9 oom 2 x "KEVNOTIFY_VICTIM_PID=$long" "KEVNOTIFY_VICTIM_COMM=$long" \
		"KEVNOTIFY_CONTAINER=$long" KEVNOTIFY_VICTIM_ANON_KB=4096 KEVNOTIFY_PID=1 \
		"KEVNOTIFY_COMM=$long" | journal "$T/j2/system.journal"
	status_of 0 kevnotify show -D "$T/j2" 9
	status_of 0 kevnotify follow -D "$T/j2" --no-follow
}

top_once() {
	make_debugfs
	COLUMNS=80 status_of 0 kevnotify top --once --interval=1
	out 'nothing lost: 20 raised'
	out "[$$] 0 behind"
	out '?[4194305] 4 behind, 3 lost'
	out 'raise to exec of the helper: half below 262 us, all below 2.1 ms'
	out 'unavailable: lockup'
	out 'off: netdev'
	no_wider 80
	not grep -q "$(printf '\x1b')" "$T/out"
	chmod 700 /sys/kernel/debug
	status_of 0 as_adm kevnotify top --once --interval=1
	out 'readers: 2'
	not grep -q 'raise to exec' "$T/out"
}

# The second picture has what was raised since the first.
top_rates() {
	kevnotify top --interval=1 >"$T/out" &
	wait_for grep -q '^readers' "$T/out"
	echo 1000005 >$SYS/sources/memory/raised
	wait_for grep -qE '^memory +1000005 +[0-9]{7,}\.[0-9]' "$T/out"
	kill -INT $!
	wait $!
	same 'memory' "$(sed -n '/^memory  *1000005/,$p' "$T/out" | sed 1q | cut -d ' ' -f 1)"
}

# q ends it, and the terminal is as it was.
top_terminal() {
	TERM=xterm timeout 20 script -qec 'stty rows 11 cols 60; kevnotify top; stty -a' "$T/typed" \
		< <(wait_for grep -q '^readers' "$T/typed" >&2; printf q; wait_for grep -q ' icanon' "$T/typed" >&2) >/dev/null
	grep -q ' icanon' "$T/typed"
	grep -qF "$(printf '\x1b[?1049l')" "$T/typed"
	grep -q 'and 1 more that are on' "$T/typed"
}

top_ends() {
	kevnotify top --interval=1 | head -n 3 >"$T/out"
	kevnotify top --interval=1 >"$T/out" 2>"$T/said" &
	wait_for grep -q '^readers' "$T/out"
	rm -r $SYS $MODULE
	wait $! && return 1
	said 'modprobe kevnotify'
	make_module
	for value in '' 0 x 3601 99999999999999999999; do status_of 2 kevnotify top "--interval=$value"; done
}

command_all() {
	cat <<-'END'
	status_whole		status: one screen for the group adm, with the last events of ours alone
	status_losses		its first line tells of each kind of loss
	status_busy		what is under way is no loss
	status_narrow		no line is wider than the terminal
	status_terminal		colours on a terminal, and not with NO_COLOR
	status_closed		standard output that is closed, or full
	status_without		no module, a stub, an old one, one that may not be read
	status_older		files that are not there, no journal
	status_device		the device tells what the journal cannot
	follow_screen		follow: a line for each event, with what is hidden
	follow_picks		by time, number, source and level
	follow_exports		the export format is one that a journal takes
	follow_cursor		with a cursor each comes once
	follow_waits		new ones come, and the end of a reader is the end
	follow_journal		from a journal, too
	follow_nothing		where nothing matches yet, too
	follow_own		lines of the command's own are no events
	follow_source		a cursor goes on when the source of records is another
	follow_device		the same from the device
	shows			show: all fields, the snapshot's place, what became of handlers
	long_values		values that are longer than the room for them
	top_once		top: rates, readers and latencies; less without root
	top_rates		a second picture has rates
	top_terminal		q ends it, and the terminal is as it was
	top_ends		so does a reader that goes, and a module that goes
	bad_values		junk, huge and missing values are told of
	completion		bash completes commands, options and values
	motd			a login has one line, or none
	helps			each command has help, and an entry in the page
	END
}

command_picked() {
	command_all | grep -E "${KEVNOTIFY_ONLY:-.}"
}

command_count() {
	command_picked | wc -l
}

command_cases() {
	local case title
	while read -r case title; do
		test_case "$title" in_place "$case"
		[ -z "${KEVNOTIFY_TIMES:-}" ] || echo "# $(times | tail -n 1)"
	done < <(command_picked)
}
