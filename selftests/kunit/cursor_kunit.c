// SPDX-License-Identifier: GPL-2.0-only
/*
 * The helper's cursor: its arithmetic, and then the whole feed, with a log and a
 * clock that the test controls, beside a plain list that knows no cursor.
 */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "fake_params.h"
#include "inject.c"
#include "stat.c"
#include "cursor.c"

/* Of records that a test may have */
#define NUMBERS	32768

enum fate { WAITS, DEALT_WITH };

/* The log, and the list that it is compared with: all records that there ever were */
static struct {
	u64		mono;
	u64		since;		/* it waits, or has come again */
	u8		level;
	bool		quiet;		/* not for the helper */
	bool		held;
	bool		given;
	enum fate	fate;
} list[NUMBERS];

static u64 log_end;
static u32 log_size;
static u64 now;
static u64 torn;	/* the record that is being overwritten; 0: none is */
static u64 test_seq;
static unsigned int tests_ended;
static enum kev_stat test_end;
static u64 told_skipped, told_expired;

static u64 fake_clock(void)
{
	return now;
}

#define ktime_get_mono_fast_ns fake_clock
#include "due.c"
#include "feed.c"

u64 kev_log_next(void)
{
	return log_end;
}

u64 kev_log_first(void)
{
	return log_end > log_size ? log_end - log_size : 1;
}

u8 kev_log_level(u64 seq)
{
	return list[seq].level;
}

u64 kev_log_mono(u64 seq)
{
	return list[seq].mono;
}

int kev_log_copy(u64 seq, struct kev_record *rec)
{
	if (seq < kev_log_first() || seq == torn)
		return -EPIPE;
	rec->seq = seq;
	rec->event.level = list[seq].level;
	rec->event.mono = list[seq].mono;
	rec->event.flags = list[seq].quiet ? KEV_NOTIFY_NONE : 0;
	return 0;
}

bool kev_report_is_own(const struct kev_record *rec)
{
	return false;
}

bool kev_report_is_test(const struct kev_event *ev)
{
	return false;
}

u64 kev_test_seq(void)
{
	return test_seq;
}

void kev_test_end_record(u64 seq, enum kev_stat what)
{
	tests_ended++;
	test_end = what;
}

void kev_report_skipped(u64 count)
{
	told_skipped += count;
}

void kev_report_expired(u64 count, unsigned int hold)
{
	told_expired += count;
}

void kev_stream_wake(void)
{
}

void kev_wake_kick(void)
{
}

static void append(u8 level)
{
	list[log_end].mono = now;
	list[log_end].since = now;
	list[log_end].level = level;
	list[log_end].quiet = false;
	list[log_end].held = false;
	list[log_end].given = false;
	list[log_end].fate = WAITS;
	log_end++;
}

static void append_many(unsigned int n, u8 level)
{
	while (n--)
		append(level);
}

/* --- The arithmetic */

static unsigned long bits[KEV_CURSOR_LONGS(256)];
static struct kev_cursor cursor;

static u64 choose(void)
{
	u64 seq;

	while (!(seq = kev_cursor_choose(&cursor, log_end, kev_log_level)))
		;
	return seq;
}

/* Give the next one; its number */
static u64 give(void)
{
	u64 seq = choose();

	kev_cursor_pass(&cursor, seq, true);
	return seq;
}

static u64 pending(void)
{
	return kev_cursor_pending(&cursor, log_end);
}

/* next, scan, ahead, base, pending */
static void expect(struct kunit *test, u64 next, u64 scan, u32 ahead, s64 base, u64 left)
{
	KUNIT_EXPECT_EQ(test, cursor.next, next);
	KUNIT_EXPECT_EQ(test, cursor.scan, scan);
	KUNIT_EXPECT_EQ(test, cursor.ahead, ahead);
	KUNIT_EXPECT_EQ(test, (u32)bitmap_weight(bits, cursor.mask + 1), ahead);
	KUNIT_EXPECT_EQ(test, cursor.base, base);
	KUNIT_EXPECT_EQ(test, pending(), left);
}

static void cursor_gives_urgent_ones_first(struct kunit *test)
{
	append(5);
	append(2);
	append(3);
	append(0);
	KUNIT_EXPECT_EQ(test, give(), 2ULL);
	expect(test, 1, 3, 1, 1, 3);
	KUNIT_EXPECT_EQ(test, give(), 4ULL);
	expect(test, 1, 5, 2, 1, 2);
	KUNIT_EXPECT_EQ(test, give(), 1ULL);
	expect(test, 3, 5, 1, 1, 1);
	KUNIT_EXPECT_EQ(test, give(), 3ULL);
	expect(test, 5, 5, 0, 1, 0);
}

static void cursor_gives_equals_in_order(struct kunit *test)
{
	u64 seq;

	append_many(5, 1);
	append_many(5, 6);
	for (seq = 1; seq <= 10; seq++)
		KUNIT_EXPECT_EQ(test, give(), seq);
	expect(test, 11, 11, 0, 1, 0);
}

static void cursor_gives_one_of_the_rest_after_eight(struct kunit *test)
{
	unsigned int i;

	append_many(2, 3);
	append_many(20, 2);
	for (i = 0; i < 8; i++)
		KUNIT_EXPECT_EQ(test, give(), 3ULL + i);
	KUNIT_EXPECT_EQ(test, give(), 1ULL);
	for (i = 8; i < 16; i++)
		KUNIT_EXPECT_EQ(test, give(), 3ULL + i);
	KUNIT_EXPECT_EQ(test, give(), 2ULL);
	expect(test, 19, 19, 0, 1, 4);
}

