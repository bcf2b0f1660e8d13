# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The full root: a Debian with systemd, udev and the package, and with the
# generic flavour of the kernel, which has what the cloud flavour lacks.

# shellcheck source=selftests/lib/tests.sh
. "${BASH_SOURCE[0]%/*}/tests.sh"

FULL_PACKAGES=dkms,e2fsprogs,kmod,libjansson4,linux-headers-amd64,linux-image-amd64,procps,python3,systemd-sysv,udev

build_full_root() {
	debootstrap_into "$1/root" "$FULL_PACKAGES"
}

# full_root: the path of the Debian root, still without the package.
full_root() {
	local entry
	entry=$(cache_get fullroot "$(sum_of "$SUITE" "$FULL_PACKAGES")" build_full_root) || return 1
	printf '%s/root\n' "$entry"
}

# full_release: the version of its kernel.
full_release() {
	local root
	root=$(full_root) && set -- "$root"/lib/modules/* && printf '%s\n' "${1##*/}"
}

# These are big, and one is made for each change of the package.
build_full_image() {
	find "$KEV_CACHE" -maxdepth 1 -name 'full-[0-9a-f]*' -mmin +120 -exec rm -rf {} +
	enter_root "$2" "$3:/deb" "$1:/out:rw" -- /inside/only "$4" /inside/full
}

# full_image: the path of the file system with the package installed.
full_image() {
	local root deb entry
	root=$(full_root) && deb=$(deb_path) || return 1
	entry=$(cache_get full "$(sum_of "$root" "$deb" "$(hash_of "$KEV_LIB"/inside/{full,disk})")" \
		build_full_image "$root" "${deb%/*}" "$(full_release)") || return 1
	printf '%s/root.ext4\n' "$entry"
}

build_full_initramfs() {
	local none
	none=$(mktemp -d)
	in_root "$2/lib/modules:/lib/modules" "$none:/module" "$none:/tests" "$1:/out:rw" -- \
		/inside/only "$3" /inside/initramfs virtio_blk virtio_pci ext4
	rmdir "$none"
}

# full_initramfs: what finds the disk.
full_initramfs() {
	local root entry
	root=$(full_root) || return 1
	entry=$(cache_get full-initramfs "$(sum_of "$root" "$(hash_of "$KEV_LIB/inside")")" \
		build_full_initramfs "$root" "$(full_release)") || return 1
	printf '%s/initramfs.cpio\n' "$entry"
}

build_early_initramfs() {
	enter_root "$2" "$3:/deb" "$1:/out:rw" -- /inside/only "$4" /inside/early
}

# early_initramfs: an initramfs of Debian's own making that loads the module.
early_initramfs() {
	local root deb entry
	root=$(full_root) && deb=$(deb_path) || return 1
	entry=$(cache_get early-initramfs "$(sum_of "$root" "$deb" \
		"$(hash_of "$KEV_LIB/inside/early")")" \
		build_early_initramfs "$root" "${deb%/*}" "$(full_release)") || return 1
	printf '%s/initramfs\n' "$entry"
}

build_service_disk() {
	enter_root "$2" "$3:/repo" "$1:/out:rw" -- /inside/only "$4" /inside/service
	cp "$2/boot/vmlinuz-$4" "$1/vmlinuz"
	cp "$5" "$1/initramfs.cpio"
}

# service_disk: root.ext4 with both packages, installed by name, and how to boot it:
# vmlinuz and initramfs.cpio
service_disk() {
	local root repo initramfs
	root=$(full_root) && repo=$(repo_dir) && initramfs=$(full_initramfs) || return 1
	cache_get service-disk "$(sum_of "$root" "$repo" "$initramfs" \
		"$(hash_of "$KEV_LIB"/inside/{service,disk})")" \
		build_service_disk "$root" "$repo" "$(full_release)" "$initramfs"
}
