/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

#include "record.h"
#include "screen.h"

#define TEXT_BYTES	1024

/* A record in a person's words */

/* Its source, or "?" */
const char *text_source(const struct record *r);
/* Its level, or 8 */
int text_level(const struct record *r);
/* In which style a record of that level is written */
enum screen_style text_style(int level);

/* What happened, in one line */
void text_what(char buf[TEXT_BYTES], const struct record *r);
/*
 * Beside that, each an empty string if it is not known: the limit and the group that it is
 * of; the process whose request for memory made the kernel look for a victim
 */
void text_limit(char buf[TEXT_BYTES], const struct record *r);
void text_memory(char buf[TEXT_BYTES], const struct record *r);

#endif /* TEXT_H */
