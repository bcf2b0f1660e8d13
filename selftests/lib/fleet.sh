# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What collects from many machines: the fleet root, which is the full root with all of it,
# and its programs alone.

# shellcheck source=selftests/lib/full.sh
. "${BASH_SOURCE[0]%/*}/full.sh"

FLEET_PACKAGES=$FULL_PACKAGES,curl,iproute2,prometheus,prometheus-alertmanager,prometheus-node-exporter,systemd-journal-remote

build_fleet_root() {
	debootstrap_into "$1/root" "$FLEET_PACKAGES"
}

# fleet_root: its path, without the packages of ours
fleet_root() {
	local entry
	entry=$(cache_get fleet "$(sum_of "$SUITE" "$FLEET_PACKAGES")" build_fleet_root) || return 1
	printf '%s/root\n' "$entry"
}

COLLECTORS=prometheus,systemd-journal-remote

build_collectors() {
	debootstrap_into "$1/root" "$COLLECTORS" --variant=extract
}

# collectors: where promtool and systemd-journal-remote are unpacked, without a machine
collectors() {
	local entry
	entry=$(cache_get collectors "$(sum_of "$SUITE" "$COLLECTORS")" build_collectors) || return 1
	printf '%s/root\n' "$entry"
}

build_fleet_disk() {
	enter_root "$2" "$3:/repo" "$1:/out:rw" -- /inside/only "$4" /inside/fleet
	cp "$2/boot/vmlinuz-$4" "$1/vmlinuz"
	build_full_initramfs "$1" "$2" "$4"
}

# fleet_disk: root.ext4 of the fleet root with both packages, installed by name, and how
# to boot it: vmlinuz and initramfs.cpio
fleet_disk() {
	local root repo
	root=$(fleet_root) && repo=$(repo_dir) || return 1
	set -- "$root"/lib/modules/*
	cache_get fleet-disk "$(sum_of "$root" "$repo" "$(hash_of "$KEV_LIB"/inside)")" \
		build_fleet_disk "$root" "$repo" "${1##*/}"
}
