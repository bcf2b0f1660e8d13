# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The fleet root: the full root with what collects from many machines.

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
