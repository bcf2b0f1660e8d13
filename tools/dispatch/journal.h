/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "names.h"
#include "record.h"

/* A socket to the journal, and the room to write an entry in. For one thread: 0 or -errno */
int journal_init(void);

/*
 * An entry: all fields of the record, and what we know beside it. @wait: until there is
 * room for it; else -EAGAIN. 0 or -errno
 */
int journal_send(const struct record *r, const struct names *n, const char *snapshot, int wait);

#endif /* JOURNAL_H */
