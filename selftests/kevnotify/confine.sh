#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the helper may do: capabilities, resource limits, priority, its worth to
# the OOM killer, each read in the helper's own /proc/self; and the lock.
. ./lib.sh

begin

ALL=$(sed -n 's/^CapBnd:\t//p' /proc/self/status)

program look <<-END
#!/bin/sh
cat /proc/self/status >$WORK/status
cat /proc/self/limits >$WORK/limits
cat /proc/self/oom_score_adj >$WORK/oom
cat /proc/self/stat >$WORK/stat
echo "\$2 \$1 - - - \$MESSAGE" >>$RECEIPTS
END
receiver other

# looked [PARAMETER…]: a run that wrote down what it found
looked() {
	reload burst=0 helper="$WORK/look" "$@" && raise true && settle && received 1
}

# cap NAME: of the helper's status
cap() {
	sed -n "s/^$1:\t//p" "$WORK/status"
}

# The kernel gives it no inheritable ones, and we take away only
all_caps() {
	looked && prints "$ALL" cap CapBnd && prints "$ALL" cap CapPrm && prints "$ALL" cap CapEff &&
		holds "$PARAMS/helper_caps" "$ALL"
}

# CAP_SYS_ADMIN is bit 21, CAP_KILL 5
some_caps() {
	echo 200020 >"$PARAMS/helper_caps" && holds "$PARAMS/helper_caps" 0000000000200020 &&
		raise true && settle && prints 0000000000200020 cap CapBnd &&
		prints 0000000000200020 cap CapPrm && prints 0000000000200020 cap CapEff &&
		prints 0000000000000000 cap CapInh
}

no_caps() {
	looked helper_caps=0 && prints 0000000000000000 cap CapBnd && prints 0000000000000000 cap CapEff &&
		prints 0000000000000000 cap CapInh
}

caps_refused() {
	for text in x -1 "$NL"; do
		write_is EINVAL "$PARAMS/helper_caps" "$text" || return 1
	done
	write_is ERANGE "$PARAMS/helper_caps" 10000000000000000 &&
		write_is ERANGE "$PARAMS/helper_caps" ffffffffffffffff &&
		holds "$PARAMS/helper_caps" 0000000000000000 &&
		write_is OK "$PARAMS/helper_caps" 0x3f &&
		holds "$PARAMS/helper_caps" 000000000000003f &&
		write_is OK "$PARAMS/helper_caps" all && holds "$PARAMS/helper_caps" "$ALL"
}

oom_score_adj() {
	looked && holds "$WORK/oom" -900 && echo 500 >"$PARAMS/helper_oom_score_adj" &&
		raise true && settle && holds "$WORK/oom" 500 &&
		holds "$PARAMS/helper_oom_score_adj" 500 && looked helper_oom_score_adj=-1000 &&
		holds "$WORK/oom" -1000
}

oom_refused() {
	for text in -1001 1001 2147483648; do
		write_is ERANGE "$PARAMS/helper_oom_score_adj" "$text" || return 1
	done
	write_is EINVAL "$PARAMS/helper_oom_score_adj" x &&
		holds "$PARAMS/helper_oom_score_adj" -1000
}

# As for any program that the kernel starts, whatever pid 1 has
limits() {
	./limit 1 5000 && looked && cmp "$WORK/limits" /proc/2/limits &&
		! cmp -s "$WORK/limits" /proc/1/limits
}

nice() {
	prints 0 awk '{ sub(/.*\) /, ""); print $17 }' "$WORK/stat"
}

locked() {
	reload burst=0 helper="$WORK/look" && holds "$PARAMS/helper_lock" N &&
		write_is EINVAL "$PARAMS/helper_lock" x && write_is OK "$PARAMS/helper_lock" N &&
		write_is OK "$PARAMS/helper_lock" Y && holds "$PARAMS/helper_lock" Y &&
		for file in "$PARAMS/helper" /proc/sys/kevnotify/helper; do
			write_is EPERM "$file" "$WORK/other" && write_is EPERM "$file" "$NL" || return 1
		done && write_is EPERM "$PARAMS/helper_caps" 0 &&
		write_is EPERM "$PARAMS/helper_lock" N && holds "$PARAMS/helper_lock" Y &&
		holds "$PARAMS/helper" "$WORK/look" && holds "$PARAMS/helper_caps" "$ALL" &&
		write_is OK "$PARAMS/interval" 20000
}

locked_said() {
	write "$PARAMS/helper" "$WORK/other"
	one_line "kevnotify: helper: not changed: helper_lock is set"
}

# The lock holds from the end of the load on, whatever its place among the parameters
locked_at_load() {
	looked helper_lock=Y helper_caps=20 && prints 0000000000000020 cap CapBnd &&
		write_is EPERM "$PARAMS/helper_caps" all && write_is EPERM "$PARAMS/helper" "$NL"
}

unlocked() {
	reload burst=0 helper="$WORK/look" && holds "$PARAMS/helper_lock" N &&
		write_is OK "$PARAMS/helper" "$WORK/other"
}

plan 12
check "all capabilities, if nothing else is said" all_caps
check "helper_caps: the bounding set, and what exec makes of it" some_caps
check "helper_caps 0: none" no_caps
check "helper_caps: what is refused, and all" caps_refused
check "helper_oom_score_adj" oom_score_adj
check "helper_oom_score_adj: what is refused" oom_refused
check "the resource limits are those of all programs that the kernel starts" limits
check "it is nice 0" nice
check "helper_lock: no change of helper, helper_caps, helper_lock" locked
check "one line says why" locked_said
check "helper_lock at load" locked_at_load
check "unloading unlocks" unlocked
restore
finish
