// SPDX-License-Identifier: GPL-2.0-only
/* The registry of sources. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#include "fake_params.h"
#include "fake_stage.h"
#include "inject.c"
#include "stat.c"
#include "rate.c"
#include "render.c"
#include "source.c"

char kev_log_instance[33];
char kev_log_boot[33];

static const char *const keys[] = { "KEY", "OTHER_KEY2", NULL };
static const struct kevnotify_event events[] = {
	[1] = { "one {KEY}", 3, keys },
	[2] = { "two", 5 },
};

static const struct kevnotify_desc desc = { .name = "test", .events = events, .ids = 3 };

static struct kevnotify_source *registered(struct kunit *test, const struct kevnotify_desc *d)
{
	struct kevnotify_source *src = kevnotify_source_register(THIS_MODULE, d);

	KUNIT_ASSERT_FALSE(test, IS_ERR(src));
	return src;
}

static struct kev_origin resolved(struct kevnotify_source *src, unsigned int id)
{
	struct kev_event ev = { .source = kev_source_of(src)->number, .id = id };
	struct kev_origin origin = {};

	rcu_read_lock();
	kev_source_resolve(&ev, 77, &origin);
	rcu_read_unlock();
	return origin;
}

static void source_is_on_and_off(struct kunit *test)
{
	struct kevnotify_source *src = registered(test, &desc);

	KUNIT_EXPECT_TRUE(test, kevnotify_source_on(src));
	kevnotify_source_enable(src, false);
	KUNIT_EXPECT_FALSE(test, kevnotify_source_on(src));
	KUNIT_EXPECT_FALSE(test, kevnotify_source_on(NULL));
	KUNIT_EXPECT_FALSE(test, kevnotify_source_on(ERR_PTR(-ENOMEM)));
	kevnotify_source_enable(NULL, true);
	kevnotify_source_enable(ERR_PTR(-ENOMEM), true);
	kevnotify_source_unregister(src);
	kevnotify_source_unregister(NULL);
	kevnotify_source_unregister(ERR_PTR(-ENOMEM));
}

static void source_copies_its_description(struct kunit *test)
{
	char name[] = "copied", message[] = "{KEY} and more", key[] = "KEY";
	const char *its_keys[] = { key, NULL };
	struct kevnotify_event ev = { message, 6, its_keys };
	struct kevnotify_desc d = { .name = name, .events = &ev, .ids = 1 };
	struct kevnotify_source *src = registered(test, &d);
	struct kev_origin origin;

	strcpy(name, "xxxxxx");
	strcpy(message, "x");
	strcpy(key, "X");
	its_keys[0] = NULL;
	memset(&ev, 0xff, sizeof(ev));
	memset(&d, 0xff, sizeof(d));
	origin = resolved(src, 0);
	KUNIT_EXPECT_STREQ(test, origin.name, "copied");
	KUNIT_EXPECT_STREQ(test, origin.message, "{\1 and more");
	KUNIT_EXPECT_STREQ(test, origin.keys, "KEY");
	KUNIT_EXPECT_EQ(test, origin.keys_len, sizeof("KEY"));
	KUNIT_EXPECT_EQ(test, origin.level, 6);
	KUNIT_EXPECT_EQ(test, kev_source_of(src)->last, 77ULL);
	kevnotify_source_unregister(src);
}

static void source_ids_have_their_own_meaning(struct kunit *test)
{
	struct kevnotify_source *src = registered(test, &desc);
	struct kev_origin origin = resolved(src, 2);

	KUNIT_EXPECT_STREQ(test, origin.message, "two");
	KUNIT_EXPECT_EQ(test, origin.keys_len, 0UL);
	KUNIT_EXPECT_EQ(test, origin.level, 5);
	origin = resolved(src, 1);
	KUNIT_EXPECT_STREQ(test, origin.message, "one {\1");
	KUNIT_EXPECT_STREQ(test, origin.keys + 4, "OTHER_KEY2");
	kev_source_of(src)->level = 0;
	KUNIT_EXPECT_EQ(test, resolved(src, 1).level, 0);
	kevnotify_source_unregister(src);
}

static void source_one_meaning_for_any_id(struct kunit *test)
{
	static const struct kevnotify_event any = { "any", 1 };
	static const struct kevnotify_desc d = {
		.name = "any", .events = &any, .ids = 1, .any_id = true
	};
	struct kevnotify_source *src = registered(test, &d);

	KUNIT_EXPECT_STREQ(test, resolved(src, U32_MAX).message, "any");
	kevnotify_source_unregister(src);
}

static void source_gone_resolves_to_nothing(struct kunit *test)
{
	struct kev_event ev = { .source = U32_MAX };
	struct kev_origin origin = {};

	rcu_read_lock();
	kev_source_resolve(&ev, 1, &origin);
	rcu_read_unlock();
	KUNIT_EXPECT_STREQ(test, origin.name, "?");
	KUNIT_EXPECT_STREQ(test, origin.message, "?");
}

static void source_names_are_unique(struct kunit *test)
{
	struct kevnotify_source *src = registered(test, &desc);
	u32 number = kev_source_of(src)->number;

	KUNIT_EXPECT_EQ(test, PTR_ERR(kevnotify_source_register(THIS_MODULE, &desc)),
			(long)-EEXIST);
	kevnotify_source_unregister(src);
	src = registered(test, &desc);
	KUNIT_EXPECT_GT(test, kev_source_of(src)->number, number);
	kevnotify_source_unregister(src);
}

#define TEN	"aaaaaaaaaa"
#define KTEN	"AAAAAAAAAA"

static void expect_refused(struct kunit *test, const char *what, const char *name,
			   unsigned int ids, bool any_id, const struct kevnotify_event *ev)
{
	struct kevnotify_desc d = { .name = name, .events = ev, .ids = ids, .any_id = any_id };
	struct kevnotify_source *src = kevnotify_source_register(THIS_MODULE, &d);

	KUNIT_EXPECT_EQ_MSG(test, PTR_ERR(src), (long)-EINVAL, "%s", what);
	kevnotify_source_unregister(src);
}

static void source_refuses_bad_names(struct kunit *test)
{
	static const char *const names[] = {
		"", "A", "aB", "1a", "-a", "_a", "a/b", "a.b", "a b", "a\n", "..", "\xc3\xa4",
		"a=b", TEN TEN "aaaa",
	};
	static const struct kevnotify_event ev = { "m" };
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		expect_refused(test, names[i], names[i], 1, false, &ev);
}

static void source_refuses_bad_keys(struct kunit *test)
{
	static const char *const names[] = {
		"", "a", "Aa", "1A", "_A", "A=B", "A B", "A-B", "A\n", KTEN KTEN KTEN KTEN "AA",
	};
	const char *its_keys[] = { NULL, NULL };
	struct kevnotify_event ev = { "m", 0, its_keys };
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		its_keys[0] = names[i];
		expect_refused(test, names[i], "test", 1, false, &ev);
	}
}

static void source_refuses_bad_numbers(struct kunit *test)
{
	static const char *const many[] = {
		"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P",
		"Q", "R", "S", "T", "U", "V", "W", "X", "Y", NULL
	};
	static struct kevnotify_event ev[KEVNOTIFY_IDS_MAX + 1] = { { "m" } };
	char *message = kunit_kzalloc(test, KEVNOTIFY_MESSAGE_MAX + 2, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, message);
	expect_refused(test, "no ids", "test", 0, false, ev);
	expect_refused(test, "too many ids", "test", KEVNOTIFY_IDS_MAX + 1, false, ev);
	expect_refused(test, "two ids for any", "test", 2, true, ev);
	ev[0].level = -1;
	expect_refused(test, "level -1", "test", 1, false, ev);
	ev[0].level = 8;
	expect_refused(test, "level 8", "test", 1, false, ev);
	ev[0].level = 0;
	ev[0].keys = many;
	expect_refused(test, "25 keys", "test", 1, false, ev);
	ev[0].keys = NULL;
	memset(message, 'm', KEVNOTIFY_MESSAGE_MAX + 1);
	ev[0].message = message;
	expect_refused(test, "long message", "test", 1, false, ev);
}

/* What a description leaves out */
static void source_refuses_what_is_missing(struct kunit *test)
{
	static const struct kevnotify_event none, some = { "m" };

	expect_refused(test, "no name", NULL, 1, false, &some);
	expect_refused(test, "no events", "test", 1, false, NULL);
	expect_refused(test, "no message for any id", "test", 1, true, &none);
}