/* Those that turn out not to be for the helper cost the rest nothing */
static void cursor_counts_given_ones_alone(struct kunit *test)
{
	unsigned int i;

	append(3);
	append_many(20, 2);
	for (i = 0; i < 12; i++)
		kev_cursor_pass(&cursor, choose(), false);
	KUNIT_EXPECT_EQ(test, choose(), 14ULL);
	expect(test, 1, 14, 12, 1, 9);
}

static void cursor_finds_one_far_away(struct kunit *test)
{
	unsigned int n = 0;
	u64 seq;

	append_many(200, 3);
	append(0);
	while (!(seq = kev_cursor_choose(&cursor, log_end, kev_log_level)))
		n++;
	KUNIT_EXPECT_EQ(test, seq, 201ULL);
	KUNIT_EXPECT_EQ(test, n, 200U / KEV_CURSOR_LOOKS);
}

/* A flood that is faster than the search must not keep it from an end */
static void cursor_ends_its_search_in_a_flood(struct kunit *test)
{
	unsigned int n;
	u64 seq = 0;

	append_many(100, 3);
	for (n = 0; !seq && n < 10; n++) {
		seq = kev_cursor_choose(&cursor, log_end, kev_log_level);
		append_many(KEV_CURSOR_LOOKS, 3);
	}
	KUNIT_EXPECT_EQ(test, seq, 1ULL);
	KUNIT_EXPECT_EQ(test, n, 2U);
}

static void cursor_loses_what_was_not_given(struct kunit *test)
{
	log_size = 16;
	kev_cursor_init(&cursor, bits, 16);
	append_many(10, 3);
	append(1);
	append(1);
	append_many(4, 3);
	KUNIT_EXPECT_EQ(test, give(), 11ULL);
	KUNIT_EXPECT_EQ(test, give(), 12ULL);
	append_many(10, 3);
	KUNIT_EXPECT_EQ(test, kev_cursor_overrun(&cursor, kev_log_first()), 10ULL);
	/* Just before those that were given, and so behind them */
	expect(test, 13, 13, 0, 1, 14);
	append_many(16, 3);
	KUNIT_EXPECT_EQ(test, kev_cursor_overrun(&cursor, kev_log_first()), 14ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_overrun(&cursor, kev_log_first()), 0ULL);
	KUNIT_EXPECT_EQ(test, cursor.lost, 24ULL);
	expect(test, 27, 27, 0, 1, 16);
}

/* The log came round on it more than once while it was being given */
static void cursor_passes_one_that_is_gone(struct kunit *test)
{
	u64 seq;

	log_size = 16;
	kev_cursor_init(&cursor, bits, 16);
	append_many(3, 3);
	append(1);
	seq = choose();
	append_many(40, 3);
	kev_cursor_pass(&cursor, seq, true);
	expect(test, 1, 5, 1, 1, 43);
	KUNIT_EXPECT_EQ(test, kev_cursor_overrun(&cursor, kev_log_first()), 27ULL);
	expect(test, 29, 29, 0, 1, 16);
}

static void cursor_flushes_around_what_was_given(struct kunit *test)
{
	append_many(3, 3);
	append(1);
	append(3);
	append(1);
	append(3);
	give();
	give();
	/* Amid of the two: 1, 2, 3 were not given */
	KUNIT_EXPECT_EQ(test, kev_cursor_flush(&cursor, 5), 3ULL);
	expect(test, 5, 7, 1, 1, 2);
	/* Before the cursor there is nothing to skip */
	KUNIT_EXPECT_EQ(test, kev_cursor_flush(&cursor, 2), 0ULL);
	expect(test, 5, 7, 1, 1, 2);
	KUNIT_EXPECT_EQ(test, kev_cursor_flush(&cursor, log_end), 2ULL);
	expect(test, 8, 8, 0, 1, 0);
}

static void cursor_flushes_by_words(struct kunit *test)
{
	unsigned int i;

	append_many(30, 3);
	kev_cursor_flush(&cursor, log_end);
	append(3);
	for (i = 0; i < 200; i++) {
		append(1);
		kev_cursor_pass(&cursor, choose(), false);
	}
	append_many(20, 3);
	expect(test, 31, 232, 200, 1, 21);
	KUNIT_EXPECT_EQ(test, kev_cursor_flush(&cursor, 240), 9ULL);
	expect(test, 240, 240, 0, 1, 12);
}

static void cursor_replays_all_from_there(struct kunit *test)
{
	append_many(4, 3);
	while (pending())
		give();
	append_many(3, 3);
	append(1);
	append(3);
	KUNIT_EXPECT_EQ(test, give(), 8ULL);
	KUNIT_EXPECT_EQ(test, give(), 5ULL);
	expect(test, 6, 10, 1, 1, 3);
	/* 3, 4, 5 and 8 come again */
	KUNIT_EXPECT_EQ(test, kev_cursor_replay(&cursor, 3), 0ULL);
	expect(test, 3, 3, 0, -3, 7);
	KUNIT_EXPECT_EQ(test, give(), 8ULL);
	KUNIT_EXPECT_EQ(test, give(), 3ULL);
}

/* Ahead of the cursor: two are skipped, and what was given behind that comes again */
static void cursor_replays_from_amid(struct kunit *test)
{
	append(3);
	append(1);
	append_many(2, 3);
	append(1);
	append(3);
	KUNIT_EXPECT_EQ(test, give(), 2ULL);
	KUNIT_EXPECT_EQ(test, give(), 5ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_replay(&cursor, 4), 2ULL);
	expect(test, 4, 4, 0, 0, 3);
	KUNIT_EXPECT_EQ(test, give(), 5ULL);
}

