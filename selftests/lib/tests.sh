# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The tests that run in a guest, as a kselftest installation.

# shellcheck source=selftests/lib/initramfs.sh
. "${BASH_SOURCE[0]%/*}/initramfs.sh"

build_kselftest() {
	in_root "$2:/usr/src/linux" \
		"$KEV_TOP/selftests/kevnotify:/usr/src/linux/tools/testing/selftests/kevnotify" \
		"$KEV_TOP/samples:/usr/src/linux/tools/testing/samples" \
		"$1:/out:rw" -- /inside/kselftest
}

# kselftest_dir: what to copy to a guest; run_kselftest.sh is in it.
kselftest_dir() {
	local linux
	linux=$(linux_dir) || return 1
	cache_get kselftest "$(sum_of "$linux" "$(hash_of "$KEV_TOP/selftests/kevnotify" \
		"$KEV_TOP/samples" "$KEV_LIB/inside/kselftest")")" build_kselftest "$linux"
}

# headers KEY: TEST, a tab, TEXT, of each test with a line "# KEY: TEXT"
headers() {
	(cd "$KEV_TOP/selftests/kevnotify" && grep "^# $1: " -- *.sh /dev/null) | sed "s/:# $1: /\t/"
}

# guests: the tests that need a guest of their own, "# Guest: KERNELS; OPTIONS": TEST, a
# tab, its kernels in check (-: none; full: all of them), a tab, options of vm/run
guests() {
	headers Guest | sed 's/; /\t/'
}

# guest_options TEST: those of vm/run that it needs
guest_options() {
	guests | awk -F '\t' -v test="$1" '$1 == test { print $3 }'
}

# tests_of LIST: all that share a guest, or those with "# Lists: LIST…": quick, for
# check-quick; kernel, what depends most on the kernel, which check runs on the newest;
# debug, which it runs on the debug kernel, where all take ten times as long; suite, which
# it runs on the oldest
tests_of() {
	if [ "$1" = all ]; then
		sed 's/^kevnotify://' "$(kselftest_dir)/kselftest-list.txt" | grep -vxFf <(guests | cut -f 1)
	else
		headers Lists | awk -v list="$1" '{ for (i = 2; i <= NF; i++) if ($i == list) print $1 }'
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
