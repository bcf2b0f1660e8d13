# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For the tests of the packages inside a root that is thrown away: the
# repositories in /repos, apt without a network, what the tests ask for.

set -euo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

scratch=$(mktemp -d)
# shellcheck source=selftests/lib/tap.sh
. "${BASH_SOURCE[0]%/*}/../lib/tap.sh"

export NAME=kevnotify-dkms
# The versions: this tree's, a later one, a later one that does not build.
NOW=$(cat /repos/versions/now)
NEXT=$(cat /repos/versions/next)
BROKEN=$(cat /repos/versions/broken)
export NOW NEXT BROKEN

# sources REPO…: apt knows these repositories, and what else the root knows
sources() {
	local repo
	install -D -m 644 /repos/now/kevnotify.asc /etc/apt/keyrings/kevnotify.asc
	for repo; do
		echo "deb [signed-by=/etc/apt/keyrings/kevnotify.asc] file:/repos/$repo ./"
	done >/etc/apt/sources.list.d/kevnotify.list
	apt-get -qq update -o Dir::Etc::SourceList=/etc/apt/sources.list.d/kevnotify.list \
		-o Dir::Etc::SourceParts=- -o APT::Get::List-Cleanup=0
}

# apt COMMAND…: what it prints goes to $scratch/apt too
apt() {
	apt-get -qy "$@" >"$scratch/apt" 2>&1 </dev/null || { cat "$scratch/apt"; return 1; }
}

# said: the lines of the package itself
said() {
	# apt gives dpkg a terminal.
	tr -d '\r' <"$scratch/apt" | grep '^kevnotify: ' || [ $? = 1 ]
}

# kernel_re: the kernel's release for a regular expression
kernel_re() {
	printf '%s' "${KERNEL//+/.}"
}

# says_once REGEX: its only line is this
says_once() {
	said
	[ "$(said | wc -l)" = 1 ] && said | grep -qE "$1"
}

# says_each REGEX: each build has its line, and all are this
says_each() {
	said
	said | grep -q .
	! said | grep -vE "$1"
}

silent() {
	[ -z "$(said)" ] || { said; return 1; }
}

installed() {
	local status
	status=$(dkms status kevnotify -k "$KERNEL")
	echo "$status"
	grep -q "$1.*: installed" <<<"$status"
}

# field NAME: of the module that modprobe would load
field() {
	modinfo -k "$KERNEL" -F "$1" "${2:-kevnotify}"
}

# fake PROGRAM: a script on standard input is this program from now on, where apt
# looks for it; the real one is beside it
fake() {
	local path
	path=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$1")
	[ -e "$path.real" ] || mv "$path" "$path.real"
	rm -f "$path"
	cat >"$path"
	chmod 755 "$path"
}

# unfake PROGRAM: it is the real one again
unfake() {
	local path
	path=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$1")
	mv "$path.real" "$path"
}

# everything: all files, but for what dpkg and apt keep of everything they do
everything() {
	find / -xdev \( -path /proc -o -path /dev -o -path /sys -o -path /tmp -o -path /repos -o -path /kev \
		-o -path /var/cache -o -path /var/log -o -path /var/lib/apt -o -path '/var/lib/dpkg/*-old' \
		-o -path /inside -o -path '/var/lib/dkms/mok.*' -o -path '/run/reboot-required*' \) -prune -o -print | sort
}
