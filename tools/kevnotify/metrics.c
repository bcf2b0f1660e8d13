// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "device.h"
#include "metrics.h"
#include "paths.h"
#include "screen.h"
#include "sysfs.h"

/* When that record of the source was, if the log still has it; else the service may know. */
static void metrics_when(struct metrics *m, struct device *device, const char *source,
			 long long seq)
{
	static struct record record;
	const char *of;
	unsigned long long when, is;

	if (seq <= 0 || device_seek(device, seq) || device_next(device, &record) != 1)
		return;
	of = record_get(&record, "KEVNOTIFY_SOURCE");
	if (of && !strcmp(of, source) && record_number(&record, "KEVNOTIFY_SEQ", &is) &&
	    is == (unsigned long long)seq &&
	    record_number(&record, "__REALTIME_TIMESTAMP", &when))
		metrics_last(m, source, when);
}

/* A log may be long: of each source its last record alone is read. */
static int metrics_read(struct metrics *m)
{
	static struct device device;
	static struct sysfs_list list;
	int err = device_open(&device, PATH_DEVICE, O_RDONLY | O_NONBLOCK);
	unsigned int i;
	long long seq;

	if (err)
		return err;
	sysfs_list(&list, SYSFS_KERNEL "/sources");
	for (i = 0; i < list.n; i++)
		if (!sysfs_number(&seq, SYSFS_KERNEL "/sources/%s/last", list.name[i]))
			metrics_when(m, &device, list.name[i], seq);
	device_close(&device);
	return 0;
}

/* A module that is not there is what monitoring wants to know: that is no failure. */
int metrics_run(int argc, char **argv)
{
	static const struct option options[] = { ARGS_HELP, { } };
	static struct metrics metrics;
	static char text[METRICS_BYTES];
	size_t len;
	int err;

	err = getopt_long(argc, argv, "h", options, NULL);
	if (err != -1 || optind < argc)
		return args_usage(err == -1 ? '?' : err);
	err = metrics_read(&metrics);
	if (err && err != -ENOENT)
		return sysfs_unread(err, PATH_DEVICE);
	metrics.stream = !err;
	counts_load(&metrics.counts);
	len = metrics_print(&metrics, text, sizeof(text));
	if (!len) {
		fputs("kevnotify metrics: more sources than there is room for\n", stderr);
		return STATUS_FAILED;
	}
	screen_bytes(text, len);
	return STATUS_OK;
}
