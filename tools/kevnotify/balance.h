/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BALANCE_H
#define BALANCE_H

/* The module's counters, and whether they add up */

/* One that a module of another version has not is 0. */
long long balance_count(const char *name);

/*
 * A line: was anything lost, and what has become of the events? @unread: records that
 * the journal lacks. It takes up to 50 ms where events are just under way.
 */
void balance_loss(unsigned long long unread);

/* A line: what has become of the records, as far as the helper is concerned */
void balance_records(void);

#endif /* BALANCE_H */
