/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MESSAGE_H
#define MESSAGE_H

#include <stddef.h>

#include "names.h"
#include "record.h"

/* What a record's kind is called in the journal, in 32 hex digits; NULL: it has no name */
const char *message_id(const struct record *r);

/* The names of the control group that it befell */
void message_names(const struct record *r, struct names *n);

/* Does it close a burst, and has no values of its own? */
int message_closes(const struct record *r);

/* A record in one line: what the kernel said, whose it was, how big, and where to look */
void message_text(char *buf, size_t size, const struct record *r, const struct names *n,
		  const char *snapshot);

#endif /* MESSAGE_H */
