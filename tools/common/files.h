/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FILES_H
#define FILES_H

#include <dirent.h>
#include <stddef.h>
#include <sys/types.h>

#define FILES_DEPTH	16	/* of a tree, and of the files' paths in it */
#define FILES_PATH	1024

/* Files of the kernel and of others, read without an allocation. All paths are absolute. */

/* A prefix of every path, for tests; "" is the default */
void files_root(const char *prefix);

/* A descriptor or -errno */
int files_open(int flags, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The beginning of a file as a string: its length or -errno */
ssize_t files_read(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * struct files_list - the names in a directory
 * @fd: of the directory; the list does not close it
 * @at: the next entry in @buf
 * @end: of the entries in @buf
 */
struct files_list {
	int	fd;
	ssize_t	at, end;
	char	buf[2048] __attribute__((aligned(8)));
};

void files_list(struct files_list *list, int fd);
/* The next one, without "." and "..", or NULL at the end */
const struct dirent64 *files_next(struct files_list *list);

/**
 * struct files_lines - the lines of a file, without those that are longer than @buf
 */
struct files_lines {
	int	fd;
	size_t	at, end;
	char	buf[2048];
};

void files_lines(struct files_lines *lines, int fd);
/* The next one, without its newline, or NULL at the end */
char *files_line(struct files_lines *lines);

#endif /* FILES_H */
