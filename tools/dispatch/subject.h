/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SUBJECT_H
#define SUBJECT_H

#include <stddef.h>

#include "record.h"

/* What a record is about. Any thread may call these. */

/*
 * Is that @slice, or below it? Of a path that was cut the beginning is not known: the
 * group's id tells, while the group is there.
 */
int subject_below(const struct record *r, const char *slice);

/* Take a snapshot, if its source is one for which there are some */
void subject_take_snapshot(const struct record *r);

/* Where its snapshot lies, "" if there is none */
void subject_snapshot(const struct record *r, char *path, size_t size);

#endif /* SUBJECT_H */
