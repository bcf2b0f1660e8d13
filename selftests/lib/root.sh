# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The build root: a Debian userland with compiler, dkms, the kernels and their
# headers. It is only ever used below an overlay, so nothing of the host's own
# /lib/modules, /usr/src or /var/lib/dkms is seen or touched.

# shellcheck source=selftests/lib/cache.sh
. "${BASH_SOURCE[0]%/*}/cache.sh"

SUITE=bookworm
ROOT_PACKAGES=(
	apt-utils autopkgtest bc bison busybox-static build-essential coccinelle cpio debhelper dh-dkms
	dkms dpkg-dev e2fsprogs fakeroot flex gnupg kmod libelf-dev libjansson-dev libssl-dev
	libsystemd-dev lintian
	linux-headers-cloud-amd64 linux-image-cloud-amd64 linux-source-6.1
	libpython3.11 perl procps python3-minimal rsync shellcheck sparse
	xz-utils
)

# mirror_of LABEL: where apt is configured to fetch that archive from.
mirror_of() {
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' \
		'Created-By: Packages' 'Component: main' |
		awk -v label="$1" '$1 == label && !seen++ { print $2 }'
}

# debian_mirror: the address of the archive
debian_mirror() {
	local mirror
	mirror=${KEVNOTIFY_MIRROR:-$(mirror_of Debian)}
	[ -n "$mirror" ] || die "no Debian mirror in apt's configuration: set KEVNOTIFY_MIRROR"
	printf '%s\n' "${mirror%/}"
}

# apt_sources: sources.list lines for the suite, from the mirrors that apt is
# configured with (KEVNOTIFY_MIRROR, KEVNOTIFY_SECURITY override).
apt_sources() {
	local mirror security
	mirror=$(debian_mirror)
	security=${KEVNOTIFY_SECURITY:-$(mirror_of Debian-Security)}
	printf 'deb %s %s main\n' "$mirror" "$SUITE"
	case $SUITE in
	# Of the security updates of the first the mirrors keep the lists alone, and the
	# others need none.
	bullseye | forky | sid) ;;
	*) printf 'deb %s %s main\n' "$mirror" "$SUITE-updates" \
		"$mirror" "$SUITE-backports" ${security:+"$security" "$SUITE-security"} ;;
	esac
}

# debootstrap_into DIR PACKAGES [mmdebstrap option…]
debootstrap_into() {
	local dir=$1 packages=$2 opts=() line
	shift 2
	# Which archive is which apt knows only from its lists.
	[ -n "${KEVNOTIFY_MIRROR:-$(mirror_of Debian)}" ] || as_root apt-get -q update
	# How the host reaches its mirror (proxy, clock checks) holds inside too.
	while read -r line; do
		opts+=("--aptopt=$line")
	done < <(apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-)' || :)
	# What it mounts in there goes with it, if it is killed too. With path-exclude among its
	# own options it would start a filter in Python for each archive.
	apt_sources | as_root unshare --mount --propagation private --pid --fork --kill-child \
		env INITRD=No DEBIAN_FRONTEND=noninteractive mmdebstrap --quiet --variant=minbase \
		--aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		--dpkgopt=force-unsafe-io \
		--essential-hook='printf "path-exclude=/usr/share/%s/*\n" man locale >"$1/etc/dpkg/dpkg.cfg.d/excludes"' \
		"${opts[@]}" --include="$packages" "$@" "$SUITE" "$dir" -
}

build_root() {
	local packages
	packages=$(IFS=,; echo "${ROOT_PACKAGES[*]}")
	# The newer kernel is the same meta package from another suite: second step.
	debootstrap_into "$1/root" "$packages" --customize-hook='
		APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get install -qy --no-install-recommends \
			-o DPkg::Chroot-Directory="$1" -t '"$SUITE"'-backports \
			linux-image-cloud-amd64 linux-headers-cloud-amd64'
}

# root_dir: the build root's path.
root_dir() {
	local entry
	entry=$(cache_get root "$(sum_of "$SUITE" "${ROOT_PACKAGES[@]}")" build_root) || return 1
	printf '%s/root\n' "$entry"
}

# root_version PACKAGE: its version in the build root.
root_version() {
	local root
	root=$(root_dir) || return 1
	dpkg-query --admindir="$root/var/lib/dpkg" -W -f '${Version}\n' "$1"
}

# enter_root ROOT [SRC:DEST[:rw]]… -- COMMAND…: run in an overlay of ROOT that is
# gone afterwards, without a network. The directory SRC of the host is seen at
# DEST, and only with :rw are changes to it real.
enter_root() {
	local root=$1
	shift
	as_root unshare --mount --net --pid --fork --kill-child --propagation private \
		"$KEV_LIB/enter" "$root" "$KEV_CACHE/mnt" "$KEV_LIB/inside:/inside" "$@"
}

# in_root [SRC:DEST[:rw]]… -- COMMAND…: the same in the build root.
in_root() {
	local root
	root=$(root_dir) || return 1
	enter_root "$root" "$@"
}
