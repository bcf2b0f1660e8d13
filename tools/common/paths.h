/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PATHS_H
#define PATHS_H

#define PATH_DEVICE	"/dev/kevnotify"
#define PATH_STATE	"/run/kevnotify"
#define PATH_SNAPSHOTS	"/var/lib/kevnotify"
#define PATH_HANDLERS	"/kevnotify/handlers.d"	/* below /usr/lib and /etc */
#define PATH_SYSFS	"/sys/kernel/kevnotify"
#define PATH_MODULE	"/sys/module/kevnotify"
#define PATH_TEXTFILE	"/var/lib/prometheus/node-exporter"
#define PATH_JOURNAL	"/run/systemd/journal/socket"
#define PATH_INSTANCE	"/sys/kernel/kevnotify/instance"
#define PATH_BOOT_ID	"/proc/sys/kernel/random/boot_id"
#define PATH_TIMEOUT	"/sys/module/kevnotify/parameters/timeout"

#define SNAPSHOT_ALL	(64 << 20)	/* bytes of all snapshots */

#endif /* PATHS_H */
