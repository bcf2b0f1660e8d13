// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "change.h"
#include "kernlog.h"
#include "run.h"
#include "stop.h"
#include "sysfs.h"

int change_add(struct change *c, const char *path, const char *what, const char *value)
{
	struct change_one *one = &c->one[c->n];

	if (c->n == CHANGE_MAX) {
		fprintf(stderr, "kevnotify: more than %d values at once\n", CHANGE_MAX);
		return 0;
	}
	snprintf(one->path, sizeof(one->path), "%s", path);
	snprintf(one->what, sizeof(one->what), "%s", what);
	one->value = value;
	c->n++;
	return 1;
}

const char *change_errno(int err)
{
	static const struct {
		int		err;
		const char	*name;
	} names[] = {
		{ EPERM, "EPERM" }, { EACCES, "EACCES" }, { EINVAL, "EINVAL" },
		{ ERANGE, "ERANGE" }, { ENOENT, "ENOENT" }, { ENOTDIR, "ENOTDIR" },
		{ ENAMETOOLONG, "ENAMETOOLONG" }, { ELOOP, "ELOOP" }, { ENODEV, "ENODEV" },
		{ ETIMEDOUT, "ETIMEDOUT" }, { EINTR, "EINTR" }, { EROFS, "EROFS" },
		{ EBUSY, "EBUSY" }, { EEXIST, "EEXIST" }, { ENOSPC, "ENOSPC" },
		{ ENODATA, "ENODATA" }, { ENXIO, "ENXIO" }, { EIO, "EIO" },
		{ EAGAIN, "EAGAIN" }, { ENOBUFS, "ENOBUFS" }, { ENOEXEC, "ENOEXEC" },
		{ ETXTBSY, "ETXTBSY" }, { ENOMEM, "ENOMEM" }, { ECANCELED, "ECANCELED" },
		{ EDEADLK, "EDEADLK" }, { ENOMSG, "ENOMSG" }, { ETIME, "ETIME" },
		{ E2BIG, "E2BIG" }, { EOPNOTSUPP, "EOPNOTSUPP" }, { }
	};
	static char number[24];
	unsigned int i;

	for (i = 0; names[i].name; i++)
		if (names[i].err == err)
			return names[i].name;
	snprintf(number, sizeof(number), "errno %d", err);
	return number;
}

/* What the module's own description says of a parameter; empty if nothing does */
static void change_describe(const char *name, char *line, size_t size)
{
	static char all[8192];
	size_t len = strlen(name);
	char *p, *end;

	line[0] = '\0';
	if (run_words(all, sizeof(all), "modinfo", "-F", "parm", "kevnotify"))
		return;
	for (p = all; *p; p = *end ? end + 1 : end) {
		end = strchrnul(p, '\n');
		if (!strncmp(p, name, len) && p[len] == ':')
			snprintf(line, size, "%s is %.*s", name, (int)(end - p - len - 1),
				 p + len + 1);
	}
}

/* The module's own words where they can be read, else its description */
static void change_refused(const struct change_one *one, int err, int kmsg)
{
	char line[1024];

	fprintf(stderr, "kevnotify: %s: \"%.80s\" is refused: %s\n", one->what, one->value,
		change_errno(-err));
	if (err == -EPERM || err == -EACCES)
		sysfs_unwritten(err, one->path);
	if (!kernlog_find(kmsg, one->what, line, sizeof(line)) &&
	    !strncmp(one->path, SYSFS_MODULE, strlen(SYSFS_MODULE)))
		change_describe(one->what, line, sizeof(line));
	if (line[0])
		fprintf(stderr, "  %s\n", line);
}

static void change_undo_from(struct change *c, unsigned int n)
{
	struct change_one *one;
	int err;

	stop_ignore();
	while (n--) {
		one = &c->one[n];
		/* An empty value is one write, too. */
		err = sysfs_write(*one->old ? one->old : "\n", "%s", one->path);
		if (err)
			fprintf(stderr, "kevnotify: %s stays \"%.80s\": %s\n", one->what,
				one->value, strerror(-err));
	}
}

void change_undo(struct change *c)
{
	change_undo_from(c, c->n);
}

static int change_write(struct change_one *one, int kmsg)
{
	ssize_t len = sysfs_read(one->old, sizeof(one->old), "%s", one->path);
	int err;

	if (len < 0) {
		sysfs_unread(len, one->path);
		return len;
	}
	err = stop_asked() ? -EINTR :
	      sysfs_write(*one->value ? one->value : "\n", "%s", one->path);
	if (err)
		change_refused(one, err, kmsg);
	return err;
}

int change_apply(struct change *c)
{
	int kmsg = kernlog_open(), err = 0;
	unsigned int i;

	stop_catch();
	for (i = 0; i < c->n && !err; i++)
		err = change_write(&c->one[i], kmsg);
	if (err && i > 1) {
		change_undo_from(c, i - 1);
		fputs("kevnotify: nothing is changed\n", stderr);
	}
	if (kmsg >= 0)
		close(kmsg);
	return err ? STATUS_FAILED : STATUS_OK;
}
