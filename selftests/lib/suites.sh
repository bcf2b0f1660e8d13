# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The suites: for each a root with its userland, compiler, dkms and kernels, to
# install the package in. NAME-backports is NAME with the kernel of its backports,
# NAME-split has /bin, /sbin and /lib beside /usr.

# shellcheck source=selftests/lib/peers.sh
. "${BASH_SOURCE[0]%/*}/peers.sh"

export SUITES='bullseye bookworm bookworm-backports trixie trixie-backports sid'
# The packages alone are tried in these: others have the same kernels.
export PACKAGES_SUITES='bullseye-split forky'
SUITE_PACKAGES=(busybox-static cpio dkms kmod libjansson4 xz-utils)

# suite_packages NAME: what is in its root
suite_packages() {
	local from=
	echo "${SUITE_PACKAGES[@]}"
	[ "$1" = "${1%-backports}" ] || from=/$1
	echo "linux-image-cloud-amd64$from" "linux-headers-cloud-amd64$from"
	# The generic flavour, and compilers other than the kernel's own
	case $1 in
	bookworm) echo linux-image-amd64 linux-headers-amd64 gcc-11 ;;
	trixie) echo gcc-13 ;;
	sid) echo gcc-15 ;;
	esac
}

# suite_moves NAME: its kernel may be another one tomorrow
suite_moves() {
	[[ $1 == sid || $1 == forky || $1 == *-backports ]]
}

# suite_state NAME: the suite's present state in the mirror, as a key. The status
# is 44 when the mirror does not have it.
suite_state() {
	local dir status=0
	dir=$(mktemp -d)
	chmod 755 "$dir"
	if ! /usr/lib/apt/apt-helper download-file "$(debian_mirror)/dists/${1%-split}/InRelease" \
		"$dir/InRelease" >"$dir/log" 2>&1; then
		! grep -q '404  *Not Found' "$dir/log" || status=44
		[ "$status" = 44 ] || { status=1; cat "$dir/log" >&2; }
	else
		sha256sum <"$dir/InRelease" | cut -c1-16
	fi
	rm -rf "$dir"
	return "$status"
}

build_suite() {
	local setup=()
	# Debian's installer merges /usr since long; in this suite mmdebstrap does not.
	[ "$2" != bullseye ] || setup=(--setup-hook=/usr/share/mmdebstrap/hooks/merged-usr/setup00.sh)
	! suite_moves "$2" ||
		find "$KEV_CACHE" -maxdepth 1 -name "suite-$2-[0-9a-f]*" -mmin +1440 -exec rm -rf {} +
	SUITE=${2%-*} debootstrap_into "$1/root" "$(suite_packages "$2" | xargs | tr ' ' ,)" \
		"${setup[@]}"
}

# suite_root NAME: the path of its root. The status is 44 when it is neither in
# the mirror nor in the cache. One that moves is made anew when it has moved.
suite_root() {
	local state='' entry status=0 name=suite-$1
	if suite_moves "$1"; then
		state=$(suite_state "$1") || status=$?
	fi
	if [ "$status" = 0 ]; then
		entry=$(cache_get "$name" "$(sum_of "$(suite_packages "$1")" "$state")" \
			build_suite "$1") || status=1
		[ "$status" = 0 ] || suite_state "$1" >/dev/null || status=$?
	else
		# shellcheck disable=SC2012 # names of ours
		entry=$(ls -td "$KEV_CACHE/$name"-????????????????/root 2>/dev/null | head -n 1)
		[ -n "$entry" ] || return "$status"
		entry=${entry%/root} status=0
		say "$1: the mirror does not answer for it; taking what the cache has"
	fi
	[ "$status" = 0 ] || return "$status"
	printf '%s/root\n' "$entry"
}

# build_suite_guest DIR ROOT RELEASE REPO [TESTS]…
build_suite_guest() {
	enter_root "$2" "$4:/repo" "$KEV_TOP:/src" "$1:/out:rw" -- \
		/inside/only "$3" /inside/suite "${@:5}"
}

