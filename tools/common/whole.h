/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WHOLE_H
#define WHOLE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * A file of these bytes takes the place of @name in the directory @dir, or nothing is
 * changed: 0 or -errno. @name has at most 200 bytes. No allocation. With @sync its bytes are
 * on the disk before it has the name; the directory is the caller's.
 */
int whole_write(int dir, const char *name, mode_t mode, const char *bytes, size_t len,
		int sync);

#endif /* WHOLE_H */