static void cursor_knows_who_waits(struct kunit *test)
{
	append_many(2, 3);
	append(1);
	give();
	KUNIT_EXPECT_TRUE(test, kev_cursor_waits(&cursor, 1));
	KUNIT_EXPECT_FALSE(test, kev_cursor_waits(&cursor, 3));
	KUNIT_EXPECT_TRUE(test, kev_cursor_waits(&cursor, 4));
	give();
	KUNIT_EXPECT_FALSE(test, kev_cursor_waits(&cursor, 1));
}

static void cursor_may_be_plain(struct kunit *test)
{
	kev_cursor_init(&cursor, NULL, 0);
	append_many(5, 1);
	kev_cursor_pass(&cursor, cursor.next, true);
	KUNIT_EXPECT_EQ(test, kev_cursor_overrun(&cursor, 3), 1ULL);
	KUNIT_EXPECT_EQ(test, cursor.lost, 1ULL);
	kev_cursor_seek(&cursor, 1);
	KUNIT_EXPECT_EQ(test, cursor.base, 1LL);
	KUNIT_EXPECT_EQ(test, cursor.lost, 0ULL);
	KUNIT_EXPECT_EQ(test, pending(), 5ULL);
}

/* 4 and 5, and then 2 to 6, of which 3 had been given; those behind 6 wait */
static void cursor_settles_ahead(struct kunit *test)
{
	append_many(2, 3);
	append(1);
	append_many(4, 1);
	KUNIT_EXPECT_EQ(test, kev_cursor_settle(&cursor, 4, 6), 2ULL);
	expect(test, 1, 1, 2, 1, 5);
	KUNIT_EXPECT_FALSE(test, kev_cursor_waits(&cursor, 5));
	KUNIT_EXPECT_TRUE(test, kev_cursor_waits(&cursor, 6));
	KUNIT_EXPECT_EQ(test, give(), 3ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_settle(&cursor, 2, 7), 2ULL);
	expect(test, 1, 4, 5, 1, 2);
	/* What is dealt with is not chosen */
	KUNIT_EXPECT_EQ(test, give(), 7ULL);
	KUNIT_EXPECT_EQ(test, give(), 1ULL);
	expect(test, 8, 8, 0, 1, 0);
	KUNIT_EXPECT_EQ(test, kev_cursor_settle(&cursor, 1, 8), 0ULL);
}

/* A place in the log is used again: its bit is that of the record which was given last */
static void cursor_knows_what_was_given(struct kunit *test)
{
	unsigned int i;

	log_size = 16;
	kev_cursor_init(&cursor, bits, 16);
	for (i = 0; i < 16; i++) {
		append(3);
		give();
	}
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 1, 17), 1ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 7, 17), 7ULL);
	append_many(3, 3);
	append(1);
	/* Nothing of those that wait */
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 17, 21), 21ULL);
	KUNIT_EXPECT_EQ(test, give(), 20ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 17, 20), 20ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 17, 21), 20ULL);
	/* Over the end of the bits: 16 was given, 17 is settled, 18 is passed over */
	KUNIT_EXPECT_EQ(test, kev_cursor_settle(&cursor, 17, 18), 1ULL);
	kev_cursor_pass(&cursor, 18, false);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 16, 19), 16ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 17, 21), 20ULL);
	/* What is flushed was not given, and what comes again is not yet */
	KUNIT_EXPECT_EQ(test, kev_cursor_flush(&cursor, 21), 1ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 17, 20), 20ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_replay(&cursor, 16), 0ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 16, 21), 21ULL);
	KUNIT_EXPECT_EQ(test, kev_cursor_given(&cursor, 15, 21), 15ULL);
}

/* --- The feed */

static struct kev_record rec;
static struct kev_notes notes;

static int take(bool urgent_first)
{
	int err;

	while ((err = kev_feed_take(KEV_FEED_DISPATCH, urgent_first, &rec, &notes)) == -EAGAIN)
		;
	return err;
}

static u64 take_seq(void)
{
	return take(true) == 1 ? rec.seq : 0;
}

static void pass(enum kev_stat what)
{
	kev_feed_pass(KEV_FEED_DISPATCH, &rec, what);
}

static void sleep_ms(unsigned int ms)
{
	now += ms * NSEC_PER_MSEC;
}

static void feed_chooses_anew_after_a_failure(struct kunit *test)
{
	append(3);
	KUNIT_EXPECT_EQ(test, take_seq(), 1ULL);
	kev_feed_release(true);
	append(0);
	sleep_ms(5);
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	KUNIT_EXPECT_EQ(test, notes.delayed_ms, 0ULL);
	kev_feed_release(true);
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	KUNIT_EXPECT_EQ(test, notes.delayed_ms, 5ULL);
	pass(KEV_STAT_DELIVERED);
	/* That it had to wait was not forgotten */
	KUNIT_EXPECT_EQ(test, take_seq(), 1ULL);
	KUNIT_EXPECT_EQ(test, notes.delayed_ms, 5ULL);
}

static void feed_is_in_order_for_a_pipe(struct kunit *test)
{
	static const u64 order[] = { 1, 3, 4 };
	unsigned int i;

	append(3);
	append(0);
	append(3);
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	pass(KEV_STAT_DELIVERED);
	append(1);
	kev_feed_attach(1);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		KUNIT_EXPECT_TRUE(test, kev_feed_ready(1));
		KUNIT_ASSERT_EQ(test, kev_feed_take(1, false, &rec, &notes), 1);
		KUNIT_EXPECT_EQ(test, rec.seq, order[i]);
		kev_feed_pass(1, &rec, KEV_STAT_DELIVERED);
	}
	KUNIT_EXPECT_FALSE(test, kev_feed_ready(1));
	kev_feed_detach(1);
}

