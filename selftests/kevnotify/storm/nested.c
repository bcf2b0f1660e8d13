// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raises an event and interrupts that raise, between reserve and commit. Write
 * to the parameter "action":
 *
 *	nmi		an NMI raises there
 *	int3		a breakpoint's handler does, which is NMI context too
 *	recursion	the same task does
 *	reserve		an NMI does, in the middle of the reserve
 *	oops CPU	a task dies there in its raise, by a bad pointer it gave
 *	die CPU		a task dies there in its raise, between reserve and commit
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <kevnotify.h>

#include "nmi.h"

#define NESTED_TIMES	10
#define NESTED_SPINS	100000000
#define NESTED_COMMIT	"kev_stage_commit"
/* Between a reserve's look at the head and its compare-exchange */
#define NESTED_STAMP	"ktime_get_mono_fast_ns"

enum nested_id {
	NESTED_OUTER = 1,
	NESTED_INNER,
	NESTED_BAD,
};

static const char *const nested_keys[] = { "SERIAL", NULL };
static const char *const nested_bad_keys[] = { "TEXT", NULL };

static const struct kevnotify_event nested_events[] = {
	[NESTED_OUTER]	= { "outer {SERIAL}", 4, nested_keys },
	[NESTED_INNER]	= { "inner {SERIAL}", 4, nested_keys },
	[NESTED_BAD]	= { "bad {TEXT}", 4, nested_bad_keys },
};

static const struct kevnotify_desc nested_desc = {
	.name	= "nested",
	.events	= nested_events,
	.ids	= ARRAY_SIZE(nested_events),
};

/* Calls that were made, the last call being the serial number; calls inside an NMI; lost NMIs */
static unsigned int outer, inner, nmis, missed;
module_param(outer, uint, 0444);
module_param(inner, uint, 0444);
module_param(nmis, uint, 0444);
module_param(missed, uint, 0444);

static struct kevnotify_source *nested_source;
static DEFINE_MUTEX(nested_mutex);
/* In whose raise the probe acts */
static struct task_struct *nested_task;
static bool nested_asked;
/* It has acted in this raise: a reserve that is tried again comes by again */
static bool nested_done;

static void nested_raise_inner(void)
{
	inner++;
	nmis += !!in_nmi();
	kevnotify_raise(nested_source, NESTED_INNER, KEVNOTIFY_U64(inner));
}

static int nested_in_nmi(unsigned int type, struct pt_regs *regs)
{
	if (!READ_ONCE(nested_asked))
		return NMI_DONE;
	nested_raise_inner();
	WRITE_ONCE(nested_asked, false);
	return NMI_HANDLED;
}

static int nested_nmi_handler(struct kprobe *p, struct pt_regs *regs)
{
	unsigned int spins;

	if (current != nested_task || nested_done)
		return 0;
	nested_done = true;
	WRITE_ONCE(nested_asked, true);
	storm_nmi_send(raw_smp_processor_id());
	for (spins = 0; READ_ONCE(nested_asked) && spins < NESTED_SPINS; spins++)
		cpu_relax();
	missed += READ_ONCE(nested_asked);
	return 0;
}

static int nested_raise_handler(struct kprobe *p, struct pt_regs *regs)
{
	if (current == nested_task)
		nested_raise_inner();
	return 0;
}

static void nested_die(void)
{
	WRITE_ONCE(*(int *)16, 0);
}

/* The task goes on in nested_die() instead of kev_stage_commit() */
static int nested_die_handler(struct kprobe *p, struct pt_regs *regs)
{
	if (current != nested_task)
		return 0;
	instruction_pointer_set(regs, (unsigned long)nested_die);
	return 1;
}

/* That there is one keeps the breakpoint from becoming a jump */
static void nested_after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

/* The probes take a fresh struct each time, as registration fills it in */
static struct kprobe nested_probe;

static int nested_probe_at(const char *symbol, kprobe_pre_handler_t handler, unsigned int offset)
{
	memset(&nested_probe, 0, sizeof(nested_probe));
	nested_probe.symbol_name = symbol;
	nested_probe.offset = offset;
	nested_probe.pre_handler = handler;
	nested_probe.post_handler = offset ? nested_after : NULL;
	return register_kprobe(&nested_probe);
}

