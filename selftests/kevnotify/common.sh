# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What tests of single events share: a fresh module, the kernel log, a helper
# that keeps what it was given.

WORK=/root/kevnotify-test
GOT=$WORK/got
RECORDER=$WORK/recorder
klog_n=0
NL='
'

# has WORD LINE: is the fixed string WORD in LINE?
has() {
	case $2 in *"$1"*) return 0 ;; esac
	return 1
}

# is WANTED VALUE: says what differs
is() {
	[ "$1" = "$2" ] && return 0
	echo "# wanted '$1', found '$2'"
	return 1
}

# until_ok SECONDS COMMAND…: run COMMAND until it succeeds, for so long
until_ok() {
	read -r late _ </proc/uptime
	late=$((${late%%.*} + $1))
	shift
	while ! "$@" >/dev/null; do
		read -r now _ </proc/uptime
		if [ "${now%%.*}" -ge "$late" ]; then
			echo "# in time: not $*"
			return 1
		fi
		usleep 20000
	done
}

# holds FILE VALUE: its first line; without a fork
holds() {
	held=
	read -r held <"$1"
	is "$2" "$held" || {
		echo "# in $1"
		return 1
	}
}

# source_is SOURCE FILE VALUE
source_is() {
	holds "$SYS/sources/$1/$2" "$3"
}

# at_rest: all that was raised is in the log, and the helper, if there is one,
# has had its share. Looks in the order in which an event moves.
at_rest() {
	read -r staged <"$SYS/stats/staged" && read -r pending <"$SYS/stats/pending" &&
		read -r state <"$SYS/state"
	helper=
	read -r helper <"$PARAMS/helper"
	[ "$staged$state" = 0idle ] && { [ "$pending" = 0 ] || [ -z "$helper" ]; }
}

settle() {
	until_ok 120 at_rest
}

# conserved: at rest, every event and every record is in one place
conserved() {
	settle || return 1
	awk '{ v[$1] = $2 }
	END {
		way_in = v["suppressed"] + v["refused"] + v["staged"] + v["recorded"]
		way_out = v["delivered"] + v["filtered"] + v["skipped"] + v["expired"] \
			+ v["overwritten"] + v["failed"] + v["pending"]
		if (v["raised"] == way_in && v["next"] - v["base"] == way_out)
			exit 0
		print "# raised " v["raised"] " in " way_in " next " v["next"] " out " way_out
		exit 1
	}' "$DBG/stats"
}

unloaded() {
	[ ! -d /sys/module/kevnotify ] || rmmod kevnotify 2>/dev/null
}

# fresh [NAME=VALUE…]: load the module anew
# shellcheck disable=SC2120 # who sources this gives arguments
fresh() {
	until_ok 60 unloaded && modprobe kevnotify "$@"
}

# write FILE TEXT, or other arguments of write-errno: $errno is what became of
# it, $said what the module logged meanwhile
write() {
	said=$(./write-errno "$@")
	errno=${said%%"$NL"*}
	said=${said#"$errno"}
	said=${said#"$NL"}
}

# writes FILE TEXT: a write that is accepted, in silence
writes() {
	write "$@"
	is OK "$errno" && is '' "$said"
}

# one_line WORD…: $said is one line, and each WORD is in it
one_line() {
	case $said in
	*"$NL"*) echo "# more than one line: $said"; return 1 ;;
	esac
	for word; do
		if ! has "$word" "$said"; then
			echo "# no '$word' in: $said"
			return 1
		fi
	done
}

# klog_mark: klog prints what comes after this
klog_mark() {
	klog_n=$((klog_n + 1))
	echo "test mark $$.$klog_n" >/dev/kmsg
}

# klog: the kernel log since the mark, without time stamps
klog() {
	dmesg | awk -v mark="test mark $$.$klog_n" '
		on { sub(/^\[[^]]*\] /, ""); print }
		index($0, mark) { on = 1 }'
}

# begin [NAME=VALUE…]: a fresh module and no files
# shellcheck disable=SC2120
begin() {
	fresh "$@"
	rm -rf "$WORK"
	mkdir -p "$WORK"
}

# recorder: have a helper that keeps its environment in $GOT/SEQ
recorder() {
	mkdir -p "$GOT"
	cp keep "$RECORDER"
	echo "$RECORDER" >"$PARAMS/helper"
}

# script_helper: have a script as the helper, whose commands are on standard input
script_helper() {
	{
		echo '#!/bin/sh'
		cat
	} >"$WORK/script"
	chmod 755 "$WORK/script"
	echo "$WORK/script" >"$PARAMS/helper"
}

# strings SEQ: what the helper got for that record, a string a line; a newline
# inside a string is shown as ^A
strings() {
	tr '\0\n' '\n\1' <"$GOT/$1"
}

# value SEQ KEY
value() {
	strings "$1" | sed -n "s/^$2=//p"
}

# gave SEQ STRING…: the helper got each of these strings
gave() {
	given=$NL$(strings "$1")$NL
	shift
	for string; do
		has "$NL$string$NL" "$given" || {
			echo "# no $string in:" "$given" | tr '\n' ' '
			echo
			return 1
		}
	done
}

# keys SEQ: the names of what it got, in one line
keys() {
	strings "$1" | sed 's/=.*//' | sort | tr '\n' ' '
}

# newest SOURCE: SEQ of the newest record of a source, after the helper had it
newest() {
	settle >&2 && cat "$SYS/sources/$1/last"
}

# raise TEXT…: by control/raise; $errno and $said as of write
raise() {
	write "$SYS/control/raise" "$@"
}

# receipts SOURCE: how many records of it the helper got
receipts() {
	grep -l "KEVNOTIFY_SOURCE=$1" "$GOT"/* 2>/dev/null | wc -l
}

# end: as begin, for the next test
end() {
	# shellcheck disable=SC2119
	fresh
	rm -rf "$WORK"
	finish
}
