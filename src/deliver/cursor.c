// SPDX-License-Identifier: GPL-2.0-only
/*
 * A place in the log, and what was dealt with ahead of it. Arithmetic alone: the
 * caller has the lock, knows the log, and counts what becomes of the records.
 *
 * Always, with log_next as the end of the log:
 * log_next - base = records dealt with + log_next - next - ahead
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/kernel.h>

#include "cursor.h"

/*
 * Begin at the first record there will be. @done: a clear bit for each of the log's
 * @records, to deal with urgent ones first; NULL: in order.
 */
void kev_cursor_init(struct kev_cursor *c, unsigned long *done, u32 records)
{
	*c = (struct kev_cursor){ .base = 1, .next = 1, .scan = 1 };
	c->done = done;
	c->mask = records - 1;
}

/* Go over those that were dealt with ahead */
static void kev_cursor_advance(struct kev_cursor *c)
{
	while (c->ahead) {
		u32 from = c->next & c->mask;
		u32 to = find_next_zero_bit(c->done, c->mask + 1, from);

		if (to == from)
			break;
		bitmap_clear(c->done, from, to - from);
		c->ahead -= to - from;
		c->next += to - from;
	}
	c->scan = max(c->scan, c->next);
}

/* Forget which ones before @to were dealt with ahead; how many */
static u32 kev_cursor_clear(struct kev_cursor *c, u64 to)
{
	u32 before = c->ahead;
	u64 seq = c->next;

	to = min(to, c->scan);
	/* By words: there may be a million bits, and this is done under a lock */
	while (c->ahead && seq < to) {
		u32 bit = (u32)seq & c->mask;
		u32 room = min_t(u32, c->mask + 1 - bit, BITS_PER_LONG - bit % BITS_PER_LONG);
		u32 n = min_t(u64, to - seq, room);
		unsigned long part = (~0UL >> (BITS_PER_LONG - n)) << bit % BITS_PER_LONG;
		unsigned long *word = &c->done[BIT_WORD(bit)];

		c->ahead -= hweight_long(*word & part);
		*word &= ~part;
		seq += n;
	}
	return before - c->ahead;
}

/* Leave out those before @to; how many had not been dealt with */
static u64 kev_cursor_leave_out(struct kev_cursor *c, u64 to)
{
	u64 n;

	if (to <= c->next)
		return 0;
	n = to - c->next - kev_cursor_clear(c, to);
	c->next = to;
	kev_cursor_advance(c);
	return n;
}

/*
 * Which record comes next, with one at @c->next? The first urgent one, or the one at
 * the cursor if there is none or if KEV_CURSOR_STREAK were given ahead of it.
 * Returns its number; 0 if one call is not enough to say. As what comes during a
 * search is not looked at, a few calls always are.
 */
u64 kev_cursor_choose(struct kev_cursor *c, u64 end, kev_level_fn *level)
{
	unsigned int looks = KEV_CURSOR_LOOKS;
	bool urgent;

	if (c->streak >= KEV_CURSOR_STREAK)
		return c->next;
	if (!c->goal)
		c->goal = end;
	while (c->scan < c->goal && level(c->scan) > KEV_CURSOR_URGENT) {
		c->scan++;
		if (!--looks)
			return 0;
	}
	urgent = c->scan < c->goal;
	c->goal = 0;
	return urgent ? c->scan : c->next;
}

/*
 * The record at @c->next, or the one that was chosen, has been dealt with. @given:
 * it was given to the reader, and did not merely turn out not to be for it.
 */
void kev_cursor_pass(struct kev_cursor *c, u64 seq, bool given)
{
	if (given)
		c->streak = seq == c->next ? 0 : c->streak + 1;
	if (seq == c->next) {
		c->next++;
	} else {
		__set_bit((u32)seq & c->mask, c->done);
		c->ahead++;
		c->scan = seq + 1;
	}
	kev_cursor_advance(c);
}

/* The log came round up to @first; how many were lost */
u64 kev_cursor_overrun(struct kev_cursor *c, u64 first)
{
	u64 n = kev_cursor_leave_out(c, first);

	c->lost += n;
	return n;
}

/* Leave out the records before @to; how many were skipped */
u64 kev_cursor_flush(struct kev_cursor *c, u64 to)
{
	c->goal = 0;
	return kev_cursor_leave_out(c, to);
}

/*
 * Go back to @to. Records behind it that were dealt with come again too, in whatever
 * order they were. If it is ahead of the cursor: how many are skipped.
 */
u64 kev_cursor_replay(struct kev_cursor *c, u64 to)
{
	u64 skipped = 0;

	if (to > c->next) {
		skipped = to - c->next - kev_cursor_clear(c, to);
		c->next = to;
	}
	c->base -= c->next - to + c->ahead;
	kev_cursor_clear(c, c->scan);
	c->next = to;
	c->scan = to;
	c->goal = 0;
	c->streak = 0;
	return skipped;
}

u64 kev_cursor_pending(const struct kev_cursor *c, u64 end)
{
	return end - c->next - c->ahead;
}

/* Is there still something to be done about a record? */
bool kev_cursor_waits(const struct kev_cursor *c, u64 seq)
{
	if (seq < c->next)
		return false;
	return seq >= c->scan || !c->done || !test_bit((u32)seq & c->mask, c->done);
}
