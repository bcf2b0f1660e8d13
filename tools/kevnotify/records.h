/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RECORDS_H
#define RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

#define RECORDS_SOURCES	16
#define RECORDS_CURSOR	512

/**
 * struct records - which ones, and from where
 * @directory: of a journal; NULL: this machine's
 * @device: from the device and no journal
 * @source: of these sources; none: of all
 * @sources: how many of @source are set
 * @seq: of this number alone; NULL: of any
 * @level: of this level or more urgent
 * @cursor: behind which they are wanted: one of the journal is never taken to the device
 */
struct records {
	const char	*directory;
	int		device;
	const char	*source[RECORDS_SOURCES];
	unsigned int	sources;
	const char	*seq;
	int		level;
	const char	*cursor;
};

/*
 * From the journal, or where that cannot have them from the device. If there is neither,
 * or neither may be read, a line says so. True if there is one
 */
int records_open(const struct records *which);
/* Are they from the device? */
int records_from_device(void);

/* Where records_next() begins: 0 or -errno */
int records_all(void);
int records_last(unsigned int n);
int records_since(uint64_t usec);
/* Behind the record of a cursor; -EINVAL: it is none */
int records_after(const char *cursor);

/*
 * The next one: 1, 0 where there is none yet, or -errno. One of the device has the names
 * and the text that it would have in the journal.
 */
int records_next(struct record *r);

/* Until there may be another, or standard output has no reader: 1, 0 in that case, -errno */
int records_wait(void);

/* Where records_next() is; "" if that cannot be told */
void records_cursor(const struct record *r, char cursor[RECORDS_CURSOR]);

/* The record that records_next() gave, in the journal's export format: 0 or -errno */
int records_export(const struct record *r);

#endif /* RECORDS_H */
