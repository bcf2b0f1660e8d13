# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The guest kernels by name: 6.1 and 6.12 are Debian's cloud flavour out of the
# build root, debug is built from Debian's source with lib/debug.config.

# shellcheck source=selftests/lib/root.sh
. "${BASH_SOURCE[0]%/*}/root.sh"

KERNELS='6.1 6.12 debug'

build_linux() {
	tar -C "$1" --strip-components=1 -xf "$2"/usr/src/linux-source-6.1.tar.xz
}

# linux_dir: Debian's kernel source, for the debug kernel and its own tools.
linux_dir() {
	local root
	root=$(root_dir) || return 1
	cache_get linux "$(root_version linux-source-6.1)" build_linux "$root"
}

build_debug() {
	local out=$1 linux=$2
	mkdir "$out/build"
	cp "$KEV_LIB/debug.config" "$out/fragment"
	in_root "$linux:/usr/src/linux" "$out:/mnt:rw" -- nice sh -euc '
		make="make -sC /usr/src/linux O=/mnt/build -j$(nproc)"
		$make allnoconfig KCONFIG_ALLCONFIG=/mnt/fragment
		lost=$(grep ^CONFIG_ /mnt/fragment | grep -vxFf /mnt/build/.config) || :
		[ -z "$lost" ] || { echo "not in the resulting .config:" $lost; exit 1; }
		$make bzImage modules
		$make -s kernelrelease >/mnt/release
		cp /mnt/build/arch/x86/boot/bzImage /mnt/vmlinuz
		cd /mnt/build
		find . -name "*.o" ! -path "./scripts/*" ! -path "./tools/*" -delete
		rm -rf vmlinux* .tmp_vmlinux* arch/x86/boot *.a'
}

# debug_dir: vmlinuz, release and build/ (what modules build against, with the
# source at /usr/src/linux).
debug_dir() {
	local linux
	linux=$(linux_dir) || return 1
	cache_get debug "$(sum_of "$linux" "$(root_version gcc-12)" \
		"$(hash_of "$KEV_LIB/debug.config")")" build_debug "$linux"
}

# kernel_release NAME: what uname -r says there.
kernel_release() {
	local root
	case $1 in
	debug) cat "$(debug_dir)/release" ;;
	*)
		root=$(root_dir) || return 1
		set -- "$root/lib/modules/$1".*-cloud-amd64
		printf '%s\n' "${1##*/}"
		;;
	esac
}

# kernel_image NAME: the path of its bzImage.
kernel_image() {
	case $1 in
	debug) printf '%s/vmlinuz\n' "$(debug_dir)" ;;
	*) printf '%s/boot/vmlinuz-%s\n' "$(root_dir)" "$(kernel_release "$1")" ;;
	esac
}

# in_kernel_root NAME [SRC:DEST]… -- COMMAND…: in_root with /lib/modules/*/build
# of this kernel alone, so that dkms builds for no other; RELEASE is set.
in_kernel_root() {
	local name=$1 binds=() release linux debug
	shift
	release=$(kernel_release "$name") || return 1
	if [ "$name" = debug ]; then
		linux=$(linux_dir) debug=$(debug_dir)
		binds=("$linux:/usr/src/linux" "$debug/build:/lib/modules/$release/build")
	fi
	while [ "$1" != -- ]; do binds+=("$1"); shift; done
	shift
	in_root "${binds[@]}" -- env RELEASE="$release" sh -c '
		for dir in /lib/modules/*; do
			[ "$dir" = "/lib/modules/$RELEASE" ] || rm -rf "$dir"
		done
		exec "$@"' sh "$@"
}
