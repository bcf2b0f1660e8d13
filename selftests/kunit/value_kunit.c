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

static void value_fills_to_the_byte(struct kunit *test)
{
	static const u8 bytes[255];
	struct kev_event *ev = event(test);
	unsigned int at = 0;

	kev_value_put(ev, KEVNOTIFY_TYPE_STR, bytes, 255);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, bytes, KEV_DATA_BYTES - 257 - 2);
	KUNIT_EXPECT_EQ(test, ev->len, KEV_DATA_BYTES);
	KUNIT_EXPECT_EQ(test, ev->flags, 0);
	expect_next(test, ev, &at, KEVNOTIFY_TYPE_STR, bytes, 255);
	expect_next(test, ev, &at, KEVNOTIFY_TYPE_STR, bytes, KEV_DATA_BYTES - 257 - 2);
}

static void value_without_room_is_left_out(struct kunit *test)
{
	static const u8 bytes[255];
	struct kev_event *ev = event(test);
	unsigned int at = 0;
	struct kev_value v;

	kev_value_put(ev, KEVNOTIFY_TYPE_STR, bytes, 255);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, bytes, KEV_DATA_BYTES - 257 - 2 + 1);
	KUNIT_EXPECT_EQ(test, ev->len, 257);
	KUNIT_EXPECT_EQ(test, ev->values, 1);
	KUNIT_EXPECT_EQ(test, ev->flags, KEV_TRUNCATED);
	expect_next(test, ev, &at, KEVNOTIFY_TYPE_STR, bytes, 255);
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
}

static void value_head_without_room(struct kunit *test)
{
	static const u8 bytes[255];
	struct kev_event *ev = event(test);

	kev_value_put(ev, KEVNOTIFY_TYPE_STR, bytes, 255);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, bytes, KEV_DATA_BYTES - 257 - 2 - 1);
	kev_value_put(ev, KEVNOTIFY_TYPE_STR, bytes, 0);
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

	at = 0;
	ev->data[1] = 255;
	ev->data[258] = 190;
	ev->len = U16_MAX;
	KUNIT_EXPECT_TRUE(test, kev_value_next(ev, &at, &v));
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
