// SPDX-License-Identifier: GPL-2.0-only
/* The log, filled through real stages; what a source knows comes from the test. */
#include <kunit/test.h>
#include <linux/module.h>

#include "put_value.h"
#include "inject.c"
#include "stat.c"
#include "stage.c"
#include "render.c"

/* Between kev_log_copy()'s copy and its second look at the stamp */
static void (*after_memcpy)(void);

static void *test_memcpy(void *to, const void *from, size_t n)
{
	void (*fn)(void) = after_memcpy;

	__memcpy(to, from, n);
	after_memcpy = NULL;
	if (fn)
		fn();
	return to;
}

#include <linux/random.h>
#include <linux/rcupdate.h>
/* How often a pass has offered its CPU to others */
static unsigned int offers;

#undef cond_resched
#define cond_resched() (offers++)
#undef memcpy
#define memcpy test_memcpy
#include "log.c"
#undef memcpy

#define SLOTS	8
#define RECORDS	16

static struct kev_origin origin;
static u64 resolved_seq;
/* Too big for the stack */
static struct kev_record rec;

static void resolve(const struct kev_event *ev, u64 seq, struct kev_origin *o)
{
	resolved_seq = seq;
	*o = origin;
}

static void put_at(unsigned int cpu, u32 id, u64 mono, unsigned int values)
{
	struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);
	struct kev_slot *slot;
	u64 now;
	u32 ticket;

	slot = kev_stage_reserve(st, &ticket, &now);
	if (!slot)
		return;
	memset(slot->event, 0, sizeof(*slot->event));
	slot->event->mono = mono;
	slot->event->source = 1;
	slot->event->id = id;
	while (values--)
		put_word(slot->event, KEVNOTIFY_TYPE_U64, id);
	kev_stage_commit(st, slot, ticket);
}

static void put(u32 id)
{
	put_at(0, id, id, 0);
}

/* Records first to last, whose ids are their numbers */
static void fill(u32 first, u32 last)
{
	for (; first <= last; first++) {
		put(first);
		kev_log_collect(resolve);
	}
}

static void log_is_empty_at_first(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, kev_log_first(), 1ULL);
	KUNIT_EXPECT_EQ(test, kev_log_next(), 1ULL);
	KUNIT_EXPECT_EQ(test, kev_log_collect(resolve), 0U);
	KUNIT_EXPECT_EQ(test, kev_log_copy(1, &rec), -ENODATA);
}

static void log_numbers_from_one(struct kunit *test)
{
	u64 seq;

	put(1);
	put(2);
	put(3);
	KUNIT_EXPECT_EQ(test, kev_log_collect(resolve), 3U);
	KUNIT_EXPECT_EQ(test, kev_log_first(), 1ULL);
	KUNIT_EXPECT_EQ(test, kev_log_next(), 4ULL);
	KUNIT_EXPECT_EQ(test, resolved_seq, 3ULL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_RECORDED), 3UL);
	for (seq = 1; seq <= 3; seq++) {
		KUNIT_ASSERT_EQ(test, kev_log_copy(seq, &rec), 0);
		KUNIT_EXPECT_EQ(test, rec.seq, seq);
		KUNIT_EXPECT_EQ(test, rec.event.id, (u32)seq);
		KUNIT_EXPECT_EQ(test, rec.stamp, (u32)seq);
	}
	KUNIT_EXPECT_EQ(test, kev_log_copy(4, &rec), -ENODATA);
}

