// SPDX-License-Identifier: GPL-2.0-only
/* From raise to a record: all that is between them is real, but for the collector's thread. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/module.h>

#include "fake_params.h"
#include "inject.c"
#include "stat.c"
#include "stage.c"
#include "render.c"
#include "log.c"
#include "rate.c"
#include "source.c"
#include "selfnoise.c"
#include "raise.c"

KEVNOTIFY_EVENT3(disk_failed, 2, "disk {DEVICE} failed at {SECTOR}: {ERROR}",
		 STR, DEVICE, U64, SECTOR, HEX, ERROR);
KEVNOTIFY_EVENT4(sent, 6, "{FROM} {BY} {TEXT} {N}", IP4, FROM, COMM, BY, STRN, TEXT, S64, N);

static const char *const keys[] = { "A", "B", "C", "D", "E", "F", "G", NULL };
static const char *const all_keys[] = {
	"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R",
	"S", "T", "U", "V", "W", "X", NULL
};

static const struct kevnotify_event events[] = {
	[1] = { "{A} {B} {C} {D} {E}", 4, keys },
	[3] = { "three", 2 },
	[4] = { "{D} {E} {F} {G}", 4, keys },
	[5] = { "{I} {P} {R} {S} {X}", 4, all_keys },
	[6] = KEVNOTIFY_ENTRY(disk_failed),
	[7] = KEVNOTIFY_ENTRY(sent),
};

static const struct kevnotify_desc desc = {
	.name = "test", .events = events, .ids = ARRAY_SIZE(events)
};

static const struct kevnotify_desc objects_desc = {
	.name = "objects", .events = events, .ids = ARRAY_SIZE(events), .objects = true
};

static struct kevnotify_source *src;
static struct kev_record rec;

static void collect(void)
{
	kev_log_collect(kev_source_resolve);
}

/* The stages are drained by who asks */
bool kev_wake_dead(void)
{
	return false;
}

void kev_wake_drain_once(void)
{
	collect();
}

/* The record of the only event since the last look */
static void expect_record(struct kunit *test, const char *message)
{
	u64 next = kev_log_next();

	collect();
	KUNIT_ASSERT_EQ(test, kev_log_next(), next + 1);
	KUNIT_ASSERT_EQ(test, kev_log_copy(next, &rec), 0);
	KUNIT_EXPECT_STREQ(test, rec.text, message);
}

static void expect_nothing(struct kunit *test)
{
	u64 next = kev_log_next();

	collect();
	KUNIT_EXPECT_EQ(test, kev_log_next(), next);
}

static void expect_counts(struct kunit *test, unsigned long raised, unsigned long suppressed,
			  unsigned long refused)
{
	KUNIT_EXPECT_EQ(test, kev_source_all_raised(), raised);
	KUNIT_EXPECT_EQ(test, kev_source_all_suppressed(), suppressed);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_REFUSED), refused);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_RECORDED) + kev_stage_count(),
			raised - suppressed - refused);
}

static void raise_captures_values(struct kunit *test)
{
	char word[] = "word";

	kevnotify_raise(src, 1, KEVNOTIFY_U64(7), KEVNOTIFY_S64(-7), KEVNOTIFY_HEX(0xff),
			KEVNOTIFY_STR(word), KEVNOTIFY_IP4(in_aton("192.0.2.1")));
	strcpy(word, "xxxx");
	expect_record(test, "7 -7 0xff word 192.0.2.1");
	KUNIT_EXPECT_STREQ(test, rec.source, "test");
	KUNIT_EXPECT_EQ(test, rec.event.level, 4);
	KUNIT_EXPECT_EQ(test, rec.event.id, 1U);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
	expect_counts(test, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, kev_source_raised(kev_source_of(src)), 1UL);
}

static void raise_captures_who_and_where(struct kunit *test)
{
	kevnotify_raise(src, 3);
	expect_record(test, "three");
	KUNIT_EXPECT_EQ(test, rec.event.pid, current->pid);
	KUNIT_EXPECT_EQ(test, rec.event.uid, 0U);
	KUNIT_EXPECT_STREQ(test, rec.event.comm, current->comm);
	KUNIT_EXPECT_EQ(test, rec.event.context, KEV_TASK);
	KUNIT_EXPECT_EQ(test, rec.event.words, 0);
	KUNIT_EXPECT_LT(test, rec.cpu, nr_cpu_ids);
}

