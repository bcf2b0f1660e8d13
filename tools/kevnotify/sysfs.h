/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SYSFS_H
#define SYSFS_H

#include <stddef.h>
#include <sys/types.h>

#define SYSFS_KERNEL	"/sys/kernel/kevnotify"
#define SYSFS_MODULE	"/sys/module/kevnotify"

/* The interface that this program knows; it knows the one before it, too */
#define SYSFS_ABI	1
#define SYSFS_NAMES	128

/* Do we know that one? */
int sysfs_abi(long long abi);
/* Is the module there, and does it speak a version that we know? If not, a line says why. */
int sysfs_there(void);

/* A file's value without its newline: its length or -errno. Paths are whole. */
ssize_t sysfs_read(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A decimal number, which may be negative: 0, -EINVAL if the value is none, or -errno */
int sysfs_number(long long *number, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* In one write, as the kernel takes a value: 0 or -errno */
int sysfs_write(const char *value, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line that says why @path could not be read, or written, and what helps: the status */
int sysfs_unread(int err, const char *path);
int sysfs_unwritten(int err, const char *path);

/**
 * struct sysfs_list - the directories in a directory, by name
 * @n: how many
 * @name: of each
 */
struct sysfs_list {
	unsigned int	n;
	char		name[SYSFS_NAMES][32];
};

/* 0 or -errno */
int sysfs_list(struct sysfs_list *list, const char *path);

#endif /* SYSFS_H */
