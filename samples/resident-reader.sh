#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# A helper takes no arguments, so that this gives the reader its own:
#   echo 0 > /sys/module/kevnotify/parameters/linger
#   echo '|/usr/local/sbin/resident-reader.sh' > /sys/module/kevnotify/parameters/helper
exec /usr/local/sbin/resident-reader /var/log/kernel-trouble
