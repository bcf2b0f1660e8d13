# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The package, the module that dkms builds from it for a guest kernel, and the
# modules that only tests use.

# shellcheck source=selftests/lib/kernels.sh
. "${BASH_SOURCE[0]%/*}/kernels.sh"

DEB_INPUT=(CHANGELOG.md COPYING Documentation README.md debian dkms dkms.conf packaging samples src tools)
TEST_MODULES=(samples selftests/kevnotify/exec selftests/kevnotify/storm selftests/kunit)

# build_deb DIR VERSION SCRIPT
build_deb() {
	in_root "$KEV_TOP:/src" "$1:/out:rw" -- /inside/deb "$2" "$3" "${DEB_INPUT[@]}"
}

# deb_dir VERSION SCRIPT: the packages; for tests, with this version and changed by
# a script, unless they are empty.
deb_dir() {
	local paths=("${DEB_INPUT[@]/#/$KEV_TOP/}" "$KEV_LIB/inside/deb")
	cache_get deb "$(sum_of "$(hash_of "${paths[@]}")" "$1" "$2")" build_deb "$1" "$2"
}

# deb_path: the package, built from this tree; the others are beside it.
deb_path() {
	local entry
	entry=$(deb_dir '' '') || return 1
	printf '%s\n' "$entry"/kevnotify-dkms_*.deb
}

build_module() {
	in_kernel_root "$2" "${3%/*}:/deb" "$1:/out:rw" -- /inside/module
}

# module_dir KERNEL: where the kevnotify.ko that dkms built for it is.
module_dir() {
	local deb image
	deb=$(deb_path) && image=$(kernel_image "$1") || return 1
	cache_get "module-$1" "$(sum_of "$image" \
		"$(hash_of "$KEV_TOP"/{src,dkms,dkms.conf,debian})")" build_module "$1" "$deb"
}

build_test_modules() {
	local module
	module=$(module_dir "$2")
	in_kernel_root "$2" "$KEV_TOP:/src" "$module:/module" "$1:/out:rw" -- \
		/inside/test-modules "${@:3}"
}

# test_modules_dir KERNEL: where the .ko files of samples and tests are.
test_modules_dir() {
	local dir dirs=() image
	image=$(kernel_image "$1") || return 1
	for dir in "${TEST_MODULES[@]}"; do
		[ "$1:$dir" != "${1#debug}:selftests/kunit" ] || continue
		[ ! -e "$KEV_TOP/$dir/Kbuild" ] || dirs+=("$dir")
	done
	cache_get "tests-$1" "$(sum_of "$image" \
		"$(hash_of "$KEV_TOP/src" "${dirs[@]/#/$KEV_TOP/}")")" \
		build_test_modules "$1" "${dirs[@]}"
}

build_programs() {
	in_root "$KEV_TOP/$2:/programs" "$1:/out:rw" -- make -sC /programs OUT=/out
}

# programs_dir DIR: what its Makefile builds, for guests with any userland
programs_dir() {
	cache_get programs "$(sum_of "$1" "$(root_version gcc-12)" "$(hash_of "$KEV_TOP/$1")")" \
		build_programs "$1"
}
