// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

static const char *prefix = "";

void files_root(const char *root)
{
	prefix = root;
}

static int files_vopen(int flags, const char *format, va_list args)
{
	char path[FILES_PATH];
	int n, m, fd;

	n = snprintf(path, sizeof(path), "%s", prefix);
	m = vsnprintf(path + n, sizeof(path) - n, format, args);
	if (m < 0 || (size_t)m >= sizeof(path) - n)
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

int files_open(int flags, const char *format, ...)
{
	va_list args;
	int fd;

	va_start(args, format);
	fd = files_vopen(flags, format, args);
	va_end(args);
	return fd;
}

/* Until the buffer is full: of some files in /proc one read gives but a part */
static ssize_t files_fill(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n < 0)
			return -errno;
		if (!n)
			break;
		len += n;
	}
	return len;
}

ssize_t files_read(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	ssize_t len;
	int fd;

	va_start(args, format);
	fd = files_vopen(O_RDONLY, format, args);
	va_end(args);
	buf[0] = '\0';
	if (fd < 0)
		return fd;
	len = files_fill(fd, buf, size - 1);
	close(fd);
	buf[len < 0 ? 0 : len] = '\0';
	return len;
}

void files_list(struct files_list *list, int fd)
{
	list->fd = fd;
	list->at = 0;
	list->end = 0;
}

const struct dirent64 *files_next(struct files_list *list)
{
	const struct dirent64 *entry;

	do {
		if (list->at >= list->end) {
			list->at = 0;
			list->end = getdents64(list->fd, list->buf, sizeof(list->buf));
			if (list->end <= 0)
				return NULL;
		}
		entry = (const void *)(list->buf + list->at);
		list->at += entry->d_reclen;
	} while (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."));
	return entry;
}

void files_lines(struct files_lines *lines, int fd)
{
	lines->fd = fd;
	lines->at = 0;
	lines->end = 0;
}

/* More of the file behind what is left of it; false at the end */
static int files_more(struct files_lines *lines)
{
	ssize_t n;

	lines->end -= lines->at;
	memmove(lines->buf, lines->buf + lines->at, lines->end);
	lines->at = 0;
	n = read(lines->fd, lines->buf + lines->end, sizeof(lines->buf) - lines->end);
	if (n <= 0)
		return 0;
	lines->end += n;
	return 1;
}

char *files_line(struct files_lines *lines)
{
	char *line, *newline;
	int skip = 0;

	for (;;) {
		line = lines->buf + lines->at;
		newline = memchr(line, '\n', lines->end - lines->at);
		if (newline) {
			*newline = '\0';
			lines->at = newline + 1 - lines->buf;
			if (!skip)
				return line;
			skip = 0;
			continue;
		}
		if (lines->end - lines->at == sizeof(lines->buf)) {
			skip = 1;
			lines->at = lines->end;
		}
		if (!files_more(lines))
			return NULL;
	}
}
