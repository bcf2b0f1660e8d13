# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The build cache: one directory per entry, NAME-KEY, where the key is a hash
# of everything the entry is made from. An entry is made in a temporary
# directory beside its place and renamed, so it is there whole or not at all.

set -euo pipefail

KEV_TOP=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
KEV_LIB=$KEV_TOP/selftests/lib
KEV_CACHE=${KEVNOTIFY_CACHE:-$HOME/.cache/kevnotify}
mkdir -p "$KEV_CACHE/logs" "$KEV_CACHE/mnt"
KEV_CACHE=$(cd "$KEV_CACHE" && pwd)
export KEV_TOP KEV_LIB KEV_CACHE

say() { printf 'kevnotify: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# ask: go on, unless somebody at a terminal says no.
ask() {
	local answer
	[ "${YES:-}" != 1 ] && [ -t 0 ] && [ -t 2 ] || return 0
	read -r -p 'Go on? [Y/n] ' answer
	[[ $answer != [nN]* ]] || die 'nothing was done'
}

# hash_of PATH…: one key for the names, modes and contents of files and trees,
# but for what a build leaves there. Every guest asks for many of these.
hash_of() {
	local path files
	for path; do
		[ -e "$path" ] || die "$path: no such file"
	done
	files=$(find "$@" -type f ! -name '.*' ! -name '*.o' ! -name '*.ko' \
		! -name '*.mod' ! -name '*.mod.c' ! -name '*.symvers' ! -name '*.order')
	files=$(xargs -d '\n' stat -c '%a %n' <<<"$files" && xargs -d '\n' sha256sum <<<"$files") ||
		die "no key for $*"
	# By name without the tree's path, whose place among others is another in each clone
	sum_of "$(LC_ALL=C sort -bsk 2 <<<"${files//"$KEV_TOP"/}")"
}

# sum_of STRING…: one key for some words.
sum_of() {
	local sum
	sum=$(printf '%s\n' "$@" | sha256sum)
	printf '%s\n' "${sum:0:16}"
}

# cache_get NAME KEY BUILDER [ARG…]: print the entry's path; BUILDER DIR ARG…, in
# a shell of its own where -e holds, fills a new one. A second caller waits for
# the first.
cache_get() {
	local name=$1 key=$2 builder=$3 entry log tmp
	shift 3
	entry=$KEV_CACHE/$name-$key log=$KEV_CACHE/logs/$name-$key.log
	if [ ! -d "$entry" ]; then
		(
		flock 9
		[ ! -d "$entry" ] || exit 0
		# Under the lock, what is left of this name was killed.
		as_root rm -rf --one-file-system "$KEV_CACHE/.tmp.$name-$key".*
		tmp=$(mktemp -d "$KEV_CACHE/.tmp.$name-$key.XXXXXX")
		chmod 755 "$tmp"
		say "building $name (log: $log)"
		if ! bash -euc '. "$0"; "$@"; times' "$KEV_LIB/all.sh" "$builder" "$tmp" "$@" \
		     >"$log" 2>&1 9>&-; then
			tail -n 25 "$log" >&2
			as_root rm -rf --one-file-system "$tmp"
			die "building $name failed; the whole log: $log"
		fi
		mv -T "$tmp" "$entry"
		find "$KEV_CACHE" -maxdepth 1 -name "$name-*" -mtime +7 -exec rm -rf {} +
		) 9>"$KEV_CACHE/logs/.lock.$name-$key" || return 1
	fi
	touch -c "$entry" 2>/dev/null || :
	printf '%s\n' "$entry"
}
