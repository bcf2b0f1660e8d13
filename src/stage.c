// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stage: a ring a CPU in which raise leaves an event, in any context, and
 * the doorbell by which it wakes the collector.
 *
 * Documentation/design/stage.rst has the protocol and what was proved of it;
 * the letters at the barriers are its letters. selftests/model builds this file
 * in user space too.
 */
#include <linux/cpumask.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "inject.h"
#include "stage.h"
#include "stats.h"

DEFINE_PER_CPU_ALIGNED(struct kev_stage, kev_stages);

/* Stages that may hold a committed event. A bit may be set for nothing; it is never missing. */
static struct cpumask kev_stage_filled;
/* Stages that the present pass has not emptied yet; the collector's own. */
static struct cpumask kev_stage_pass;

static struct task_struct *kev_stage_collector;
/* Has any doorbell rung since the collector armed them? */
static bool kev_stage_bell;

static bool kev_stage_committed(const struct kev_stage *st, u32 index)
{
	/* F: pairs with C in kev_stage_commit() */
	return smp_load_acquire(&kev_stage_slot(st, index)->state) == index + 1;
}

/* Handed out and never committed? By order, as a nested raise may have taken the slot again. */
static bool kev_stage_open(const struct kev_stage *st, u32 index)
{
	return (s32)(READ_ONCE(kev_stage_slot(st, index)->state) - (index + 1)) < 0;
}

/**
 * kev_stage_repair() - take a stage over from a task that died inside
 * @st: this CPU's stage
 *
 * The task died of an oops in a caller's pointer, before its reserve or after
 * it. Preemption was off, so nobody else can be inside at task level. Its open
 * slots, if any, are committed empty, or they would block the stage for ever.
 *
 * Context: any, with preemption disabled.
 */
void kev_stage_repair(struct kev_stage *st)
{
	unsigned long flags;
	u32 i;

	/* Not against kev_stage_repair_all()'s interrupt, half way */
	raw_local_irq_save(flags);
	/* Where that interrupted a nested raise, an open slot may be of one that lives */
	if (st->writer && st->writer != kev_stage_self() && !st->inside) {
		for (i = READ_ONCE(st->tail); i != READ_ONCE(st->head); i++) {
			struct kev_slot *slot = kev_stage_slot(st, i);

			if (!kev_stage_open(st, i))
				continue;
			slot->event->source = KEV_SOURCE_NONE;
			kev_stage_commit(st, slot, i);
		}
		WRITE_ONCE(st->writer, 0);
		kev_stat_inc(KEV_STAT_REFUSED);
		kev_stat_inc(KEV_STAT_REPAIRED);
	}
	raw_local_irq_restore(flags);
}

/* Not inlined, as a raise seldom rings */
static noinline void kev_stage_ring(struct kev_stage *st)
{
	/* After its last irq_work flush a dying CPU would keep the work pending for ever */
	if (!cpu_online(st->cpu))
		return;
	/* E: clear first, then queue: who reads 1 here owes the collector a wake-up */
	if (xchg(&st->armed, 0) && !kev_inject(KEV_INJECT_DOORBELL))
		irq_work_queue(&st->ring);
}

/**
 * kev_stage_commit() - hand a filled slot to the collector
 * @st: this CPU's stage
 * @slot: from kev_stage_reserve(); the collector's from now on
 * @ticket: likewise
 *
 * Context: any, inside kev_stage_enter().
 */
void kev_stage_commit(struct kev_stage *st, struct kev_slot *slot, u32 ticket)
{
	/* C: pairs with F in kev_stage_committed() */
	smp_store_release(&slot->state, ticket + 1);
	/* D: commit before both tests; pairs with J in kev_stage_arm(), K in kev_stage_begin() */
	smp_mb();
	if (!cpumask_test_cpu(st->cpu, &kev_stage_filled)) {
		cpumask_set_cpu(st->cpu, &kev_stage_filled);
		/* L: the bit before the flag: who sleeps has looked at the bit after arming */
		smp_mb__after_atomic();
	}
	if (READ_ONCE(st->armed))
		kev_stage_ring(st);
}

static void kev_stage_wake(struct irq_work *work)
{
	struct task_struct *collector = READ_ONCE(kev_stage_collector);

	kev_stat_inc(KEV_STAT_DOORBELLS);
	WRITE_ONCE(kev_stage_bell, true);
	if (collector)
		wake_up_process(collector);
}

/**
 * kev_stage_begin() - start a pass over the stages
 *
 * A pass takes at most one stage's size from each, so that a flood on one CPU
 * cannot hold the collector.
 *
 * Context: the collector.
 */