/* A run that was started for it, and did not read it */
static void feed_remembers_who_had_to_wait(struct kunit *test)
{
	append(3);
	append(1);
	KUNIT_ASSERT_EQ(test, take(false), 1);
	kev_feed_release(false);
	kev_feed_attach(1);
	kev_feed_detach(1);
	kev_feed_release(true);
	sleep_ms(7);
	KUNIT_ASSERT_EQ(test, take(false), 1);
	KUNIT_EXPECT_EQ(test, notes.delayed_ms, 7ULL);
	pass(KEV_STAT_DELIVERED);
	KUNIT_ASSERT_EQ(test, take(false), 1);
	KUNIT_EXPECT_EQ(test, notes.delayed_ms, 0ULL);
}

static void feed_expires_behind_an_urgent_one(struct kunit *test)
{
	append(3);
	sleep_ms(60);
	append(1);
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	kev_feed_release(true);
	KUNIT_EXPECT_EQ(test, kev_feed_hold_left(), msecs_to_jiffies(40) + 1);
	sleep_ms(41);
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_EXPIRED), 1UL);
	kev_feed_release(true);
	KUNIT_EXPECT_EQ(test, kev_feed_hold_left(), msecs_to_jiffies(59) + 1);
	sleep_ms(60);
	KUNIT_EXPECT_EQ(test, take_seq(), 0ULL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_EXPIRED), 2UL);
}

/* What is asked for again waits anew; what comes behind it does so from its own time on */
static void feed_waits_anew(struct kunit *test)
{
	append_many(2, 3);
	sleep_ms(200);
	kev_feed_replay(1, 0);
	append(3);
	KUNIT_EXPECT_EQ(test, take_seq(), 1ULL);
	kev_feed_release(true);
	sleep_ms(60);
	KUNIT_EXPECT_EQ(test, kev_feed_hold_left(), msecs_to_jiffies(40) + 1);
	sleep_ms(41);
	append(3);
	KUNIT_EXPECT_EQ(test, take_seq(), 4ULL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_EXPIRED), 3UL);
	kev_feed_release(false);
}

/* A replay from after the helper was set stands, though kevnotifyd begins with that one later */
static void feed_begins_unless_replayed(struct kunit *test)
{
	append_many(3, 3);
	kev_feed_replay(1, 4);
	KUNIT_EXPECT_EQ(test, kev_feed_begin(3, 4), 0ULL);
	KUNIT_EXPECT_EQ(test, take_seq(), 1ULL);
	kev_feed_release(false);
	sleep_ms(200);
	KUNIT_EXPECT_EQ(test, kev_feed_begin(3, 6), 2ULL);
	/* Its own first one is as old, and no later one */
	append(3);
	KUNIT_EXPECT_EQ(test, take_seq(), 3ULL);
	pass(KEV_STAT_DELIVERED);
	KUNIT_EXPECT_EQ(test, take_seq(), 4ULL);
	pass(KEV_STAT_DELIVERED);
}

static void feed_passes_over_urgent_ones(struct kunit *test)
{
	append(3);
	append(0);
	append(1);
	list[2].quiet = true;
	KUNIT_EXPECT_EQ(test, take_seq(), 3ULL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_FILTERED), 1UL);
	kev_feed_release(false);
	kev_numbers[KEV_HELPER_LEVEL].value = 0;
	KUNIT_EXPECT_EQ(test, take_seq(), 0ULL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_FILTERED), 3UL);
}

static void feed_skips_when_the_record_is_given(struct kunit *test)
{
	append_many(3, 3);
	append(0);
	append(3);
	KUNIT_EXPECT_EQ(test, take_seq(), 4ULL);
	KUNIT_EXPECT_EQ(test, kev_feed_flush(log_end), 0ULL);
	append(3);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_SKIPPED), 0UL);
	pass(KEV_STAT_DELIVERED);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_SKIPPED), 4UL);
	KUNIT_EXPECT_EQ(test, told_skipped, 4ULL);
	KUNIT_EXPECT_EQ(test, take_seq(), 6ULL);
}

/* A test that was given is not skipped, in whatever order that was */
static void feed_tells_a_test_once(struct kunit *test)
{
	append(3);
	append(0);
	append(3);
	test_seq = 2;
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	pass(KEV_STAT_DELIVERED);
	kev_feed_flush(log_end);
	KUNIT_EXPECT_EQ(test, tests_ended, 0U);
	append(3);
	test_seq = 4;
	kev_feed_flush(log_end);
	KUNIT_EXPECT_EQ(test, tests_ended, 1U);
	KUNIT_EXPECT_EQ(test, test_end, KEV_STAT_SKIPPED);
}

/* @from to @seq: what it says, and where the next one goes on */
static void acknowledge(struct kunit *test, u64 from, u64 seq, int err, u64 next)
{
	KUNIT_EXPECT_EQ(test, kev_feed_acknowledge(&from, seq), err);
	KUNIT_EXPECT_EQ(test, from, next);
}

static void feed_acknowledges(struct kunit *test)
{
	append_many(4, 3);
	acknowledge(test, 1, 2, 0, 3);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_ACKNOWLEDGED), 2UL);
	KUNIT_EXPECT_EQ(test, take_seq(), 3ULL);
	pass(KEV_STAT_DELIVERED);
	/* The one that was given is not the first of them */
	acknowledge(test, 1, 4, -ESTALE, 1);
	acknowledge(test, 3, 4, -ESTALE, 4);
	acknowledge(test, 4, 4, 0, 5);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_ACKNOWLEDGED), 3UL);
	KUNIT_EXPECT_EQ(test, take_seq(), 0ULL);
}

