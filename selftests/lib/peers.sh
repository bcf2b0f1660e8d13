# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Other ways from an event to a program, beside which the bench puts kevnotify.

# shellcheck source=selftests/lib/fleet.sh
. "${BASH_SOURCE[0]%/*}/fleet.sh"

PEERS_PACKAGES=bpftrace,udev

build_peers() {
	debootstrap_into "$1/root" "$PEERS_PACKAGES"
	enter_root "$1/root" "$1:/out:rw" -- /inside/peers
	as_root rm -rf --one-file-system "$1/root"
}

# peers_dir: for each a directory of what it needs in a guest, as it lies below /
peers_dir() {
	cache_get peers "$(sum_of "$SUITE" "$PEERS_PACKAGES" "$(hash_of "$KEV_LIB/inside/peers")")" \
		build_peers
}

# peer_copies PEER: the words for vm/run that put it into a guest, a line each
peer_copies() {
	local peers dir
	peers=$(peers_dir) || return 1
	for dir in "$peers/$1"/*; do
		printf '%s\n' --copy "$dir:${dir##*/}"
	done
}
