# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Secure Boot: a firmware whose list of keys holds a throw-away one, and a kernel
# and a module that are signed with it.

# shellcheck source=selftests/lib/upgrade.sh
. "${BASH_SOURCE[0]%/*}/upgrade.sh"

FIRMWARE_PACKAGES=openssl,ovmf,python3-virt-firmware,sbsigntool

build_firmware() {
	SUITE=trixie debootstrap_into "$1/root" "$FIRMWARE_PACKAGES"
	enter_root "$1/root" "$1:/out:rw" -- /inside/firmware
	as_root rm -rf --one-file-system "$1/root/usr/share/doc"
}

# firmware_dir: code.fd, vars.fd, the key and its certificate, and in root/ what
# signs kernels
firmware_dir() {
	cache_get firmware "$(sum_of "$FIRMWARE_PACKAGES" "$(hash_of "$KEV_LIB/inside/firmware")")" \
		build_firmware
}

build_signed() {
	local firmware=$3
	in_kernel_root "$2" "$4:/module" "$firmware:/keys" "$1:/out:rw" -- /inside/signed
	enter_root "$firmware/root" "$firmware:/keys" "$1:/out:rw" -- \
		sbsign --key /keys/key.pem --cert /keys/cert.pem --output /out/vmlinuz /out/plain
	rm "$1/plain"
	cp "$5" "$1/initramfs.cpio"
}

# signed_dir KERNEL: vmlinuz, signed too with the throw-away key; the kernel's
# initramfs; signed.ko and unsigned.ko
signed_dir() {
	local firmware module initramfs
	firmware=$(firmware_dir) && module=$(module_dir "$1") && initramfs=$(initramfs "$1") || return 1
	cache_get "signed-$1" "$(sum_of "$firmware" "$module" "$initramfs" \
		"$(hash_of "$KEV_LIB/inside/signed")")" \
		build_signed "$1" "$firmware" "$module" "$initramfs"
}