/* What the log says of a description with this event */
static void expect_wrong(struct kunit *test, const struct kevnotify_event *ev, const char *why,
			 const char *word)
{
	const struct kevnotify_desc d = { .name = "test", .events = ev, .ids = 1 };
	struct kev_wrong wrong = {};

	KUNIT_EXPECT_FALSE(test, kev_source_desc_ok(&d, &wrong));
	KUNIT_EXPECT_STREQ(test, wrong.why ?: "nothing", why);
	KUNIT_EXPECT_EQ(test, (size_t)wrong.len, strlen(word));
	KUNIT_EXPECT_EQ(test, strncmp(wrong.word ?: "", word, wrong.len), 0);
}

static void source_names_what_is_wrong(struct kunit *test)
{
	static const char *const twice[] = { "A", "DEVICE", "DEVICE", NULL };
	static const char *const bad[] = { "A", "device", NULL };
	static const char *const some[] = { "DEVICE", "DEVICES", NULL };
	struct kevnotify_event ev = { "{A}", 4, twice };

	expect_wrong(test, &ev, "key twice", "DEVICE");
	ev.keys = bad;
	expect_wrong(test, &ev, "bad key", "device");
	ev.keys = some;
	ev.message = "{DEVICE} {DEVICES} {DEVIC} {NONE}";
	expect_wrong(test, &ev, "no such key for the message", "DEVIC");
	ev.message = "{DEVICE} {DEVICES";
	expect_wrong(test, &ev, "no such key for the message", "DEVICES");
}

