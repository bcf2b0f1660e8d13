# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Machines to be upgraded: a Debian with systemd, dkms, a kernel and its headers,
# and what apt needs to install the kernel of the backports without a network.

# shellcheck source=selftests/lib/suites.sh
. "${BASH_SOURCE[0]%/*}/suites.sh"

UPGRADE_SUITES='bookworm trixie'
UPGRADE_PACKAGES=dkms,e2fsprogs,kmod,linux-headers-cloud-amd64,linux-image-cloud-amd64,procps,systemd-sysv,udev
UPGRADE_TO='linux-image-cloud-amd64 linux-headers-cloud-amd64'
export UPGRADE_SUITES

build_upgrade() {
	SUITE=$2 debootstrap_into "$1/root" "$UPGRADE_PACKAGES" --skip=cleanup/apt --customize-hook='
		export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
		rm -f "$1"/var/cache/apt/archives/*.deb
		apt-get install -qy --no-install-recommends --download-only -t '"$2"'-backports '"$UPGRADE_TO"
	mkdir "$1/newer"
	in_root "$1/root/var/cache/apt/archives:/debs" "$1/newer:/newer:rw" -- /inside/newer
	boot_of "$1" root "$1/older"
	boot_of "$1" newer "$1/boot"
}

# boot_of ENTRY TREE DIR: vmlinuz and initramfs.cpio of the tree's kernel
boot_of() {
	local release none
	release=$(basename "$1/$2"/lib/modules/*)
	none=$(mktemp -d)
	mkdir "$3"
	cp "$1/$2/boot/vmlinuz-$release" "$3/vmlinuz"
	in_root "$1/$2/lib/modules:/lib/modules" "$none:/module" "$none:/tests" "$3:/out:rw" -- \
		/inside/only "$release" /inside/initramfs virtio_blk virtio_pci ext4
	rmdir "$none"
}

# upgrade_dir SUITE: root/; older/ and boot/: how to boot its kernel and the newer one
upgrade_dir() {
	local state
	state=$(suite_state "$1-backports") || return
	cache_get "upgrade-$1" "$(sum_of "$UPGRADE_PACKAGES" "$UPGRADE_TO" "$state" \
		"$(hash_of "$KEV_LIB/inside/newer")")" build_upgrade "$1"
}

# upgrade_disk SUITE REPOS FILE COMMAND…: a new disk of that machine, with these
# repositories, after a command in there
upgrade_disk() {
	local dir
	dir=$(upgrade_dir "$1") || return
	mkdir -p "${3%/*}"
	enter_root "$dir/root" "$2:/repos" "$KEV_TOP/selftests:/kev" "${3%/*}:/out:rw" -- \
		sh -euc 'file=$1; shift; "$@"; exec /inside/disk "$file" 2048' sh "/out/${3##*/}" "${@:4}"
}