static void raise_without_source(struct kunit *test)
{
	kevnotify_raise(NULL, 1, KEVNOTIFY_U64(1));
	kevnotify_raise(ERR_PTR(-ENOMEM), 1);
	kevnotify_raisef(NULL, 1, "%d", 1);
	kevnotify_raisef(ERR_PTR(-ENOMEM), 1, "%d", 1);
	kevnotify_source_enable(src, false);
	kevnotify_raise(src, 1);
	kevnotify_raisef(src, 1, "%d", 1);
	expect_nothing(test);
	expect_counts(test, 0, 0, 0);
}

static void raise_refuses_unknown_ids(struct kunit *test)
{
	kevnotify_raise(src, 0);
	kevnotify_raise(src, 2);
	kevnotify_raise(src, 8);
	kevnotify_raise(src, U32_MAX);
	kevnotify_raisef(src, 8, "eight");
	expect_nothing(test);
	expect_counts(test, 5, 0, 5);
}

static void raise_null_string_is_no_field(struct kunit *test)
{
	struct kev_value v;
	struct kev_value_at at = {};

	kevnotify_raise(src, 1, KEVNOTIFY_STR(NULL), KEVNOTIFY_U64(1), KEVNOTIFY_STR(""));
	expect_record(test, "? 1  ? ?");
	KUNIT_EXPECT_EQ(test, rec.event.words, 3);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
	KUNIT_EXPECT_TRUE(test, kev_value_next(&rec.event, &at, &v));
	KUNIT_EXPECT_EQ(test, v.type, KEV_TYPE_NONE);
}

static void raise_cuts_strings(struct kunit *test)
{
	char word[KEVNOTIFY_VALUE_MAX + 2] = "";
	struct kev_value v;
	struct kev_value_at at = {};

	memset(word, 'x', KEVNOTIFY_VALUE_MAX);
	kevnotify_raise(src, 1, KEVNOTIFY_STR(word));
	collect();
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
	word[KEVNOTIFY_VALUE_MAX] = 'y';
	kevnotify_raise(src, 1, KEVNOTIFY_STR(word));
	collect();
	KUNIT_ASSERT_EQ(test, kev_log_copy(2, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.flags, KEV_TRUNCATED);
	KUNIT_EXPECT_TRUE(test, kev_value_next(&rec.event, &at, &v));
	KUNIT_EXPECT_EQ(test, v.len, KEVNOTIFY_VALUE_MAX);
	KUNIT_EXPECT_NULL(test, memchr(v.bytes, 'y', v.len));
}

/* A string for which there is no room is left out; what is behind it stays */
static void raise_leaves_out_a_string_without_room(struct kunit *test)
{
	char word[KEVNOTIFY_VALUE_MAX + 1] = "";

	memset(word, 'x', KEVNOTIFY_VALUE_MAX);
	kevnotify_raise(src, 4, KEVNOTIFY_STR(word), KEVNOTIFY_STRN(word, KEVNOTIFY_VALUE_MAX),
			KEVNOTIFY_STR(word), KEVNOTIFY_STR(word), KEVNOTIFY_U64(5),
			KEVNOTIFY_STRN(word, KEVNOTIFY_VALUE_MAX), KEVNOTIFY_STR("y"));
	expect_record(test, "? 5 ? y");
	KUNIT_EXPECT_EQ(test, rec.event.flags, KEV_TRUNCATED);
}

/* As many words as there may be, the last one a string's */
static void raise_takes_all_words(struct kunit *test)
{
#define EIGHT(m)	m, m, m, m, m, m, m, m
	__KEV_CALL(kevnotify_raise, src, 5, EIGHT(KEVNOTIFY_U64(1)),
		   EIGHT(KEVNOTIFY_COMM(current->comm)), KEVNOTIFY_U64(2), KEVNOTIFY_S64(-2),
		   KEVNOTIFY_HEX(2), KEVNOTIFY_U64(2), KEVNOTIFY_U64(2), KEVNOTIFY_U64(2),
		   KEVNOTIFY_U64(2), KEVNOTIFY_STR("last"));
	collect();
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.words, KEVNOTIFY_WORDS_MAX);
	KUNIT_EXPECT_EQ(test, strncmp(rec.text, current->comm, strlen(current->comm)), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(rec.text, "-2 0x2 last"));
}

