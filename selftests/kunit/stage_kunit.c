// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stage. Slots are taken through the stage of a named CPU, whichever this
 * is: nobody else raises here, and then cmpxchg_local() is as good as any.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "inject.c"
#include "stat.c"
#include "stage.c"

#define SLOTS	8

static struct kev_stage *stage_of(unsigned int cpu)
{
	return per_cpu_ptr(&kev_stages, cpu);
}

static struct kev_slot *open_slot(struct kunit *test, unsigned int cpu, u32 *ticket)
{
	struct kev_slot *slot;
	u64 mono = 0;

	slot = kev_stage_reserve(stage_of(cpu), ticket, &mono);
	KUNIT_ASSERT_NOT_NULL(test, slot);
	slot->event->mono = mono;
	slot->event->source = 1;
	return slot;
}

/* One event of this id, stamped with this time */
static void put_at(struct kunit *test, unsigned int cpu, u32 id, u64 mono)
{
	struct kev_slot *slot;
	u32 ticket;

	slot = open_slot(test, cpu, &ticket);
	slot->event->id = id;
	slot->event->mono = mono;
	kev_stage_commit(stage_of(cpu), slot, ticket);
}

static void put(struct kunit *test, u32 id)
{
	put_at(test, 0, id, id);
}

static bool is_full(unsigned int cpu)
{
	u32 ticket;
	u64 mono;

	return !kev_stage_reserve(stage_of(cpu), &ticket, &mono);
}

/* The id of the oldest event of this pass, which is taken; 0: the pass is over */
static u32 take(void)
{
	struct kev_stage *st = kev_stage_oldest();
	u32 id = 0;

	if (st) {
		id = kev_stage_event(st)->id;
		kev_stage_free(st);
	}
	return id;
}

/* A whole pass has these ids, from first to last */
static void expect_pass(struct kunit *test, u32 first, u32 last)
{
	u32 id;

	kev_stage_begin();
	for (id = first; id <= last; id++)
		KUNIT_EXPECT_EQ(test, take(), id);
	KUNIT_EXPECT_EQ(test, take(), 0U);
}

static void stage_collects_in_order(struct kunit *test)
{
	expect_pass(test, 1, 0);
	put(test, 1);
	put(test, 2);
	put(test, 3);
	KUNIT_EXPECT_TRUE(test, kev_stage_pending());
	KUNIT_EXPECT_EQ(test, kev_stage_count(), 3UL);
	expect_pass(test, 1, 3);
	KUNIT_EXPECT_FALSE(test, kev_stage_pending());
	KUNIT_EXPECT_EQ(test, kev_stage_count(), 0UL);
}

static void stage_full_refuses(struct kunit *test)
{
	u32 id;

	for (id = 1; id <= SLOTS; id++)
		put(test, id);
	KUNIT_EXPECT_TRUE(test, is_full(0));
	KUNIT_EXPECT_EQ(test, kev_stage_count(), (unsigned long)SLOTS);

	kev_stage_begin();
	KUNIT_EXPECT_EQ(test, take(), 1U);
	put(test, SLOTS + 1);
	KUNIT_EXPECT_TRUE(test, is_full(0));
	expect_pass(test, 2, SLOTS + 1);
}

/* A tail that has overtaken the head read before it must not look like a full stage */
static void stage_full_is_signed(struct kunit *test)
{
	struct kev_stage *st = stage_of(0);

	st->tail = st->head + 1;
	KUNIT_EXPECT_FALSE(test, is_full(0));
}

static void stage_indices_wrap(struct kunit *test)
{
	u32 id = 0, lap;

	KUNIT_EXPECT_LT(test, (s32)kev_stage_head(0), 0);
	for (lap = 0; lap < 12; lap++) {
		u32 first = id + 1;

		/* Never a divisor of the size, so that full laps lie across the wrap too */
		while (id < first + SLOTS - 2)
			put(test, ++id);
		expect_pass(test, first, id);
	}
	KUNIT_EXPECT_GT(test, (s32)kev_stage_head(0), 0);
	KUNIT_EXPECT_EQ(test, kev_stage_head(0), kev_stage_tail(0));
}

static void stage_full_across_wrap(struct kunit *test)
{
	u32 id = 0;

	while (kev_stage_head(0) != (u32)-3) {
		put(test, ++id);
		expect_pass(test, id, id);
	}
	for (id = 1; id <= SLOTS; id++)
		put(test, id);
	KUNIT_EXPECT_EQ(test, kev_stage_head(0), (u32)SLOTS - 3);
	KUNIT_EXPECT_TRUE(test, is_full(0));
	expect_pass(test, 1, SLOTS);
	KUNIT_EXPECT_FALSE(test, is_full(0));
}

