/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PANIC_H
#define PANIC_H

#include "record.h"

/*
 * The panic that ended an earlier boot, as an event of this one: the first, with SEQ 0,
 * as the module's begin with 1. Each is told once, whatever happens to us.
 */

/* At start, before there are threads: looks whether there is one that was not told */
void panic_find(void);

/* What tells of it: the thread of the handlers, and that of the journal */
enum panic_teller { PANIC_HANDLERS, PANIC_JOURNAL, PANIC_TELLERS };

/* The record, or NULL: there is none, or that one has told of it */
const struct record *panic_record(enum panic_teller teller);
void panic_told(enum panic_teller teller);

#endif /* PANIC_H */
