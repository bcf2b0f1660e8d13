#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The parameters: defaults, ranges, what is refused and how, both views, and
# what a load with bad values leaves behind.
. ./lib.sh

CTL=/proc/sys/kevnotify

# name default min max also-zero
numbers() {
	cat <<-END
	interval 10000 1000 86400000 y
	timeout 30000 1 86400000 y
	linger 1000 1 86400000 y
	hold 3600000 1000 604800000 n
	grace 0 1 86400000 y
	burst 10 1 1000 y
	window 5000 10 3600000 n
	helper_level 6 0 7 n
	END
}

# reads NAME VALUE
reads() {
	holds "$PARAMS/$1" "$2"
}

# accepts NAME VALUE
accepts() {
	writes "$PARAMS/$1" "$2" && reads "$1" "$2"
}

# refuses_at FILE TEXT ERRNO WORD…: nothing changes, and one line has the words
# and begins with the parameter's name
refuses_at() {
	file=$1 param=${1##*/} text=$2 why=$3
	shift 3
	refused "$why" "$file" "$text" "kevnotify: $param: " "$@" && reads "$param" "$was"
}

# refuses NAME TEXT ERRNO WORD…
refuses() {
	param=$1
	shift
	refuses_at "$PARAMS/$param" "$@"
}

takes_edges() {
	accepts "$1" "$3" && accepts "$1" "$4" && accepts "$1" "$2" || return 1
	[ "$5" = n ] || { accepts "$1" 0 && accepts "$1" "$2"; }
}

refuses_beyond() {
	range="$3 to $4"
	refuses "$1" $(($4 + 1)) ERANGE "$range" &&
		refuses "$1" 99999999999999999999 ERANGE "$range" || return 1
	[ "$3" = 0 ] && return 0
	[ "$5" = n ] || has 'or 0' "$said" || return 1
	# Below 1 there is only 0
	below=$(($3 - 1))
	if [ "$below" != 0 ]; then
		refuses "$1" "$below" ERANGE "$range"
	elif [ "$5" = n ]; then
		refuses "$1" 0 ERANGE "$range"
	fi
}

refuses_junk() {
	for junk in -1 12x "$NL" "x${NL}kevnotify: forged"; do
		refuses "$1" "$junk" EINVAL "$3 to $4" || return 1
	done
}

# for_each_number COMMAND: with the five words of each
for_each_number() {
	numbers >"$WORK/numbers"
	while read -r number default min max zero; do
		"$1" "$number" "$default" "$min" "$max" "$zero" || return 1
	done <"$WORK/numbers"
}

default_is() {
	reads "$1" "$2"
}

other_defaults() {
	reads helper '' && reads helper_oom_score_adj -900 && reads helper_lock N &&
		reads helper_caps "$(sed -n 's/^CapBnd:\t//p' /proc/self/status)" && reads sources "$SOURCES_ON" &&
		reads log_records 1024 && reads stage_slots 64
}

modes() {
	for file in "$PARAMS"/*; do
		case ${file##*/} in
		log_records | stage_slots)
			write "$file" 64
			is 444 "$(stat -c %a "$file")" && is EACCES "$errno" || return 1
			;;
		*) is 644 "$(stat -c %a "$file")" || return 1 ;;
		esac
	done
}

# refuses_load NAME=VALUE ERRNO-TEXT WORD…: no module, and one line. What the
# kernel says of a parameter is its own; and modprobe may try two ways.
refuses_load() {
	arg=$1 why=$2
	klog_mark
	if out=$(modprobe kevnotify "$arg" 2>&1); then
		say "loaded with $arg"
		return 1
	fi
	shift 2
	has "$why" "$out" || { say "$arg: $out"; return 1; }
	said=$(klog | grep '^kevnotify: [^`]' | uniq)
	[ ! -d /sys/module/kevnotify ] && [ ! -e "$SYS" ] && [ ! -e /proc/sys/kevnotify ] &&
		[ ! -e "$DBG" ] && one_line "kevnotify: ${arg%%=*}: " "$@"
}

RANGE='Numerical result out of range'
JUNK='Invalid argument'

load_refuses_number() {
	refuses_load "$1=$(($4 + 1))" "$RANGE" "$3 to $4"
}

load_refuses() {
	for_each_number load_refuses_number &&
		refuses_load burst=x "$JUNK" '1 to 1000' &&
		refuses_load helper_caps=ffffffffffffffff "$RANGE" '0 to' &&
		refuses_load helper_caps=x "$JUNK" 'hex mask' &&
		refuses_load helper_oom_score_adj=1001 "$RANGE" '-1000 to 1000' &&
		refuses_load helper_lock=x "$JUNK" 'Y or N' &&
		refuses_load helper=bin/x "$JUNK" 'not an absolute path' &&
		refuses_load "helper=/$(printf '%0255d' 0)" 'File name too long' '255 bytes' &&
		refuses_load sources=oom,nosuch "$JUNK" nosuch
}

load_refuses_sizes() {
	refuses_load log_records=15 "$RANGE" '16 to 1048576' &&
		refuses_load log_records=1048577 "$RANGE" '16 to 1048576' &&
		refuses_load stage_slots=7 "$RANGE" '8 to 4096' &&
		refuses_load stage_slots=4097 "$RANGE" '8 to 4096'
}