static void raise_copies_counted_strings(struct kunit *test)
{
	static const char text[] = { 'a', 'b', 'c' };
	char word[KEVNOTIFY_VALUE_MAX + 1];

	kevnotify_raise(src, 1, KEVNOTIFY_STRN(text, 2), KEVNOTIFY_STRN(text, 0),
			KEVNOTIFY_STRN((const char *)NULL, 7), KEVNOTIFY_COMM(current->comm));
	snprintf(word, sizeof(word), "ab  ? %s ?", current->comm);
	expect_record(test, word);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
	memset(word, 'x', sizeof(word));
	kevnotify_raise(src, 1, KEVNOTIFY_STRN(word, sizeof(word)), KEVNOTIFY_U64(1));
	collect();
	KUNIT_ASSERT_EQ(test, kev_log_copy(2, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.flags, KEV_TRUNCATED);
	KUNIT_EXPECT_EQ(test, rec.event.data[1], (u64)KEVNOTIFY_VALUE_MAX);
}

static void raise_by_a_declared_event(struct kunit *test)
{
	kevnotify_disk_failed(src, 6, "sda", 7, 0xff);
	expect_record(test, "disk sda failed at 7: 0xff");
	KUNIT_EXPECT_EQ(test, rec.event.level, 2);
	kevnotify_sent_about(src, 7, 42, in_aton("192.0.2.1"), "0123456789abcde", "text", 2, -1);
	expect_record(test, "192.0.2.1 0123456789abcde te -1");
}

static void raise_records_the_stack(struct kunit *test)
{
	struct kev_value v;
	struct kev_value_at at = {};

	kev_source_set_stack(kev_source_of(src), true);
	kevnotify_raise(src, 1, KEVNOTIFY_U64(1));
	expect_record(test, "1 ? ? ? ?");
	KUNIT_EXPECT_TRUE(test, kev_value_next(&rec.event, &at, &v));
	KUNIT_ASSERT_TRUE(test, kev_value_next(&rec.event, &at, &v));
	KUNIT_EXPECT_EQ(test, v.type, KEV_TYPE_STACK);
	KUNIT_EXPECT_GT(test, v.len, 0);
	KUNIT_EXPECT_EQ(test, v.len % sizeof(long), 0UL);
}

static void raisef_formats(struct kunit *test)
{
	kevnotify_raisef(src, 3, "%s is %d", "answer", 42);
	expect_record(test, "answer is 42");
	KUNIT_EXPECT_EQ(test, rec.event.level, 2);
}

static void raisef_cuts_messages(struct kunit *test)
{
	kevnotify_raisef(src, 3, "%0255d", 1);
	collect();
	KUNIT_ASSERT_EQ(test, kev_log_copy(1, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
	KUNIT_EXPECT_EQ(test, strlen(rec.text), (size_t)KEVNOTIFY_MESSAGE_MAX);
	kevnotify_raisef(src, 3, "%0256d", 1);
	collect();
	KUNIT_ASSERT_EQ(test, kev_log_copy(2, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.flags, KEV_TRUNCATED);
	KUNIT_EXPECT_EQ(test, strspn(rec.text, "0"), (size_t)KEVNOTIFY_MESSAGE_MAX);
}

static void raise_only_of_tasks_so_named(struct kunit *test)
{
	struct kev_source *s = kev_source_of(src);

	kev_source_set_comm(s, "nobody");
	kevnotify_raise(src, 3);
	kevnotify_raisef(src, 3, "x");
	expect_nothing(test);
	expect_counts(test, 0, 0, 0);
	kev_source_set_comm(s, current->comm);
	kevnotify_raise(src, 3);
	expect_record(test, "three");
	kev_source_set_comm(s, "");
	kevnotify_raise(src, 3);
	expect_record(test, "three");
}

static void raise_suppresses_each_id_alone(struct kunit *test)
{
	int i;

	/* A window without end, for this test */
	set_rate(2, UINT_MAX);
	for (i = 0; i < 5; i++) {
		kevnotify_raise(src, 1);
		kevnotify_raise(src, 3);
		collect();
	}
	expect_counts(test, 10, 6, 0);
	KUNIT_EXPECT_EQ(test, kev_source_suppressed(kev_source_of(src)), 6UL);
	KUNIT_EXPECT_EQ(test, kev_log_next(), 5ULL);
	KUNIT_ASSERT_EQ(test, kev_log_copy(2, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
	KUNIT_ASSERT_EQ(test, kev_log_copy(3, &rec), 0);
	KUNIT_EXPECT_EQ(test, rec.event.flags, 0);
}

static void raise_closing_passes_the_limit(struct kunit *test)
{
	set_rate(1, UINT_MAX);
	kevnotify_raise(src, 3);
	expect_record(test, "three");
	kevnotify_raise(src, 3);
	kevnotify_raise(src, 3);
	kev_raise_closing(kev_source_of(src), 3);
	expect_record(test, "2 more events were suppressed");
	KUNIT_EXPECT_EQ(test, rec.suppressed, 2ULL);
	KUNIT_EXPECT_EQ(test, rec.event.flags, KEV_CLOSING);
	expect_counts(test, 4, 2, 0);
}

static void raise_into_a_full_stage(struct kunit *test)
{
	int i;

	set_cpus_allowed_ptr(current, cpumask_of(raw_smp_processor_id()));
	for (i = 0; i < 12; i++)
		kevnotify_raise(src, 3);
	expect_counts(test, 12, 0, 4);
	collect();
	expect_counts(test, 12, 0, 4);
	KUNIT_EXPECT_EQ(test, kev_log_next(), 9ULL);
}

static void raise_in_a_raise_is_refused(struct kunit *test)
{
	struct kev_stage *st = kev_stage_enter(KEV_TASK);

	kevnotify_raise(src, 3);
	kev_stage_leave(st, KEV_TASK);
	expect_nothing(test);
	expect_counts(test, 1, 0, 1);
}

/* What a refused raise would have been admitted as is there for the next one */
static void raise_takes_no_token_for_a_refused_one(struct kunit *test)
{
	struct kev_stage *st;

	set_rate(1, UINT_MAX);
	st = kev_stage_enter(KEV_TASK);
	kevnotify_raise(src, 3);
	kev_stage_leave(st, KEV_TASK);
	expect_counts(test, 1, 0, 1);
	kevnotify_raise(src, 3);
	expect_record(test, "three");
	expect_counts(test, 2, 0, 1);
}

/* Fifteen of one object and one of another; and many objects, of which four bursts pass */
static void raise_about_objects(struct kunit *test)
{
	struct kevnotify_source *o = kevnotify_source_register(THIS_MODULE, &objects_desc);
	u64 object, a = 1, b = 2;
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(o));
	set_rate(2, UINT_MAX);
	/* Two that do not share a word */
	while (kev_rate_object(kev_source_of(o)->rate, a) ==
	       kev_rate_object(kev_source_of(o)->rate, b))
		b++;
	for (i = 0; i < 15; i++)
		kevnotify_raise_about(o, 1, a, KEVNOTIFY_U64(a));
	collect();
	KUNIT_EXPECT_EQ(test, kev_log_next(), 3ULL);
	kevnotify_raise_about(o, 1, b, KEVNOTIFY_U64(7));
	expect_record(test, "7 ? ? ? ?");
	/* Without an object */
	kevnotify_raise(o, 1, KEVNOTIFY_U64(8));
	expect_record(test, "8 ? ? ? ?");
	for (object = 3; object < 300; object++) {
		kevnotify_raise_about(o, 1, object, KEVNOTIFY_U64(object));
		collect();
	}
	KUNIT_EXPECT_EQ(test, kev_log_next(), 1ULL + 4 * 2);
	KUNIT_EXPECT_EQ(test, kev_source_suppressed(kev_source_of(o)), 15UL + 1 + 1 + 297 - 8);
	/* Another id has limits of its own */
	kevnotify_raise_about(o, 3, a);
	expect_record(test, "three");
	kevnotify_source_unregister(o);
}

static void raise_in_irq_work(struct irq_work *work)
{
	kevnotify_raise(src, 3);
}

static void raise_in_interrupt(struct kunit *test)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(raise_in_irq_work);

	irq_work_queue(&work);
	irq_work_sync(&work);
	expect_record(test, "three");
	KUNIT_EXPECT_EQ(test, rec.event.context, KEV_HARDIRQ);
}

static int raise_test_init(struct kunit *test)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&kev_stats, cpu), 0, sizeof(struct kev_stats));
	set_rate(0, HZ);
	kev_rate_init();
	atomic64_set(&kev_log_head, 1);
	if (kev_stage_init(8))
		return -ENOMEM;
	if (kev_log_init(64))
		goto err_stage;
	src = kevnotify_source_register(THIS_MODULE, &desc);
	if (IS_ERR(src))
		goto err_log;
	return 0;

err_log:
	kev_log_exit();
err_stage:
	kev_stage_exit();
	return -ENOMEM;
}

/* Credentials that bear this mark, until the test ends; with NULL as the current task's are */
static const struct cred *bearing(struct kunit *test, struct key *mark)
{
	struct cred *cred = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, cred);
	if (mark)
		kev_selfnoise_cred(cred, mark);
	return cred;
}

