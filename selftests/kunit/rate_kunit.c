// SPDX-License-Identifier: GPL-2.0-only
/* The rate limit, with a clock and a competitor that the test controls. */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/ctype.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "fake_params.h"
#include "fake_stage.h"
#include "inject.c"
#include "wake.h"
#include "stat.c"

static unsigned long clock;
/* Each look at the clock finds that so much more time has passed */
static unsigned long passes;
/* So many tries from now on find that somebody else was faster */
static int races;
static int tries;

static int racing_cmpxchg(atomic_t *v, int old, int new)
{
	tries++;
	if (races && races--)
		return old + 1;
	return atomic_cmpxchg(v, old, new);
}

#undef jiffies
#define jiffies (clock += passes)
#undef atomic_cmpxchg
#define atomic_cmpxchg racing_cmpxchg
#include "rate.c"
#include "render.c"
#include "source.c"

char kev_log_instance[33];
char kev_log_boot[33];

/* Nothing is staged */
bool kev_wake_dead(void)
{
	return false;
}

void kev_wake_drain_once(void)
{
}

#define WINDOW	100

static struct kev_rate rate;

static bool admit(void)
{
	return kev_rate_admit(&rate, 0);
}

/* How many of n are admitted now? */
static unsigned int admitted(unsigned int n)
{
	unsigned int yes = 0;

	while (n--)
		yes += admit();
	return yes;
}

static void rate_admits_a_burst(struct kunit *test)
{
	int word;

	KUNIT_EXPECT_EQ(test, admitted(3), 3U);
	word = atomic_read(&rate.word);
	tries = 0;
	KUNIT_EXPECT_EQ(test, admitted(100), 0U);
	/* Who is suppressed writes nothing */
	KUNIT_EXPECT_EQ(test, tries, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&rate.word), word);
}

static void rate_window_has_an_edge(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admitted(9), 3U);
	clock += WINDOW - 1;
	KUNIT_EXPECT_EQ(test, admitted(9), 0U);
	clock++;
	KUNIT_EXPECT_EQ(test, admitted(9), 3U);
}

/* The window begins with its first event, and later ones do not move it */
static void rate_window_does_not_move(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admitted(1), 1U);
	clock += WINDOW - 1;
	KUNIT_EXPECT_EQ(test, admitted(9), 2U);
	clock++;
	KUNIT_EXPECT_EQ(test, admitted(9), 3U);
}

static void expect_window_at(struct kunit *test, unsigned long start)
{
	clock = start;
	atomic_set(&rate.word, 0);
	KUNIT_EXPECT_EQ(test, admitted(9), 3U);
	clock = start + WINDOW / 2;
	KUNIT_EXPECT_EQ(test, admitted(9), 0U);
	clock = start + WINDOW - 1;
	KUNIT_EXPECT_EQ(test, admitted(9), 0U);
	clock = start + WINDOW;
	KUNIT_EXPECT_EQ(test, admitted(9), 3U);
}

static void rate_clock_wraps(struct kunit *test)
{
	expect_window_at(test, 0);
	expect_window_at(test, (1UL << 22) - WINDOW / 2);
	expect_window_at(test, (1UL << 22) - WINDOW);
	expect_window_at(test, (1UL << 22) - 1);
	expect_window_at(test, (unsigned long)U32_MAX - WINDOW / 2);
	expect_window_at(test, ULONG_MAX - WINDOW / 2);
	expect_window_at(test, ULONG_MAX);
}

static void rate_longest_window(struct kunit *test)
{
	set_rate(3, 3600 * 1000);
	KUNIT_EXPECT_EQ(test, admitted(9), 3U);
	clock += 3600 * 1000 - 1;
	KUNIT_EXPECT_EQ(test, admitted(9), 0U);
	clock++;
	KUNIT_EXPECT_EQ(test, admitted(9), 3U);
}

static void rate_burst_of_none_is_no_limit(struct kunit *test)
{
	set_rate(0, WINDOW);
	KUNIT_EXPECT_EQ(test, admitted(5000), 5000U);
	clock += WINDOW;
	KUNIT_EXPECT_EQ(test, admitted(5000), 5000U);
}

static void rate_burst_of_one(struct kunit *test)
{
	set_rate(1, WINDOW);
	KUNIT_EXPECT_EQ(test, admitted(9), 1U);
	KUNIT_EXPECT_EQ(test, admitted(9), 0U);
}

static void rate_greatest_burst(struct kunit *test)
{
	set_rate(1000, WINDOW);
	KUNIT_EXPECT_EQ(test, admitted(5000), 1000U);
	clock += WINDOW;
	KUNIT_EXPECT_EQ(test, admitted(5000), 1000U);
}

