// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "oom": the kernel has killed a process for lack of memory. The hook is
 * the tracepoint oom:mark_victim, which fires with the victim's task lock held:
 * so no get_task_comm() here. Why it was killed is the call's, see oomcall.c.
 */
#include <linux/cgroup.h>
#include <linux/kernel.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/oom.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/oom.h>

#include "sources/canary.h"
#include "sources/oomcall.h"
#include "sources/sources.h"
#include "sources/tracepoint.h"

enum {
	KEV_OOM_GLOBAL = 1,
	KEV_OOM_MEMCG,
	KEV_OOM_UNKNOWN,
	KEV_OOM_NODES,
	KEV_OOM_SYSRQ,
};

static const char *const kev_oom_keys[] = {
	"VICTIM_PID", "VICTIM_COMM", "VICTIM_UID", "VICTIM_CGROUP_ID", "VICTIM_CGROUP",
	"VICTIM_VM_KB", "VICTIM_ANON_KB", "VICTIM_FILE_KB", "VICTIM_SHMEM_KB",
	"VICTIM_SWAP_KB", "VICTIM_PGTABLES_KB", "VICTIM_OOM_SCORE_ADJ",
	"SCOPE", "LIMIT_CGROUP", "LIMIT_KB", "ALLOC", NULL
};

#define KEV_OOM_KILLED	"killed process {VICTIM_PID} ({VICTIM_COMM})"

static const struct kevnotify_event kev_oom_events[] = {
	[KEV_OOM_GLOBAL]  = { "Out of memory: " KEV_OOM_KILLED, 2, kev_oom_keys },
	[KEV_OOM_MEMCG]	  = { "Cgroup out of memory: " KEV_OOM_KILLED, 3, kev_oom_keys },
	[KEV_OOM_UNKNOWN] = { "Out of memory: " KEV_OOM_KILLED, 2, kev_oom_keys },
	[KEV_OOM_NODES]	  = { "Out of memory on its nodes: " KEV_OOM_KILLED, 3, kev_oom_keys },
	[KEV_OOM_SYSRQ]	  = { "Out of memory, says sysrq: " KEV_OOM_KILLED, 4, kev_oom_keys },
};

static const struct kevnotify_desc kev_oom_desc = {
	.name	= "oom",
	.events	= kev_oom_events,
	.ids	= ARRAY_SIZE(kev_oom_events),
	.objects = true,
};

#define KEV_OOM_LACKS	": SCOPE, LIMIT_CGROUP, LIMIT_KB and ALLOC are left out"
#define KEV_OOM_NO_PROBE	"this kernel cannot probe out_of_memory()" KEV_OOM_LACKS
#define KEV_OOM_PROBE_OFF	(KEV_CANARY_OFF KEV_OOM_LACKS)

/* Why a kill was; strings that are NULL are not known */
struct kev_oom_cause {
	unsigned int	id;
	u64		object;	/* the limiting group, for the rate limit */
	const char	*scope;
	const char	*limit_cgroup;
	const char	*limit_kb;
	const char	*alloc;
};

/* One kill at a time, as the kernel's oom_lock is held; and the stack is deep then */
static struct {
	char	comm[TASK_COMM_LEN];
	char	cgroup[KEVNOTIFY_VALUE_MAX + 1];
	char	limit_cgroup[KEVNOTIFY_VALUE_MAX + 1];
	char	limit_kb[24];
	char	alloc[KEVNOTIFY_VALUE_MAX + 1];
} kev_oom_text;

static bool kev_oom_probed;

static u64 kev_oom_kb(unsigned long pages)
{
	return (u64)pages << (PAGE_SHIFT - 10);
}

#ifdef CONFIG_CGROUPS
/* Groups of v2 are never renamed, and a name lives as long as its group */
static const char *kev_oom_group(struct cgroup *cgrp)
{
	return (const char __force *)READ_ONCE(cgrp->kn->name);
}

/* The path of a group of v2, in buf; of one that is too long the end, behind "..." */
static const char *kev_oom_path(struct cgroup *cgrp, char buf[KEVNOTIFY_VALUE_MAX + 1])
{
	char *at = buf + KEVNOTIFY_VALUE_MAX;
	struct cgroup *parent;

	*at = '\0';
	for (parent = cgroup_parent(cgrp); parent; parent = cgroup_parent(cgrp)) {
		const char *name = kev_oom_group(cgrp);
		size_t len = strlen(name), part = min_t(size_t, len, at - buf);

		at -= part;
		memcpy(at, name + len - part, part);
		/* No room for the slash */
		if (at == buf)
			return memcpy(buf, "...", 3);
		*--at = '/';
		cgrp = parent;
	}
	if (!*at)
		*--at = '/';
	return at;
}

static u64 kev_oom_victim_cgroup(struct task_struct *victim, const char **path)
{
	struct cgroup *cgrp = task_dfl_cgroup(victim);

	*path = kev_oom_path(cgrp, kev_oom_text.cgroup);
	return cgroup_id(cgrp);
}
#else
static u64 kev_oom_victim_cgroup(struct task_struct *victim, const char **path)
{
	*path = NULL;
	return 0;
}
#endif

static const char *kev_oom_limit_kb(u64 kb)
{
	snprintf(kev_oom_text.limit_kb, sizeof(kev_oom_text.limit_kb), "%llu", kb);
	return kev_oom_text.limit_kb;
}