/* Only looked at, it may be taken over; not when it is handed over */
static void feed_hands_over(struct kunit *test)
{
	append_many(3, 3);
	KUNIT_EXPECT_EQ(test, take_seq(), 1ULL);
	acknowledge(test, 1, 1, 0, 2);
	KUNIT_EXPECT_FALSE(test, kev_feed_hand(KEV_FEED_DISPATCH));
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	KUNIT_EXPECT_TRUE(test, kev_feed_hand(KEV_FEED_DISPATCH));
	acknowledge(test, 2, 3, -ESTALE, 3);
	kev_feed_release(true);
	acknowledge(test, 2, 2, 0, 3);
	KUNIT_EXPECT_EQ(test, take_seq(), 3ULL);
	acknowledge(test, 3, 3, 0, 4);
	pass(KEV_STAT_FILTERED);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_FILTERED), 0UL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_ACKNOWLEDGED), 3UL);
	append(3);
	kev_feed_attach(1);
	KUNIT_ASSERT_EQ(test, kev_feed_take(1, false, &rec, &notes), 1);
	acknowledge(test, 4, 4, -ESTALE, 5);
	kev_feed_detach(1);
	acknowledge(test, 4, 4, 0, 5);
}

/* The log comes round on a record that was handed over: 1; and on one that is given back: 300 */
static void feed_is_outrun(struct kunit *test)
{
	append(3);
	KUNIT_EXPECT_EQ(test, take_seq(), 1ULL);
	KUNIT_EXPECT_TRUE(test, kev_feed_hand(KEV_FEED_DISPATCH));
	append_many(299, 3);
	acknowledge(test, 100, 299, 0, 300);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_OVERWRITTEN), 43UL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_ACKNOWLEDGED), 200UL);
	pass(KEV_STAT_DELIVERED);
	KUNIT_EXPECT_EQ(test, take_seq(), 45ULL);
	KUNIT_EXPECT_EQ(test, notes.lost, 43ULL);
	kev_feed_flush(300);
	pass(KEV_STAT_DELIVERED);
	KUNIT_EXPECT_EQ(test, take_seq(), 300ULL);
	append_many(256, 3);
	acknowledge(test, 301, 301, 0, 302);
	kev_feed_release(false);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_OVERWRITTEN), 44UL);
	KUNIT_EXPECT_EQ(test, take_seq(), 302ULL);
	KUNIT_EXPECT_EQ(test, notes.lost, 1ULL);
}

static unsigned long look_due(void)
{
	unsigned long left;

	while (!(left = kev_feed_look_due()))
		;
	return left;
}

/* Urgent ones first, of those that are due */
/* A run in pipe mode does not wait for kevnotifyd, which it may have preempted */
static void feed_loses_what_is_overwritten(struct kunit *test)
{
	append_many(3, 3);
	torn = 1;
	test_seq = 1;
	kev_feed_attach(1);
	KUNIT_ASSERT_EQ(test, kev_feed_take(1, false, &rec, &notes), 1);
	KUNIT_EXPECT_EQ(test, rec.seq, 2ULL);
	KUNIT_EXPECT_EQ(test, notes.lost, 1ULL);
	KUNIT_EXPECT_EQ(test, tests_ended, 1U);
	KUNIT_EXPECT_EQ(test, test_end, KEV_STAT_OVERWRITTEN);
	kev_feed_pass(1, &rec, KEV_STAT_DELIVERED);
	/* And only once */
	append_many(log_size - 2, 3);
	kev_feed_overrun();
	KUNIT_EXPECT_EQ(test, kev_log_first(), 2ULL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_OVERWRITTEN), 1UL);
	kev_feed_detach(1);
}

static void feed_waits_until_due(struct kunit *test)
{
	kev_numbers[KEV_FALLBACK].value = 50;
	KUNIT_EXPECT_EQ(test, look_due(), (unsigned long)MAX_SCHEDULE_TIMEOUT);
	append(3);
	append(1);
	sleep_ms(20);
	append(1);
	KUNIT_EXPECT_EQ(test, look_due(), msecs_to_jiffies(30) + 1);
	KUNIT_EXPECT_EQ(test, take_seq(), 0ULL);
	sleep_ms(30);
	KUNIT_EXPECT_EQ(test, take_seq(), 0ULL);
	KUNIT_EXPECT_EQ(test, look_due(), msecs_to_jiffies(20) + 1);
	kev_numbers[KEV_FALLBACK].value = 60;
	KUNIT_EXPECT_EQ(test, look_due(), msecs_to_jiffies(10) + 1);
	KUNIT_EXPECT_EQ(test, take_seq(), 0ULL);
	kev_numbers[KEV_FALLBACK].value = 50;
	KUNIT_EXPECT_EQ(test, look_due(), msecs_to_jiffies(20) + 1);
	KUNIT_EXPECT_EQ(test, take_seq(), 2ULL);
	pass(KEV_STAT_DELIVERED);
	KUNIT_EXPECT_EQ(test, take_seq(), 1ULL);
	pass(KEV_STAT_DELIVERED);
	KUNIT_EXPECT_EQ(test, take_seq(), 0ULL);
	/* Shorter, none */
	kev_numbers[KEV_FALLBACK].value = 30;
	KUNIT_EXPECT_EQ(test, look_due(), (unsigned long)MAX_SCHEDULE_TIMEOUT);
	KUNIT_EXPECT_EQ(test, take_seq(), 3ULL);
	pass(KEV_STAT_DELIVERED);
	append(3);
	kev_numbers[KEV_FALLBACK].value = 0;
	KUNIT_EXPECT_EQ(test, take_seq(), 4ULL);
	kev_feed_release(false);
}