/* The flags of an event that a task with these credentials raises */
static u8 flags_by(struct kunit *test, const struct cred *cred)
{
	const struct cred *old = override_creds(cred);

	kevnotify_raise(src, 3);
	revert_creds(old);
	expect_record(test, "three");
	return rec.event.flags;
}

/* The flags of an event about a task with these credentials */
static u8 flags_of(struct kunit *test, const struct cred *cred)
{
	struct task_struct *task = kunit_kzalloc(test, sizeof(*task), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, task);
	rcu_assign_pointer(task->real_cred, cred);
	kevnotify_raise_of(src, 3, 0, task);
	expect_record(test, "three");
	return rec.event.flags;
}

/* The tasks that an event may have to do with */
static struct {
	struct key	*mark;
	const struct cred *plain, *own, *run;
} who;

static void who_init(struct kunit *test)
{
	if (!IS_ENABLED(CONFIG_KEYS))
		kunit_skip(test, "no CONFIG_KEYS");
	KUNIT_ASSERT_EQ(test, kev_selfnoise_init(), 0);
	who.mark = kev_selfnoise_create();
	KUNIT_ASSERT_FALSE(test, IS_ERR(who.mark));
	who.plain = bearing(test, NULL);
	who.own = bearing(test, kev_selfnoise_marks[KEV_SELFNOISE_OWN]);
	who.run = bearing(test, who.mark);
	kev_selfnoise_start(1, who.mark);
}

