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