/* --- The feed beside the list: in the list each record simply waits, or not */

static struct {
	u64		count[KEV_STATS];
	u64		lost;
	unsigned int	streak;
	u64		taken;
	bool		handed;
	bool		outrun;
	u64		told;
	enum kev_feed_move move;
	u64		to;
	unsigned int	tests;
	u32		random;
} model;

static u32 chance(u32 n)
{
	model.random = model.random * 1664525 + 1013904223;
	return (model.random >> 8) % n;
}

static u64 since_ms(u64 mono)
{
	return div_u64(now - mono, NSEC_PER_MSEC);
}

static u64 age_ms(u64 seq)
{
	return since_ms(list[seq].mono);
}

/* Older ones have been dealt with */
static u64 model_oldest(void)
{
	return log_end > 4ULL * log_size ? log_end - 4ULL * log_size : 1;
}

/* The first one that waits, of this level or a more urgent one; log_end if none does */
static u64 model_first(u8 level)
{
	u64 seq;

	for (seq = model_oldest(); seq < log_end; seq++)
		if (list[seq].fate == WAITS && list[seq].level <= level)
			break;
	return seq;
}

static void model_end(u64 seq, enum kev_stat what)
{
	list[seq].fate = DEALT_WITH;
	model.count[what]++;
	if (seq == test_seq && (what == KEV_STAT_OVERWRITTEN || what == KEV_STAT_SKIPPED ||
				what == KEV_STAT_ACKNOWLEDGED))
		model.tests++;
}

/* All that wait before @to come to that end */
static void model_end_all(u64 to, enum kev_stat what)
{
	u64 seq;

	for (seq = model_oldest(); seq < to; seq++)
		if (list[seq].fate == WAITS)
			model_end(seq, what);
}

static void model_overrun(void)
{
	u64 before = model.count[KEV_STAT_OVERWRITTEN];

	if (model.taken && model.taken < kev_log_first() && list[model.taken].fate == WAITS) {
		list[model.taken].fate = DEALT_WITH;
		model.outrun = true;
	}
	model_end_all(kev_log_first(), KEV_STAT_OVERWRITTEN);
	model.lost += model.count[KEV_STAT_OVERWRITTEN] - before;
}

/* Those before it are due */
static u64 model_limit(void)
{
	unsigned int fallback = kev_param(KEV_FALLBACK);
	u64 seq = max(model_first(U8_MAX), kev_log_first());

	while (fallback && seq < log_end && age_ms(seq) >= fallback)
		seq++;
	return fallback ? seq : log_end;
}

static void model_move(void)
{
	u64 to, seq;

	if (model.move == KEV_FEED_STAY || model.taken)
		return;
	model_overrun();
	to = max(model.to, kev_log_first());
	model_end_all(to, KEV_STAT_SKIPPED);
	if (model.move == KEV_FEED_REPLAY) {
		for (seq = model_oldest(); seq < log_end; seq++) {
			list[seq].held = false;
			if (seq < to)
				continue;
			list[seq].fate = WAITS;
			list[seq].given = false;
			list[seq].since = now;
		}
		model.streak = 0;
	}
	model.move = KEV_FEED_STAY;
}

/* Is it for the helper? If not, it has come to its end. */
static bool model_admit(u64 seq)
{
	if (list[seq].level > kev_param(KEV_HELPER_LEVEL) || list[seq].quiet)
		model_end(seq, KEV_STAT_FILTERED);
	else if (since_ms(list[seq].since) > kev_param(KEV_HOLD) + kev_param(KEV_FALLBACK))
		model_end(seq, KEV_STAT_EXPIRED);
	return list[seq].fate == WAITS;
}

/* What has to be taken: 0 if there is none; and since when the oldest of what it overtakes waits */
static u64 model_take(bool urgent_first, u64 *oldest)
{
	u64 seq, first, limit = model_limit();

	model_overrun();
	model.told = model.lost;
	for (;;) {
		first = model_first(U8_MAX);
		if (first >= limit)
			return 0;
		seq = model_first(2);
		if (!urgent_first || seq >= limit || model.streak >= 8)
			seq = first;
		if (model_admit(first) && model_admit(seq))
			break;
	}
	*oldest = min(list[first].since, list[seq].since);
	model.taken = seq;
	return seq;
}

static void step_take(struct kunit *test)
{
	bool urgent_first = chance(8);
	u64 seq, oldest = 0;

	look_due();
	seq = model_take(urgent_first, &oldest);
	KUNIT_ASSERT_EQ(test, take(urgent_first), seq ? 1 : -ENODATA);
	if (!seq)
		return;
	KUNIT_ASSERT_EQ(test, rec.seq, seq);
	KUNIT_EXPECT_EQ(test, notes.lost, model.lost);
	KUNIT_EXPECT_EQ(test, notes.delayed_ms, list[seq].held ? age_ms(seq) : 0);
	KUNIT_EXPECT_EQ(test, kev_feed.oldest, oldest);
}

/* Is the record that was taken still to be given? */
static bool model_still(void)
{
	return model.outrun || list[model.taken].fate == WAITS;
}

