/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PERSIST_H
#define PERSIST_H

#include <stddef.h>

#define PERSIST_FILE	"/etc/modprobe.d/kevnotify.conf"
#define PERSIST_BYTES	(64 << 10)

/**
 * struct persist - the file that has the values for the next load, as it is to be
 * @path: of it, or of what it is a link to
 * @mode: that it had
 * @len: bytes in @text
 */
struct persist {
	char		path[4096];
	unsigned int	mode;
	size_t		len;
	char		text[PERSIST_BYTES];
};

/* Reads it; one that is not there is empty: the exit status, and a line if it is not 0 */
int persist_read(struct persist *p);

/* This parameter has this value; all else stays as it is. False and a line if that cannot be */
int persist_set(struct persist *p, const char *name, const char *value);

/* Has the file this value for the next load? A line if it cannot be read */
int persist_has(const char *name, const char *value);

/* Whole or not at all: the exit status, and a line if it is not 0 */
int persist_write(const struct persist *p);

#endif /* PERSIST_H */
