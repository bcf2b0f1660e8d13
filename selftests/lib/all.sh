# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# All of the host side's functions; each file reads the one below it.

# shellcheck source=selftests/lib/secureboot.sh
. "${BASH_SOURCE[0]%/*}/secureboot.sh"
