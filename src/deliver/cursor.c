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
 * Begin at the first record there will be. @bits: KEV_CURSOR_LONGS(records) words of
 * zeroes, to deal with records in any order; NULL: in order.
 */
void kev_cursor_init(struct kev_cursor *c, unsigned long *bits, u32 records)
{
	*c = (struct kev_cursor){ .base = 1, .next = 1, .scan = 1, .top = 1 };
	c->done = bits;
	c->given = bits ? bits + BITS_TO_LONGS(records) : NULL;
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
	c->top = max(c->top, c->next);
}

/*
 * By words, as there may be a million bits and a lock is held: the bits in the word of
 * @seq that stand for it and for those behind it, before @to; how many they are.
 */
static u32 kev_cursor_part(const struct kev_cursor *c, u64 seq, u64 to, unsigned long *part)
{
	u32 bit = (u32)seq & c->mask;
	u32 room = min_t(u32, c->mask + 1 - bit, BITS_PER_LONG - bit % BITS_PER_LONG);
	u32 n = min_t(u64, to - seq, room);

	*part = (~0UL >> (BITS_PER_LONG - n)) << bit % BITS_PER_LONG;
	return n;
}

/* Forget which ones before @to were dealt with ahead; how many */
static u32 kev_cursor_clear(struct kev_cursor *c, u64 to)
{
	u32 before = c->ahead;
	u64 seq = c->next;
	unsigned long part;

	to = min(to, c->top);
	while (c->ahead && seq < to) {
		unsigned long *word = &c->done[BIT_WORD((u32)seq & c->mask)];

		seq += kev_cursor_part(c, seq, to, &part);
		c->ahead -= hweight_long(*word & part);
		*word &= ~part;
	}
	return before - c->ahead;
}

/*
 * Those from @from on, before @to, are dealt with, without having been given; how many
 * of them had waited. All are in the log.
 */
u64 kev_cursor_settle(struct kev_cursor *c, u64 from, u64 to)
{
	u32 before = c->ahead, n;
	unsigned long part;

	from = max(from, c->next);
	if (from >= to)
		return 0;
	while (from < to) {
		u32 word = BIT_WORD((u32)from & c->mask);

		from += kev_cursor_part(c, from, to, &part);
		part &= ~c->done[word];
		c->done[word] |= part;
		c->given[word] &= ~part;
		c->ahead += hweight_long(part);
	}
	n = c->ahead - before;
	c->top = max(c->top, to);
	kev_cursor_advance(c);
	return n;
}

/* Is there still something to be done about a record? */
bool kev_cursor_waits(const struct kev_cursor *c, u64 seq)
{
	if (seq < c->next)
		return false;
	return seq >= c->top || !c->done || !test_bit((u32)seq & c->mask, c->done);
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
	/* It may have come nearer, by "fallback" */
	if (!c->goal || c->goal > end)
		c->goal = end;
	while (c->scan < c->goal &&
	       (!kev_cursor_waits(c, c->scan) || level(c->scan) > KEV_CURSOR_URGENT)) {
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
	if (c->given)
		__assign_bit((u32)seq & c->mask, c->given, given);
	if (seq == c->next) {
		c->next++;
	} else {
		__set_bit((u32)seq & c->mask, c->done);
		c->ahead++;
		c->scan = seq + 1;
		c->top = max(c->top, c->scan);
	}
	kev_cursor_advance(c);
}

/* The log came round up to @first; how many were lost */
u64 kev_cursor_overrun(struct kev_cursor *c, u64 first)
{
	u64 n;

	if (first <= c->next)
		return 0;
	n = first - c->next - kev_cursor_clear(c, first);
	c->next = first;
	kev_cursor_advance(c);
	c->lost += n;
	return n;
}

/* Leave out the records before @to; how many were skipped. The log has not come round on @c. */
u64 kev_cursor_flush(struct kev_cursor *c, u64 to)
{
	c->goal = 0;
	return kev_cursor_settle(c, c->next, to);
}

/*
 * Go back to @to. Records behind it that were dealt with come again too, in whatever
 * order they were. If it is ahead of the cursor: how many are skipped.
 */
u64 kev_cursor_replay(struct kev_cursor *c, u64 to)
{
	u64 skipped = kev_cursor_settle(c, c->next, to);

	c->base -= c->next - to + c->ahead;
	kev_cursor_clear(c, c->top);
	c->next = to;
	c->scan = to;
	c->top = to;
	c->goal = 0;
	c->streak = 0;
	return skipped;
}

/* A cursor that goes in order begins anew at @to */
void kev_cursor_seek(struct kev_cursor *c, u64 to)
{
	c->base = to;
	c->next = to;
	c->lost = 0;
}

u64 kev_cursor_pending(const struct kev_cursor *c, u64 end)
{
	return end - c->next - c->ahead;
}

/*
 * The first one from @from on, before @to, that was given and did not come again; @to if
 * none was. All are in the log. A record that waits may have the bit of the one before
 * it in its slot.
 */
u64 kev_cursor_given(const struct kev_cursor *c, u64 from, u64 to)
{
	while (from < to) {
		u32 bit = (u32)from & c->mask, at;
		u32 end = bit + min_t(u64, to - from, c->mask + 1 - bit);

		if (from < c->next) {
			end = min_t(u64, end, bit + c->next - from);
			at = find_next_bit(c->given, end, bit);
		} else {
			at = find_next_and_bit(c->given, c->done, end, bit);
		}
		from += at - bit;
		if (at < end)
			return from;
	}
	return to;
}
