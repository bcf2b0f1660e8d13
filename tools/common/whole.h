/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WHOLE_H
#define WHOLE_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/* Ends the name of a file that is not whole yet */
#define WHOLE_NEW	".kevnotify-new"

/*
 * A file of these bytes takes the place of @name in the directory @dir, or nothing is
 * changed: 0 or -errno. @name has at most 200 bytes. No allocation. With @sync its bytes are
 * on the disk before it has the name; the directory is the caller's.
 */
int whole_write(int dir, const char *name, mode_t mode, const char *bytes, size_t len,
		int sync);
/* The same of several parts, one behind the other */
int whole_writev(int dir, const char *name, mode_t mode, const struct iovec *part, int parts,
		 int sync);

/* The directory that a file lies in, for this, and the file's name there: a descriptor or -errno */
int whole_dir(const char *path, const char **name);

/* All of these bytes, whatever interrupts it: 0 or -errno */
int whole_fill(int fd, const char *bytes, size_t len);

#endif /* WHOLE_H */
