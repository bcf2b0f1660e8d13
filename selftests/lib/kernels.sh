# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The guest kernels by name: 6.1 and 6.12 are Debian's cloud flavour out of the
# build root, debug is built from Debian's source with lib/debug.config.

# shellcheck source=selftests/lib/root.sh
. "${BASH_SOURCE[0]%/*}/root.sh"

export KERNELS='6.1 6.12 debug'

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
	in_root "$2:/usr/src/linux" "$1:/out:rw" -- nice /inside/debug
}

# debug_dir: vmlinuz, release and build/ (what modules build against, with the
# source at /usr/src/linux).
debug_dir() {
	local linux
	linux=$(linux_dir) || return 1
	cache_get debug "$(sum_of "$linux" "$(root_version gcc-12)" \
		"$(hash_of "$KEV_LIB/inside/debug.config")")" build_debug "$linux"
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
	in_root "${binds[@]}" -- /inside/only "$release" "$@"
}