static void log_comes_round(struct kunit *test)
{
	fill(1, RECORDS);
	KUNIT_EXPECT_EQ(test, kev_log_first(), 1ULL);
	KUNIT_EXPECT_EQ(test, kev_log_copy(1, &rec), 0);
	fill(RECORDS + 1, RECORDS + 1);
	KUNIT_EXPECT_EQ(test, kev_log_first(), 2ULL);
	KUNIT_EXPECT_EQ(test, kev_log_copy(1, &rec), -EPIPE);
	KUNIT_EXPECT_EQ(test, kev_log_copy(2, &rec), 0);
	fill(RECORDS + 2, 3 * RECORDS);
	KUNIT_EXPECT_EQ(test, kev_log_first(), 2ULL * RECORDS + 1);
	KUNIT_EXPECT_EQ(test, kev_log_next(), 3ULL * RECORDS + 1);
	KUNIT_EXPECT_EQ(test, kev_log_copy(2 * RECORDS, &rec), -EPIPE);
	KUNIT_EXPECT_EQ(test, kev_log_copy(2 * RECORDS + 1, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.id, 2U * RECORDS + 1);
}

/* Half of SEQ is in the stamp: what matters is that 32 bits come round without a trace */
static void log_passes_four_billion(struct kunit *test)
{
	u64 seq = (1ULL << 32) - 2, end = (1ULL << 32) + 2;

	atomic64_set(&kev_log_head, seq);
	while (kev_log_next() < end)
		fill(7, 7);
	for (; seq < end; seq++) {
		KUNIT_EXPECT_EQ(test, kev_log_copy(seq, &rec), 0);
		KUNIT_EXPECT_EQ(test, rec.seq, seq);
	}
}

static void overwrite(void)
{
	fill(100, 99 + RECORDS);
}

static void log_sees_what_changed_under_a_copy(struct kunit *test)
{
	fill(1, 3);
	after_memcpy = overwrite;
	KUNIT_EXPECT_EQ(test, kev_log_copy(2, &rec), -EPIPE);
	KUNIT_EXPECT_EQ(test, kev_log_next(), 4ULL + RECORDS);
}

static int copied;
static struct kev_record half;

/* A reader that comes when half a record is written */
static void read_half(void)
{
	copied = kev_log_copy(kev_log_next() - RECORDS, &half);
}

static void log_hides_a_half_written_record(struct kunit *test)
{
	fill(1, RECORDS);
	copied = 1;
	after_memcpy = read_half;
	fill(RECORDS + 1, RECORDS + 1);
	KUNIT_EXPECT_EQ(test, copied, -EPIPE);
}

static void log_merges_cpus_by_time(struct kunit *test)
{
	u64 seq;

	if (num_possible_cpus() < 2)
		kunit_skip(test, "one CPU");
	put_at(0, 2, 200, 0);
	put_at(0, 3, 300, 0);
	put_at(1, 1, 100, 0);
	put_at(1, 4, 400, 0);
	KUNIT_EXPECT_EQ(test, kev_log_collect(resolve), 4U);
	for (seq = 1; seq <= 4; seq++) {
		KUNIT_ASSERT_EQ(test, kev_log_copy(seq, &rec), 0);
		KUNIT_EXPECT_EQ(test, rec.event.id, (u32)seq);
		KUNIT_EXPECT_EQ(test, rec.cpu, (u32)(seq == 1 || seq == 4));
	}
}

static void log_takes_what_the_source_knows(struct kunit *test)
{
	origin.message = "{\2 of {\1";
	origin.keys = "ONE\0TWO";
	origin.keys_len = 8;
	origin.suppressed = 5;
	origin.withheld = 6;
	origin.level = 3;
	put_at(0, 42, 1, 2);
	kev_log_collect(resolve);
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	KUNIT_EXPECT_STREQ(test, rec.source, "test");
	KUNIT_EXPECT_EQ(test, rec.suppressed, 5ULL);
	KUNIT_EXPECT_EQ(test, rec.withheld, 6ULL);
	KUNIT_EXPECT_EQ(test, rec.event.level, 3);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
	KUNIT_EXPECT_EQ(test, memcmp(rec.text, "42 of 42\0ONE\0TWO\0", 18), 0);
}

/* However many stages there are, a pass keeps its CPU for some records only */
static void log_pass_lets_others_run(struct kunit *test)
{
	u32 id;

	kev_stage_exit();
	KUNIT_ASSERT_EQ(test, kev_stage_init(4 * KEV_LOG_SLICE), 0);
	for (id = 1; id <= 4 * KEV_LOG_SLICE; id++)
		put(id);
	offers = 0;
	KUNIT_EXPECT_EQ(test, kev_log_collect(resolve), 4U * KEV_LOG_SLICE);
	KUNIT_EXPECT_EQ(test, offers, 4U);
}

static char text[KEVNOTIFY_MESSAGE_MAX + 1];
static char keys[KEVNOTIFY_FIELDS_MAX * (KEVNOTIFY_KEY_MAX + 1)];

/* A message and keys of these lengths, recorded */
static void long_record(unsigned int message, unsigned int n, unsigned int len)
{
	unsigned int i;

	memset(text, 'm', message);
	text[message] = '\0';
	memset(keys, 0, sizeof(keys));
	for (i = 0; i < n; i++)
		memset(keys + i * (len + 1), 'A' + i, len);
	origin.message = text;
	origin.keys = keys;
	origin.keys_len = n * (len + 1);
	put_at(0, 1, 1, n);
	kev_log_collect(resolve);
}

static unsigned int whole_keys(const struct kev_record *rec)
{
	const char *p = rec->text + rec->message + 1, *key = keys;
	const char *end = rec->text + sizeof(rec->text);
	unsigned int n = 0;

	for (; p < end && *p && key < keys + origin.keys_len; n++) {
		if (strncmp(p, key, end - p))
			return UINT_MAX;
		p += strlen(key) + 1;
		key += strlen(key) + 1;
	}
	/* The empty string that ends them lies within, too */
	return p < end && !*p ? n : UINT_MAX;
}

static void log_leaves_out_keys_without_room(struct kunit *test)
{
	long_record(KEVNOTIFY_MESSAGE_MAX, KEVNOTIFY_FIELDS_MAX, KEVNOTIFY_KEY_MAX);
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	KUNIT_EXPECT_EQ(test, strlen(rec.text), (size_t)KEVNOTIFY_MESSAGE_MAX);
	KUNIT_EXPECT_TRUE(test, rec.event.flags & KEV_TRUNCATED);
	KUNIT_EXPECT_EQ(test, (size_t)whole_keys(&rec),
			(KEV_RECORD_TEXT - KEVNOTIFY_MESSAGE_MAX - 2) / (KEVNOTIFY_KEY_MAX + 1));
}

/* Around the last byte: message and keys, each with its NUL, and one NUL more */
static void log_fits_to_the_byte(struct kunit *test)
{
	unsigned int n = KEVNOTIFY_FIELDS_MAX, len = KEVNOTIFY_KEY_MAX - 11;
	unsigned int room = KEV_RECORD_TEXT - 1 - n * (len + 1) - 1;

	long_record(room, n, len);
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	KUNIT_EXPECT_FALSE(test, rec.event.flags & KEV_TRUNCATED);
	KUNIT_EXPECT_EQ(test, whole_keys(&rec), n);

	long_record(room + 1, n, len);
	KUNIT_ASSERT_EQ(test, kev_log_copy(2, &rec), 0);
	KUNIT_EXPECT_TRUE(test, rec.event.flags & KEV_TRUNCATED);
	KUNIT_EXPECT_EQ(test, whole_keys(&rec), n - 1);
}

static void log_copies_the_whole_event(struct kunit *test)
{
	struct kev_value_at at = {};
	struct kev_value v;
	unsigned int n = 0;

	put_at(0, 7, 1, KEVNOTIFY_WORDS_MAX);
	kev_log_collect(resolve);
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	while (kev_value_next(&rec.event, &at, &v))
		n += v.num == 7;
	KUNIT_EXPECT_EQ(test, n, (unsigned int)KEVNOTIFY_WORDS_MAX);
	KUNIT_EXPECT_EQ(test, rec.event.words, KEVNOTIFY_WORDS_MAX);
}

/* What lies behind that is of older records, and would take most of the time */
static void log_copies_what_is_in_use(struct kunit *test)
{
	memset(&rec, 0xaa, sizeof(rec));
	put_at(0, 7, 1, 3);
	kev_log_collect(resolve);
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.used, 3U);
	KUNIT_EXPECT_NULL(test, memchr_inv(rec.text + rec.used, 0xaa, sizeof(rec.text) - rec.used));
	KUNIT_EXPECT_NULL(test, memchr_inv((u8 *)rec.event.data + rec.event.len, 0xaa,
					   KEV_DATA_BYTES - rec.event.len));
}