# A log greater than this machine's memory is no reason for a trace
load_too_big() {
	refuses_load log_records=1048576 'memory' 1048576 &&
		! klog | grep -q 'Call Trace'
}

# rounds NAME GIVEN USED
rounds() {
	reload "$1=$2" && reads "$1" "$3"
}

sizes_round() {
	rounds log_records 16 16 && rounds log_records 1025 2048 &&
		rounds stage_slots 8 8 && rounds stage_slots 9 16 && rounds stage_slots 4096 4096
}

# The helper's file is looked at when it is run, not at load
loads_with_all() {
	reload helper='|/nosuch' interval=2000 timeout=3000 linger=0 hold=4000 grace=1 burst=6 window=700 \
		helper_level=5 sources=manual,oom log_records=100 stage_slots=30 &&
		reads helper '|/nosuch' && reads linger 0 && reads interval 2000 && reads timeout 3000 &&
		reads hold 4000 && reads grace 1 && reads burst 6 && reads window 700 &&
		reads helper_level 5 && reads sources oom,manual && reads log_records 128 &&
		reads stage_slots 32
}

sysctl_shows() {
	holds "$CTL/$1" "$2" && reads "$1" "$2"
}

sysctl_interval() {
	sysctl_shows interval 10000 && accepts interval 4000 && sysctl_shows interval 4000 &&
		writes "$CTL/interval" 5000 && sysctl_shows interval 5000 &&
		sysctl -w kevnotify.interval=10000 >/dev/null && sysctl_shows interval 10000
}

sysctl_interval_refuses() {
	refuses_at "$CTL/interval" 999 ERANGE '1000 to 86400000' &&
		refuses_at "$CTL/interval" 86400001 ERANGE '1000 to 86400000' &&
		refuses_at "$CTL/interval" x EINVAL '1000 to 86400000' &&
		refuses_at "$CTL/interval" "$(printf '%0300d' 1)" EINVAL '1000 to 86400000' &&
		sysctl_shows interval 10000
}

sysctl_helper() {
	writes "$CTL/helper" /bin/busybox && sysctl_shows helper /bin/busybox &&
		refuses_at "$CTL/helper" bin/x EINVAL 'not an absolute path' &&
		refuses_at "$CTL/helper" /bin/nosuch ENOENT /bin/nosuch &&
		refuses_at "$CTL/helper" "/$(printf '%0255d' 0)" ENAMETOOLONG '255 bytes' &&
		refuses_at "$CTL/helper" "/$(printf '%05000d' 0)" ENAMETOOLONG '255 bytes' &&
		refuses_at "$CTL/helper" /tmp EACCES /tmp && sysctl_shows helper /bin/busybox &&
		writes "$CTL/helper" "$NL" && sysctl_shows helper ''
}

# sources_are LIST: the parameter and each source's own files
sources_are() {
	reads sources "$1" || return 1
	for source in oom memory manual signal; do
		on=0 state=off
		! has ",$source," ",$1," || { on=1 state=on; }
		source_is "$source" enabled "$on" && source_is "$source" state "$state" || return 1
	done
}

# selects TEXT LIST
selects() {
	writes "$PARAMS/sources" "$1" && sources_are "$2"
}

sources_list() {
	selects manual manual && selects +oom oom,manual && selects -manual oom &&
		selects signal,memory memory,signal && selects "$NL" '' && selects '+manual,+signal,-manual' signal &&
		selects "$SOURCES_ON" "$SOURCES_ON"
}

sources_refuse() {
	refuses sources -oom,nosuch EINVAL "'nosuch'" && refuses sources nosuch EINVAL "'nosuch'" &&
		refuses sources +nosuch EINVAL "'nosuch'" && refuses sources + EINVAL "''" &&
		refuses sources '+helper' EINVAL "'helper'" &&
		refuses sources "oom,x${NL}kevnotify: y" EINVAL 'unknown source' &&
		sources_are "$SOURCES_ON"
}

# A source that is switched off and on again still works
sources_work() {
	writes "$PARAMS/sources" -manual
	read -r before <"$SYS/sources/manual/raised"
	writes "$SYS/control/raise" hello && source_is manual raised "$before" || return 1
	writes "$PARAMS/sources" +manual
	raise hello && source_is manual raised $((before + 1))
}

plan 18
begin
check "numbers have their defaults" for_each_number default_is
check "other parameters have their defaults" other_defaults
check "modes, and sizes cannot be written" modes
check "the edges of each range are accepted" for_each_number takes_edges
check "beyond each range is ERANGE" for_each_number refuses_beyond
check "junk is EINVAL" for_each_number refuses_junk
check "sysctl interval is the same value" sysctl_interval
check "sysctl interval refuses alike" sysctl_interval_refuses
check "sysctl helper is the same value and refuses alike" sysctl_helper
check "sources: a list, +name, -name" sources_list
check "sources: unknown names" sources_refuse
check "sources: off is off and on is on" sources_work
check "nothing is lost" conserved
unload
check "bad values at load leave no module" load_refuses
check "bad sizes at load leave no module" load_refuses_sizes
check "a log that does not fit leaves no module" load_too_big
check "sizes are rounded up" sizes_round
check "all parameters can be given at load" loads_with_all
restore
finish
