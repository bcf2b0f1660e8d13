# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A flat, signed repository of the packages, for apt to install them by name.

# shellcheck source=selftests/lib/modules.sh
. "${BASH_SOURCE[0]%/*}/modules.sh"

build_sign_key() {
	in_root "$1:/out:rw" -- /inside/sign-key
}

# sign_key: the file with the secret key: one of our own, made once for this
# cache, or the one that is given.
sign_key() {
	local entry
	if [ -n "${KEVNOTIFY_SIGN_KEY:-}" ]; then
		[ -r "$KEVNOTIFY_SIGN_KEY" ] ||
			die "KEVNOTIFY_SIGN_KEY: cannot read $KEVNOTIFY_SIGN_KEY"
		realpath "$KEVNOTIFY_SIGN_KEY"
	else
		entry=$(cache_get sign-key "$(hash_of "$KEV_LIB/inside/sign-key")" build_sign_key) || return 1
		printf '%s/secret.asc\n' "$entry"
	fi
}

# build_repo DIR KEY DEBS: DEBS is a directory
build_repo() {
	in_root "${2%/*}:/key" "$3:/debs" "$1:/out:rw" -- /inside/repo "/key/${2##*/}"
}

# repo_dir [DEBS]: the repository of the packages in a directory, by default of
# this tree's.
repo_dir() {
	local debs=${1:-} key
	key=$(sign_key) || return 1
	[ -n "$debs" ] || debs=$(deb_dir '' '') || return 1
	cache_get repo "$(sum_of "$debs" "$(hash_of "$key" "$KEV_LIB/inside/repo")")" \
		build_repo "$key" "$debs"
}

# Versions for tests: later than any of ours, and one that compiles nowhere.
REPO_NEXT=900.1 REPO_BROKEN=900.2

# build_test_repos DIR NOW NEXT BROKEN
build_test_repos() {
	mkdir "$1/versions"
	sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$KEV_TOP/dkms.conf" >"$1/versions/now"
	echo "$REPO_NEXT" >"$1/versions/next"
	echo "$REPO_BROKEN" >"$1/versions/broken"
	cp -r "$2" "$1/now"
	cp -r "$3" "$1/next"
	cp -r "$4" "$1/broken"
}

# test_repos: repositories now, next and broken, and the versions of their packages
test_repos() {
	local now next broken
	now=$(repo_dir) &&
		next=$(deb_dir "$REPO_NEXT" '') && next=$(repo_dir "$next") &&
		broken=$(deb_dir "$REPO_BROKEN" 'echo "int kev_broken = ;" >>src/main.c') &&
		broken=$(repo_dir "$broken") || return 1
	cache_get repos "$(sum_of "$now" "$next" "$broken")" build_test_repos "$now" "$next" "$broken"
}
