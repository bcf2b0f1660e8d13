#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What keeps runs from starting: control/paused, the grace period, the level.
. ./lib.sh

# pause_aside: a pause by another process, whose pid is $writer
pause_aside() {
	./write-errno "$SYS/control/paused" 1 >"$WORK/writer" &
	writer=$!
	await 60 holds "$SYS/control/paused" 1
}

alive() { kill -0 "$writer" 2>/dev/null; }
dead() { ! alive; }
go() { touch "$WORK/go"; }

pauses() {
	reload burst=0 helper="$HELPER" && state_is idle && pause && state_is paused &&
		holds "$SYS/control/paused" 1 && raise next && raise next &&
		await 60 counter_is pending 2 && counter_is runs 0
}

resumes() {
	resume && settle && holds "$SYS/control/paused" 0 && received 2 && conserved
}

busy_run() {
	rm -f "$WORK/go"
	raise "wait $WORK/go" && await 60 received 3 && state_is running
}

waits() {
	busy_run && raise next && pause_aside && alive && state_is running
}

returns() {
	go && await 60 dead && holds "$WORK/writer" OK && state_is paused && received 3 &&
		counter_is pending 1 && resume && settle && received 4
}

killed() {
	rm -f "$WORK/go"
	raise "wait $WORK/go" && await 60 received 5
	pause_aside && kill -9 "$writer" && await 60 dead && holds "$SYS/control/paused" 0 &&
		raise next && go && settle && received 6 && state_is idle && conserved
}

# It would wait for itself
by_helper() {
	program pauses <<-END
	#!/bin/sh
	for file in paused test; do
		$PWD/write-errno $SYS/control/\$file 1
	done >$WORK/said
	END
	reload burst=0 helper="$WORK/pauses" && raise one && settle && counter_is exited 1 &&
		prints "EDEADLK EDEADLK " tr '\n' ' ' <"$WORK/said" && holds "$SYS/control/paused" 0 &&
		state_is idle
}

# A resume ends the wait of a pause
resumed_meanwhile() {
	rm -f "$WORK/go"
	reload burst=0 helper="$HELPER" && raise "wait $WORK/go" && await 60 received 1 &&
		pause_aside && resume && await 60 dead && holds "$WORK/writer" ECANCELED &&
		state_is running && go && settle && state_is idle && conserved
}

junk() {
	for text in 2 x; do
		write_is EINVAL "$SYS/control/paused" "$text" || return 1
	done
	holds "$SYS/control/paused" 0 && state_is idle
}

grace() {
	now
	start=$now
	reload burst=0 helper="$HELPER" grace=3000 && state_is paused &&
		holds "$SYS/control/end_grace" 0 && raise next && settle &&
		received 1 && holds "$SYS/control/end_grace" 1 &&
		now && atleast 3000 $((now - start)) && conserved
}

held_by_grace() {
	atleast 1 "$(value 1 KEVNOTIFY_DELAYED_MS)"
}

ended() {
	reload burst=0 helper="$HELPER" grace=86400000 && raise next &&
		await 60 counter_is pending 1 && state_is paused &&
		write_is OK "$SYS/control/end_grace" 1 && settle && received 1 &&
		state_is idle && conserved
}

# Pausing and grace are two reasons: the end of one is not the other's
both() {
	reload burst=0 helper="$HELPER" grace=86400000 && raise next && pause &&
		echo 1 >"$SYS/control/end_grace" && await 60 holds "$SYS/control/end_grace" 1 &&
		state_is paused && counter_is runs 0 && resume && settle && received 1
}

level() {
	reload burst=0 helper="$HELPER" helper_level=4 && raise "<5>not" && raise "<4>4" &&
		settle && raise "<6>nor" && raise "<0>0" && settle &&
		prints "4;0;" messages && counter_is filtered 2 && conserved
}

level_now() {
	echo 7 >"$PARAMS/helper_level" && raise "<7>7" && settle &&
		prints "4;0;7;" messages && counter_is filtered 2 && conserved
}

plan 15
begin
check "paused: no run starts" pauses
check "resumed: what waited runs" resumes
check "a pause waits for the run under way" waits
check "it returns when that has ended, and the next does not start" returns
check "a pause that waits can be killed, and is none then" killed
check "one by the helper itself is refused" by_helper
check "a resume ends a pause that waits" resumed_meanwhile
check "junk is refused" junk
check "no run starts in the grace period" grace
check "an event that it held says so" held_by_grace
check "control/end_grace ends it" ended
check "a pause outlasts the grace period" both
check "less urgent records do not go to the helper" level
check "another level counts at once" level_now
restore
check "nothing is left running" prints 0 processes "$HELPER"
finish
