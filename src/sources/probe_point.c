// SPDX-License-Identifier: GPL-2.0-only
/*
 * One probe: the kernel runs into its place, or the function there returns a negative
 * int. That may be anywhere, so its handlers are called in any context, and call nothing
 * but raise.
 */
#include <asm/local.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/string.h>

#include "kevnotify.h"
#include "sources/probe_point.h"

/* Calls of one function that may be under way while their results are waited for */
#define KEV_PROBE_POINT_ACTIVE	64

/* Is it a task that runs into the probe? A breakpoint by itself counts as an NMI. */
static __always_inline bool kev_probe_point_in_task(void)
{
	unsigned long count = preempt_count() & (NMI_MASK | HARDIRQ_MASK);

	return !in_serving_softirq() && (!count || count == NMI_OFFSET + HARDIRQ_OFFSET);
}

/*
 * An event wakes kevnotifyd: if that ran into a probe, there would be another one. No
 * program can pass for it.
 */
static __always_inline bool kev_probe_point_is_own(void)
{
	return current->flags & PF_KTHREAD && !strcmp(current->comm, "kevnotifyd");
}

/* Count the hit. Returns whether to raise it. */
static __always_inline bool kev_probe_point_count(struct kev_probe_point *p, bool task)
{
	bool own = task && kev_probe_point_is_own();
	struct kev_probe_count *count;

	preempt_disable_notrace();
	count = this_cpu_ptr(p->count);
	local_inc(own ? &count->own : &count->hits);
	preempt_enable_notrace();
	return !own;
}

static int kev_probe_point_called(struct kprobe *kp, struct pt_regs *regs)
{
	struct kev_probe_point *p = container_of(kp, struct kev_probe_point, hook.kp);
	bool task = kev_probe_point_in_task();

	/* The subject is the task: what a run of the helper calls does not start the next */
	if (kev_probe_point_count(p, task))
		kevnotify_raise_of(p->src, KEV_PROBE_CALL, p->number,
				   task ? current : NULL, KEVNOTIFY_STR(p->name),
				   KEVNOTIFY_STR(p->where));
	return 0;
}

NOKPROBE_SYMBOL(kev_probe_point_called);

static int kev_probe_point_returned(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *hook = kev_kretprobe(ri);
	int result = regs_return_value(regs);
	bool task = kev_probe_point_in_task();
	struct kev_probe_point *p;

	if (result >= 0 || !hook)
		return 0;
	p = container_of(hook, struct kev_probe_point, hook);
	if (kev_probe_point_count(p, task))
		kevnotify_raise_of(p->src, KEV_PROBE_RETURN, p->number,
				   task ? current : NULL, KEVNOTIFY_STR(p->name),
				   KEVNOTIFY_STR(p->where), KEVNOTIFY_S64(result));
	return 0;
}

NOKPROBE_SYMBOL(kev_probe_point_returned);

static int kev_probe_point_register(struct kev_probe_point *p, unsigned int flags)
{
	struct kretprobe *hook = &p->hook;

	/* What the last registration found out must not be there at the next */
	memset(hook, 0, sizeof(*hook));
	hook->kp.symbol_name = p->symbol;
	hook->kp.offset = p->offset;
	hook->kp.flags = flags;
	if (!p->returns) {
		hook->kp.pre_handler = kev_probe_point_called;
		return register_kprobe(&hook->kp);
	}
	hook->handler = kev_probe_point_returned;
	hook->maxactive = KEV_PROBE_POINT_ACTIVE;
	return register_kretprobe(hook);
}

static void kev_probe_point_unregister(struct kev_probe_point *p)
{
	if (p->returns)
		unregister_kretprobe(&p->hook);
	else
		unregister_kprobe(&p->hook.kp);
}

/*
 * Is a probe, which is not armed, one of a place that can be probed? @src: leave it armed if
 * so, and raise its hits there; NULL: do not. -EPERM if the kernel is locked down, -EDEADLK
 * inside kevnotify, or what the kernel says.
 */
int kev_probe_point_try(struct kev_probe_point *p, struct kevnotify_source *src)
{
	int err = security_locked_down(LOCKDOWN_KPROBES);

	/* Not armed before it is known where that is */
	if (!err)
		err = kev_probe_point_register(p, KPROBE_FLAG_DISABLED);
	if (err)
		return err;
	p->src = src;
	if (within_module((unsigned long)p->hook.kp.addr, THIS_MODULE))
		err = -EDEADLK;
	else if (src)
		err = enable_kprobe(&p->hook.kp);
	p->armed = src && !err;
	if (!p->armed)
		kev_probe_point_unregister(p);
	return err;
}

/* How many hits the kernel could not tell of, since the probe was made */
unsigned long kev_probe_point_missed(const struct kev_probe_point *p)
{
	unsigned long n = p->missed;

	if (p->armed)
		n += p->hook.kp.nmissed + p->hook.nmissed;
	return n;
}

/* All of one kind, so that the kernel waits once for the calls that are under way */
static void kev_probe_point_unregister_kind(struct list_head *points, bool returns)
{
	struct kretprobe *hooks[KEV_PROBES_MAX];
	struct kprobe *kps[KEV_PROBES_MAX];
	struct kev_probe_point *p;
	int n = 0;

	list_for_each_entry(p, points, list) {
		if (!p->armed || p->returns != returns)
			continue;
		hooks[n] = &p->hook;
		kps[n++] = &p->hook.kp;
	}
	if (returns)
		unregister_kretprobes(hooks, n);
	else
		unregister_kprobes(kps, n);
}

/* Take probes from the kernel; sleeps until none of them is under way */
void kev_probe_point_disarm(struct list_head *points)
{
	struct kev_probe_point *p;

	kev_probe_point_unregister_kind(points, false);
	kev_probe_point_unregister_kind(points, true);
	list_for_each_entry(p, points, list) {
		p->missed = kev_probe_point_missed(p);
		p->armed = false;
	}
}
