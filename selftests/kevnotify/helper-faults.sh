#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A hundred faults of the helper, in the order that SEED gives (check: forty). Each
# one event is raised for; what becomes of it, of the run and of the processes
# is counted out here. Where the fault keeps the helper from being started, it is
# repaired then, and the event comes after all.
. ./lib.sh

FS=$WORK/fs
PROGRAM=$FS/helper
EXEC=/sys/module/kevnotify_test_exec/parameters
SLAB=/sys/kernel/debug/failslab

begin
program die <<'END'
#!/bin/sh
kill "-$1" $$
END
program hang <<'END'
#!/bin/sh
exec sleep 1000
END
program deaf <<'END'
#!/bin/sh
trap '' TERM
while :; do sleep 1; done
END
program fork <<'END'
#!/bin/sh
usleep 300000 &
exit 0
END
program close <<'END'
#!/bin/sh
exec <&- >&- 2>&-
exit 0
END
program flood <<'END'
#!/bin/sh
i=0
while [ $i -lt 300 ]; do echo "line $i of many"; i=$((i + 1)); done
END
program vanish <<END
#!/bin/sh
rm $PROGRAM
END

mounted() {
	[ -e "$FS/here" ]
}

# text TEXT: a program of this text in the helper's place
text() {
	printf '%s\n' "$1" >"$FS/new" && chmod 755 "$FS/new" && mv "$FS/new" "$PROGRAM"
}

# install: the helper as it has to be
install() {
	mounted || { mkdir -p "$FS" && mount -t tmpfs -o mode=755 none "$FS" && touch "$FS/here"; }
	text "#!/bin/sh
exec $HELPER \"\$1\" \"\$2\""
}

# slab ON: allocations of the kernel's workers that start programs fail
slab() {
	for proc in /proc/[0-9]*; do
		read -r comm <"$proc/comm" || continue
		case $comm in kworker/u*) echo "$1" >"$proc/make-it-fail" ;; esac
	done 2>/dev/null
	echo -1 >"$SLAB/times"
	echo $(($1 * 100)) >"$SLAB/probability"
}

# Faults that keep the helper from being started: their errno, and how to make
# them. Others are made by what the event tells the helper to do.
faults_before="missing:2 mode:13 group:13 directory:13 bare:8 interpreter:2 unmounted:2
	inject_alloc:12 inject_exec:11"
faults_after="exit signal hang deaf fork close flood vanish too_big way_too_big"

break_helper() {
	case $1 in
	missing) rm "$PROGRAM" ;;
	mode) chmod 644 "$PROGRAM" ;;
	group) chmod 775 "$PROGRAM" ;;
	directory) rm "$PROGRAM" && mkdir "$PROGRAM" ;;
	bare) text 'echo no interpreter' ;;
	interpreter) text '#!/no/such/interpreter' ;;
	unmounted) umount -l "$FS" ;;
	busy) exec 3>>"$PROGRAM" ;;
	inject_*) echo 1 >"$DBG/inject/${1#inject_}" ;;
	slab) slab 1 ;;
	esac
}

repair_helper() {
	case $1 in
	directory) rmdir "$PROGRAM" ;;
	busy) exec 3>&- ;;
	inject_*) echo 0 >"$DBG/inject/${1#inject_}" ;;
	slab) slab 0 ;;
	esac 2>/dev/null
	install
	# Ends the wait for the next try
	echo "$PROGRAM" >"$PARAMS/helper"
}

# held NAME:ERRNO: the event waits for the repair
held() {
	fault=${1%:*}
	base=$(receipts) tries=$(counter noexec)
	break_helper "$fault"
	raise held
	await 60 counter_reaches noexec $((tries + 1)) && holds "$SYS/helper_errno" "${1#*:}" &&
		received "$base" && repair_helper "$fault" &&
		await 60 received $((base + 1)) && settle
}

# once COUNTER MESSAGE: the event is delivered, and this is what the run counts as
once() {
	base=$(receipts) was=$(counter "$1")
	raise "$2"
	await 60 received $((base + 1)) && settle && counter_is "$1" $((was + 1)) &&
		eval "n_$1=\$((n_$1 + 1))"
}

# fails TIMES: exec says E2BIG so often; twice is one too many
fails() {
	base=$(receipts)
	echo 7 >"$EXEC/err" && echo "$1" >"$EXEC/times" && raise big || return 1
	n_failed=$((n_failed + $1 / 2))
	await 60 received $((base + 2 - $1)) && settle && counter_is failed "$n_failed"
}

