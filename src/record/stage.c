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
#include "stat.h"

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

/*
 * Take a stage over from a task that died inside, of an oops in a caller's pointer,
 * before its reserve or after it. Preemption is off, so no other task is inside. Its
 * open slots, if any, are committed empty, or they would block the stage for ever.
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

/*
 * Does the CPU still come to its irq_work? After its last flush a dying one would keep the
 * work pending for ever. On RT a thread does it, which is parked before that, when the CPU is
 * not active any more.
 */
static bool kev_stage_rings(const struct kev_stage *st)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) ? cpu_active(st->cpu) : cpu_online(st->cpu);
}

/* Not inlined, as a raise seldom rings */
static noinline void kev_stage_ring(struct kev_stage *st)
{
	if (!kev_stage_rings(st))
		return;
	/* E: clear first, then queue: the CPU that reads 1 here owes the collector a wake-up */
	if (xchg(&st->armed, 0) && !kev_inject_fails(KEV_INJECT_DOORBELL))
		irq_work_queue(&st->ring);
}

/*
 * Hand a filled slot, and its ticket, to the collector; inside kev_stage_enter(). A
 * function, as tests interrupt between reserve and commit.
 */
void kev_stage_commit(struct kev_stage *st, struct kev_slot *slot, u32 ticket)
{
	/* C: pairs with F in kev_stage_committed() */
	smp_store_release(&slot->state, ticket + 1);
	/* D: commit before both tests; pairs with J in kev_stage_arm(), K in kev_stage_begin() */
	smp_mb();
	if (!cpumask_test_cpu(st->cpu, &kev_stage_filled)) {
		cpumask_set_cpu(st->cpu, &kev_stage_filled);
		/* L: the bit before the flag: a sleeper has looked at the bit after arming */
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

/* A pass takes at most one stage's size from each, so that a flood on one CPU cannot hold it */
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

/* The stage whose next event is the oldest; NULL when the pass is over */
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

/* A stage's next event, which stays the stage's until kev_stage_free() */
const struct kev_event *kev_stage_event(const struct kev_stage *st)
{
	return kev_stage_slot(st, st->tail)->event;
}

/* Give the slot at the tail back to the producer: its event has been copied */
void kev_stage_free(struct kev_stage *st)
{
	/* G: the copy before the slot's reuse; pairs with A in kev_stage_reserve() */
	smp_store_release(&st->tail, st->tail + 1);
}

/*
 * Ask every CPU to ring at its next event. On every turn of the collector's wait, after
 * set_current_state() and before kev_stage_pending(): a doorbell armed once outside the
 * loop is lost when it wakes the collector in the middle of an older raise.
 */
void kev_stage_arm(void)
{
	unsigned int cpu;

	WRITE_ONCE(kev_stage_bell, false);
	for_each_possible_cpu(cpu) {
		struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);

		/* What clears a flag that is set here wakes us after our set_current_state() */
		if (!READ_ONCE(st->armed))
			WRITE_ONCE(st->armed, 1);
	}
	/* J: arm before the look at the slots; pairs with D and L in kev_stage_commit() */
	smp_mb();
}

/* Is there an event that can be collected? */
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

/*
 * Is there an event for which a doorbell should have rung? A CPU that is not online
 * rings none: CPU hotplug's callbacks see to its events.
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

/* Since kev_stage_arm() */
bool kev_stage_rung(void)
{
	return READ_ONCE(kev_stage_bell);
}

/* How many slots a CPU's stage has handed out: the index of the next one */
u32 kev_stage_head(unsigned int cpu)
{
	return READ_ONCE(per_cpu_ptr(&kev_stages, cpu)->head);
}

u32 kev_stage_tail(unsigned int cpu)
{
	return READ_ONCE(per_cpu_ptr(&kev_stages, cpu)->tail);
}

/* Have all slots been collected that there were when kev_stage_head() said @head? */
bool kev_stage_passed(unsigned int cpu, u32 head)
{
	return (s32)(kev_stage_tail(cpu) - head) >= 0;
}

/* How many events are staged; exact when nothing is raised */
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

/* raise repairs its own CPU's stage; this is for what cannot wait for the next raise */
void kev_stage_repair_all(void)
{
	on_each_cpu(kev_stage_repair_this, NULL, 1);
}

/* Of a CPU that can neither run nor come back meanwhile, so that it is not called */
void kev_stage_repair_dead(unsigned int cpu)
{
	kev_stage_repair(per_cpu_ptr(&kev_stages, cpu));
}

/* The task that the doorbell wakes; the caller's reference, until kev_stage_detach() */
void kev_stage_attach(struct task_struct *collector)
{
	WRITE_ONCE(kev_stage_collector, collector);
}

/* Afterwards no doorbell refers to the collector */
void kev_stage_detach(void)
{
	unsigned int cpu;

	WRITE_ONCE(kev_stage_collector, NULL);
	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(&kev_stages, cpu)->ring);
}

/* Nothing is to be killed for stages that are too big for this machine */
#define KEV_STAGE_GFP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

static int kev_stage_alloc(struct kev_stage *st, unsigned int slots, int node)
{
	st->slots = kvzalloc_node(array_size(slots, sizeof(*st->slots)), KEV_STAGE_GFP, node);
	/* A power of two, of which the allocator wastes nothing; so the spare ones are apart */
	st->events = kvzalloc_node(array_size(slots, sizeof(*st->events)), KEV_STAGE_GFP, node);
	st->spares = kvzalloc_node(array_size(KEV_CONTEXTS, sizeof(*st->spares)), KEV_STAGE_GFP,
				   node);
	return st->slots && st->events && st->spares ? 0 : -ENOMEM;
}

static int kev_stage_create(unsigned int cpu, unsigned int slots)
{
	struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);
	/* Close to the wrap, so that every use of it passes there soon */
	u32 start = -4 * slots;
	u32 i;

	if (kev_stage_alloc(st, slots, cpu_to_node(cpu)))
		return -ENOMEM;
	/* Events are not captured on the stack of the code that raises: it may be nearly full */
	for (i = 0; i < KEV_CONTEXTS; i++)
		st->spare[i] = &st->spares[i];
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

/* @slots: of each CPU that may ever come; a power of two */
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

/* Nothing raises any more, and the collector is gone */
void kev_stage_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct kev_stage *st = per_cpu_ptr(&kev_stages, cpu);

		kvfree(st->spares);
		kvfree(st->events);
		kvfree(st->slots);
		st->spares = NULL;
		st->events = NULL;
		st->slots = NULL;
	}
}
