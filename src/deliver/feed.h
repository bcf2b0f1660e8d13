/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_FEED_H
#define _KEV_FEED_H

#include <linux/types.h>

#include "cursor.h"
#include "render.h"
#include "stat.h"

/* Whose the cursor is while no run in pipe mode has it */
#define KEV_FEED_DISPATCH	0

int kev_feed_take(u64 taker, bool urgent_first, struct kev_record *rec, struct kev_notes *notes);
bool kev_feed_hand(u64 taker);
bool kev_feed_pass(u64 taker, const struct kev_record *rec, enum kev_stat what);
void kev_feed_release(bool held);
unsigned long kev_feed_hold_left(void);
bool kev_feed_mine(u64 taker);
bool kev_feed_ready(u64 taker);

void kev_feed_attach(u64 taker);
void kev_feed_detach(u64 taker);
u64 kev_feed_got(bool *empty);

void kev_feed_overrun(void);
u64 kev_feed_flush(u64 to);
u64 kev_feed_begin(u64 from, unsigned int since);
void kev_feed_replay(u64 to, unsigned int generation);
int kev_feed_acknowledge(u64 *from, u64 seq);
unsigned long kev_feed_look_due(void);
void kev_feed_tell(void);
void kev_feed_cursor(struct kev_cursor *c);

int kev_feed_init(unsigned int records);
void kev_feed_exit(void);

#endif /* _KEV_FEED_H */