# suite_guest ROOT RELEASE [TESTS]…: what /inside/suite makes there: the guest's
# kernel and initramfs with the package, installed by name, and what was said
suite_guest() {
	local repo dirs=("${@:3}")
	repo=$(repo_dir) || return 1
	cache_get "guest-$2" "$(sum_of "$1" "$repo" \
		"$(hash_of "$KEV_LIB/inside" "${dirs[@]/#/$KEV_TOP/}")")" \
		build_suite_guest "$1" "$2" "$repo" "${dirs[@]}"
}

# suite_release ROOT FLAVOUR: of its kernel of that flavour
suite_release() {
	local dir
	for dir in "$1"/lib/modules/*; do
		case $2:${dir##*/} in
		cloud:*-cloud-*) ;;
		cloud:* | *:*-cloud-*) continue ;;
		esac
		echo "${dir##*/}"
		return
	done
	say "$1 has no kernel of the flavour $2"
	return 1
}

# suite_tests_guest ROOT RELEASE: suite_guest with the modules of all tests but KUnit's,
# which no kernel of Debian's has
suite_tests_guest() {
	local dir dirs=()
	for dir in "${TEST_MODULES[@]}"; do
		[ "$dir" = selftests/kunit ] || dirs+=("$dir")
	done
	suite_guest "$1" "$2" "${dirs[@]}"
}

# suite_kernel NAME: a guest for tests, as vm/run --kernel takes it
suite_kernel() {
	local root release
	root=$(suite_root "$1") || die "$1: there is no such suite"
	release=$(suite_release "$root" cloud) && suite_tests_guest "$root" "$release"
}

CLANG_PACKAGES=bc,bison,clang,flex,kmod,libelf-dev,libssl-dev,lld,llvm,make

# A clang, and a kernel that it has configured: Debian's are all gcc's.
build_clang() {
	debootstrap_into "$1/root" "$CLANG_PACKAGES"
	enter_root "$1/root" "$2:/usr/src/linux" "$1:/out:rw" -- /inside/clang
}

# clang_dir: root/ with clang, and build/ to compile modules against
clang_dir() {
	local linux
	linux=$(linux_dir) || return 1
	cache_get clang "$(sum_of "$linux" "$CLANG_PACKAGES" "$(hash_of "$KEV_LIB/inside/clang")")" \
		build_clang "$linux"
}

CROSS_PACKAGES=bc,bison,flex,gcc,gcc-aarch64-linux-gnu,gcc-arm-linux-gnueabihf,kmod,libc6-dev,libelf-dev,libssl-dev,make

build_cross() {
	debootstrap_into "$1/root" "$CROSS_PACKAGES"
	enter_root "$1/root" "$2:/usr/src/linux" "$1:/out:rw" -- /inside/cross
}

# cross_dir: root/ with the cross compilers; arm64/ and armhf/ to compile modules against
cross_dir() {
	local linux
	linux=$(linux_dir) || return 1
	cache_get cross "$(sum_of "$linux" "$CROSS_PACKAGES" "$(hash_of "$KEV_LIB/inside/cross")")" \
		build_cross "$linux"
}

RPM_PACKAGES=createrepo-c,dkms,dnf,file,gcc,kmod,libc6-dev,libjansson-dev,libsystemd-dev,linux-headers-cloud-amd64,linux-image-cloud-amd64,rpm,rpmlint,systemd

build_rpm_root() {
	SUITE=trixie debootstrap_into "$1/root" "$RPM_PACKAGES" --customize-hook='
		APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get install -qy --no-install-recommends \
			-o DPkg::Chroot-Directory="$1" -t trixie-backports \
			linux-headers-cloud-amd64 linux-image-cloud-amd64'
}

# rpm_root: a Debian with rpm, dnf and two kernels
rpm_root() {
	local entry
	entry=$(cache_get rpm "$(sum_of "$RPM_PACKAGES")" build_rpm_root) || return 1
	printf '%s/root\n' "$entry"
}
