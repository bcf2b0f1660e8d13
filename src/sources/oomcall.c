// SPDX-License-Identifier: GPL-2.0-only
/*
 * The call of out_of_memory() that is under way: why the kernel looks for a
 * victim. All callers hold the kernel's oom_lock, so there is one at a time. Most
 * calls kill nothing, so the probe only takes a note.
 */
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/oom.h>
#include <linux/percpu.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/vmstat.h>

#include "sources/canary.h"
#include "sources/oomcall.h"

/*
 * @task is inside the call: compared, never followed. @control is on its stack.
 * @kills is the kernel's count of its kills when the call began, or at the last look.
 */
static struct {
	struct task_struct		*task;
	const struct oom_control	*control;
	unsigned long			kills;
} kev_oomcall;

static __always_inline unsigned long kev_oomcall_kills(void)
{
	unsigned long n = 0;
#ifdef CONFIG_VM_EVENT_COUNTERS
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		n += READ_ONCE(per_cpu(vm_event_states, cpu).event[OOM_KILL]);
#endif
	return n;
}

/*
 * In the probe of mark_victim: does the mark stand for a kill? The kernel also marks a
 * process that is ending anyway, to let it have the reserves. Its count tells: it grows
 * before the mark.
 */
bool kev_oomcall_killed(void)
{
	unsigned long before = kev_oomcall.kills;

	kev_oomcall.kills = kev_oomcall_kills();
	return !IS_ENABLED(CONFIG_VM_EVENT_COUNTERS) || kev_oomcall.kills != before;
}

/*
 * In the probe of mark_victim: what out_of_memory() was asked for, valid during the mark; NULL
 * if the probe of out_of_memory() did not run
 */
const struct oom_control *kev_oomcall_control(void)
{
	/* A note that was never taken back may point to a stack that has gone */
	if (READ_ONCE(kev_oomcall.task) != current ||
	    !object_is_on_stack((void *)kev_oomcall.control))
		return NULL;
	return kev_oomcall.control;
}

#if defined(CONFIG_KRETPROBES) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)

static int kev_oomcall_enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	kev_oomcall.control = (void *)regs_get_kernel_argument(regs, 0);
	kev_oomcall.kills = kev_oomcall_kills();
	WRITE_ONCE(kev_oomcall.task, current);
	return 0;
}

NOKPROBE_SYMBOL(kev_oomcall_enter);

static int kev_oomcall_leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	WRITE_ONCE(kev_oomcall.task, NULL);
	return 0;
}

NOKPROBE_SYMBOL(kev_oomcall_leave);

static struct kretprobe kev_oomcall_probe = {
	.kp.symbol_name	= "out_of_memory",
	.entry_handler	= kev_oomcall_enter,
	.handler	= kev_oomcall_leave,
	.maxactive	= 4,
};

static bool kev_oomcall_probed;

static int kev_oomcall_register(void)
{
	int err;

	/* What the last registration found out must not be there at the next */
	kev_oomcall_probe.kp.addr = NULL;
	kev_oomcall_probe.kp.flags = 0;
	err = register_kretprobe(&kev_oomcall_probe);
	kev_oomcall_probed = !err;
	if (!err)
		kev_canary_start();
	return err;
}

/* After the last probe of mark_victim has returned */
void kev_oomcall_stop(void)
{
	if (kev_oomcall_probed) {
		kev_canary_stop();
		unregister_kretprobe(&kev_oomcall_probe);
	}
	kev_oomcall_probed = false;
	/* From a call that was under way nothing returns to us any more */
	kev_oomcall.task = NULL;
}

/* As kev_canary_deaf() */
bool kev_oomcall_deaf(void)
{
	return kev_oomcall_probed && kev_canary_deaf();
}

#else

static int kev_oomcall_register(void)
{
	return -EOPNOTSUPP;
}

void kev_oomcall_stop(void)
{
}

bool kev_oomcall_deaf(void)
{
	return false;
}

#endif

/*
 * Before mark_victim is probed. An error where out_of_memory() cannot be probed:
 * kev_oomcall_killed() works all the same.
 */
int kev_oomcall_start(void)
{
	kev_oomcall.kills = kev_oomcall_kills();
	return kev_oomcall_register();
}