static void rate_burst_is_lowered(struct kunit *test)
{
	set_rate(10, WINDOW);
	KUNIT_EXPECT_EQ(test, admitted(8), 8U);
	set_rate(3, WINDOW);
	KUNIT_EXPECT_EQ(test, admitted(8), 0U);
	clock += WINDOW;
	KUNIT_EXPECT_EQ(test, admitted(8), 3U);
}

static void rate_tries_are_bounded(struct kunit *test)
{
	races = 1000;
	KUNIT_EXPECT_FALSE(test, admit());
	KUNIT_EXPECT_EQ(test, tries, KEV_RATE_TRIES);
	KUNIT_EXPECT_EQ(test, atomic_read(&rate.word), 0);

	races = KEV_RATE_TRIES - 1;
	KUNIT_EXPECT_TRUE(test, admit());
}

/* How many of nine events of id 1 are admitted now? */
static unsigned int admitted_of_one(struct kev_source *src)
{
	unsigned int yes = 0, n;

	for (n = 0; n < 9; n++)
		yes += kev_rate_admit(&src->rate[1], 0);
	return yes;
}

static const struct kevnotify_event events[] = {
	[1] = { "one", 4 }, [2] = { "two", 4 },
};

static const struct kevnotify_desc desc = { .name = "test", .events = events, .ids = 3 };

static struct kev_source *source;
static unsigned int closed, closed_id;

static void close_one(struct kev_source *src, unsigned int id)
{
	closed++;
	closed_id = id;
}

/* An event of this id is recorded: what does the log learn of its source? */
static struct kev_origin resolved(unsigned int id, u8 flags)
{
	struct kev_event ev = { .source = source->number, .id = id, .flags = flags };
	struct kev_origin origin = {};

	rcu_read_lock();
	kev_source_resolve(&ev, 1, &origin);
	rcu_read_unlock();
	return origin;
}

/* What does it learn of suppressed ones? */
static u64 record(unsigned int id, u8 flags)
{
	return resolved(id, flags).suppressed;
}

/* How many of n echoes are for the helper? */
static unsigned int heard(unsigned int n)
{
	unsigned int yes = 0;

	while (n--)
		yes += !resolved(1, KEV_ECHO).quiet;
	return yes;
}

static void suppress(unsigned int id, unsigned int n)
{
	while (n--)
		local_inc(&raw_cpu_ptr(source->count)->suppressed[id]);
}

static void rate_end_of_burst_is_told_once(struct kunit *test)
{
	record(2, 0);
	suppress(2, 5);
	KUNIT_EXPECT_EQ(test, kev_source_close_due(close_one), (unsigned long)WINDOW);
	clock += WINDOW - 1;
	KUNIT_EXPECT_EQ(test, kev_source_close_due(close_one), 1UL);
	KUNIT_EXPECT_EQ(test, closed, 0U);
	clock++;
	KUNIT_EXPECT_EQ(test, kev_source_close_due(close_one), (unsigned long)MAX_SCHEDULE_TIMEOUT);
	KUNIT_EXPECT_EQ(test, closed, 1U);
	KUNIT_EXPECT_EQ(test, closed_id, 2U);
	KUNIT_EXPECT_EQ(test, record(2, KEV_CLOSING), 5ULL);
	clock += WINDOW;
	KUNIT_EXPECT_EQ(test, kev_source_close_due(close_one), (unsigned long)MAX_SCHEDULE_TIMEOUT);
	KUNIT_EXPECT_EQ(test, closed, 1U);
}

static void rate_end_of_burst_across_wrap(struct kunit *test)
{
	clock = ULONG_MAX - 1;
	record(1, 0);
	suppress(1, 1);
	clock += 3;
	KUNIT_EXPECT_EQ(test, kev_source_close_due(close_one), WINDOW - 3UL);
	clock += WINDOW - 3;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, closed, 1U);
}

/* However long kevnotifyd is kept from it between two steps, it does not sleep past the end */
static void rate_end_of_burst_is_not_passed_over(struct kunit *test)
{
	unsigned int looks;

	record(1, 0);
	suppress(1, 1);
	passes = 3;
	for (looks = 0; !closed && looks < 2 * WINDOW; looks++)
		if (kev_source_close_due(close_one) > WINDOW)
			break;
	KUNIT_EXPECT_EQ(test, closed, 1U);
}

static void rate_nothing_suppressed_nothing_told(struct kunit *test)
{
	record(1, 0);
	clock += WINDOW;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, closed, 0U);
}

static void rate_next_event_tells_first(struct kunit *test)
{
	record(1, 0);
	suppress(1, 4);
	suppress(2, 9);
	KUNIT_EXPECT_EQ(test, record(1, 0), 4ULL);
	KUNIT_EXPECT_EQ(test, record(1, 0), 0ULL);
	clock += WINDOW;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, closed, 0U);
}

