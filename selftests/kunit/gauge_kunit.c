// SPDX-License-Identifier: GPL-2.0-only
/* A gauge's judgement of its values, with a clock that the test controls. */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>

static unsigned long clock;

#undef jiffies
#define jiffies clock
#include "sources/gauge.c"

static struct kev_poll *polled;

void kev_poll_start(struct kev_poll *poll)
{
	polled = poll;
}

void kev_poll_stop(struct kev_poll *poll)
{
	polled = NULL;
}

void kev_poll_lock(void)
{
}

void kev_poll_unlock(void)
{
}

/* The last event; id 0: none */
static unsigned int raised_id;
static u64 raised_value, raised_limit;

void __kevnotify_raise(struct kevnotify_source *src, unsigned int id, const u64 *words,
		       unsigned int n)
{
	/* Behind the word of their types */
	raised_id = id;
	raised_value = words[1];
	raised_limit = words[2];
}

static int present;

static int read_present(const struct kev_gauge *g)
{
	return present;
}

static struct kevnotify_source source = { .on = true };
static struct kev_gauge gauge;

/* The id of the event that this value makes, if any */
static unsigned int look(int value)
{
	raised_id = 0;
	present = value;
	polled->look(polled);
	return raised_id;
}

static void start(bool low, unsigned int threshold, unsigned int clear)
{
	gauge = (struct kev_gauge) { read_present, low, threshold, clear, 100 };
	/* The clock comes round soon */
	clock = -10UL * HZ;
	kev_gauge_start(&gauge, &source);
}

static void gauge_high_crosses_and_recovers(struct kunit *test)
{
	start(false, 90, 80);
	KUNIT_EXPECT_EQ(test, look(89), 0U);
	KUNIT_EXPECT_EQ(test, look(90), (unsigned int)KEV_GAUGE_OVER);
	KUNIT_EXPECT_EQ(test, raised_value, 90ULL);
	KUNIT_EXPECT_EQ(test, raised_limit, 90ULL);
	KUNIT_EXPECT_EQ(test, look(81), 0U);
	KUNIT_EXPECT_EQ(test, look(95), 0U);
	KUNIT_EXPECT_EQ(test, look(80), (unsigned int)KEV_GAUGE_RECOVERED);
	KUNIT_EXPECT_EQ(test, raised_limit, 80ULL);
	KUNIT_EXPECT_EQ(test, look(89), 0U);
	KUNIT_EXPECT_EQ(test, look(100), (unsigned int)KEV_GAUGE_OVER);
}

static void gauge_low_crosses_and_recovers(struct kunit *test)
{
	start(true, 5, 10);
	KUNIT_EXPECT_EQ(test, look(6), 0U);
	KUNIT_EXPECT_EQ(test, look(5), (unsigned int)KEV_GAUGE_OVER);
	KUNIT_EXPECT_EQ(test, look(9), 0U);
	KUNIT_EXPECT_EQ(test, look(10), (unsigned int)KEV_GAUGE_RECOVERED);
}

static void gauge_reminders_come_later_and_later(struct kunit *test)
{
	static const unsigned int hours[] = { 1, 2, 4, 8, 16, 24, 24 };
	int i;

	start(false, 90, 80);
	KUNIT_EXPECT_EQ(test, look(99), (unsigned int)KEV_GAUGE_OVER);
	for (i = 0; i < ARRAY_SIZE(hours); i++) {
		clock += hours[i] * 3600UL * HZ - 1;
		KUNIT_EXPECT_EQ(test, look(99), 0U);
		clock++;
		KUNIT_EXPECT_EQ(test, look(85), (unsigned int)KEV_GAUGE_REMINDER);
		KUNIT_EXPECT_EQ(test, raised_value, 85ULL);
	}
	/* The next trouble begins with one hour again */
	KUNIT_EXPECT_EQ(test, look(0), (unsigned int)KEV_GAUGE_RECOVERED);
	KUNIT_EXPECT_EQ(test, look(99), (unsigned int)KEV_GAUGE_OVER);
	clock += 3600UL * HZ;
	KUNIT_EXPECT_EQ(test, look(99), (unsigned int)KEV_GAUGE_REMINDER);
	/* Nothing was polled for as long as 32 bits last */
	clock += LONG_MAX;
	clock += 4 * 3600UL * HZ;
	KUNIT_EXPECT_EQ(test, look(99), (unsigned int)KEV_GAUGE_REMINDER);
}

/* What cannot be read changes nothing, and is said */
static void gauge_without_a_value(struct kunit *test)
{
	start(false, 90, 80);
	KUNIT_EXPECT_EQ(test, look(99), (unsigned int)KEV_GAUGE_OVER);
	KUNIT_EXPECT_NULL(test, kev_gauge_remark(&gauge));
	KUNIT_EXPECT_EQ(test, look(-ENOENT), 0U);
	KUNIT_EXPECT_NOT_NULL(test, kev_gauge_remark(&gauge));
	KUNIT_EXPECT_EQ(test, look(99), 0U);
	KUNIT_EXPECT_NULL(test, kev_gauge_remark(&gauge));
	KUNIT_EXPECT_EQ(test, look(79), (unsigned int)KEV_GAUGE_RECOVERED);
}

static void gauge_limits_have_their_order(struct kunit *test)
{
	start(false, 90, 80);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.threshold, 80), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.threshold, 101), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.clear, 90), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.clear, 89), 0);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.threshold, 100), 0);
	start(true, 5, 10);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.threshold, 10), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.clear, 5), -ERANGE);
	KUNIT_EXPECT_EQ(test, kev_gauge_set(&gauge, &gauge.clear, 6), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(gauge_high_crosses_and_recovers),
	KUNIT_CASE(gauge_low_crosses_and_recovers),
	KUNIT_CASE(gauge_reminders_come_later_and_later),
	KUNIT_CASE(gauge_without_a_value),
	KUNIT_CASE(gauge_limits_have_their_order),
	{}
};

static struct kunit_suite suite = {
	.name		= "kevnotify_gauge",
	.test_cases	= cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's gauges");
MODULE_LICENSE("GPL");
