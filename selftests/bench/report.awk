# SPDX-License-Identifier: GPL-2.0-only
#
# From what guest prints to a table: the median of an operation's runs, beside
# its target. Fails when a target is missed without an argument, or when the counters
# say that something else was measured.

# title OP TEXT [MOST [OF [ARGUED]]]: its row; at most so much, or so many times the
# operation OF. Documentation/design/performance.rst argues why it is more, up to ARGUED.
function title(op, text, most, unit, up_to) {
	ops[++n] = op
	titles[op] = text
	limit[op] = most
	of[op] = unit
	argued[op] = up_to
}

# verdict OP FIGURE: beside its target
function verdict(op, figure,   target) {
	target = "  <= " limit[op] (of[op] ? " x " of[op] : "")
	if (figure <= limit[op])
		return target
	if (figure <= argued[op])
		return target ": argued, to " argued[op] ": performance.rst, \"What is not reached\""
	misses++
	return target ": MISSED"
}

function wrong(text) {
	problems[++bad] = text
}

function median(op,   i, j, t, v) {
	for (i = 1; i <= runs[op]; i++)
		v[i] = figure[op, i]
	for (i = 2; i <= runs[op]; i++)
		for (j = i; j > 1 && v[j] < v[j - 1]; j--) {
			t = v[j]
			v[j] = v[j - 1]
			v[j - 1] = t
		}
	return v[int((runs[op] + 1) / 2)]
}

BEGIN {
	EVENTS = 48	# that are collected at a time
	title("raise", "raise: 4 numbers, 80 characters of unknown length", 0.36, "ftrace_string", 0.37)
	title("raise_known", "raise: 4 numbers, 80 characters of known length", 0.54, "ftrace", 0.57)
	title("raise_numbers", "raise: 4 numbers", 0.43, "ftrace_numbers", 0.44)
	title("raise_bare", "raise: no value", 240)
	title("raisef", "raisef: the 112 bytes as text", 0.34, "printk", 0.41)
	title("ring_alone", "raise that rings: the raise alone")
	title("ring", "raise that rings: with the interrupt", 0.7, "ftrace_string")
	title("ring_wake", "raise that rings: and wakes kevnotifyd")
	title("suppressed", "raise beyond the burst", 72)
	title("disabled", "raise on a source that is off", 15)
	title("collect", "a record collected", 2840)
	title("collect_among", "a record collected, among 1,000 sources", 1.01, "collect", 1.03)
	title("render", "a record rendered", 7060)
	title("ftrace", "ftrace event, numbers and an array of 80")
	title("ftrace_string", "ftrace event, numbers and a string of 80")
	title("ftrace_numbers", "ftrace event, 4 numbers")
	title("ftrace_off", "ftrace event, not enabled")
	title("printk", "printk, the 112 bytes as text")
}

$1 != "bench" { next }

{
	op = $2
	calls = $4
	batches = $5
	figure[op, ++runs[op]] = $3 / 10 / (op ~ /^collect/ ? EVENTS : 1)
	raised[op] = $6
	if ($8)
		wrong(op ": " $8 " were refused")
	if (op ~ /^(ftrace|printk|disabled|render)/ ? $6 : $6 != calls * (op ~ /^collect/ ? EVENTS : 1))
		wrong(op ": " calls " calls, raised " $6)
	if (op == "suppressed" ? $7 < calls - 1 : $7)
		wrong(op ": " calls " calls, suppressed " $7)
	if (op ~ /^raise/ && $9 != batches)
		wrong(op ": " batches " batches, " $9 " doorbells")
	if (op ~ /^ring/ && $9 != calls)
		wrong(op ": " calls " calls, " $9 " doorbells")
	if ($10 != (op ~ /^ftrace/ && op != "ftrace_off" ? calls : 0))
		wrong(op ": " calls " calls, " $10 " events in the trace buffer")
}

END {
	printf "%-50s %8s %8s  %s\n", "instructions, net of the loop", "net", "x ftrace", "target"
	for (i = 1; i <= n; i++) {
		op = ops[i]
		if (!runs[op]) {
			wrong(op ": not measured")
			continue
		}
		net = median(op)
		ratio = net / median(of[op] ? of[op] : "ftrace")
		printf "%-50s %8.1f %8.2f", titles[op], net, ratio
		print limit[op] ? verdict(op, of[op] ? ratio : net) : ""
	}
	for (i = 1; i <= bad; i++)
		print "not what was to be measured: " problems[i]
	exit bad || misses
}
