/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_CURSOR_H
#define _KEV_CURSOR_H

#include <linux/types.h>

/* Records of this syslog level and below do not wait behind others */
#define KEV_CURSOR_URGENT	2
/* So many in a row, and then one of those that wait */
#define KEV_CURSOR_STREAK	8
/* Records looked at in one call */
#define KEV_CURSOR_LOOKS	64

/**
 * struct kev_cursor - a place in the log
 * @base: the record that it began with, less as many as came again; may be negative
 * @next: the first record that has not been dealt with
 * @lost: records overwritten before they were reached, and not told yet
 * @scan: those from @next up to here are not urgent, or dealt with
 * @goal: where the search for an urgent one that is under way ends; 0: none is
 * @top: none from here on has been dealt with
 * @done: a bit for each slot of the log: dealt with ahead of @next
 * @given: likewise: of those that were dealt with, which ones were given
 * @ahead: how many bits are set in @done
 * @mask: the number of bits less one
 * @streak: records given ahead of @next since one at @next was given
 *
 * A cursor that goes in order uses the first three alone, and has no @done: it is
 * moved by kev_cursor_pass(), kev_cursor_overrun() and kev_cursor_seek() alone.
 * Urgent ones are dealt with as soon as they are there, and a reader may take any
 * of them over: so @next may stand for long, and what was dealt with ahead of it is
 * in @done until @next gets there.
 */
struct kev_cursor {
	s64		base;
	u64		next;
	u64		lost;
	u64		scan;
	u64		goal;
	u64		top;
	unsigned long	*done;
	unsigned long	*given;
	u32		ahead;
	u32		mask;
	unsigned int	streak;
};

/* The level of a record that is in the log */
typedef u8 kev_level_fn(u64 seq);

/* Words of memory that kev_cursor_init() takes for @records */
#define KEV_CURSOR_LONGS(records)	(2 * BITS_TO_LONGS(records))

void kev_cursor_init(struct kev_cursor *c, unsigned long *bits, u32 records);
u64 kev_cursor_choose(struct kev_cursor *c, u64 end, kev_level_fn *level);
void kev_cursor_pass(struct kev_cursor *c, u64 seq, bool given);
u64 kev_cursor_overrun(struct kev_cursor *c, u64 first);
u64 kev_cursor_settle(struct kev_cursor *c, u64 from, u64 to);
u64 kev_cursor_flush(struct kev_cursor *c, u64 to);
u64 kev_cursor_replay(struct kev_cursor *c, u64 to);
void kev_cursor_seek(struct kev_cursor *c, u64 to);
u64 kev_cursor_pending(const struct kev_cursor *c, u64 end);
bool kev_cursor_waits(const struct kev_cursor *c, u64 seq);
u64 kev_cursor_given(const struct kev_cursor *c, u64 from, u64 to);

#endif /* _KEV_CURSOR_H */
