# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The initramfs of a guest: busybox, the kernel's own modules that tests need,
# kevnotify.ko and the test modules.

# shellcheck source=selftests/lib/repo.sh
. "${BASH_SOURCE[0]%/*}/repo.sh"

build_initramfs() {
	in_kernel_root "$2" "$3:/module" "$4:/tests" "$1:/out:rw" -- /inside/initramfs
}

# initramfs KERNEL: the path of the cpio archive.
initramfs() {
	local module tests entry
	module=$(module_dir "$1") && tests=$(test_modules_dir "$1") || return 1
	entry=$(cache_get "initramfs-$1" "$(sum_of "$module" "$tests" "$(hash_of "$KEV_LIB/inside")")" \
		build_initramfs "$1" "$module" "$tests") || return 1
	printf '%s/initramfs.cpio\n' "$entry"
}
