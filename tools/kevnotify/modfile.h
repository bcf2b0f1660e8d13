/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MODFILE_H
#define MODFILE_H

#include <stddef.h>

/* What the file of the module says of itself, without a program that has to be started */

/* Where that of a kernel is, if it is one that is not packed: an open descriptor, or -errno */
int modfile_open(const char *kernel);

/* A field's value, which ends with a NUL: its length, -ENOENT if there is none, or -errno */
int modfile_field(int fd, const char *field, char *value, size_t size);

#endif /* MODFILE_H */
