/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>

#include "record.h"

/*
 * The records that were taken over and whose handlers have not ended. They outlive us as
 * the state of that name. For one thread.
 */

/* @max: so many at most */
void events_init(const char *name, unsigned int max);

/* The records are of this instance: goes on with what is left of it, if that is so. */
void events_begin(const char *instance);

/* Was it taken over? */
int events_known(uint64_t seq);

/* Was it taken over, and have its handlers not ended? */
int events_under_way(uint64_t seq);

/*
 * Taken over, and perhaps never acknowledged, as we ended between the two: nothing is
 * started for it until it is settled. 0: there is none.
 */
uint64_t events_unsettled(void);
void events_settle(void);

/* Takes a record over; if it is @muted, no handlers run for it: 0 or -errno */
int events_take(const struct record *r, uint64_t seq, int muted);

/* The same in our memory alone, where there is no room for it elsewhere: 0 or -ENOSPC */
int events_take_unkept(const struct record *r, uint64_t seq);

/* It is not ours after all. */
void events_drop(uint64_t seq);

/* Starts what can be, sees what has ended: milliseconds until it has more to do, or -1 */
int events_run(uint64_t now);

/* What is started ends before this time, and afterwards nothing is started. */
void events_until(uint64_t deadline);

/* Is there room for one more? Is there none? */
int events_room(void);
int events_idle(void);

#endif /* EVENTS_H */
