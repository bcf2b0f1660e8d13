// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "whole.h"

int whole_fill(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -ENOSPC;
		bytes += n;
		len -= n;
	}
	return 0;
}

static int whole_parts(int fd, mode_t mode, const struct iovec *part, int parts)
{
	int i, err = 0;

	for (i = 0; i < parts && !err; i++)
		err = whole_fill(fd, part[i].iov_base, part[i].iov_len);
	return err ? err : fchmod(fd, mode) ? -errno : 0;
}

int whole_writev(int dir, const char *name, mode_t mode, const struct iovec *part, int parts,
		 int sync)
{
	char new[256];
	int fd, err;

	/* One that is no text of a collector, nor of modprobe, as long as it is not whole */
	if (snprintf(new, sizeof(new), "%s" WHOLE_NEW, name) >= (int)sizeof(new))
		return -ENAMETOOLONG;
	/* The directory may be another user's: what lies there is not followed. */
	if (unlinkat(dir, new, 0) && errno != ENOENT)
		return -errno;
	fd = openat(dir, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = whole_parts(fd, mode, part, parts);
	if (!err && sync && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, new, dir, name))
		err = -errno;
	if (err)
		unlinkat(dir, new, 0);
	return err;
}

int whole_dir(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? slash + 1 - path : 0;
	char dir[PATH_MAX] = ".";
	int fd;

	*name = path + len;
	if (len >= sizeof(dir))
		return -ENAMETOOLONG;
	if (len)
		snprintf(dir, sizeof(dir), "%.*s", (int)len, path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int whole_write(int dir, const char *name, mode_t mode, const char *bytes, size_t len,
		int sync)
{
	struct iovec part = { (void *)bytes, len };

	return whole_writev(dir, name, mode, &part, 1, sync);
}