static void kev_oom_limit(const struct oom_control *oc, struct kev_oom_cause *cause)
{
#ifdef CONFIG_MEMCG
	unsigned long max;

	if (oc->memcg) {
		/* A group of v1 may be renamed and freed meanwhile */
		if (cgroup_subsys_on_dfl(memory_cgrp_subsys))
			cause->limit_cgroup = kev_oom_path(oc->memcg->css.cgroup,
							   kev_oom_text.limit_cgroup);
		cause->object = cgroup_id(oc->memcg->css.cgroup);
		max = READ_ONCE(oc->memcg->memory.max);
		if (max != PAGE_COUNTER_MAX)
			cause->limit_kb = kev_oom_limit_kb(kev_oom_kb(max));
		return;
	}
#endif
	cause->limit_cgroup = "";
	cause->limit_kb = kev_oom_limit_kb(kev_oom_kb(oc->totalpages));
}

static const char *kev_oom_scope(const struct oom_control *oc, unsigned int *id)
{
	*id = KEV_OOM_SYSRQ;
	if (oc->order == -1)
		return "sysrq";
	*id = KEV_OOM_MEMCG;
	if (oc->memcg)
		return "memcg";
	*id = KEV_OOM_NODES;
	if (oc->constraint == CONSTRAINT_CPUSET)
		return "cpuset";
	if (oc->constraint == CONSTRAINT_MEMORY_POLICY)
		return "mempolicy";
	*id = KEV_OOM_GLOBAL;
	return "global";
}

static void kev_oom_explain(const struct oom_control *oc, struct kev_oom_cause *cause)
{
	cause->scope = kev_oom_scope(oc, &cause->id);
	kev_oom_limit(oc, cause);
	snprintf(kev_oom_text.alloc, sizeof(kev_oom_text.alloc), "order=%d %pGg", oc->order,
		 &oc->gfp_mask);
	cause->alloc = kev_oom_text.alloc;
}

/* The victim may be a thread; told of is the process */
static void kev_oom_raise(struct kevnotify_source *src, struct task_struct *victim,
			  struct mm_struct *mm, const struct kev_oom_cause *cause)
{
	const char *path;
	u64 cgroup;

	rcu_read_lock();
	strscpy(kev_oom_text.comm, victim->group_leader->comm, sizeof(kev_oom_text.comm));
	cgroup = kev_oom_victim_cgroup(victim, &path);
	kevnotify_raise_of(src, cause->id, cause->object, victim,
			   KEVNOTIFY_S64(victim->tgid), KEVNOTIFY_STR(kev_oom_text.comm),
			   KEVNOTIFY_U64(__kuid_val(task_uid(victim))), KEVNOTIFY_U64(cgroup),
			   KEVNOTIFY_STR(path), KEVNOTIFY_U64(kev_oom_kb(mm->total_vm)),
			   KEVNOTIFY_U64(kev_oom_kb(kev_mm_counter(mm, MM_ANONPAGES))),
			   KEVNOTIFY_U64(kev_oom_kb(kev_mm_counter(mm, MM_FILEPAGES))),
			   KEVNOTIFY_U64(kev_oom_kb(kev_mm_counter(mm, MM_SHMEMPAGES))),
			   KEVNOTIFY_U64(kev_oom_kb(kev_mm_counter(mm, MM_SWAPENTS))),
			   KEVNOTIFY_U64(mm_pgtables_bytes(mm) >> 10),
			   KEVNOTIFY_S64(victim->signal->oom_score_adj),
			   KEVNOTIFY_STR(cause->scope), KEVNOTIFY_STR(cause->limit_cgroup),
			   KEVNOTIFY_STR(cause->limit_kb), KEVNOTIFY_STR(cause->alloc));
	rcu_read_unlock();
}

static void kev_oom_see(struct kevnotify_source *src, struct task_struct *victim)
{
	const struct oom_control *oc = kev_oomcall_control();
	struct kev_oom_cause cause = { .id = KEV_OOM_UNKNOWN };
	struct mm_struct *mm = victim->mm;

	if (!kev_oomcall_killed() || !mm)
		return;
	if (oc)
		kev_oom_explain(oc, &cause);
	kev_oom_raise(src, victim, mm, &cause);
}

static void kev_oom_mark(void *src, struct task_struct *victim, uid_t uid)
{
	kev_oom_see(src, victim);
}

/* Early 5.10: the pid is all that there is */
static void kev_oom_mark_pid(void *src, int pid)
{
	struct task_struct *victim;

	rcu_read_lock();
	victim = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	if (victim)
		kev_oom_see(src, victim);
	rcu_read_unlock();
}

static struct kev_tracepoints kev_oom_tracepoints = {
	.points = { { "mark_victim", KEV_PROBE(mark_victim, kev_oom_mark,
		      KEV_PROBE(mark_victim, kev_oom_mark_pid, NULL)) } },
};

/* What notes the call has to be there before the first mark, and until the last one */
static int kev_oom_start(struct kevnotify_source *src, const char **why)
{
	int err = kev_oomcall_start();

	kev_oom_probed = !err;
	if (err)
		pr_warn("source oom: " KEV_OOM_NO_PROBE " (%d)\n", err);
	err = kev_tracepoint_start(&kev_oom_tracepoints, src, why);
	if (err)
		kev_oomcall_stop();
	return err;
}

static void kev_oom_stop(void)
{
	kev_tracepoint_stop(&kev_oom_tracepoints);
	kev_oomcall_stop();
}

static const char *kev_oom_remark(void)
{
	if (!kev_oom_probed)
		return KEV_OOM_NO_PROBE;
	return kev_oomcall_deaf() ? KEV_OOM_PROBE_OFF : NULL;
}

const struct kev_builtin kev_oom = {
	.desc	= &kev_oom_desc,
	.on	= true,
	.start	= kev_oom_start,
	.stop	= kev_oom_stop,
	.remark	= kev_oom_remark,
};
