# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The tests that run in a guest, as a kselftest installation.

# shellcheck source=selftests/lib/initramfs.sh
. "${BASH_SOURCE[0]%/*}/initramfs.sh"

build_kselftest() {
	in_root "$2:/usr/src/linux" \
		"$KEV_TOP/selftests/kevnotify:/usr/src/linux/tools/testing/selftests/kevnotify" \
		"$1:/out:rw" -- /inside/kselftest
}

# kselftest_dir: what to copy to a guest; run_kselftest.sh is in it.
kselftest_dir() {
	local linux
	linux=$(linux_dir) || return 1
	cache_get kselftest "$(sum_of "$linux" "$(hash_of "$KEV_TOP/selftests/kevnotify" \
		"$KEV_LIB/inside/kselftest")")" build_kselftest "$linux"
}

# guests: the lines of guests.list
guests() {
	grep -v '^#' "$KEV_TOP/selftests/kevnotify/guests.list"
}

# guest_options TEST: those of vm/run that it needs
guest_options() {
	guests | awk -F '\t' -v test="$1" '$1 == test { print $3 }'
}

# tests_of LIST: those of LIST.list, or all that share a guest
tests_of() {
	if [ "$1" = all ]; then
		sed 's/^kevnotify://' "$(kselftest_dir)/kselftest-list.txt" | grep -vxFf <(guests | cut -f 1)
	else
		grep -v '^#' "$KEV_TOP/selftests/kevnotify/$1.list"
	fi
}

# in_guest TIER TESTS [OPTION of vm/run]…: these tests, by the kernel's own runner
in_guest() {
	local dir tier=$1 line only=()
	dir=$(kselftest_dir) || return 1
	while read -r line; do
		only+=(-t "kevnotify:$line")
	done <<<"$2"
	shift 2
	"$KEV_TOP/selftests/vm/run" "$@" --copy "$dir:/kselftest" -- \
		env KEVNOTIFY_TIER="$tier" /kselftest/run_kselftest.sh "${only[@]}"
}