static void who_exit(void)
{
	kev_selfnoise_end(1);
	put_cred(who.run);
	put_cred(who.own);
	put_cred(who.plain);
	kev_selfnoise_destroy(who.mark);
	kev_selfnoise_exit();
}

static void raise_by_who_bears_a_mark(struct kunit *test)
{
	who_init(test);
	KUNIT_EXPECT_EQ(test, flags_by(test, who.plain), 0);
	KUNIT_EXPECT_EQ(test, flags_by(test, who.own), KEV_NOTIFY_NONE);
	KUNIT_EXPECT_EQ(test, flags_by(test, who.run), KEV_ECHO);
	kev_selfnoise_end(1);
	KUNIT_EXPECT_EQ(test, flags_by(test, who.run), KEV_ECHO);
	who_exit();
}

/* It decides, whoever raises */
static void raise_of_a_subject(struct kunit *test)
{
	const struct cred *old;

	who_init(test);
	KUNIT_EXPECT_EQ(test, flags_of(test, who.plain), KEV_SUBJECT);
	KUNIT_EXPECT_EQ(test, flags_of(test, who.own), KEV_SUBJECT | KEV_NOTIFY_NONE);
	KUNIT_EXPECT_EQ(test, flags_of(test, who.run), KEV_SUBJECT | KEV_NOTIFY_NONE);
	old = override_creds(who.run);
	KUNIT_EXPECT_EQ(test, flags_of(test, who.plain), KEV_SUBJECT);
	revert_creds(old);
	kev_selfnoise_end(1);
	KUNIT_EXPECT_EQ(test, flags_of(test, who.run), KEV_SUBJECT | KEV_ECHO);
	who_exit();
}

