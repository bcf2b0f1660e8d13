#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Guest: 6.1; --smp 8
#
# A storm of events from task, softirq, hard interrupt and NMI on all CPUs, with
# small stages, while CPUs go and come, sources register and unregister, and
# helpers run. In the end everybody's counts agree.
. ./lib.sh

STORM=/sys/kernel/debug/kevnotify-storm
SAMPLE=/sys/module/kevnotify_sample/parameters/level
CHURN=/sys/module/kevnotify_storm/parameters/churn

# Goals of the two phases: calls in task, softirq, hard interrupt, NMI; of the first no
# fewer than the floor in all
unlimited='38000 6000 6000 500' limited='6000 1000 1000 100' floor=50000
if [ "${KEVNOTIFY_TIER:-}" = full ]; then
	unlimited='750000 120000 120000 12000' limited='60000 10000 10000 500' floor=1000000
fi

# storm NAME: a count of the storm's own
storm() {
	awk -v name="$1" '$1 == name { print $2 }' "$STORM/counts"
}

# beside COMMAND: again and again, beside the storm, until calm; at least once, and
# it has begun when this returns
beside() {
	rm -f "/run/$1.begun"
	(
		: >"/run/$1.begun"
		while "$1" && echo >>"/run/$1"; do
			[ -e /run/storm ] || exit 0
		done
		echo "$1" >>/run/failed
	) &
	await 60 [ -e "/run/$1.begun" ]
}

blink() {
	for cpu in /sys/devices/system/cpu/cpu[1-9]*/online; do
		echo 0 >"$cpu" && echo 1 >"$cpu" || return 1
		[ -e /run/storm ] || break
	done
}

# Two events each
sample() {
	modprobe kevnotify-sample && echo 95 >"$SAMPLE" && echo -7 >"$SAMPLE" &&
		rmmod kevnotify-sample
}

# In flight what was raised is no less than what became of it
bounded() {
	awk '{ v[$1] = $2 }
	END { exit v["suppressed"] + v["refused"] + v["staged"] + v["recorded"] > v["raised"] ||
		v["delivered"] + v["filtered"] + v["acknowledged"] + v["skipped"] + v["expired"] + v["overwritten"] +
		v["failed"] + v["pending"] > v["next"] - v["base"] }' "$DBG/stats"
}

# turns NAME: how often it came round
turns() {
	wc -l <"/run/$1"
}

# run GOALS
run() {
	: >/run/storm
	beside blink
	beside sample
	beside bounded
	run_failed=
	echo "$1" >"$STORM/run" || run_failed=y
	rm /run/storm
	wait
	[ -z "$run_failed" ]
}

prepare() {
	: >/run/failed && : >/run/blink && : >/run/sample && : >/run/bounded &&
		begin stage_slots=8 log_records=256 burst=0 helper="$HELPER" &&
		modprobe kevnotify-storm churn=1
}

calls() {
	echo $(($(storm task) + $(storm softirq) + $(storm hardirq) + $(storm nmi)))
}

storm_unlimited() {
	now
	storm_start=$now
	run "$unlimited" && await 60 counter_is staged 0 || return 1
	now
	say "$(calls) calls in $((now - storm_start)) ms: $(storm task) task, $(storm softirq)" \
		"softirq, $(storm hardirq) hardirq, $(storm nmi) nmi"
	say "$(counter recorded) recorded, $(counter refused) refused," \
		"$(counter delivered) delivered, $(counter doorbells) doorbells"
	[ "$(calls)" -ge "$floor" ]
}

# With the rate limit, and what it suppressed has been told. Without sources that
# come and go, each with a limit of its own, no such report is refused.
storm_limited() {
	echo 10 >"$PARAMS/burst" && echo 500 >"$PARAMS/window" || return 1
	echo N >"$CHURN" || return 1
	run "$limited" && await 60 counter_is staged 0 || return 1
	closed || return 1
	say "$(counter suppressed) suppressed, $(storm closings) reports of that"
	counter_reaches suppressed 1 && [ "$(storm closings)" -gt 0 ]
}

# closed: each window is over, and kevnotifyd has told of it. When the first pause
# returns it may still be at that, and not when the second does.
closed() {
	usleep $((1000 * $(cat "$PARAMS/window"))) && pause && resume && pause && resume &&
		await 60 counter_is staged 0
}

# enough TASK SOFTIRQ HARDIRQ NMI
enough() {
	[ "$(storm task)" -ge "$1" ] && [ "$(storm softirq)" -ge "$2" ] &&
		[ "$(storm hardirq)" -ge "$3" ] && [ "$(storm nmi)" -ge "$4" ]
}

# Reports of suppressed events while their sources go
storm_told() {
	echo 20 >"$PARAMS/window" && echo Y >"$CHURN" && run "$limited" &&
		await 60 counter_is staged 0 && closed
}

beside_all_went_well() {
	say "$(storm sources) sources came and went, $(turns sample) times the sample," \
		"$(turns blink) times all CPUs but one; the sums held $(turns bounded) times;" \
		"$(storm nested) interrupts fell into a raise"
	sed 's/^/# failed: /' /run/failed
	is 0 "$(storm sources_failed)" "sources that failed" && [ ! -s /run/failed ] &&
		[ "$(turns blink)" -gt 0 ] && [ "$(turns sample)" -gt 0 ] &&
		[ "$(turns bounded)" -gt 0 ] && [ "$(storm sources)" -gt 0 ]
}

# What kevnotify raises itself: reports of suppressed events
raised_as_called() {
	counter_is raised $(($(calls) + 2 * $(turns sample) + $(storm closings)))
}

recorded_as_seen() {
	counter_is recorded $(($(storm records) + $(storm closings) + $(storm others)))
}

records_whole() {
	is 0 "$(storm bad_seq)" "SEQ out of order" &&
		is 0 "$(storm bad_event)" "events torn or of a source that is gone" &&
		is 0 "$(storm twice)" "events recorded twice"
}

all_delivered() {
	settle && receipts_agree && counter_is exited "$(receipts)"
}

# The id says in which context it was raised
receipts_in_context() {
	awk '$2 ~ /^(storm|churn-.*)$/ && $6 == "serial" &&
	     $4 != substr("task   softirqhardirqnmi    ", $3 * 7 + 1, length($4)) {
		print "# record " $1 ": id " $3 ", context " $4; bad = 1
	} END { exit bad }' "$RECEIPTS"
}

unloads() {
	pause && rmmod kevnotify-storm && rmmod kevnotify
}

plan 15
rcu normal
check "the modules load" prepare
check "events from everywhere, without a rate limit" storm_unlimited
# shellcheck disable=SC2086 # four words
check "enough of them from each context" enough $unlimited
check "and with a rate limit" storm_limited
check "raised is what was called" raised_as_called
check "reports of suppressed events, of sources that go" storm_told
check "CPUs and sources came and went meanwhile, and the sums were bounds" beside_all_went_well
check "recorded is what readers saw" recorded_as_seen
check "each SEQ once and in order, each event whole" records_whole
check "raised = suppressed + refused + staged + recorded" add_up events
check "receipts are what was delivered, in order" all_delivered
check "receipts name the context of the raise" receipts_in_context
check "next - base = what became of each record" add_up records
check "no doorbell was late" counter_is doorbell_late 0
check "unloads" unloads
rm -f /run/storm
restore
finish