static int nested_raise_outer(const char *symbol, kprobe_pre_handler_t handler,
			      unsigned int offset)
{
	unsigned int i;
	int err;

	err = nested_probe_at(symbol, handler, offset);
	if (err)
		return err;
	nested_task = current;
	for (i = 0; i < NESTED_TIMES; i++) {
		outer++;
		nested_done = false;
		kevnotify_raise(nested_source, NESTED_OUTER, KEVNOTIFY_U64(outer));
		nested_done = true;
		/* A stage may be small */
		usleep_range(1000, 2000);
	}
	nested_task = NULL;
	unregister_kprobe(&nested_probe);
	return 0;
}

static int nested_nmi(const char *symbol)
{
	int err;

	err = register_nmi_handler(NMI_LOCAL, nested_in_nmi, 0, "kevnotify-nested");
	if (err)
		return err;
	err = nested_raise_outer(symbol, nested_nmi_handler, 0);
	unregister_nmi_handler(NMI_LOCAL, "kevnotify-nested");
	return err;
}

/* Behind the place for ftrace, where a probe is no breakpoint; and behind an endbr64 */
static int nested_int3(void)
{
	int err;

	err = nested_raise_outer(NESTED_COMMIT, nested_raise_handler, 5);
	return err ? nested_raise_outer(NESTED_COMMIT, nested_raise_handler, 9) : 0;
}

static int nested_oops_thread(void *unused)
{
	outer++;
	kevnotify_raise(nested_source, NESTED_BAD, KEVNOTIFY_STR((const char *)16));
	return 0;
}

static int nested_die_thread(void *unused)
{
	outer++;
	nested_task = current;
	kevnotify_raise(nested_source, NESTED_OUTER, KEVNOTIFY_U64(outer));
	return 0;
}

/* A thread of its own dies: whoever writes the parameter holds locks */
static int nested_kill(int (*fn)(void *), unsigned int cpu)
{
	struct task_struct *task;

	task = kthread_create(fn, NULL, "nested/%u", cpu);
	if (IS_ERR(task))
		return PTR_ERR(task);
	get_task_struct(task);
	kthread_bind(task, cpu);
	wake_up_process(task);
	while (!READ_ONCE(task->exit_state))
		msleep(20);
	put_task_struct(task);
	return 0;
}

static int nested_kill_committing(unsigned int cpu)
{
	int err;

	err = nested_probe_at(NESTED_COMMIT, nested_die_handler, 0);
	if (err)
		return err;
	err = nested_kill(nested_die_thread, cpu);
	nested_task = NULL;
	unregister_kprobe(&nested_probe);
	return err;
}

static int nested_act(const char *action)
{
	unsigned int cpu;

	if (sysfs_streq(action, "nmi"))
		return nested_nmi(NESTED_COMMIT);
	if (sysfs_streq(action, "int3"))
		return nested_int3();
	if (sysfs_streq(action, "recursion"))
		return nested_raise_outer(NESTED_COMMIT, nested_raise_handler, 0);
	if (sysfs_streq(action, "reserve"))
		return nested_nmi(NESTED_STAMP);
	if (sscanf(action, "oops %u", &cpu) == 1)
		return nested_kill(nested_oops_thread, cpu);
	if (sscanf(action, "die %u", &cpu) == 1)
		return nested_kill_committing(cpu);
	return -EINVAL;
}

static int nested_action_set(const char *action, const struct kernel_param *kp)
{
	int err;

	mutex_lock(&nested_mutex);
	err = nested_source ? nested_act(action) : -ENODEV;
	mutex_unlock(&nested_mutex);
	return err;
}

static const struct kernel_param_ops nested_action_ops = {
	.set = nested_action_set,
};

module_param_cb(action, &nested_action_ops, NULL, 0200);

static int __init nested_init(void)
{
	struct kevnotify_source *src;

	src = kevnotify_source_register(THIS_MODULE, &nested_desc);
	if (IS_ERR(src))
		return PTR_ERR(src);
	mutex_lock(&nested_mutex);
	nested_source = src;
	mutex_unlock(&nested_mutex);
	return 0;
}

static void __exit nested_exit(void)
{
	struct kevnotify_source *src = nested_source;

	mutex_lock(&nested_mutex);
	nested_source = NULL;
	mutex_unlock(&nested_mutex);
	kevnotify_source_unregister(src);
}

module_init(nested_init);
module_exit(nested_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Raises inside a raise, for kevnotify's tests");
MODULE_LICENSE("GPL");