static void stage_last_lap_is_not_committed(struct kunit *test)
{
	struct kev_slot *slot;
	u32 ticket, id;

	for (id = 1; id <= SLOTS; id++)
		put(test, id);
	expect_pass(test, 1, SLOTS);
	/* The slot of the last lap's first event, with its state still in it */
	slot = open_slot(test, 0, &ticket);
	slot->event->id = 9;
	cpumask_set_cpu(0, &kev_stage_filled);
	KUNIT_EXPECT_FALSE(test, kev_stage_pending());
	expect_pass(test, 1, 0);
	kev_stage_commit(stage_of(0), slot, ticket);
	expect_pass(test, 9, 9);
}

static void stage_unused_is_not_committed(struct kunit *test)
{
	u32 i, at = kev_stage_head(0);

	for (i = 0; i < SLOTS; i++)
		KUNIT_EXPECT_FALSE(test, kev_stage_committed(stage_of(0), at + i));
}

static void stage_open_slot_blocks(struct kunit *test)
{
	struct kev_slot *slot;
	u32 ticket;

	put(test, 1);
	slot = open_slot(test, 0, &ticket);
	slot->event->id = 2;
	put(test, 3);
	expect_pass(test, 1, 1);
	KUNIT_EXPECT_FALSE(test, kev_stage_pending());
	kev_stage_commit(stage_of(0), slot, ticket);
	KUNIT_EXPECT_TRUE(test, kev_stage_pending());
	expect_pass(test, 2, 3);
}

static void stage_open_slot_blocks_one_cpu(struct kunit *test)
{
	u32 ticket;

	if (num_possible_cpus() < 2)
		kunit_skip(test, "one CPU");
	open_slot(test, 0, &ticket);
	put_at(test, 1, 1, 1);
	put_at(test, 1, 2, 2);
	expect_pass(test, 1, 2);
}

static void stage_oldest_first(struct kunit *test)
{
	if (num_possible_cpus() < 2)
		kunit_skip(test, "one CPU");
	put_at(test, 0, 2, 200);
	put_at(test, 1, 1, 100);
	put_at(test, 1, 3, 300);
	put_at(test, 0, 5, 500);
	put_at(test, 0, 6, 600);
	put_at(test, 1, 4, 400);
	expect_pass(test, 1, 6);
}

static void stage_pass_is_bounded(struct kunit *test)
{
	u32 id;

	put(test, 1);
	kev_stage_begin();
	/* A flood: each event that is taken makes room for another one */
	for (id = 1; id <= SLOTS; id++) {
		put(test, id + 1);
		KUNIT_EXPECT_EQ(test, take(), id);
	}
	KUNIT_EXPECT_EQ(test, take(), 0U);
	KUNIT_EXPECT_TRUE(test, kev_stage_pending());
	expect_pass(test, SLOTS + 1, SLOTS + 1);
}

static void stage_passed_is_signed(struct kunit *test)
{
	struct kev_stage *st = stage_of(0);
	u32 tail = st->tail;

	st->tail = 2;
	KUNIT_EXPECT_TRUE(test, kev_stage_passed(0, (u32)-3));
	KUNIT_EXPECT_TRUE(test, kev_stage_passed(0, 2));
	KUNIT_EXPECT_FALSE(test, kev_stage_passed(0, 3));
	st->tail = -3;
	KUNIT_EXPECT_FALSE(test, kev_stage_passed(0, 2));
	st->tail = tail;
}

static void stage_levels_nest(struct kunit *test)
{
	struct kev_stage *st[KEV_NMI + 1], *again[KEV_NMI + 1];
	int level, before = preempt_count(), inside;

	for (level = KEV_TASK; level <= KEV_NMI; level++) {
		st[level] = kev_stage_enter(level);
		again[level] = kev_stage_enter(level);
	}
	inside = preempt_count();
	for (level = KEV_NMI; level >= KEV_TASK; level--)
		kev_stage_leave(st[level], level);

	KUNIT_EXPECT_EQ(test, preempt_count(), before);
	KUNIT_EXPECT_EQ(test, inside, before + KEV_NMI + 1);
	for (level = KEV_TASK; level <= KEV_NMI; level++) {
		KUNIT_EXPECT_NOT_NULL(test, st[level]);
		KUNIT_EXPECT_PTR_EQ(test, st[level], st[KEV_TASK]);
		KUNIT_EXPECT_PTR_EQ(test, again[level], (struct kev_stage *)NULL);
	}
	KUNIT_EXPECT_EQ(test, st[0]->inside, 0U);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_REPAIRED), 0UL);
}

