/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TALLY_H
#define TALLY_H

#include <stdint.h>

#include "counts.h"
#include "record.h"

/*
 * What we have done, for others to read: counts in PATH_STATE, and a text for Prometheus
 * in @textfile, if there is such a directory. A thread of its own writes both, so that a
 * slow disk holds up no handler. The rest only counts, if this was not called.
 */
int tally_start(const char *textfile);

/* Can the stream be read? */
void tally_stream(int yes);

/* A record was read, @first: for the first time */
void tally_record(const struct record *r, int first);

/* Records that no record tells of were lost */
void tally_lost(uint64_t records);

/* A handler of a record has ended; all of them have */
void tally_handler(const char *instance, uint64_t seq, const char *name,
		   enum counts_outcome outcome, uint64_t ms);
void tally_over(const char *instance, uint64_t seq);

#endif /* TALLY_H */