static void expect_told(struct kunit *test, u8 flags, u64 suppressed, u64 withheld)
{
	struct kev_origin origin = resolved(1, flags);

	KUNIT_EXPECT_EQ(test, origin.suppressed, suppressed);
	KUNIT_EXPECT_EQ(test, origin.withheld, withheld);
}

/* A reader learns of each suppressed event once, and so does the helper, of fewer records */
static void rate_helper_is_told_of_all(struct kunit *test)
{
	expect_told(test, 0, 0, 0);
	suppress(1, 5);
	suppress(2, 1);
	expect_told(test, KEV_NOTIFY_NONE, 5, 0);
	suppress(1, 2);
	expect_told(test, KEV_NOTIFY_NONE | KEV_CLOSING, 2, 0);
	suppress(1, 1);
	expect_told(test, 0, 1, 7);
	expect_told(test, 0, 0, 0);
}

/* Not the last one that the burst admits: nothing says that some will be suppressed */
static void rate_tells_what_no_full_burst_announced(struct kunit *test)
{
	record(1, 0);
	kev_source_close_due(close_one);
	races = 1000;
	KUNIT_EXPECT_FALSE(test, kev_rate_admit(&source->rate[1], 0));
	suppress(1, 1);
	clock += WINDOW;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, closed, 1U);
	KUNIT_EXPECT_EQ(test, closed_id, 1U);
}

/* kevnotifyd looks at least every ten seconds; the clock's bits come round much later */
static void rate_word_does_not_age(struct kunit *test)
{
	unsigned int laps;

	for (laps = 1; laps <= 3; laps++) {
		unsigned long began = clock;

		KUNIT_EXPECT_EQ(test, admitted_of_one(source), 3U);
		/* As when their records are made */
		kev_rate_watch(&source->rate[1], 0);
		kev_source_set_watched(source, true);
		clock += WINDOW;
		kev_source_close_due(close_one);
		/* Multiples of it, and a moment before and after */
		clock = began + laps * (1UL << 22) + laps - 2;
	}
	KUNIT_EXPECT_EQ(test, admitted_of_one(source), 3U);
}

static void rate_window_under_way_stays(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admitted_of_one(source), 3U);
	clock += WINDOW - 1;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, admitted_of_one(source), 0U);
}

/* A raise that begins a window while the old one is forgotten is not forgotten with it */
static void rate_new_window_is_not_forgotten(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, admitted_of_one(source), 3U);
	clock += WINDOW;
	races = 1;
	kev_rate_expire(&source->rate[1]);
	KUNIT_EXPECT_EQ(test, races, 0);
	KUNIT_EXPECT_NE(test, atomic_read(&source->rate[1].word), 0);
}

/* Each event begins the wait anew, as it may be a new window's */
static void rate_watch_follows_the_window(struct kunit *test)
{
	record(1, 0);
	clock += WINDOW;
	record(1, 0);
	kev_source_close_due(close_one);
	suppress(1, 1);
	clock += WINDOW - 1;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, closed, 0U);
	clock++;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, closed, 1U);
}

/* A longer window goes on suppressing beyond the look that was due */
static void rate_longer_window_is_watched_anew(struct kunit *test)
{
	record(1, 0);
	clock += WINDOW;
	kev_source_close_due(close_one);
	set_rate(3, WINDOW * 10);
	kev_source_rates_changed();
	KUNIT_EXPECT_EQ(test, kev_source_close_due(close_one), WINDOW * 10UL);
	suppress(1, 7);
	clock += WINDOW * 10;
	kev_source_close_due(close_one);
	KUNIT_EXPECT_EQ(test, closed, 1U);
}

static void rate_no_limit_no_watch(struct kunit *test)
{
	set_rate(0, WINDOW);
	record(1, 0);
	KUNIT_EXPECT_EQ(test, kev_source_close_due(close_one), (unsigned long)MAX_SCHEDULE_TIMEOUT);
}

static void rate_echoes_are_ten_in_ten_minutes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, heard(4), 4U);
	clock += 599UL * HZ;
	KUNIT_EXPECT_EQ(test, heard(20), 6U);
	/* No other event is quiet for that, and what is for readers alone is none of the ten */
	KUNIT_EXPECT_FALSE(test, resolved(1, 0).quiet);
	KUNIT_EXPECT_TRUE(test, resolved(1, KEV_NOTIFY_NONE).quiet);
	clock += HZ;
	KUNIT_EXPECT_EQ(test, heard(5), 0U);
	clock++;
	KUNIT_EXPECT_TRUE(test, resolved(1, KEV_NOTIFY_NONE).quiet);
	KUNIT_EXPECT_EQ(test, heard(20), 10U);
}

