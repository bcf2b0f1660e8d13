// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "oom": the kernel chose a victim for lack of memory. The hook is the
 * tracepoint oom:mark_victim, which fires with the victim's task lock held: so
 * no get_task_comm() here.
 */
#include <linux/cgroup.h>
#include <linux/jiffies.h>
#include <linux/oom.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/oom.h>

#include "sources/sources.h"

enum {
	KEV_OOM_GLOBAL = 1,
	KEV_OOM_MEMCG,
};

static const char *const kev_oom_keys[] = {
	"VICTIM_PID", "VICTIM_COMM", "VICTIM_UID", "VICTIM_CGROUP_ID", "SCOPE", NULL
};

static const struct kevnotify_event kev_oom_events[] = {
	[KEV_OOM_GLOBAL] = { "Out of memory: killed process {VICTIM_PID} ({VICTIM_COMM})",
			     2, kev_oom_keys },
	[KEV_OOM_MEMCG]	 = { "Cgroup out of memory: killed process {VICTIM_PID} ({VICTIM_COMM})",
			     3, kev_oom_keys },
};

static const struct kevnotify_desc kev_oom_desc = {
	.name	= "oom",
	.events	= kev_oom_events,
	.ids	= ARRAY_SIZE(kev_oom_events),
};

/*
 * The OOM notifier runs for a global OOM only, in the task that kills, under
 * the kernel's oom_lock, before the mark. It also runs when nothing is killed
 * then, so the hint does not last: longer than a report takes on a slow
 * console, and no longer.
 */
#define KEV_OOM_HINT	(10 * HZ)

static struct kevnotify_source *kev_oom_source;
static struct tracepoint *kev_oom_tracepoint;
static struct task_struct *kev_oom_killer;	/* compared, never followed */
static unsigned long kev_oom_noticed;

static int kev_oom_notice(struct notifier_block *nb, unsigned long unused, void *freed)
{
	WRITE_ONCE(kev_oom_noticed, jiffies);
	WRITE_ONCE(kev_oom_killer, current);
	return NOTIFY_OK;
}

static struct notifier_block kev_oom_notifier = { .notifier_call = kev_oom_notice };

static bool kev_oom_global(void)
{
	return READ_ONCE(kev_oom_killer) == current &&
	       time_before(jiffies, READ_ONCE(kev_oom_noticed) + KEV_OOM_HINT);
}

static u64 kev_oom_cgroup(struct task_struct *victim)
{
	u64 id = 0;

#ifdef CONFIG_CGROUPS
	rcu_read_lock();
	id = cgroup_id(task_dfl_cgroup(victim));
	rcu_read_unlock();
#endif
	return id;
}

static void kev_oom_raise(struct task_struct *victim, uid_t uid)
{
	bool global = kev_oom_global();
	char comm[TASK_COMM_LEN];

	strscpy(comm, victim->comm, sizeof(comm));
	kevnotify_raise_of(kev_oom_source, global ? KEV_OOM_GLOBAL : KEV_OOM_MEMCG, 0, victim,
			   KEVNOTIFY_S64(victim->pid), KEVNOTIFY_STR(comm), KEVNOTIFY_U64(uid),
			   KEVNOTIFY_U64(kev_oom_cgroup(victim)),
			   KEVNOTIFY_STR(global ? "global" : "memcg"));
}

static void kev_oom_mark(void *data, struct task_struct *victim, uid_t uid)
{
	kev_oom_raise(victim, uid);
}

/* Early 5.10: the pid is all that there is */
static void kev_oom_mark_pid(void *data, int pid)
{
	struct task_struct *victim;

	rcu_read_lock();
	victim = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	if (victim)
		kev_oom_raise(victim, __kuid_val(task_uid(victim)));
	rcu_read_unlock();
}

static void *kev_oom_probe(void)
{
	BUILD_BUG_ON(KEV_PROBES(mark_victim, kev_oom_mark) +
		     KEV_PROBES(mark_victim, kev_oom_mark_pid) != 1);
	return KEV_PROBES(mark_victim, kev_oom_mark) ? (void *)kev_oom_mark :
						       (void *)kev_oom_mark_pid;
}

static void kev_oom_find(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "mark_victim"))
		kev_oom_tracepoint = tp;
}

static int kev_oom_start(struct kevnotify_source *src, const char **why)
{
	int err;

	for_each_kernel_tracepoint(kev_oom_find, NULL);
	if (!kev_oom_tracepoint) {
		*why = "this kernel has no tracepoint oom:mark_victim";
		return -ENODEV;
	}
	kev_oom_source = src;
	err = register_oom_notifier(&kev_oom_notifier);
	if (err)
		return err;
	err = tracepoint_probe_register(kev_oom_tracepoint, kev_oom_probe(), NULL);
	if (err)
		unregister_oom_notifier(&kev_oom_notifier);
	return err;
}

static void kev_oom_stop(void)
{
	tracepoint_probe_unregister(kev_oom_tracepoint, kev_oom_probe(), NULL);
	unregister_oom_notifier(&kev_oom_notifier);
	tracepoint_synchronize_unregister();
}

const struct kev_builtin kev_oom = {
	.desc	= &kev_oom_desc,
	.on	= true,
	.start	= kev_oom_start,
	.stop	= kev_oom_stop,
};