static void model_untake(void)
{
	if (model.outrun) {
		model_end(model.taken, KEV_STAT_OVERWRITTEN);
		model.lost++;
	}
	model.outrun = false;
	model.handed = false;
	model.taken = 0;
	model_move();
}

static void step_hand(struct kunit *test)
{
	model.handed = model_still();
	KUNIT_EXPECT_EQ(test, kev_feed_hand(KEV_FEED_DISPATCH), model.handed);
	if (!model.handed)
		model_untake();
}

static void step_pass(struct kunit *test, enum kev_stat what)
{
	bool still = model_still();
	u64 seq = model.taken;

	if (still) {
		if (what == KEV_STAT_DELIVERED && !model.outrun)
			model.streak = seq == model_first(U8_MAX) ? 0 : model.streak + 1;
		model_end(seq, what);
		list[seq].given = what == KEV_STAT_DELIVERED;
		if (what == KEV_STAT_DELIVERED)
			model.lost -= model.told;
		model.outrun = false;
	}
	model_untake();
	KUNIT_EXPECT_EQ(test, kev_feed_pass(KEV_FEED_DISPATCH, &rec, what), still);
}

static void step_release(bool held)
{
	list[model.taken].held |= held;
	model_untake();
	kev_feed_release(held);
}

/* The first one from @from on, up to @seq, that was given or is being given */
static u64 model_given(u64 from, u64 seq)
{
	for (; from <= seq; from++)
		if ((list[from].fate == DEALT_WITH && list[from].given) ||
		    (model.handed && from == model.taken))
			break;
	return from;
}

static void step_acknowledge(struct kunit *test)
{
	u64 from = log_end - min_t(u64, chance(log_size + 4), log_end - 1);
	u64 seq = from + chance(8), first, given, next;

	if (seq >= log_end)
		return;
	model_overrun();
	first = max(from, kev_log_first());
	given = model_given(first, seq);
	next = given > seq ? seq + 1 : given == first ? first + 1 : from;
	acknowledge(test, from, seq, given > seq ? 0 : -ESTALE, next);
	for (; given > seq && first <= seq; first++)
		if (list[first].fate == WAITS)
			model_end(first, KEV_STAT_ACKNOWLEDGED);
}

static void step_move(void)
{
	model.move = chance(2) ? KEV_FEED_FLUSH : KEV_FEED_REPLAY;
	/* From a bit before the log to its end */
	model.to = log_end - min_t(u64, chance(log_size + 4), log_end);
	if (model.move == KEV_FEED_FLUSH)
		kev_feed_flush(model.to);
	else
		kev_feed_replay(model.to, 0);
	model_move();
}

/* More than the log holds at times; but the list need not be kept for ever */
static void step_append(void)
{
	u32 n = chance(12) ? chance(4) : chance(2 * log_size);

	while (n-- && log_end < NUMBERS && log_end - model_first(U8_MAX) < 3ULL * log_size) {
		append(chance(3) ? 3 + chance(3) : chance(3));
		list[log_end - 1].quiet = !chance(10);
	}
	if (!chance(8))
		test_seq = log_end - 1;
}

static void step(struct kunit *test)
{
	sleep_ms(chance(3));
	switch (chance(13)) {
	case 0 ... 3:
		step_append();
		break;
	case 4 ... 9:
		if (!model.taken)
			step_take(test);
		else if (!chance(3))
			step_hand(test);
		else if (chance(4))
			step_pass(test, chance(16) ? KEV_STAT_DELIVERED : KEV_STAT_FAILED);
		else
			step_release(chance(2));
		break;
	case 10:
		if (!model.taken) {
			model_overrun();
			kev_feed_overrun();
		}
		kev_feed_tell();
		break;
	case 11:
		step_acknowledge(test);
		break;
	default:
		if (!chance(6))
			step_move();
		kev_numbers[KEV_FALLBACK].value = chance(6) ? 0 : 1 + chance(8);
		kev_numbers[KEV_HOLD].value = chance(10) ? 100 : 10;
		kev_numbers[KEV_HELPER_LEVEL].value = chance(10) ? 6 : chance(5);
	}
}

/* After each step: the list, the counters and the cursor say the same */
static void compare(struct kunit *test, unsigned int n)
{
	static const enum kev_stat ends[] = {
		KEV_STAT_DELIVERED, KEV_STAT_FILTERED, KEV_STAT_EXPIRED,
		KEV_STAT_OVERWRITTEN, KEV_STAT_SKIPPED, KEV_STAT_FAILED,
		KEV_STAT_ACKNOWLEDGED,
	};
	u64 seq, waits = 0, dealt_with = 0;
	struct kev_cursor c;
	unsigned int i;

	for (seq = model_oldest(); seq < log_end; seq++)
		waits += list[seq].fate == WAITS;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		dealt_with += model.count[ends[i]];
		KUNIT_ASSERT_EQ_MSG(test, (u64)kev_stat_read(ends[i]), model.count[ends[i]],
				    "%s in step %u", kev_stat_names[ends[i]], n);
	}
	kev_feed_cursor(&c);
	KUNIT_ASSERT_EQ_MSG(test, kev_cursor_pending(&c, log_end), waits, "step %u", n);
	KUNIT_ASSERT_EQ_MSG(test, log_end - c.base, dealt_with + waits + model.outrun,
			    "step %u", n);
	KUNIT_ASSERT_EQ_MSG(test, c.next, model_first(U8_MAX), "step %u", n);
	KUNIT_ASSERT_EQ_MSG(test, (u32)bitmap_weight(c.done, log_size), c.ahead, "step %u", n);
	KUNIT_ASSERT_EQ_MSG(test, tests_ended, model.tests, "step %u", n);
}

