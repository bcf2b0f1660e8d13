# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the checks share: KTAP, the list of files, and the way into the build
# root of the cache, for what the host does not have.
#
#   KDIR  headers to build against    KSRC  an unpacked kernel source

set -euo pipefail
export LC_ALL=C

TOP=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
CHECKS=$TOP/selftests/checks
CHECK=$(realpath "$0")
CHECK=${CHECK#"$CHECKS"/}
cd "$TOP"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# shellcheck source=selftests/lib/tap.sh
. "$TOP/selftests/lib/tap.sh"

# match [grep's arguments]: grep, for which no match is no failure
match() {
	grep "$@" || [ $? = 1 ]
}

# match_files [grep's arguments]: the same in the files listed on standard input
match_files() {
	xargs -r sh -c 'grep "$@" /dev/null || [ $? = 1 ]' sh "$@"
}

# none: passes if standard input is empty, else shows it and fails
none() {
	! grep ''
}

# files REGEX: the project's files whose path matches, without what builds leave
files() {
	if git rev-parse --git-dir >/dev/null 2>&1; then
		git ls-files -co --exclude-standard
	else
		find . -type f ! -path './.git*' ! -path './build/*' -printf '%P\n'
	fi | sort | while read -r f; do
		if [ -f "$f" ]; then echo "$f"; fi
	done | match -E "$1"
}

# scripts: the shell files, known by name or by their first line
scripts() {
	files . | match -vE '\.([ch]|rst|md)$' | xargs -r awk '
		FILENAME ~ /\.sh$/ || /^#!.*[\/ ](ba|da)?sh( |$)/ { print FILENAME }
		{ nextfile }'
}

# said_of NAME KEY COMMAND…: what COMMAND FILE prints, and succeeds, for each file on
# standard input. It is asked once for the same text, NAME and KEY.
said_of() {
	local name=$1 key=$2 dir=${SAID:-${KEVNOTIFY_CACHE:-$HOME/.cache/kevnotify}/said} file entry
	shift 2
	mkdir -p "$dir"
	find "$dir" -type f -mtime +7 -delete
	while read -r file; do
		entry=$dir/$name-$({ echo "$key $file"; cat "$file"; } | sha256sum | cut -c 1-32)
		if [ -e "$entry" ]; then
			touch "$entry"
		else
			"$@" "$file" >"$scratch/said" || return
			cp "$scratch/said" "$entry.$$"
			mv "$entry.$$" "$entry"
		fi
		cat "$entry"
	done
}

# find_kdir: headers on this machine, if any
find_kdir() {
	local dir
	for dir in /usr/src/linux-headers-*-amd64; do
		if [ -e "$dir/.config" ]; then KDIR=$dir; fi
	done
}

# missing NEED…: is one not at hand? KDIR, KSRC or a command
missing() {
	local need
	for need; do
		case $need in
		KDIR) [ -n "${KDIR:-}" ] || find_kdir; [ -n "${KDIR:-}" ] || return 0 ;;
		KSRC) [ -n "${KSRC:-}" ] || return 0 ;;
		*) command -v "$need" >/dev/null || return 0 ;;
		esac
	done
	return 1
}

# snapshot DIR: the project's files alone
snapshot() {
	files . | tar -cf - -T - | tar -C "$1" -xf -
}

# needs NEED…: if one is missing here, this check runs in the build root instead.
needs() {
	missing "$@" || return 0
	if [ -n "${KEV_IN_ROOT:-}" ]; then
		echo "Bail out! the build root lacks one of: $*"
		exit 1
	fi
	mkdir "$scratch/tree"
	snapshot "$scratch/tree"
	# shellcheck source=selftests/lib/kernels.sh
	. "$TOP/selftests/lib/kernels.sh"
	mkdir -p "$KEV_CACHE/said"
	in_kernel_root 6.1 "$(linux_dir):/usr/src/linux" "$scratch/tree:/mnt/kevnotify" \
		"$KEV_CACHE/said:/said:rw" -- \
		env CHECK="$CHECK" COCCI="${COCCI:-}" SAID=/said sh -c '
		export KEV_IN_ROOT=1 KSRC=/usr/src/linux KDIR=/lib/modules/$RELEASE/build
		exec /mnt/kevnotify/selftests/checks/$CHECK' && exit 0
	exit 1
}

# build DIR [make argument…]: the modules, in a copy of their own; prints what make did
build() {
	local dir=$1 make
	shift
	mkdir -p "$dir"
	cp -r src "$dir"
	[ ! -d samples ] || cp -r samples "$dir"
	make=(make -j"$(nproc)" -C "$KDIR" "$@")
	# Callers ask for the status, which switches -e off here.
	"${make[@]}" M="$dir/src" modules 2>&1 || return
	[ ! -e "$dir/samples/Kbuild" ] || "${make[@]}" M="$dir/samples" \
		KBUILD_EXTRA_SYMBOLS="$dir/src/Module.symvers" modules 2>&1
}

# --- Cases that break one thing in a copy of the tree, for checks of the checks

broken_where=() broken_test=() broken_script=() broken_before=()

# broken WHERE TEST SCRIPT [BEFORE]: TEST (a regex) of WHERE fails after SCRIPT has
# been run in a copy of the tree. $only names the places, with wildcards; empty: all.
broken() {
	# shellcheck disable=SC2053 # it may hold wildcards
	[[ -z ${only:-} || $1 == $only ]] || return 0
	broken_where+=("$1")
	broken_test+=("$2")
	broken_script+=("$3")
	broken_before+=("${4:-}")
}

# whole_tree: $scratch/whole, which cases copy
whole_tree() {
	[ -d "$scratch/whole" ] || { mkdir "$scratch/whole" && snapshot "$scratch/whole"; }
}

# broken_tree N: $scratch/copy, with what that case breaks
broken_tree() {
	rm -rf "$scratch/copy"
	whole_tree
	cp -a "$scratch/whole" "$scratch/copy"
	(cd "$scratch/copy" && sh -euc "${broken_script[$1]}")
	! diff -r "$scratch/whole" "$scratch/copy" >/dev/null ||
		{ echo "this changes nothing: ${broken_script[$1]}"; return 1; }
}

# failed_there N FILE: does FILE say that the case's test failed?
failed_there() {
	grep -qE "^(# |    )*not ok [0-9]+ (- )?${broken_test[$1]}" "$2"
}

# broken_cases COMMAND…: all cases; COMMAND gets the number of one
broken_cases() {
	local n start
	plan "${#broken_where[@]}"
	for n in "${!broken_where[@]}"; do
		start=$SECONDS
		test_case "${broken_where[n]}: ${broken_test[n]}" "$@" "$n"
		echo "# $((SECONDS - start)) s: ${broken_script[n]}"
	done
}
