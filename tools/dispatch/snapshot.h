/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stddef.h>

#include "names.h"
#include "record.h"

#define SNAPSHOT_BYTES	(256u << 10)	/* of one */

/*
 * Where snapshots lie, which is made if it is not there; together they have at most
 * so many bytes. 0 or -errno.
 */
int snapshot_init(const char *dir, size_t bytes_max);

/* Is one to be taken of this source's events? */
int snapshot_wanted(const char *source);

/* Where the one of this record lies, if it was taken: 0 or -errno. For any thread */
int snapshot_path(const struct record *r, char *path, size_t size);

/*
 * Takes one, unless there is one of this record, and says where it lies: 0 or -errno.
 * What cannot be read is left out. -EINPROGRESS after 2 s: a thread goes on with it, and
 * until it has ended others get -EBUSY. Why there is none is said here. For one thread.
 */
int snapshot_take(const struct record *r, const struct names *n, char *path, size_t size);

/* Is the one of this record still being taken? For any thread */
int snapshot_in_progress(const struct record *r);

#endif /* SNAPSHOT_H */
