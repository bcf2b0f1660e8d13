#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Ends that are not plain: of a helper with threads, one that execs or forks, one that a
# tracer does not reap; and the end that its time limit makes of a process whose leader
# has left.
. ./lib.sh

GO=$WORK/go
END=$WORK/end
LAST=$WORK/last
CORE=/proc/sys/kernel/core_pattern

begin
cp threads "$WORK"
program execs <<-ENDS
#!/bin/sh
exec $WORK/threads wait / 4
ENDS

# begins MESSAGE: a run that waits for files: $child is its process
begins() {
	rm -f "$GO" "$END" "$LAST"
	before=$(receipts)
	raise "exec threads $1" && await 60 received $((before + 1)) || return 1
	seq=$(cat "$SYS/sources/manual/last")
	child=$(active_pid)
}

# still: kevnotifyd has looked, and the run is not over: the next one waits for it
still() {
	raise next && await 60 counter_is staged 0 && await 60 asleep "$(kevnotifyd)" &&
		state_is running && received $((before + 1))
}

# ended OUTCOME: the run has
ended() {
	settle && prints "$1" outcome "$seq"
}

# left PID: its leader has, or it is not reaped
left() { task_is Z "$1"; }

last_thread() {
	begins "two $GO $END 5" && touch "$GO" && await 60 left "$child" && still && touch "$END" &&
		ended "exited 5"
}

# execed: the other thread's program is the run's process now
execed() {
	touch "$END"
	await 60 grep -q wait "/proc/$child/cmdline" && still && touch "$LAST" && ended "exited 6"
}

exec_with_leader() {
	begins "two $GO $END 6 $LAST" && execed
}

exec_without_leader() {
	begins "two $GO $END 6 $LAST" && touch "$GO" && await 60 left "$child" && execed
}

double_fork() {
	begins "fork $GO $END 7" && await 60 prints 1 threads kevgrandchild && still && touch "$GO" &&
		ended "exited 7" && prints 1 threads kevgrandchild && touch "$END" &&
		await 60 prints 0 threads kevgrandchild
}

script() {
	raise "exec execs" && seq=$(newest manual) && ended "exited 4"
}

# The status has a bit for the core, which is no part of the signal
core() {
	read -r pattern <"$CORE"
	echo "$WORK/core" >"$CORE"
	raise "exec threads crash" && seq=$(newest manual) && ended "signaled 11" && [ -e "$WORK/core" ]
	result=$?
	echo "$pattern" >"$CORE"
	return "$result"
}

stopped_and_killed() {
	begins "wait $GO 0" && kill -STOP "$child" && await 60 task_is T "$child" && still &&
		kill -KILL "$child" && ended "signaled 9"
}

# traced MESSAGE: begins, and has a tracer until there is $LAST
traced() {
	begins "$1" && rm -f "$WORK/ready" || return 1
	./threads trace "$child" "$WORK/ready" "$LAST" &
	tracer=$!
	await 60 [ -e "$WORK/ready" ]
}

# untraced: it was not reaped so far, and is now
untraced() {
	left "$child" && touch "$LAST" && wait "$tracer" && await 60 [ ! -e "/proc/$child" ]
}

not_reaped() {
	traced "wait $GO 9" && touch "$GO" && ended "exited 9" && untraced
}

leader_not_reaped() {
	traced "two $GO $END 5" && touch "$GO" && await 60 left "$child" && still && touch "$END" &&
		ended "exited 5" && untraced
}

# A signal to the task of its leader would end nothing
orphan() {
	reload burst=0 timeout=0 helper="$HELPER" && klog_mark && raise "exec threads orphan" &&
		await 60 prints 1 threads kevorphan && orphan=$(pids kevorphan) &&
		await 60 left "$orphan" && echo 100 >"$PARAMS/timeout" &&
		await 60 counter_is timedout 1 && logged 1 "killed with it: kevorphan\[$orphan\]\$" &&
		await 60 [ ! -e "/proc/$orphan" ] && await 60 free && conserved
}

plan 11
reload burst=0 timeout=0 helper="$HELPER"
trace_on
check "the leader leaves first: over with the last thread" last_thread
check "exec by another thread" exec_with_leader
check "exec by another thread, when the leader has left" exec_without_leader
check "a double fork: over with the main process" double_fork
check "a script that execs" script
check "a signal that dumps core" core
check "stopped, and killed" stopped_and_killed
check "a tracer that does not reap: the end is seen at once" not_reaped
check "a traced leader leaves first: over with the last thread" leader_not_reaped
check "the sums hold" conserved
trace_off
check "a time limit kills a process whose leader has left" orphan
# If one failed, nothing of it holds the module
touch "$GO" "$END" "$LAST"
pids kevorphan | xargs -r kill -KILL
restore
finish