/* Events 1 and 3, and between them one whose writer died, on this CPU's stage */
static struct kev_stage *die_inside(struct kunit *test)
{
	unsigned int cpu = raw_smp_processor_id();
	struct kev_stage *st = stage_of(cpu);
	u32 ticket;

	set_cpus_allowed_ptr(current, cpumask_of(cpu));
	put_at(test, cpu, 1, 1);
	open_slot(test, cpu, &ticket);
	put_at(test, cpu, 3, 3);
	/* Who it was is only compared */
	/* Some other task */
	st->writer = kev_stage_self() + 1;
	return st;
}

static void expect_repaired(struct kunit *test, struct kev_stage *st)
{
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_REPAIRED), 1UL);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_REFUSED), 1UL);
	KUNIT_EXPECT_EQ(test, st->writer, 0U);
	kev_stage_begin();
	KUNIT_EXPECT_EQ(test, take(), 1U);
	KUNIT_EXPECT_EQ(test, take(), 3U);
	KUNIT_EXPECT_EQ(test, take(), 0U);
	KUNIT_EXPECT_EQ(test, kev_stage_count(), 0UL);
}

static void stage_next_raise_repairs(struct kunit *test)
{
	struct kev_stage *st = die_inside(test), *entered;

	entered = kev_stage_enter(KEV_TASK);
	if (entered)
		kev_stage_leave(entered, KEV_TASK);
	KUNIT_EXPECT_PTR_EQ(test, entered, st);
	expect_repaired(test, st);
}

static void stage_repair_all_repairs(struct kunit *test)
{
	struct kev_stage *st = die_inside(test);

	kev_stage_repair_all();
	expect_repaired(test, st);
}

static void stage_interrupts_do_not_repair(struct kunit *test)
{
	struct kev_stage *st = die_inside(test), *entered;

	entered = kev_stage_enter(KEV_HARDIRQ);
	if (entered)
		kev_stage_leave(entered, KEV_HARDIRQ);
	KUNIT_EXPECT_PTR_EQ(test, entered, st);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_REPAIRED), 0UL);
}

/* kev_stage_repair_all()'s interrupt in the middle of a raise, and of one nested in a dead one */
static void stage_repair_spares_the_living(struct kunit *test)
{
	struct kev_stage *st = die_inside(test);

	st->writer = kev_stage_self();
	kev_stage_repair(st);
	KUNIT_EXPECT_EQ(test, st->writer, kev_stage_self());
	st->writer = kev_stage_self() + 1;
	st->inside = BIT(KEV_SOFTIRQ);
	kev_stage_repair(st);
	KUNIT_EXPECT_NE(test, st->writer, 0U);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_REPAIRED), 0UL);
	expect_pass(test, 1, 1);
}

static unsigned int seen_context;

static void see_context(struct irq_work *work)
{
	seen_context = kev_stage_context();
}

/* What is captured and the slot's own change places; each event has memory of its own */
static void stage_swaps_events(struct kunit *test)
{
	struct kev_stage *st = stage_of(0);
	unsigned int i, k;

	for (i = 0; i < 3 * SLOTS; i++) {
		struct kev_event *ev = st->spare[i % KEV_CONTEXTS];

		ev->source = 1;
		ev->id = i + 1;
		KUNIT_ASSERT_TRUE(test, kev_stage_put(st, i % KEV_CONTEXTS));
		KUNIT_EXPECT_PTR_NE(test, st->spare[i % KEV_CONTEXTS], ev);
		if (i < SLOTS / 2)
			continue;
		kev_stage_begin();
		KUNIT_EXPECT_EQ(test, take(), i + 1 - SLOTS / 2);
	}
	/* Those that are staged or spare at a time: a slot's, or a level's */
	for (i = 0; i < KEV_CONTEXTS; i++) {
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_PTR_NE(test, st->spare[i], st->spare[k]);
		for (k = 0; k < SLOTS; k++)
			KUNIT_EXPECT_PTR_NE(test, st->spare[i], st->slots[k].event);
	}
}