/* The first one begins them, whatever the clock shows then */
static void rate_echoes_begin_anywhere(struct kunit *test)
{
	clock = ULONG_MAX - 1;
	KUNIT_EXPECT_EQ(test, heard(20), 10U);
	clock += 600UL * HZ;
	KUNIT_EXPECT_EQ(test, heard(20), 0U);
	clock++;
	KUNIT_EXPECT_EQ(test, heard(20), 10U);
	/* As on 32 bits after some weeks */
	clock += LONG_MAX;
	clock += 601UL * HZ;
	KUNIT_EXPECT_EQ(test, heard(20), 10U);
}

static void rate_end_of_burst_is_as_its_last_event(struct kunit *test)
{
	record(1, 0);
	KUNIT_EXPECT_EQ(test, source->rate[1].noise, 0);
	heard(10);
	KUNIT_EXPECT_EQ(test, source->rate[1].noise, KEV_ECHO);
	heard(1);
	KUNIT_EXPECT_EQ(test, source->rate[1].noise, KEV_NOTIFY_NONE);
	record(1, KEV_NOTIFY_NONE);
	KUNIT_EXPECT_EQ(test, source->rate[1].noise, KEV_NOTIFY_NONE);
	KUNIT_EXPECT_EQ(test, source->rate[2].noise, 0);
}

static int rate_test_init(struct kunit *test)
{
	struct kevnotify_source *src;

	set_rate(3, WINDOW);
	clock = 123456;
	passes = 0;
	races = 0;
	tries = 0;
	closed = 0;
	memset(&rate, 0, sizeof(rate));
	src = kevnotify_source_register(THIS_MODULE, &desc);
	if (IS_ERR(src))
		return PTR_ERR(src);
	source = kev_source_of(src);
	return 0;
}

static void rate_test_exit(struct kunit *test)
{
	kevnotify_source_unregister(&source->pub);
}

/* Numbers that follow each other do not crowd a few words, whatever the key */
static void rate_objects_are_parted(struct kunit *test)
{
	struct kev_rate *r = kev_rate_create(1, true);
	unsigned int loads = 1000, used;
	u64 object;

	KUNIT_ASSERT_NOT_NULL(test, r);
	while (loads--) {
		kev_rate_init();
		used = 0;
		for (object = 4000; object < 4064; object++)
			used |= BIT(kev_rate_object(r, object) - r->objects->words);
		KUNIT_EXPECT_GE(test, hweight32(used), 8U);
	}
	kev_rate_destroy(r);
}

static struct kunit_case rate_cases[] = {
	KUNIT_CASE(rate_admits_a_burst),
	KUNIT_CASE(rate_window_has_an_edge),
	KUNIT_CASE(rate_window_does_not_move),
	KUNIT_CASE(rate_clock_wraps),
	KUNIT_CASE(rate_word_does_not_age),
	KUNIT_CASE(rate_window_under_way_stays),
	KUNIT_CASE(rate_new_window_is_not_forgotten),
	KUNIT_CASE(rate_longest_window),
	KUNIT_CASE(rate_burst_of_none_is_no_limit),
	KUNIT_CASE(rate_burst_of_one),
	KUNIT_CASE(rate_greatest_burst),
	KUNIT_CASE(rate_burst_is_lowered),
	KUNIT_CASE(rate_tries_are_bounded),
	KUNIT_CASE(rate_end_of_burst_is_told_once),
	KUNIT_CASE(rate_end_of_burst_across_wrap),
	KUNIT_CASE(rate_end_of_burst_is_not_passed_over),
	KUNIT_CASE(rate_nothing_suppressed_nothing_told),
	KUNIT_CASE(rate_next_event_tells_first),
	KUNIT_CASE(rate_helper_is_told_of_all),
	KUNIT_CASE(rate_tells_what_no_full_burst_announced),
	KUNIT_CASE(rate_watch_follows_the_window),
	KUNIT_CASE(rate_longer_window_is_watched_anew),
	KUNIT_CASE(rate_no_limit_no_watch),
	KUNIT_CASE(rate_echoes_are_ten_in_ten_minutes),
	KUNIT_CASE(rate_echoes_begin_anywhere),
	KUNIT_CASE(rate_end_of_burst_is_as_its_last_event),
	KUNIT_CASE(rate_objects_are_parted),
	{}
};

static struct kunit_suite rate_suite = {
	.name		= "kevnotify_rate",
	.init		= rate_test_init,
	.exit		= rate_test_exit,
	.test_cases	= rate_cases,
};

kunit_test_suite(rate_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's rate limit");
MODULE_LICENSE("GPL");
