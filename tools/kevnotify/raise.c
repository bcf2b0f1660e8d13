// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "kernlog.h"
#include "sysfs.h"

#define RAISE_FILE	SYSFS_KERNEL "/control/raise"
#define RAISE_BYTES	255	/* the module's own limit */

static long long raise_suppressed(void)
{
	long long number = 0;

	sysfs_number(&number, SYSFS_KERNEL "/sources/manual/suppressed");
	return number;
}

static int raise_refused(int err, int kmsg)
{
	char line[512];

	if (err == -EACCES || err == -EPERM)
		return sysfs_unwritten(err, RAISE_FILE);
	fprintf(stderr, "kevnotify raise: %s\n",
		kernlog_find(kmsg, "control/raise", line, sizeof(line)) ? line :
		change_errno(-err));
	return STATUS_FAILED;
}

static int raise_one(int level, const char *message)
{
	char text[RAISE_BYTES + 8];
	long long before = raise_suppressed(), state;
	int kmsg = kernlog_open(), err, status;

	if (!sysfs_number(&state, SYSFS_KERNEL "/sources/manual/enabled") && !state) {
		fputs("kevnotify raise: manual is off. Type: kevnotify sources enable manual\n",
		      stderr);
		status = STATUS_FAILED;
		goto out;
	}
	snprintf(text, sizeof(text), "<%d>%s", level, message);
	err = sysfs_write(text, RAISE_FILE);
	status = err ? raise_refused(err, kmsg) : STATUS_OK;
	if (!err && raise_suppressed() > before) {
		fputs("kevnotify raise: the rate limit suppressed it: see burst and window\n",
		      stderr);
		status = STATUS_FAILED;
	}
out:
	if (kmsg >= 0)
		close(kmsg);
	return status;
}

int raise_run(int argc, char **argv)
{
	static const struct option options[] = { ARGS_HELP, { } };
	int c = getopt_long(argc, argv, "+h", options, NULL), level = 5;
	const char *message;

	argc -= optind;
	argv += optind;
	if (c != -1 || argc < 1 || argc > 2)
		return args_usage(c == -1 ? '?' : c);
	message = argv[argc - 1];
	if (argc == 2 && !args_level("LEVEL", argv[0], &level))
		return STATUS_USAGE;
	if (!*message || strlen(message) > RAISE_BYTES) {
		fprintf(stderr, "kevnotify raise: a message has 1 to %d bytes, and this %zu\n",
			RAISE_BYTES, strlen(message));
		return STATUS_USAGE;
	}
	return sysfs_there() ? raise_one(level, message) : STATUS_FAILED;
}