static void raise_of_without_source(struct kunit *test)
{
	kevnotify_raise_of(NULL, 1, 0, current, KEVNOTIFY_U64(1));
	kevnotify_raise_of(ERR_PTR(-ENOMEM), 1, 0, current);
	kevnotify_source_enable(src, false);
	kevnotify_raise_of(src, 3, 0, current);
	expect_nothing(test);
	expect_counts(test, 0, 0, 0);
}

static void raise_of_captures_values(struct kunit *test)
{
	kevnotify_raise_of(src, 1, 0, current, KEVNOTIFY_U64(7), KEVNOTIFY_STR("word"));
	expect_record(test, "7 word ? ? ?");
	KUNIT_EXPECT_EQ(test, rec.event.flags, KEV_SUBJECT);
}

static void raise_echoes_are_quiet_after_ten(struct kunit *test)
{
	int i;

	who_init(test);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, flags_by(test, who.run), KEV_ECHO);
	KUNIT_EXPECT_EQ(test, flags_by(test, who.run), KEV_ECHO | KEV_NOTIFY_NONE);
	KUNIT_EXPECT_EQ(test, flags_by(test, who.plain), 0);
	who_exit();
}

/* The end of a burst is kevnotifyd's to tell, and goes where the last event of it went */
static void raise_closing_of(struct kunit *test, const struct cred *cred, u8 flags)
{
	const struct cred *old;

	KUNIT_EXPECT_EQ(test, flags_by(test, cred), flags);
	kevnotify_raise(src, 3);
	old = override_creds(who.own);
	kev_raise_closing(kev_source_of(src), 3);
	revert_creds(old);
	expect_record(test, "1 more events were suppressed");
	KUNIT_EXPECT_EQ(test, rec.event.flags, KEV_CLOSING | flags);
	atomic_set(&kev_source_of(src)->rate[3].word, 0);
}

static void raise_closing_of_noise(struct kunit *test)
{
	who_init(test);
	set_rate(1, UINT_MAX);
	raise_closing_of(test, who.plain, 0);
	raise_closing_of(test, who.own, KEV_NOTIFY_NONE);
	raise_closing_of(test, who.run, KEV_ECHO);
	who_exit();
}

static void raise_test_exit(struct kunit *test)
{
	kevnotify_source_unregister(src);
	kev_stage_detach();
	kev_log_exit();
	kev_stage_exit();
}

static struct kunit_case raise_cases[] = {
	KUNIT_CASE(raise_captures_values),
	KUNIT_CASE(raise_captures_who_and_where),
	KUNIT_CASE(raise_without_source),
	KUNIT_CASE(raise_refuses_unknown_ids),
	KUNIT_CASE(raise_null_string_is_no_field),
	KUNIT_CASE(raise_cuts_strings),
	KUNIT_CASE(raise_leaves_out_a_string_without_room),
	KUNIT_CASE(raise_takes_all_words),
	KUNIT_CASE(raise_copies_counted_strings),
	KUNIT_CASE(raise_by_a_declared_event),
	KUNIT_CASE(raise_takes_no_token_for_a_refused_one),
	KUNIT_CASE(raise_about_objects),
	KUNIT_CASE(raise_records_the_stack),
	KUNIT_CASE(raisef_formats),
	KUNIT_CASE(raisef_cuts_messages),
	KUNIT_CASE(raise_only_of_tasks_so_named),
	KUNIT_CASE(raise_suppresses_each_id_alone),
	KUNIT_CASE(raise_closing_passes_the_limit),
	KUNIT_CASE(raise_into_a_full_stage),
	KUNIT_CASE(raise_in_a_raise_is_refused),
	KUNIT_CASE(raise_in_interrupt),
	KUNIT_CASE(raise_by_who_bears_a_mark),
	KUNIT_CASE(raise_of_a_subject),
	KUNIT_CASE(raise_of_without_source),
	KUNIT_CASE(raise_of_captures_values),
	KUNIT_CASE(raise_echoes_are_quiet_after_ten),
	KUNIT_CASE(raise_closing_of_noise),
	{}
};

static struct kunit_suite raise_suite = {
	.name		= "kevnotify_raise",
	.init		= raise_test_init,
	.exit		= raise_test_exit,
	.test_cases	= raise_cases,
};

kunit_test_suite(raise_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's raise");
MODULE_LICENSE("GPL");
