/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_IRQ_WORK_H
#define _SHIM_LINUX_IRQ_WORK_H

#include <linux/atomic.h>
#include <linux/preempt.h>

struct irq_work {
	void	(*func)(struct irq_work *work);
	int	pending;
};

static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *work))
{
	work->func = func;
	work->pending = 0;
}

static inline void irq_work_run_one(void *arg)
{
	struct irq_work *work = arg;

	xchg(&work->pending, 0);
	work->func(work);
}

static inline void irq_work_queue(struct irq_work *work)
{
	if (!xchg(&work->pending, 1))
		shim_self(irq_work_run_one, work);
}

static inline void irq_work_sync(struct irq_work *work)
{
	/* The function's stores, before who waited for it goes on */
	while (smp_load_acquire(&work->pending))
		;
}

#define raw_local_irq_save(flags)	((flags) = shim_irq_save())
#define raw_local_irq_restore(flags)	shim_irq_restore(flags)

#endif /* _SHIM_LINUX_IRQ_WORK_H */