static void stage_full_changes_no_places(struct kunit *test)
{
	struct kev_stage *st = stage_of(0);
	struct kev_event *ev = st->spare[KEV_TASK];
	u32 id;

	for (id = 1; id <= SLOTS; id++)
		put(test, id);
	KUNIT_EXPECT_FALSE(test, kev_stage_put(st, KEV_TASK));
	KUNIT_EXPECT_PTR_EQ(test, st->spare[KEV_TASK], ev);
}

static void stage_knows_contexts(struct kunit *test)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(see_context);

	KUNIT_EXPECT_EQ(test, kev_stage_context(), (unsigned int)KEV_TASK);
	local_bh_disable();
	seen_context = kev_stage_context();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, seen_context, (unsigned int)KEV_TASK);
	irq_work_queue(&work);
	irq_work_sync(&work);
	KUNIT_EXPECT_EQ(test, seen_context, (unsigned int)KEV_HARDIRQ);
}

static void stage_rings_once_when_armed(struct kunit *test)
{
	struct kev_stage *st = stage_of(0);

	put(test, 1);
	irq_work_sync(&st->ring);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_DOORBELLS), 0UL);

	kev_stage_arm();
	KUNIT_EXPECT_FALSE(test, kev_stage_rung());
	put(test, 2);
	irq_work_sync(&st->ring);
	KUNIT_EXPECT_TRUE(test, kev_stage_rung());
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_DOORBELLS), 1UL);

	put(test, 3);
	irq_work_sync(&st->ring);
	KUNIT_EXPECT_EQ(test, kev_stat_read(KEV_STAT_DOORBELLS), 1UL);
	expect_pass(test, 1, 3);
}

static void stage_doorbell_can_be_lost(struct kunit *test)
{
	kev_inject_knobs[KEV_INJECT_DOORBELL].every = 1;
	kev_stage_arm();
	put(test, 1);
	irq_work_sync(&stage_of(0)->ring);
	KUNIT_EXPECT_FALSE(test, kev_stage_rung());
	expect_pass(test, 1, 1);
}

static void stage_injection_refuses(struct kunit *test)
{
	kev_inject_knobs[KEV_INJECT_STAGE].every = 3;
	put(test, 1);
	put(test, 2);
	KUNIT_EXPECT_TRUE(test, is_full(0));
	put(test, 3);
	expect_pass(test, 1, 3);
}

static void forget_counts(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&kev_stats, cpu), 0, sizeof(struct kev_stats));
	memset(kev_inject_knobs, 0, sizeof(kev_inject_knobs));
}

static int stage_test_init(struct kunit *test)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		memset(stage_of(cpu), 0, sizeof(struct kev_stage));
	cpumask_clear(&kev_stage_filled);
	cpumask_clear(&kev_stage_pass);
	forget_counts();
	return kev_stage_init(SLOTS);
}

static void stage_test_exit(struct kunit *test)
{
	kev_stage_detach();
	kev_stage_exit();
}

static struct kunit_case stage_cases[] = {
	KUNIT_CASE(stage_collects_in_order),
	KUNIT_CASE(stage_full_refuses),
	KUNIT_CASE(stage_full_is_signed),
	KUNIT_CASE(stage_indices_wrap),
	KUNIT_CASE(stage_full_across_wrap),
	KUNIT_CASE(stage_last_lap_is_not_committed),
	KUNIT_CASE(stage_unused_is_not_committed),
	KUNIT_CASE(stage_open_slot_blocks),
	KUNIT_CASE(stage_open_slot_blocks_one_cpu),
	KUNIT_CASE(stage_oldest_first),
	KUNIT_CASE(stage_pass_is_bounded),
	KUNIT_CASE(stage_passed_is_signed),
	KUNIT_CASE(stage_levels_nest),
	KUNIT_CASE(stage_next_raise_repairs),
	KUNIT_CASE(stage_repair_all_repairs),
	KUNIT_CASE(stage_interrupts_do_not_repair),
	KUNIT_CASE(stage_repair_spares_the_living),
	KUNIT_CASE(stage_swaps_events),
	KUNIT_CASE(stage_full_changes_no_places),
	KUNIT_CASE(stage_knows_contexts),
	KUNIT_CASE(stage_rings_once_when_armed),
	KUNIT_CASE(stage_doorbell_can_be_lost),
	KUNIT_CASE(stage_injection_refuses),
	{}
};

static struct kunit_suite stage_suite = {
	.name		= "kevnotify_stage",
	.init		= stage_test_init,
	.exit		= stage_test_exit,
	.test_cases	= stage_cases,
};

kunit_test_suite(stage_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's stage");
MODULE_LICENSE("GPL");