static void log_has_a_new_instance(struct kunit *test)
{
	char instance[sizeof(kev_log_instance)];

	KUNIT_EXPECT_EQ(test, strlen(kev_log_instance), (size_t)32);
	KUNIT_EXPECT_EQ(test, strspn(kev_log_instance, "0123456789abcdef"), (size_t)32);
	strcpy(instance, kev_log_instance);
	kev_log_exit();
	KUNIT_ASSERT_EQ(test, kev_log_init(RECORDS), 0);
	KUNIT_EXPECT_STRNEQ(test, instance, kev_log_instance);
}

static int log_test_init(struct kunit *test)
{
	unsigned int cpu;
	int err;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&kev_stats, cpu), 0, sizeof(struct kev_stats));
	cpumask_clear(&kev_stage_filled);
	cpumask_clear(&kev_stage_pass);
	atomic64_set(&kev_log_head, 1);
	origin = (struct kev_origin){ .name = "test", .message = "m" };
	after_memcpy = NULL;
	err = kev_stage_init(SLOTS);
	if (err)
		return err;
	err = kev_log_init(RECORDS);
	if (err)
		kev_stage_exit();
	return err;
}

static void log_test_exit(struct kunit *test)
{
	kev_log_exit();
	kev_stage_exit();
}

static struct kunit_case log_cases[] = {
	KUNIT_CASE(log_is_empty_at_first),
	KUNIT_CASE(log_numbers_from_one),
	KUNIT_CASE(log_comes_round),
	KUNIT_CASE(log_passes_four_billion),
	KUNIT_CASE(log_sees_what_changed_under_a_copy),
	KUNIT_CASE(log_hides_a_half_written_record),
	KUNIT_CASE(log_merges_cpus_by_time),
	KUNIT_CASE(log_takes_what_the_source_knows),
	KUNIT_CASE(log_pass_lets_others_run),
	KUNIT_CASE(log_leaves_out_keys_without_room),
	KUNIT_CASE(log_fits_to_the_byte),
	KUNIT_CASE(log_copies_the_whole_event),
	KUNIT_CASE(log_copies_what_is_in_use),
	KUNIT_CASE(log_has_a_new_instance),
	{}
};

static struct kunit_suite log_suite = {
	.name		= "kevnotify_log",
	.init		= log_test_init,
	.exit		= log_test_exit,
	.test_cases	= log_cases,
};

kunit_test_suite(log_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's log");
MODULE_LICENSE("GPL");
