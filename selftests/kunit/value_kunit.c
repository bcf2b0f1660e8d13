// SPDX-License-Identifier: GPL-2.0-only
/* How values lie in an event. */
#include <kunit/test.h>
#include <linux/module.h>

#include "put_value.h"

/* The event stands at the end of its memory, so that KASAN sees whoever reads on */
static struct kev_event *event(struct kunit *test)
{
	struct kev_event *ev = kunit_kzalloc(test, sizeof(*ev), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ev);
	return ev;
}

static void expect_bytes(struct kunit *test, const struct kev_event *ev, struct kev_value_at *at,
			 u8 type, const void *bytes, size_t len)
{
	struct kev_value v = {};

	KUNIT_ASSERT_TRUE(test, kev_value_next(ev, at, &v));
	KUNIT_EXPECT_EQ(test, v.type, type);
	KUNIT_ASSERT_EQ(test, (size_t)v.len, len);
	KUNIT_EXPECT_EQ(test, memcmp(v.bytes, bytes, len), 0);
}

static void expect_number(struct kunit *test, const struct kev_event *ev, struct kev_value_at *at,
			  u8 type, u64 num)
{
	struct kev_value v = {};

	KUNIT_ASSERT_TRUE(test, kev_value_next(ev, at, &v));
	KUNIT_EXPECT_EQ(test, v.type, type);
	KUNIT_EXPECT_EQ(test, v.num, num);
}

static void expect_end(struct kunit *test, const struct kev_event *ev, struct kev_value_at *at)
{
	struct kev_value v;

	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, at, &v));
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, at, &v));
}

static void value_comes_back(struct kunit *test)
{
	static const char comm[TASK_COMM_LEN] = "a task";
	struct kev_event *ev = event(test);
	unsigned long stack[] = { 1, 2 };
	struct kev_value_at at = {};
	u64 word;

	expect_end(test, ev, &at);
	put_word(ev, KEVNOTIFY_TYPE_HEX, 0x0123456789abcdefULL);
	put_bytes(ev, KEVNOTIFY_TYPE_STR, "", 0);
	memcpy(&word, comm, sizeof(word));
	put_word(ev, KEVNOTIFY_TYPE_COMM, word);
	memcpy(&word, comm + sizeof(word), sizeof(word));
	put_word(ev, KEVNOTIFY_TYPE_MORE, word);
	put_bytes(ev, KEVNOTIFY_TYPE_STRN, "word", 4);
	put_word(ev, KEVNOTIFY_TYPE_MORE, 4);
	put_word(ev, KEVNOTIFY_TYPE_STR, KEV_STRING_NONE);
	put_word(ev, KEVNOTIFY_TYPE_S64, -7);
	put_bytes(ev, KEVNOTIFY_TYPE_STR, "last", 4);
	put_stack(ev, stack, sizeof(stack));
	KUNIT_EXPECT_EQ(test, ev->words, 9);

	at = (struct kev_value_at){};
	expect_number(test, ev, &at, KEVNOTIFY_TYPE_HEX, 0x0123456789abcdefULL);
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_STR, "", 0);
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_COMM, comm, 6);
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_STRN, "word", 4);
	expect_bytes(test, ev, &at, KEV_TYPE_NONE, "", 0);
	expect_number(test, ev, &at, KEVNOTIFY_TYPE_S64, -7);
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_STR, "last", 4);
	expect_bytes(test, ev, &at, KEV_TYPE_STACK, stack, sizeof(stack));
	expect_end(test, ev, &at);
}

static void value_name_without_end(struct kunit *test)
{
	struct kev_event *ev = event(test);
	struct kev_value_at at = {};

	put_word(ev, KEVNOTIFY_TYPE_COMM, 0x6161616161616161ULL);
	put_word(ev, KEVNOTIFY_TYPE_MORE, 0x6161616161616161ULL);
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_COMM, "aaaaaaaaaaaaaaaa", 16);
	expect_end(test, ev, &at);
}

static void value_fills_all_words(struct kunit *test)
{
	struct kev_event *ev = event(test);
	struct kev_value_at at = {};
	unsigned int i;

	for (i = 0; i < KEVNOTIFY_WORDS_MAX; i++)
		KUNIT_EXPECT_TRUE(test, put_word(ev, KEVNOTIFY_TYPE_U64, i));
	for (i = 0; i < KEVNOTIFY_WORDS_MAX; i++)
		expect_number(test, ev, &at, KEVNOTIFY_TYPE_U64, i);
	expect_end(test, ev, &at);
}

static void value_fills_to_the_byte(struct kunit *test)
{
	static const u8 bytes[255];
	struct kev_event *ev = event(test);
	struct kev_value_at at = {};
	size_t last = KEV_DATA_BYTES - 5 * sizeof(u64) - 3 * sizeof(bytes);

	put_bytes(ev, KEVNOTIFY_TYPE_STR, bytes, sizeof(bytes));
	put_bytes(ev, KEVNOTIFY_TYPE_STR, bytes, sizeof(bytes));
	put_bytes(ev, KEVNOTIFY_TYPE_STR, bytes, sizeof(bytes));
	KUNIT_ASSERT_TRUE(test, put_bytes(ev, KEVNOTIFY_TYPE_STR, bytes, last));
	KUNIT_EXPECT_EQ(test, (size_t)ev->len, KEV_DATA_BYTES);
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_STR, bytes, sizeof(bytes));
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_STR, bytes, sizeof(bytes));
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_STR, bytes, sizeof(bytes));
	expect_bytes(test, ev, &at, KEVNOTIFY_TYPE_STR, bytes, last);
	expect_end(test, ev, &at);
}

/* Whatever a slot holds, nobody reads beyond what is there */
static void value_torn_is_no_value(struct kunit *test)
{
	struct kev_event *ev = event(test);
	struct kev_value_at at = {};
	struct kev_value v;

	/* A string longer than the event; one that ends too soon; one behind the end */
	put_word(ev, KEVNOTIFY_TYPE_STR, 9);
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
	ev->len = 15;
	at = (struct kev_value_at){};
	KUNIT_EXPECT_FALSE(test, kev_value_next(ev, &at, &v));
	memset(ev->data, 0xff, sizeof(ev->data));
	memset(ev->data, KEVNOTIFY_TYPE_STR, 4 * sizeof(u64));
	memset32((u32 *)(ev->data + 4), 255, 2 * KEVNOTIFY_WORDS_MAX);
	ev->words = U8_MAX;
	ev->len = U16_MAX;
	ev->flags = KEV_STACKED;
	at = (struct kev_value_at){};
	while (kev_value_next(ev, &at, &v))
		KUNIT_ASSERT_TRUE(test, v.bytes + v.len <= (const u8 *)(ev + 1));
}

static struct kunit_case value_cases[] = {
	KUNIT_CASE(value_comes_back),
	KUNIT_CASE(value_name_without_end),
	KUNIT_CASE(value_fills_all_words),
	KUNIT_CASE(value_fills_to_the_byte),
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
