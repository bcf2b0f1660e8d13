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

struct raise_counts {
	long long	raised, suppressed;
};

static void raise_count(struct raise_counts *c)
{
	c->suppressed = 0;
	c->raised = 0;
	sysfs_number(&c->suppressed, SYSFS_KERNEL "/sources/manual/suppressed");
	sysfs_number(&c->raised, SYSFS_KERNEL "/sources/manual/raised");
}

/* Others may raise such events at the same time. */
static int raise_limited(const struct raise_counts *before)
{
	struct raise_counts now;

	raise_count(&now);
	now.suppressed -= before->suppressed;
	now.raised -= before->raised;
	if (now.suppressed <= 0)
		return STATUS_OK;
	if (now.suppressed >= now.raised) {
		fputs("kevnotify raise: the rate limit suppressed it: see burst and window\n",
		      stderr);
		return STATUS_FAILED;
	}
	fprintf(stderr,
		"kevnotify raise: of %lld events at this time the rate limit suppressed %lld, and perhaps this one\n",
		now.raised, now.suppressed);
	return STATUS_OK;
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
	struct raise_counts before;
	int kmsg = kernlog_open(), err, status;
	long long state;

	raise_count(&before);
	if (!sysfs_number(&state, SYSFS_KERNEL "/sources/manual/enabled") && !state) {
		fputs("kevnotify raise: manual is off. Type: kevnotify sources enable manual\n",
		      stderr);
		status = STATUS_FAILED;
		goto out;
	}
	snprintf(text, sizeof(text), "<%d>%s", level, message);
	err = sysfs_write(text, RAISE_FILE);
	status = err ? raise_refused(err, kmsg) : raise_limited(&before);
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