# fatal NUMBER: one of the signals that kill a shell; busybox ignores SIGQUIT
fatal() {
	nth=$(($1 % 8))
	set -- 1 2 4 6 9 11 13 15
	shift "$nth"
	echo "$1"
}

# one FAULT NUMBER: make it; the number chooses among its kinds
one() {
	case $1 in
	exit) once exited_nonzero "exit $(($2 % 255 + 1))" ;;
	signal) once signaled "exec die $(fatal "$2")" ;;
	hang | deaf) echo "$limit" >"$PARAMS/timeout" && once timedout "exec $1" && echo 0 >"$PARAMS/timeout" ;;
	fork | close | flood) once exited "exec $1" ;;
	vanish) once exited "exec vanish" && install ;;
	too_big) fails 1 ;;
	way_too_big) fails 2 ;;
	*) held "$1" ;;
	esac
}

# order N: so many faults of all that there are, by the seed
order() {
	# shellcheck disable=SC2086 # words
	printf '%s\n' $faults_before $faults_after | awk -v n="$1" -v seed="$SEED" '
		{ fault[NR] = $0 }
		END {
			srand(seed)
			# Each kind comes up; deaf takes 3 s, and is enough once in twenty
			while (count < n)
				for (i = 1; i <= NR && count < n; i++)
					if (fault[i] !~ /deaf|hang/ || count < NR || rand() < 0.3)
						list[++count] = fault[i] " " int(rand() * 100000)
			for (i = n; i > 0; i--) {
				j = 1 + int(rand() * i)
				print list[j]
				list[j] = list[i]
			}
		}'
}

all_faults() {
	order "$1" >"$WORK/order"
	while read -r fault number; do
		one "$fault" "$number" <&- || {
			echo "# at fault: $fault $number"
			cat "$SYS/helper_state"
			return 1
		}
		done_faults=$((done_faults + 1))
	done <"$WORK/order"
}

# What the module counted, and what was done to it
counted() {
	raise last
	settle && counter_is exited_nonzero "$n_exited_nonzero" &&
		counter_is signaled "$n_signaled" && counter_is timedout "$n_timedout" &&
		counter_is failed "$n_failed" && counter_is stuck 0 && counter_is busy 0 &&
		helper_is ok 0
}

# Ours end with the kernel's; orphans are init's
zombies() {
	cat /proc/[0-9]*/stat 2>/dev/null | grep -c ') Z '
}

files() {
	cut -f 1 /proc/sys/fs/file-nr
}

nothing_left() {
	await 60 prints 0 processes "$WORK" && await 60 prints 0 processes sleep &&
		await 60 prints "$threads" threads kevnotify &&
		prints 0 grep -c '^run ' "$DBG/refs" && prints 1 grep -cx 'outputs 0' "$DBG/refs" &&
		free && await 60 prints 0 zombies
}

# Each CPU counts in batches of 32
no_file_left() {
	left=$(($(files) - files))
	[ "$left" -lt 70 ] || {
		echo "# $left more open files after $done_faults faults"
		return 1
	}
}

case $KEVNOTIFY_TIER in
check) faults=40 ;;
*) faults=100 ;;
esac
now
SEED=${SEED:-$(($$ * 7919 + now))}
plan 6
modprobe kevnotify-test-exec path="$PROGRAM"
install
# Not on every kernel
# shellcheck disable=SC2094 # that is the question
"$PROGRAM" 3>>"$PROGRAM" 2>/dev/null || [ $? != 126 ] || faults_before="$faults_before busy:26"
if [ -e $SLAB ]; then
	faults_before="$faults_before slab:12"
	echo Y >$SLAB/task-filter
	echo 0 >$SLAB/verbose
	echo N >$SLAB/ignore-gfp-wait
fi
# Within that a run that hangs has given its receipt; the others have no limit
calibrate
limit=$((unit * 6))
reload burst=0 helper="$PROGRAM" timeout=0 hold=600000
raise first && settle
n_exited_nonzero=0 n_signaled=0 n_timedout=0 n_failed=0 done_faults=0
files=$(files) threads=$(threads kevnotify)
# shellcheck disable=SC2086 # words
echo "# seed $SEED, $faults faults, of these kinds:" $faults_before $faults_after
check "$faults faults: each event comes, when it can" all_faults "$faults"
check "nothing is lost, by counts from outside" conserved
check "each run is counted as what it was" counted
check "no process, thread, zombie or reference is left" nothing_left
check "no open file is left" no_file_left
check "the module unloads" unload
umount "$FS"
rmmod kevnotify-test-exec
restore
finish