static void source_refuses_keys_that_do_not_fit(struct kunit *test)
{
	static const char *const twice[] = { "A", "B", "A", NULL };
	static const char *const begins[] = { "A", "AB", NULL };
	struct kevnotify_event ev = { "{A}", 4, twice };

	expect_refused(test, "a key twice", "test", 1, false, &ev);
	ev.keys = begins;
	ev.message = "{A} {AC}";
	expect_refused(test, "no such key", "test", 1, false, &ev);
	ev.message = "{A} {}";
	expect_refused(test, "an empty key", "test", 1, false, &ev);
	ev.keys = NULL;
	ev.message = "{A}";
	expect_refused(test, "no keys at all", "test", 1, false, &ev);
	ev.keys = begins;
	ev.message = "{A} {AB} } {A";
	expect_refused(test, "a key without an end", "test", 1, false, &ev);
}

/* An id of no message is refused at the raise; no event of it, however it came, does harm */
static void source_resolves_an_id_without_a_message(struct kunit *test)
{
	struct kevnotify_source *src = registered(test, &desc);
	struct kev_origin origin = resolved(src, 0);

	KUNIT_EXPECT_STREQ(test, origin.name, "test");
	KUNIT_EXPECT_STREQ(test, origin.message, "?");
	kevnotify_source_unregister(src);
}

static void source_takes_the_greatest(struct kunit *test)
{
	static const char *const many[] = {
		KTEN KTEN KTEN KTEN "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L",
		"M", "N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X_9", NULL
	};
	struct kevnotify_event *ev = kunit_kcalloc(test, KEVNOTIFY_IDS_MAX, sizeof(*ev),
						   GFP_KERNEL);
	struct kevnotify_desc d = { .name = "a" TEN TEN "-_", .ids = KEVNOTIFY_IDS_MAX };
	char *message = kunit_kzalloc(test, KEVNOTIFY_MESSAGE_MAX + 1, GFP_KERNEL);
	struct kevnotify_source *src;
	struct kev_origin origin;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, ev);
	KUNIT_ASSERT_NOT_NULL(test, message);
	memset(message, 'm', KEVNOTIFY_MESSAGE_MAX);
	for (i = 0; i < KEVNOTIFY_IDS_MAX; i++)
		ev[i] = (struct kevnotify_event){ message, 7, many };
	d.events = ev;
	src = registered(test, &d);
	origin = resolved(src, KEVNOTIFY_IDS_MAX - 1);
	KUNIT_EXPECT_STREQ(test, origin.keys + origin.keys_len - 4, "X_9");
	KUNIT_EXPECT_EQ(test, origin.keys_len, 42UL + 22 * 2 + 4);
	kevnotify_source_unregister(src);
}