void kev_stage_begin(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &kev_stage_filled) {
		struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);

		cpumask_clear_cpu(cpu, &kev_stage_filled);
		cpumask_set_cpu(cpu, &kev_stage_pass);
		st->limit = st->tail + st->size;
	}
	/* K: the bits are clear before any slot is read; pairs with D in kev_stage_commit() */
	smp_mb();
}

/* This stage is done for the present pass; if it may hold more, the next pass looks again. */
static void kev_stage_end(struct kev_stage *st)
{
	cpumask_clear_cpu(st->cpu, &kev_stage_pass);
	if (READ_ONCE(st->head) != st->tail)
		cpumask_set_cpu(st->cpu, &kev_stage_filled);
}

/* Is there a whole event at the tail? Slots of writers that died are passed over. */
static bool kev_stage_ready(struct kev_stage *st)
{
	while (st->tail != st->limit && kev_stage_committed(st, st->tail)) {
		if (kev_stage_event(st)->source != KEV_SOURCE_NONE)
			return true;
		kev_stage_free(st);
	}
	return false;
}

/**
 * kev_stage_oldest() - the stage whose next event is the oldest
 *
 * Context: the collector, after kev_stage_begin().
 * Return: the stage; NULL when the pass is over.
 */
struct kev_stage *kev_stage_oldest(void)
{
	struct kev_stage *st, *oldest = NULL;
	unsigned int cpu;

	for_each_cpu(cpu, &kev_stage_pass) {
		st = per_cpu_ptr(&kev_stages, cpu);
		if (!kev_stage_ready(st))
			kev_stage_end(st);
		else if (!oldest || kev_stage_event(st)->mono < kev_stage_event(oldest)->mono)
			oldest = st;
	}
	return oldest;
}

/**
 * kev_stage_event() - the next event of a stage
 * @st: from kev_stage_oldest()
 *
 * Context: the collector.
 * Return: the event, which stays the stage's until kev_stage_free().
 */
const struct kev_event *kev_stage_event(const struct kev_stage *st)
{
	return kev_stage_slot(st, st->tail)->event;
}

/**
 * kev_stage_free() - give the slot at the tail back to the producer
 * @st: the stage, whose event has been copied
 *
 * Context: the collector.
 */
void kev_stage_free(struct kev_stage *st)
{
	/* G: the copy before the slot's reuse; pairs with A in kev_stage_reserve() */
	smp_store_release(&st->tail, st->tail + 1);
}

/**
 * kev_stage_arm() - ask every CPU to ring at its next event
 *
 * Called on every turn of the collector's wait, after set_current_state() and
 * before kev_stage_pending(): a doorbell armed once outside the loop is lost
 * when it wakes the collector in the middle of an older raise.
 *
 * Context: the collector.
 */
void kev_stage_arm(void)
{
	unsigned int cpu;

	WRITE_ONCE(kev_stage_bell, false);
	for_each_possible_cpu(cpu) {
		struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);

		/* Whoever clears a flag that we see set wakes us after our set_current_state() */
		if (!READ_ONCE(st->armed))
			WRITE_ONCE(st->armed, 1);
	}
	/* J: arm before the look at the slots; pairs with D and L in kev_stage_commit() */
	smp_mb();
}

/**
 * kev_stage_pending() - is there an event that can be collected?
 *
 * Context: any.
 * Return: true if so.
 */
bool kev_stage_pending(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &kev_stage_filled) {
		struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);

		if (kev_stage_committed(st, READ_ONCE(st->tail)))
			return true;
	}
	return false;
}

/**
 * kev_stage_overdue() - is there an event for which a doorbell should have rung?
 *
 * A CPU that is not online rings nobody: CPU hotplug's callbacks see to its events.
 *
 * Context: the collector, when its wait has timed out.
 * Return: true if so.
 */
bool kev_stage_overdue(void)
{
	unsigned int cpu;

	for_each_cpu(cpu, &kev_stage_filled) {
		struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);

		if (cpu_online(cpu) && kev_stage_committed(st, READ_ONCE(st->tail)))
			return true;
	}
	return false;
}

/**
 * kev_stage_rung() - has a doorbell rung since kev_stage_arm()?
 *
 * Context: the collector.
 * Return: true if so.
 */
bool kev_stage_rung(void)
{
	return READ_ONCE(kev_stage_bell);
}

/**
 * kev_stage_head() - how many slots a CPU's stage has handed out
 * @cpu: the CPU
 *
 * Context: any.
 * Return: the index of the next slot to reserve.
 */
u32 kev_stage_head(unsigned int cpu)
{
	return READ_ONCE(per_cpu_ptr(&kev_stages, cpu)->head);
}

