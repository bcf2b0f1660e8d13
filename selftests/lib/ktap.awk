# SPDX-License-Identifier: GPL-2.0-only
#
# Reads KTAP, nested by "# " (kselftest) or four spaces (KUnit), and prints one
# line a test: pass, fail or skip, a tab, SUITE.TEST, a tab, the reason. What a
# failed test printed follows it as lines of "out". A result with results below
# it is not a test, unless it fails and none of them did. The variable suite names it.

function result(kind, name, reason,    i) {
	print kind "\t" suite "." (prog != "" && name != prog ? prog "." : "") name "\t" reason
	if (kind == "fail")
		for (i = said > 60 ? said - 60 : 0; i < said; i++)
			print "out\t" text[i]
}

# below DEPTH: does what was planned there agree with what came?
function short_of_plan(depth) {
	return (depth in plan) && plan[depth] != count[depth] + 0
}

function forget(depth) {
	delete plan[depth]
	delete count[depth]
	delete failures[depth]
}

{
	line = $0
	for (depth = 0; sub(/^(# |    )/, "", line); depth++)
		;
}

line ~ /^selftests: [^:]+: / {
	prog = line
	sub(/.*: /, "", prog)
}

line ~ /^1\.\.[0-9]+/ {
	plan[depth] = substr(line, 4) + 0
	if (plan[depth] == 0 && depth == 0) {
		reason = line
		sub(/.*SKIP */, "", reason)
		result("skip", "all", reason)
	}
	next
}

line ~ /^Bail out!/ {
	result("fail", "all", line)
	next
}

line ~ /^(not )?ok [0-9]+/ {
	ok = line !~ /^not/
	name = line
	sub(/^(not )?ok [0-9]+ *-? */, "", name)
	reason = skip = ""
	if (match(name, / *# */)) {
		reason = substr(name, RSTART + RLENGTH)
		name = substr(name, 1, RSTART - 1)
		skip = ok && sub(/^SKIP */, "", reason)
	}
	sub(/^selftests: [^:]+: /, "", name)
	below = depth + 1
	if (!(below in count) && !(below in plan))
		result(skip ? "skip" : ok ? "pass" : "fail", name, reason)
	else if (short_of_plan(below))
		result("fail", name, "planned " plan[below] " tests, ran " count[below] + 0)
	else if (!ok && !failures[below])
		result("fail", name, reason)
	for (i in count) if (i > depth) forget(i)
	for (i in plan) if (i > depth) forget(i)
	count[depth]++
	failures[depth] += !ok
	said = 0
	if (depth == 0)
		prog = ""
	next
}

{ text[said++] = $0 }

END {
	if (short_of_plan(0))
		result("fail", "all", "planned " plan[0] " tests, ran " count[0] + 0)
	else if (!(0 in plan))
		result("fail", "all", "no test plan: it did not run")
}