static void source_allocation_fails(struct kunit *test)
{
	kev_inject_knobs[KEV_INJECT_ALLOC].every = 1;
	KUNIT_EXPECT_EQ(test, PTR_ERR(kevnotify_source_register(THIS_MODULE, &desc)),
			(long)-ENOMEM);
	kev_inject_knobs[KEV_INJECT_ALLOC].every = 0;
	KUNIT_EXPECT_NULL(test, kev_source_get_next(NULL));
}

static struct kevnotify_source *draining;
static bool drained_resolved;

bool kev_wake_dead(void)
{
	return false;
}

void kev_wake_drain_once(void)
{
	stage_drains--;
	drained_resolved = !strcmp(resolved(draining, 2).name, "test");
}

/* What was staged before is resolved as long as it is not in the log */
static void source_leaves_nothing_behind(struct kunit *test)
{
	draining = registered(test, &desc);
	drained_resolved = false;
	stage_drains = 3;
	stage_repairs = 0;
	kevnotify_source_unregister(draining);
	KUNIT_EXPECT_EQ(test, stage_drains, 0);
	/* Once before it looks, as a raise may have died before its reserve */
	KUNIT_EXPECT_EQ(test, stage_repairs, 4);
	KUNIT_EXPECT_TRUE(test, drained_resolved);
	KUNIT_EXPECT_NULL(test, kev_source_get_next(NULL));
}

static void source_walk_sees_each_once(struct kunit *test)
{
	static const struct kevnotify_desc other = { .name = "other", .events = events, .ids = 3 };
	struct kevnotify_source *a = registered(test, &desc), *b = registered(test, &other);
	struct kev_source *src = NULL;
	int n = 0;

	while ((src = kev_source_get_next(src)))
		n++;
	KUNIT_EXPECT_EQ(test, n, 2);
	KUNIT_EXPECT_EQ(test, kref_read(&kev_source_of(a)->ref), 1U);
	KUNIT_EXPECT_EQ(test, kref_read(&kev_source_of(b)->ref), 1U);
	kevnotify_source_unregister(a);
	kevnotify_source_unregister(b);
}

static DECLARE_COMPLETION(walked);

static void walk(struct work_struct *unused)
{
	struct kev_source *src = NULL;

	while ((src = kev_source_get_next(src)))
		;
	complete(&walked);
}

/* A reader of all sources waits for nobody, as who waits in a lock can be stopped in it too */
static void source_walk_takes_no_lock(struct kunit *test)
{
	struct kevnotify_source *src = registered(test, &desc);
	static DECLARE_WORK(work, walk);

	reinit_completion(&walked);
	mutex_lock(&kev_source_mutex);
	schedule_work(&work);
	KUNIT_EXPECT_NE(test, wait_for_completion_timeout(&walked, 10 * HZ), 0UL);
	mutex_unlock(&kev_source_mutex);
	flush_work(&work);
	kevnotify_source_unregister(src);
}

static unsigned long may_sleep(const struct kev_source *src)
{
	might_sleep();
	return 1;
}

static void source_sums_let_others_run(struct kunit *test)
{
	struct kevnotify_source *src = registered(test, &desc);

	KUNIT_EXPECT_EQ(test, kev_source_sum(KEV_STAT_RAISED, may_sleep),
			kev_stat_read(KEV_STAT_RAISED) + 1);
	kevnotify_source_unregister(src);
}

