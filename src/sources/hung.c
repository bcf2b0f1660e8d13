// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "hung": a task has not run for long, and no signal can reach it. Raised by
 * khungtaskd, for as long as it lasts.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <trace/events/sched.h>

#include "sources/sources.h"
#include "sources/tracepoint.h"

#define KEV_HUNG	1

static const char *const kev_hung_keys[] = {
	"TASK_PID", "TASK_COMM", "TASK_UID", "TASK_CGROUP_ID", "SECONDS", NULL
};

static const struct kevnotify_event kev_hung_events[] = {
	[KEV_HUNG] = { "task {TASK_COMM} ({TASK_PID}) has been stuck in the kernel for {SECONDS} s",
		       3, kev_hung_keys },
};

static const struct kevnotify_desc kev_hung_desc = {
	.name	= "hung",
	.events	= kev_hung_events,
	.ids	= ARRAY_SIZE(kev_hung_events),
	.objects = true,
};

#ifdef CONFIG_DETECT_HUNG_TASK

static u64 kev_hung_cgroup(struct task_struct *task)
{
#ifdef CONFIG_CGROUPS
	return cgroup_id(task_dfl_cgroup(task));
#else
	return 0;
#endif
}

static u64 kev_hung_seconds(const struct task_struct *task)
{
	return (jiffies - task->last_switch_time) / HZ;
}

static void kev_hung_probe(void *src, struct task_struct *task)
{
	u64 cgroup;

	rcu_read_lock();
	cgroup = kev_hung_cgroup(task);
	kevnotify_raise_of(src, KEV_HUNG, cgroup, task, KEVNOTIFY_S64(task->pid),
			   KEVNOTIFY_COMM(task->comm),
			   KEVNOTIFY_U64(__kuid_val(task_uid(task))), KEVNOTIFY_U64(cgroup),
			   KEVNOTIFY_U64(kev_hung_seconds(task)));
	rcu_read_unlock();
}

#define KEV_HUNG_PROBE	KEV_PROBE(sched_process_hang, kev_hung_probe, NULL)

#else

/* Such a kernel looks for no task that hangs */
#define KEV_HUNG_PROBE	NULL

#endif

static struct kev_tracepoints kev_hung_tracepoints = {
	.points = { { "sched_process_hang", KEV_HUNG_PROBE } },
};

static const char *kev_hung_remark(void)
{
	if (!test_taint(TAINT_DIE))
		return NULL;
	return "since its oops the kernel looks for no task that hangs";
}

const struct kev_builtin kev_hung = {
	.desc	= &kev_hung_desc,
	.on	= true,
	.tracepoints = &kev_hung_tracepoints,
	.remark	= kev_hung_remark,
};
