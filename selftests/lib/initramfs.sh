# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The initramfs of a guest: busybox, the kernel's own modules that tests need,
# kevnotify.ko and the test modules.

# shellcheck source=selftests/lib/modules.sh
. "${BASH_SOURCE[0]%/*}/modules.sh"

KERNEL_MODULES=(dummy loop virtio_blk virtio_pci)

build_initramfs() {
	local out=$1 module=$3 tests=$4
	in_kernel_root "$2" "$module:/module" "$tests:/tests" "$out:/out:rw" \
		"$KEV_LIB:/lib/kevnotify" -- sh -euc '
		dir=/out/tree
		mods=$dir/lib/modules/$RELEASE
		mkdir -p $dir/bin $dir/sbin $dir/usr/bin $dir/usr/sbin $dir/usr/local/sbin \
			$dir/etc $dir/dev $dir/proc $dir/sys $dir/root $dir/run $dir/mnt \
			"$mods/kernel" "$mods/updates/dkms"
		mkdir -m 1777 $dir/tmp
		cp /bin/busybox $dir/bin
		busybox --list-full | while read -r applet; do
			[ -e "$dir/$applet" ] || ln -s /bin/busybox "$dir/$applet"
		done
		cp /lib/kevnotify/guest-init $dir/init
		echo root:x:0:0::/root:/bin/sh >$dir/etc/passwd
		echo nobody:x:65534:65534::/:/bin/sh >>$dir/etc/passwd
		printf "%s\n" root:x:0: adm:x:4: nogroup:x:65534: >$dir/etc/group
		for name; do
			modprobe -S "$RELEASE" -D "$name" 2>/dev/null || :
		done | sed -n "s/^insmod \([^ ]*\).*/\1/p" | sort -u |
		while read -r file; do
			cp "$file" "$mods/kernel"
		done
		cp /module/kevnotify.ko "$mods/updates/dkms"
		cp /tests/*.ko "$mods/updates" 2>/dev/null || :
		find "$mods" -name "*.xz" -exec xz -d {} +
		cp "/lib/modules/$RELEASE/modules.builtin" "/lib/modules/$RELEASE/modules.order" \
			"$mods" 2>/dev/null || :
		depmod -b $dir "$RELEASE"
		cd $dir
		find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet >/out/initramfs.cpio
		rm -r $dir' sh "${KERNEL_MODULES[@]}"
}

# initramfs KERNEL: the path of the cpio archive.
initramfs() {
	local module tests entry
	module=$(module_dir "$1") && tests=$(test_modules_dir "$1") || return 1
	entry=$(cache_get "initramfs-$1" "$(sum_of "$module" "$tests" "${KERNEL_MODULES[@]}" \
		"$(hash_of "$KEV_LIB/guest-init" "$KEV_LIB/initramfs.sh")")" \
		build_initramfs "$1" "$module" "$tests") || return 1
	printf '%s/initramfs.cpio\n' "$entry"
}