static void source_several_end_at_once(struct kunit *test)
{
	static const struct kevnotify_desc other = { .name = "other", .events = events, .ids = 3 };
	struct kevnotify_source *srcs[] = {
		registered(test, &desc), NULL, ERR_PTR(-ENOMEM), registered(test, &other),
	};

	draining = srcs[3];
	stage_drains = 1;
	kevnotify_source_unregister_all(srcs, ARRAY_SIZE(srcs));
	KUNIT_EXPECT_EQ(test, stage_drains, 0);
	KUNIT_EXPECT_NULL(test, kev_source_get_next(NULL));
	/* Their names are free */
	kevnotify_source_unregister(registered(test, &desc));
}

static int view_error, viewed;

static int view_add(struct kev_source *src)
{
	if (!view_error)
		viewed++;
	return view_error;
}

static void view_remove(struct kev_source *src)
{
	viewed--;
}

static const struct kev_source_view view = { .add = view_add, .remove = view_remove };

static void source_view_follows(struct kunit *test)
{
	static const struct kevnotify_desc other = { .name = "other", .events = events, .ids = 3 };
	struct kevnotify_source *a = registered(test, &desc), *b;

	viewed = 0;
	view_error = 0;
	KUNIT_EXPECT_EQ(test, kev_source_set_view(&view), 0);
	KUNIT_EXPECT_EQ(test, viewed, 1);
	b = registered(test, &other);
	KUNIT_EXPECT_EQ(test, viewed, 2);
	kevnotify_source_unregister(a);
	KUNIT_EXPECT_EQ(test, viewed, 1);
	KUNIT_EXPECT_EQ(test, kev_source_set_view(NULL), 0);
	KUNIT_EXPECT_EQ(test, viewed, 0);
	kevnotify_source_unregister(b);
	KUNIT_EXPECT_EQ(test, viewed, 0);
}

static void source_without_view_is_refused(struct kunit *test)
{
	view_error = 0;
	KUNIT_EXPECT_EQ(test, kev_source_set_view(&view), 0);
	view_error = -ENOSPC;
	KUNIT_EXPECT_EQ(test, PTR_ERR(kevnotify_source_register(THIS_MODULE, &desc)),
			(long)-ENOSPC);
	KUNIT_EXPECT_NULL(test, kev_source_get_next(NULL));
	kev_source_set_view(NULL);
}

static int source_test_init(struct kunit *test)
{
	set_rate(10, HZ);
	return 0;
}

static struct kunit_case source_cases[] = {
	KUNIT_CASE(source_is_on_and_off),
	KUNIT_CASE(source_copies_its_description),
	KUNIT_CASE(source_ids_have_their_own_meaning),
	KUNIT_CASE(source_one_meaning_for_any_id),
	KUNIT_CASE(source_gone_resolves_to_nothing),
	KUNIT_CASE(source_names_are_unique),
	KUNIT_CASE(source_refuses_bad_names),
	KUNIT_CASE(source_refuses_bad_keys),
	KUNIT_CASE(source_refuses_bad_numbers),
	KUNIT_CASE(source_refuses_what_is_missing),
	KUNIT_CASE(source_refuses_keys_that_do_not_fit),
	KUNIT_CASE(source_names_what_is_wrong),
	KUNIT_CASE(source_resolves_an_id_without_a_message),
	KUNIT_CASE(source_takes_the_greatest),
	KUNIT_CASE(source_allocation_fails),
	KUNIT_CASE(source_leaves_nothing_behind),
	KUNIT_CASE(source_walk_sees_each_once),
	KUNIT_CASE(source_walk_takes_no_lock),
	KUNIT_CASE(source_sums_let_others_run),
	KUNIT_CASE(source_several_end_at_once),
	KUNIT_CASE(source_view_follows),
	KUNIT_CASE(source_without_view_is_refused),
	{}
};

static struct kunit_suite source_suite = {
	.name		= "kevnotify_source",
	.init		= source_test_init,
	.test_cases	= source_cases,
};

kunit_test_suite(source_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's registry of sources");
MODULE_LICENSE("GPL");
