#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the helper may do: capabilities, resource limits, priority, its worth to
# the OOM killer, each read in the helper's own /proc/self; and the lock.
. ./lib.sh
. ./runs.sh

NL='
'
ALL=$(sed -n 's/^CapBnd:\t//p' /proc/self/status)

program look <<-END
#!/bin/sh
cat /proc/self/status >$DIR/status
cat /proc/self/limits >$DIR/limits
cat /proc/self/oom_score_adj >$DIR/oom
cat /proc/self/stat >$DIR/stat
echo "\$2 \$MESSAGE" >>$RECEIPTS
END
receiver other

# looked [PARAMETER…]: a run that wrote down what it found
looked() {
	reload helper="$DIR/look" "$@" && raise true && await 60 quiet && is 1 received
}

# cap NAME: of the helper's status
cap() {
	sed -n "s/^$1:\t//p" "$DIR/status"
}

# The kernel gives it no inheritable ones, and we take away only
all_caps() {
	looked && is "$ALL" cap CapBnd && is "$ALL" cap CapPrm && is "$ALL" cap CapEff &&
		is "$ALL" cat "$PARAMS/helper_caps"
}

# CAP_SYS_ADMIN is bit 21, CAP_KILL 5
some_caps() {
	echo 200020 >"$PARAMS/helper_caps" && is 0000000000200020 cat "$PARAMS/helper_caps" &&
		raise true && await 60 quiet && is 0000000000200020 cap CapBnd &&
		is 0000000000200020 cap CapPrm && is 0000000000200020 cap CapEff &&
		is 0000000000000000 cap CapInh
}

no_caps() {
	looked helper_caps=0 && is 0000000000000000 cap CapBnd && is 0000000000000000 cap CapEff &&
		is 0000000000000000 cap CapInh
}

caps_refused() {
	for text in x -1 "$NL"; do
		is EINVAL errno_of "$PARAMS/helper_caps" "$text" || return 1
	done
	is ERANGE errno_of "$PARAMS/helper_caps" 10000000000000000 &&
		is ERANGE errno_of "$PARAMS/helper_caps" ffffffffffffffff &&
		is 0000000000000000 cat "$PARAMS/helper_caps" &&
		is OK errno_of "$PARAMS/helper_caps" 0x3f &&
		is 000000000000003f cat "$PARAMS/helper_caps" &&
		is OK errno_of "$PARAMS/helper_caps" all && is "$ALL" cat "$PARAMS/helper_caps"
}

oom_score_adj() {
	looked && is -900 cat "$DIR/oom" && echo 500 >"$PARAMS/helper_oom_score_adj" &&
		raise true && await 60 quiet && is 500 cat "$DIR/oom" &&
		is 500 cat "$PARAMS/helper_oom_score_adj" && looked helper_oom_score_adj=-1000 &&
		is -1000 cat "$DIR/oom"
}

oom_refused() {
	for text in -1001 1001 2147483648; do
		is ERANGE errno_of "$PARAMS/helper_oom_score_adj" "$text" || return 1
	done
	is EINVAL errno_of "$PARAMS/helper_oom_score_adj" x &&
		is -1000 cat "$PARAMS/helper_oom_score_adj"
}

# A kernel thread's limits are other ones, once pid 1 has some of its own
limits() {
	./limit 1 5000 && looked && cmp "$DIR/limits" /proc/1/limits &&
		! cmp -s "$DIR/limits" /proc/2/limits && grep -q '^Max open files *5000 *5000 ' "$DIR/limits"
}

nice() {
	is 0 awk '{ sub(/.*\) /, ""); print $17 }' "$DIR/stat"
}

locked() {
	reload helper="$DIR/look" && is N cat "$PARAMS/helper_lock" &&
		is EINVAL errno_of "$PARAMS/helper_lock" x && is OK errno_of "$PARAMS/helper_lock" N &&
		is OK errno_of "$PARAMS/helper_lock" Y && is Y cat "$PARAMS/helper_lock" &&
		for file in "$PARAMS/helper" /proc/sys/kevnotify/helper; do
			is EPERM errno_of "$file" "$DIR/other" && is EPERM errno_of "$file" "$NL" || return 1
		done && is EPERM errno_of "$PARAMS/helper_caps" 0 &&
		is EPERM errno_of "$PARAMS/helper_lock" N && is Y cat "$PARAMS/helper_lock" &&
		is "$DIR/look" cat "$PARAMS/helper" && is "$ALL" cat "$PARAMS/helper_caps" &&
		is OK errno_of "$PARAMS/interval" 20000
}

locked_said() {
	dmesg | grep -q 'kevnotify: helper: not changed: helper_lock is set'
}

# The lock holds from the end of the load on, whatever its place among the parameters
locked_at_load() {
	looked helper_lock=Y helper_caps=20 && is 0000000000000020 cap CapBnd &&
		is EPERM errno_of "$PARAMS/helper_caps" all && is EPERM errno_of "$PARAMS/helper" "$NL"
}

unlocked() {
	reload helper="$DIR/look" && is N cat "$PARAMS/helper_lock" &&
		is OK errno_of "$PARAMS/helper" "$DIR/other"
}

plan 12
check "all capabilities, if nothing else is said" all_caps
check "helper_caps: the bounding set, and what exec makes of it" some_caps
check "helper_caps 0: none" no_caps
check "helper_caps: what is refused, and all" caps_refused
check "helper_oom_score_adj" oom_score_adj
check "helper_oom_score_adj: what is refused" oom_refused
check "the resource limits are those of pid 1" limits
check "it is nice 0" nice
check "helper_lock: no change of helper, helper_caps, helper_lock" locked
check "one line says why" locked_said
check "helper_lock at load" locked_at_load
check "unloading unlocks" unlocked
restore
finish
