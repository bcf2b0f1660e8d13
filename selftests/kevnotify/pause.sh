#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What keeps runs from starting: control/paused, the grace period, the level.
. ./lib.sh
. ./runs.sh

receiver helper
program wait_for <<-'END'
#!/bin/sh
while [ ! -e "$1" ]; do usleep 20000; done
END

# pause_aside: a pause by another process, whose pid is $writer
pause_aside() {
	./write-errno "$SYS/control/paused" 1 >"$DIR/writer" &
	writer=$!
	await 60 is 1 cat "$SYS/control/paused"
}

alive() { kill -0 "$writer" 2>/dev/null; }
dead() { ! alive; }
go() { touch "$DIR/go"; }

pause() { echo 1 >"$SYS/control/paused"; }
resume() { echo 0 >"$SYS/control/paused"; }

pauses() {
	reload helper="$DIR/helper" && is idle state && pause && is paused state &&
		is 1 cat "$SYS/control/paused" && raise true && raise true &&
		await 60 is 2 counter pending && is 0 counter runs
}

resumes() {
	resume && await 60 quiet && is 0 cat "$SYS/control/paused" && is 2 received && conserved
}

busy_run() {
	rm -f "$DIR/go"
	raise "wait_for $DIR/go" && await 60 is 3 received && is running state
}

waits() {
	busy_run && raise true && pause_aside && alive && is running state
}

returns() {
	go && await 60 dead && is OK head -n 1 "$DIR/writer" && is paused state && is 3 received &&
		is 1 counter pending && resume && await 60 quiet && is 4 received
}

killed() {
	rm -f "$DIR/go"
	raise "wait_for $DIR/go" && await 60 is 5 received
	pause_aside && kill -9 "$writer" && await 60 dead &&
		is running state && go && await 60 is paused state && resume &&
		await 60 quiet && conserved
}

junk() {
	for text in 2 x; do
		is EINVAL errno_of "$SYS/control/paused" "$text" || return 1
	done
	is 0 cat "$SYS/control/paused" && is idle state
}

grace() {
	reload helper="$DIR/helper" grace=3000 && start=$(uptime_ms) && is paused state &&
		is 0 cat "$SYS/control/end_grace" && raise true && await 60 quiet &&
		is 1 received && is 1 cat "$SYS/control/end_grace" &&
		atleast 2500 echo $(($(uptime_ms) - start)) && conserved
}

held_by_grace() {
	atleast 1 environment 1 KEVNOTIFY_DELAYED_MS
}

ended() {
	reload helper="$DIR/helper" grace=86400000 && raise true &&
		await 60 is 1 counter pending && is paused state &&
		is OK errno_of "$SYS/control/end_grace" 1 && await 60 quiet && is 1 received &&
		is idle state && conserved
}

# Pausing and grace are two reasons: the end of one is not the other's
both() {
	reload helper="$DIR/helper" grace=86400000 && raise true && pause &&
		echo 1 >"$SYS/control/end_grace" && await 60 is 1 cat "$SYS/control/end_grace" &&
		is paused state && is 0 counter runs && resume && await 60 quiet && is 1 received
}

level() {
	reload helper="$DIR/helper" helper_level=4 && raise "<5>true" && raise "<4>echo 4" &&
		raise "<6>true" && raise "<0>echo 0" && await 60 quiet &&
		is "echo 4;echo 0;" messages && is 2 counter filtered && conserved
}

level_now() {
	echo 7 >"$PARAMS/helper_level" && raise "<7>echo 7" && await 60 quiet &&
		is "echo 4;echo 0;echo 7;" messages && is 2 counter filtered && conserved
}

plan 13
check "paused: no run starts" pauses
check "resumed: what waited runs" resumes
check "a pause waits for the run under way" waits
check "it returns when that has ended, and the next does not start" returns
check "a pause that waits can be killed" killed
check "junk is refused" junk
check "no run starts in the grace period" grace
check "an event that it held says so" held_by_grace
check "control/end_grace ends it" ended
check "a pause outlasts the grace period" both
check "less urgent records do not go to the helper" level
check "another level counts at once" level_now
restore
check "nothing is left running" is 0 processes wait_for
finish
