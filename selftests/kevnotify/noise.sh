#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the helper and its children cause is recorded, but does not start the helper
# again; what anybody else causes does.
. ./lib.sh
. ./runs.sh

CGROUP=/sys/fs/cgroup/kevnotify-noise

# noisy NAME <TEXT: a helper that gives a receipt and then does that
noisy() {
	{
		printf '#!/bin/sh\necho "$2 $MESSAGE" >>%s\nDIR=%s SYS=%s CGROUP=%s\n' \
			"$RECEIPTS" "$DIR" "$SYS" "$CGROUP"
		cat
	} | program "$1"
}

noisy raises <<'END'
echo "by the helper" >$SYS/control/raise
END
noisy leaves <<'END'
(
	exec >&- 2>&-
	while [ ! -e $DIR/go ]; do usleep 20000; done
	echo "by its child" >$SYS/control/raise
) &
END
noisy storms <<'END'
i=0
while [ $i -lt 50 ]; do
	echo "storm $i" >$SYS/control/raise
	i=$((i + 1))
done
END
noisy eats <<'END'
case $KEVNOTIFY_SOURCE in manual) ;; *) exit ;; esac
echo $$ >$CGROUP/cgroup.procs
tail /dev/zero
END

# seen WORD: records with it in the message, by the trace
seen() {
	grep -c "kevnotify_record: .*message=$1" "$TRACE/trace"
}

quiet_for() {
	sleep "$1"
	await 60 quiet
}

raises() {
	reload helper="$DIR/raises" && trace_on && raise "by somebody" && await 60 quiet &&
		await 60 is 1 seen "by the helper" && quiet_for 1 && is 1 seen "by the helper" &&
		is "by somebody;" messages && is 1 counter runs && is 1 counter filtered
}

others() {
	raise "by somebody" && await 60 quiet && is "by somebody;by somebody;" messages &&
		await 60 is 2 seen "by the helper" && is 2 counter filtered && is 2 counter delivered
}

leaves() {
	rm -f "$DIR/go"
	reload helper="$DIR/leaves" && trace_on && raise "by somebody" && await 60 quiet &&
		touch "$DIR/go" && await 60 is 1 seen "by its child" && quiet_for 1 &&
		is 1 counter runs && is 1 counter filtered
}

# Half a second's window: one closing record, and no run for that either
storms() {
	reload helper="$DIR/storms" burst=5 window=500 && trace_on && raise "by somebody" &&
		await 60 quiet && await 60 is 1 counter runs && quiet_for 3 && is 1 counter runs &&
		atleast 1 seen "[0-9]* more events were suppressed" && is 1 received &&
		is "$(counter recorded)" echo $(($(counter filtered) + $(counter delivered)))
}

# Of a burst that others raise the end is told, and that goes to the helper
bursts() {
	reload helper="$DIR/helper" burst=5 window=500 && many 20 &&
		await 60 is 6 received && await 60 quiet
}

signals() {
	reload helper="$DIR/helper" && kill -USR1 "$(pidof_kevnotifyd)" &&
		await 60 is 1 received && is 1 counter delivered
}

pidof_kevnotifyd() {
	for proc in /proc/[0-9]*; do
		read -r comm 2>/dev/null <"$proc/comm" && [ "$comm" = kevnotifyd ] && echo "${proc#/proc/}"
	done
}

eats() {
	reload helper="$DIR/eats" && trace_on && raise "by somebody" &&
		await 60 atleast 1 cat "$SYS/sources/oom/raised" && await 60 quiet && quiet_for 1 &&
		is 1 received && is 1 counter runs && is "$(cat "$SYS/sources/oom/raised")" \
			grep -c "source=oom" "$TRACE/trace"
}

# An OOM kill by somebody else is for the helper
eats_outside() {
	reload helper="$DIR/helper"
	got=$(wc -l <"$RECEIPTS")
	sh -c "echo \$\$ >$CGROUP/cgroup.procs; exec tail /dev/zero" 2>/dev/null
	await 60 atleast $((got + 1)) received
}

marked() {
	grep -q '\.kevnotify' /proc/keys
}

# guarded NAME COMMAND…: check, where there can be a mark
guarded() {
	if [ -e /proc/keys ]; then
		check "$@"
	else
		skip "$1" "no CONFIG_KEYS"
	fi
}

receiver helper
mkdir -p "$CGROUP"
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
echo 20M >"$CGROUP/memory.max"
plan 9
calibrate
guarded "a helper that raises is not run for that" raises
guarded "for others it is" others
guarded "nor for a child that it left behind" leaves
guarded "nor for a storm, and its end" storms
check "the end of others' bursts is for the helper" bursts
check "a signal to kevnotifyd is its sender's" signals
guarded "nor for an OOM kill among its own" eats
check "an OOM kill among others is for the helper" eats_outside
guarded "the mark is a keyring" marked
trace_off
rmdir "$CGROUP"
restore
finish