static void many_steps(struct kunit *test, u32 size, u32 seed, unsigned int steps)
{
	unsigned int n;

	kev_feed_exit();
	KUNIT_ASSERT_EQ(test, kev_feed_init(size), 0);
	log_size = size;
	model.random = seed;
	for (n = 0; n < steps && log_end < NUMBERS; n++) {
		step(test);
		compare(test, n);
	}
	KUNIT_EXPECT_EQ(test, n, steps);
	KUNIT_EXPECT_EQ(test, told_skipped, model.count[KEV_STAT_SKIPPED]);
	KUNIT_EXPECT_EQ(test, told_expired + kev_feed.expired, model.count[KEV_STAT_EXPIRED]);
	/* The steps have been everywhere */
	KUNIT_EXPECT_GT(test, model.count[KEV_STAT_FAILED], 0ULL);
	KUNIT_EXPECT_GT(test, model.count[KEV_STAT_OVERWRITTEN], 0ULL);
	KUNIT_EXPECT_GT(test, model.count[KEV_STAT_EXPIRED], 0ULL);
	KUNIT_EXPECT_GT(test, model.count[KEV_STAT_ACKNOWLEDGED], 0ULL);
	KUNIT_EXPECT_GT(test, model.tests, 0U);
}

static void feed_is_like_a_list_16(struct kunit *test)
{
	many_steps(test, 16, 1, 20000);
}

static void feed_is_like_a_list_16_again(struct kunit *test)
{
	many_steps(test, 16, 20261126, 20000);
}

static void feed_is_like_a_list_128(struct kunit *test)
{
	many_steps(test, 128, 3, 6000);
}

static int cursor_test_init(struct kunit *test)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&kev_stats, cpu), 0, sizeof(struct kev_stats));
	memset(list, 0, sizeof(list));
	memset(&model, 0, sizeof(model));
	log_end = 1;
	log_size = 256;
	now = NSEC_PER_SEC;
	torn = 0;
	test_seq = 0;
	tests_ended = 0;
	told_skipped = 0;
	told_expired = 0;
	kev_numbers[KEV_HOLD].value = 100;
	kev_numbers[KEV_HELPER_LEVEL].value = 6;
	kev_numbers[KEV_FALLBACK].value = 0;
	memset(bits, 0, sizeof(bits));
	kev_cursor_init(&cursor, bits, 256);
	kev_feed.owner = KEV_FEED_DISPATCH;
	kev_feed.taken = 0;
	kev_feed.expired = 0;
	kev_feed.handed = false;
	kev_feed.outrun = false;
	kev_feed.again = 0;
	kev_feed.replayed = 0;
	kev_feed.move = KEV_FEED_STAY;
	atomic64_set(&kev_due_before, 1);
	kev_due_fallback = 0;
	memset(kev_feed.held, 0, sizeof(kev_feed.held));
	return kev_feed_init(log_size);
}

static void cursor_test_exit(struct kunit *test)
{
	kev_feed_exit();
}

static struct kunit_case cursor_cases[] = {
	KUNIT_CASE(cursor_gives_urgent_ones_first),
	KUNIT_CASE(cursor_gives_equals_in_order),
	KUNIT_CASE(cursor_gives_one_of_the_rest_after_eight),
	KUNIT_CASE(cursor_counts_given_ones_alone),
	KUNIT_CASE(cursor_finds_one_far_away),
	KUNIT_CASE(cursor_ends_its_search_in_a_flood),
	KUNIT_CASE(cursor_loses_what_was_not_given),
	KUNIT_CASE(cursor_passes_one_that_is_gone),
	KUNIT_CASE(cursor_flushes_around_what_was_given),
	KUNIT_CASE(cursor_flushes_by_words),
	KUNIT_CASE(cursor_replays_all_from_there),
	KUNIT_CASE(cursor_replays_from_amid),
	KUNIT_CASE(cursor_knows_who_waits),
	KUNIT_CASE(cursor_may_be_plain),
	KUNIT_CASE(cursor_settles_ahead),
	KUNIT_CASE(cursor_knows_what_was_given),
	KUNIT_CASE(feed_chooses_anew_after_a_failure),
	KUNIT_CASE(feed_is_in_order_for_a_pipe),
	KUNIT_CASE(feed_remembers_who_had_to_wait),
	KUNIT_CASE(feed_expires_behind_an_urgent_one),
	KUNIT_CASE(feed_waits_anew),
	KUNIT_CASE(feed_begins_unless_replayed),
	KUNIT_CASE(feed_passes_over_urgent_ones),
	KUNIT_CASE(feed_skips_when_the_record_is_given),
	KUNIT_CASE(feed_tells_a_test_once),
	KUNIT_CASE(feed_acknowledges),
	KUNIT_CASE(feed_hands_over),
	KUNIT_CASE(feed_is_outrun),
	KUNIT_CASE(feed_loses_what_is_overwritten),
	KUNIT_CASE(feed_waits_until_due),
	KUNIT_CASE(feed_is_like_a_list_16),
	KUNIT_CASE(feed_is_like_a_list_16_again),
	KUNIT_CASE(feed_is_like_a_list_128),
	{}
};

static struct kunit_suite cursor_suite = {
	.name		= "kevnotify_cursor",
	.init		= cursor_test_init,
	.exit		= cursor_test_exit,
	.test_cases	= cursor_cases,
};

kunit_test_suite(cursor_suite);

MODULE_DESCRIPTION("KUnit tests of the helper's cursor");
MODULE_LICENSE("GPL");