/**
 * kev_stage_tail() - how far a CPU's stage has been collected
 * @cpu: the CPU
 *
 * Context: any.
 * Return: the index of the next slot to collect.
 */
u32 kev_stage_tail(unsigned int cpu)
{
	return READ_ONCE(per_cpu_ptr(&kev_stages, cpu)->tail);
}

/**
 * kev_stage_passed() - have all slots before @head been collected?
 * @cpu: the CPU
 * @head: what kev_stage_head() said once
 *
 * Context: any.
 * Return: true if so.
 */
bool kev_stage_passed(unsigned int cpu, u32 head)
{
	return (s32)(kev_stage_tail(cpu) - head) >= 0;
}

/**
 * kev_stage_count() - how many events are staged
 *
 * Context: any.
 * Return: the sum over all CPUs, which is exact when nothing is raised.
 */
unsigned long kev_stage_count(void)
{
	unsigned long n = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		u32 tail = kev_stage_tail(cpu);

		n += kev_stage_head(cpu) - tail;
	}
	return n;
}

static void kev_stage_repair_this(void *unused)
{
	kev_stage_repair(this_cpu_ptr(&kev_stages));
}

/**
 * kev_stage_repair_all() - repair the stages that a dead writer blocks
 *
 * raise repairs its own CPU's; this is for who cannot wait for the next raise.
 *
 * Context: task; may sleep.
 */
void kev_stage_repair_all(void)
{
	on_each_cpu(kev_stage_repair_this, NULL, 1);
}

/**
 * kev_stage_repair_dead() - repair the stage of a CPU that has gone
 * @cpu: the CPU: kev_stage_repair_all() does not reach it
 *
 * Context: task, while the CPU can neither run nor come back.
 */
void kev_stage_repair_dead(unsigned int cpu)
{
	kev_stage_repair(per_cpu_ptr(&kev_stages, cpu));
}

/**
 * kev_stage_attach() - name the task that the doorbell wakes
 * @collector: the task; the caller's reference, until kev_stage_detach()
 *
 * Context: task.
 */
void kev_stage_attach(struct task_struct *collector)
{
	WRITE_ONCE(kev_stage_collector, collector);
}

/**
 * kev_stage_detach() - let the doorbell wake nobody
 *
 * Context: task; may sleep. Afterwards no doorbell refers to the collector.
 */
void kev_stage_detach(void)
{
	unsigned int cpu;

	WRITE_ONCE(kev_stage_collector, NULL);
	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&kev_stages, cpu)->ring);
}

/* Nothing is to be killed for stages that are too big for this machine */
#define KEV_STAGE_GFP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static int kev_stage_create(unsigned int cpu, unsigned int slots)
{
	struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);
	/* Close to the wrap, so that every use of it passes there soon */
	u32 start = -4 * slots;
	u32 i;

	st->slots = kvzalloc_node(array_size(slots, sizeof(*st->slots)), KEV_STAGE_GFP,
				  cpu_to_node(cpu));
	st->events = kvzalloc_node(array_size(slots + KEV_CONTEXTS, sizeof(*st->events)),
				   KEV_STAGE_GFP, cpu_to_node(cpu));
	if (!st->slots || !st->events)
		return -ENOMEM;
	/* Events are not captured on the stack of the code that raises: it may be nearly full */
	for (i = 0; i < KEV_CONTEXTS; i++)
		st->spare[i] = &st->events[slots + i];
	st->cpu = cpu;
	st->size = slots;
	st->head = start;
	st->tail = start;
	for (i = 0; i < slots; i++) {
		st->slots[i].state = start + i + 1 - slots;
		st->slots[i].event = &st->events[i];
	}
	init_irq_work(&st->ring, kev_stage_wake);
	return 0;
}

/**
 * kev_stage_init() - make a stage for every CPU that may ever come
 * @slots: size of each, a power of two
 *
 * Context: task; may sleep.
 * Return: 0 or -ENOMEM.
 */
int kev_stage_init(unsigned int slots)
{
	unsigned int cpu;
	int err;

	BUILD_BUG_ON(sizeof(struct kev_event) != KEV_EVENT_BYTES);
	for_each_possible_cpu(cpu) {
		err = kev_stage_create(cpu, slots);
		if (err) {
			pr_err("stage_slots: no memory for %u slots of each of %u CPUs, not loaded\n",
			       slots, num_possible_cpus());
			kev_stage_exit();
			return err;
		}
	}
	return 0;
}

/**
 * kev_stage_exit() - undo kev_stage_init()
 *
 * Context: task; may sleep. Nothing raises any more, and the collector is gone.
 */
void kev_stage_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);

		kvfree(st->events);
		kvfree(st->slots);
		st->events = NULL;
		st->slots = NULL;
	}
}
