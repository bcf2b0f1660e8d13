/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_STAGE_H
#define _KEV_STAGE_H

#include <asm/local.h>
#include <linux/bitops.h>
#include <linux/irq_work.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/types.h>

#include "event.h"
#include "inject.h"

/**
 * struct kev_slot - room for one staged event
 * @state: the ticket: index + 1 of the event that the slot holds, never cleared
 * @event: the slot's, for now; whole while @state says so
 */
struct kev_slot {
	u32			state;
	struct kev_event	*event;
};

/**
 * struct kev_stage - one CPU's ring of events that wait to be recorded
 * @head: index of the next slot to reserve; only grows
 * @size: number of slots, a power of two
 * @cpu: whose stage this is
 * @inside: bit per enum kev_context but KEV_TASK: a raise at this level is under way here
 * @writer: pid + 1 of the task inside at task level; 0 where none is
 * @slots: the slots
 * @spare: what a raise under way captures its event in, per enum kev_context
 * @events: the memory of as many events as there are slots
 * @spares: the memory of the spare ones; events of both kinds change places
 * @tail: index of the next slot to collect; only grows
 * @armed: the collector wants the doorbell
 * @limit: where the collector's present pass ends; its own
 * @ring: wakes the collector; one a CPU, as a shared one can stay claimed on a dead CPU
 *
 * The first line is written by this CPU alone; in the second the collector
 * writes @tail and @limit, and both write @armed.
 */
struct kev_stage {
	u32			head ____cacheline_aligned;
	u32			size;
	unsigned int		cpu;
	unsigned int		inside;
	u32			writer;
	struct kev_slot		*slots;
	struct kev_event	*spare[KEV_CONTEXTS];
	struct kev_event	*events;
	struct kev_event	*spares;

	u32			tail ____cacheline_aligned;
	u32			armed;
	u32			limit;
	struct irq_work		ring;
};

DECLARE_PER_CPU_ALIGNED(struct kev_stage, kev_stages);

/* The producer's side: raise.c, in any context. */
void kev_stage_repair(struct kev_stage *st);
void kev_stage_commit(struct kev_stage *st, struct kev_slot *slot, u32 ticket);

/* The enum kev_context that this code runs in */
static __always_inline unsigned int kev_stage_context(void)
{
	if (likely(in_task()))
		return KEV_TASK;
	if (in_nmi())
		return KEV_NMI;
	return hardirq_count() ? KEV_HARDIRQ : KEV_SOFTIRQ;
}

/* The task, for as long as it matters: the next one often gets a dead task's memory */
static __always_inline u32 kev_stage_self(void)
{
	return current->pid + 1;
}

/* Say that a raise at this level is under way on this CPU, where none is */
static __always_inline void kev_stage_mark(struct kev_stage *st, unsigned int context)
{
	if (likely(context == KEV_TASK))
		/* That, and which task, in one store: kev_stage_repair_all() may interrupt */
		WRITE_ONCE(st->writer, kev_stage_self());
	else
		/* A nested raise leaves @inside as it found it, so plain stores do. */
		WRITE_ONCE(st->inside, st->inside | BIT(context));
	barrier();
}

/* False where a raise at this level is under way on this CPU. */
static inline bool kev_stage_claim(struct kev_stage *st, unsigned int context)
{
	if (context != KEV_TASK) {
		if (st->inside & BIT(context))
			return false;
	} else if (READ_ONCE(st->writer)) {
		kev_stage_repair(st);
		if (READ_ONCE(st->writer))
			return false;
	}
	kev_stage_mark(st, context);
	return true;
}

/*
 * Begin a raise on this CPU, with preemption disabled until kev_stage_leave(): the
 * slot operations are atomic against this CPU only, and the section is the RCU
 * reader that kevnotify_source_unregister() waits for. NULL, with preemption as it
 * was, where a raise at this level is under way already.
 */
static inline struct kev_stage *kev_stage_enter(unsigned int context)
{
	struct kev_stage *st;

	preempt_disable_notrace();
	st = this_cpu_ptr(&kev_stages);
	if (kev_stage_claim(st, context))
		return st;
	preempt_enable_notrace();
	return NULL;
}

/* End what kev_stage_enter() began; enables preemption */
static __always_inline void kev_stage_leave(struct kev_stage *st, unsigned int context)
{
	barrier();
	if (likely(context == KEV_TASK))
		WRITE_ONCE(st->writer, 0);
	else
		WRITE_ONCE(st->inside, st->inside & ~BIT(context));
	preempt_enable_notrace();
}

static inline struct kev_slot *kev_stage_slot(const struct kev_stage *st, u32 index)
{
	return &st->slots[index & (st->size - 1)];
}

/*
 * Take the next slot, for kev_stage_commit(); NULL when the stage is full. @mono:
 * the time of the reservation, in ns; a stage's order is time's order. Up to the
 * commit no pointer of a caller may be followed: a fault would leave the slot open.
 */
static __always_inline struct kev_slot *kev_stage_reserve(struct kev_stage *st, u32 *ticket,
							  u64 *mono)
{
	u32 head, tail;

	if (kev_inject_fails(KEV_INJECT_STAGE))
		return NULL;
	do {
		head = READ_ONCE(st->head);
		/* A: pairs with G in kev_stage_free(); after head, or full is seen wrongly */
		tail = smp_load_acquire(&st->tail);
		if (unlikely((s32)(head - tail) >= (s32)st->size))
			return NULL;
		*mono = ktime_get_mono_fast_ns();
		/* B: atomic against this CPU's nested raises, and no more is needed */
	} while (unlikely(cmpxchg_local(&st->head, head, head + 1) != head));
	*ticket = head;
	return kev_stage_slot(st, head);
}

/*
 * Stage the event that was captured in this context's spare one, all but its time: it and
 * the slot's change places. False when the stage is full.
 */
static __always_inline bool kev_stage_put(struct kev_stage *st, unsigned int context)
{
	struct kev_event *ev = st->spare[context];
	struct kev_slot *slot;
	u32 ticket;

	slot = kev_stage_reserve(st, &ticket, &ev->mono);
	if (unlikely(!slot))
		return false;
	st->spare[context] = slot->event;
	slot->event = ev;
	kev_stage_commit(st, slot, ticket);
	return true;
}

/* The collector's side: kevnotifyd. */
void kev_stage_begin(void);
struct kev_stage *kev_stage_oldest(void);
const struct kev_event *kev_stage_event(const struct kev_stage *st);
void kev_stage_free(struct kev_stage *st);
void kev_stage_arm(void);
bool kev_stage_pending(void);
bool kev_stage_overdue(void);
bool kev_stage_rung(void);

/* In task context. */
bool kev_stage_passed(unsigned int cpu, u32 head);
u32 kev_stage_head(unsigned int cpu);
u32 kev_stage_tail(unsigned int cpu);
unsigned long kev_stage_count(void);
void kev_stage_repair_all(void);
void kev_stage_repair_dead(unsigned int cpu);

void kev_stage_attach(struct task_struct *collector);
void kev_stage_detach(void);
int kev_stage_init(unsigned int slots);
void kev_stage_exit(void);

#endif /* _KEV_STAGE_H */
