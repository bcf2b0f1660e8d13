/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* The records that the journal has; there is one journal at a time. */

/*
 * That of this machine if @directory is NULL: 0, -ENODATA if none may be read, or
 * -errno
 */
int journal_open(const char *directory);
void journal_close(void);

/* Only entries with this field, or one of those that were named so before: 0 or -errno */
int journal_match(const char *key, const char *value);

/* Where journal_next() begins: 0 or -errno */
int journal_all(void);
int journal_last(unsigned int n);
int journal_since(uint64_t usec);
/* With that entry, and with what came after it */
int journal_from(const char *cursor);
/* Behind that entry: -EINVAL if it is no cursor */
int journal_after(const char *cursor);

/* The next record, in the order of the journal: 1, 0 at its end, or -errno */
int journal_next(struct record *r);

/* Of the entry that journal_next() gave: its cursor, for free(), or NULL */
char *journal_cursor(void);
/* All its fields in the export format go to standard output: 0 or -errno */
int journal_export(void);

/* Until there may be more, or standard output has no reader: 1, 0 in that case, or -errno */
int journal_wait(void);

/*
 * Lines that a program of root's has written with this name, in that boot and time: for how
 * many @line returned 1. What was matched before is forgotten.
 */
int journal_lines(const char *name, const char *boot, uint64_t from, uint64_t to,
		  int (*line)(const char *text, void *arg), void *arg);

/* How many records the journal lacks, as it says itself, of this instance of the module */
unsigned long long journal_lacks(const char *instance);
/* Has it any of this instance? */
int journal_has(const char *instance);
/* When, in that time, the first record with this number came of another instance; or @to */
uint64_t journal_other(const char *instance, const char *seq, uint64_t from, uint64_t to);
/* The cursor of the first one, for free(), or NULL */
char *journal_first(const char *instance);

#endif /* JOURNAL_H */
