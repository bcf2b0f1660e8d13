// SPDX-License-Identifier: GPL-2.0-only
/* How values lie in an event. */
#include <kunit/test.h>
#include <linux/module.h>

#include "value.h"

/* The event stands at the end of its memory, so that KASAN sees whoever reads on */
static struct kev_event *event(struct kunit *test)
{
	struct kev_event *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ev);
	return ev;
}

static void expect_next(struct kunit *test, const struct kev_event *ev, unsigned int *at,
			u8 type, const void *bytes, size_t len)
{
	struct kev_value v = {};

	KUNIT_ASSERT_TRUE(test, kev_value_next(ev, at, &v));
	KUNIT_EXPECT_EQ(test, v.type, type);
	KUNIT_ASSERT_EQ(test, (size_t)v.len, len);
	KUNIT_EXPECT_EQ(test, memcmp(v.bytes, bytes, len), 0);
}

static void value_comes_back(struct kunit *test)
{
	struct kev_event *ev = event(test);
	struct kev_value v;
	unsigned int at = 0;
	u64 num = 0x0123456789abcdefULL;

	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
	kev_value_put(ev, KEVNOTIFY_TYPE_HEX, &num, sizeof(num));
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, "", 0);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, "word", 4);
	KUNIT_EXPECT_EQ(test, ev->values, 3);
	KUNIT_EXPECT_EQ(test, ev->len, 10 + 2 + 6);

	at = 0;
	expect_next(test, ev, &at, KEVNOTIFY_TYPE_HEX, &num, sizeof(num));
	expect_next(test, ev, &at, KEVNOTIFY_TYPE_STR, "", 0);
	expect_next(test, ev, &at, KEVNOTIFY_TYPE_STR, "word", 4);
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
	KUNIT_EXPECT_EQ(test, ev->flags, 0);
}

#define LONGEST	255
/* What is left when as many of the longest values as fit, and a head, are in */
#define LONGS	(KEV_DATA_BYTES / (KEV_VALUE_HEAD + LONGEST))
#define USED	(LONGS * (KEV_VALUE_HEAD + LONGEST))
#define REST	(KEV_DATA_BYTES - USED - KEV_VALUE_HEAD)

static const u8 longest[LONGEST];

static void put_longest(struct kev_event *ev)
{
	unsigned int i;

	for (i = 0; i < LONGS; i++)
		kev_value_put(ev, KEVNOTIFY_TYPE_STR, longest, LONGEST);
}

static unsigned int expect_longest(struct kunit *test, const struct kev_event *ev)
{
	unsigned int i, at = 0;

	for (i = 0; i < LONGS; i++)
		expect_next(test, ev, &at, KEVNOTIFY_TYPE_STR, longest, LONGEST);
	return at;
}

static void value_fills_to_the_byte(struct kunit *test)
{
	struct kev_event *ev = event(test);
	unsigned int at;

	put_longest(ev);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, longest, REST);
	KUNIT_EXPECT_EQ(test, ev->len, KEV_DATA_BYTES);
	KUNIT_EXPECT_EQ(test, ev->flags, 0);
	at = expect_longest(test, ev);
	expect_next(test, ev, &at, KEVNOTIFY_TYPE_STR, longest, REST);
}

static void value_without_room_is_left_out(struct kunit *test)
{
	struct kev_event *ev = event(test);
	struct kev_value v;
	unsigned int at;

	put_longest(ev);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, longest, REST + 1);
	KUNIT_EXPECT_EQ(test, ev->len, USED);
	KUNIT_EXPECT_EQ(test, ev->values, LONGS);
	KUNIT_EXPECT_EQ(test, ev->flags, KEV_TRUNCATED);
	at = expect_longest(test, ev);
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
}

static void value_head_without_room(struct kunit *test)
{
	struct kev_event *ev = event(test);

	put_longest(ev);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, longest, REST - 1);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, longest, 0);
	KUNIT_EXPECT_EQ(test, ev->len, KEV_DATA_BYTES - 1);
	KUNIT_EXPECT_EQ(test, ev->flags, KEV_TRUNCATED);
}

/* Whatever a slot holds, nobody reads beyond what is there */
static void value_torn_is_no_value(struct kunit *test)
{
	struct kev_event *ev = event(test);
	unsigned int at = 0;
	struct kev_value v;

	ev->data[1] = 9;
	ev->len = 10;
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));

	at = 0;
	ev->len = 1;
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));

	ev->len = 0;
	put_longest(ev);
	ev->data[USED + 1] = REST + 1;
	ev->len = U16_MAX;
	at = expect_longest(test, ev);
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
}

static struct kunit_case value_cases[] = {
	KUNIT_CASE(value_comes_back),
	KUNIT_CASE(value_fills_to_the_byte),
	KUNIT_CASE(value_without_room_is_left_out),
	KUNIT_CASE(value_head_without_room),
	KUNIT_CASE(value_torn_is_no_value),
	{}
};

static struct kunit_suite value_suite = {
	.name		= "kevnotify_value",
	.test_cases	= value_cases,
};

kunit_test_suite(value_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's values");
MODULE_LICENSE("GPL");
