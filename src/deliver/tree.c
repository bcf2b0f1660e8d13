// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree: the processes that bear the mark of one run, wherever in the machine's
 * tree of processes they have gone.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "selfnoise.h"
#include "tree.h"

/* How long a walk goes on before others may run */
#define KEV_TREE_TURN	(HZ / 50)
/* A walk that lost its place begins anew, so many times in all */
#define KEV_TREE_WALKS	4

/* What a walk is to find and to do; see kev_tree_signal() */
struct kev_tree_hunt {
	const struct key	*mark;
	pid_t			but;
	u64			since;
	int			sig;
	struct kev_tree		*found;
	int			n;
};

/* Does a live thread of the process bear the mark? A dead leader's may be the last ones. */
static bool kev_tree_has(struct task_struct *p, const struct key *mark)
{
	struct task_struct *t;

	for_each_thread(p, t)
		if (!READ_ONCE(t->exit_state) && kev_selfnoise_bears(t, mark))
			return true;
	return false;
}

/* Let others run; false if the walk cannot go on from there */
static bool kev_tree_breathe(struct task_struct *p)
{
	bool alive;

	get_task_struct(p);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	alive = pid_alive(p);
	put_task_struct(p);
	return alive;
}

static void kev_tree_note(struct kev_tree *found, struct task_struct *p)
{
	unsigned int n = found->count++;

	if (n >= KEV_TREE_NAMES)
		return;
	found->pid[n] = p->pid;
	get_task_comm(found->comm[n], p);
}

/* Show @look all processes, until it says that this is enough; false if the walk lost its place */
static bool kev_tree_walk(bool (*look)(struct task_struct *p, void *arg), void *arg)
{
	unsigned long turn = jiffies;
	struct task_struct *p;
	bool whole = true;

	rcu_read_lock();
	for_each_process(p) {
		if (!(p->flags & PF_KTHREAD) && look(p, arg))
			break;
		if (time_before(jiffies, turn + KEV_TREE_TURN))
			continue;
		whole = kev_tree_breathe(p);
		if (!whole)
			break;
		turn = jiffies;
	}
	rcu_read_unlock();
	return whole;
}

static bool kev_tree_hit(struct task_struct *p, void *arg)
{
	struct kev_tree_hunt *h = arg;

	if (p->pid == h->but || p->start_time < h->since || !kev_tree_has(p, h->mark))
		return false;
	if (h->found)
		kev_tree_note(h->found, p);
	/* Within the same RCU section, so that the pid is still this process's */
	if (h->sig)
		kill_pid(task_tgid(p), h->sig, 1);
	h->n++;
	return false;
}

/*
 * Signal all that bears a mark, but the process @but and those that began before
 * @since, in ns of CLOCK_MONOTONIC. @sig 0: only look. @found: filled with what was
 * found, or NULL. Returns how many there were; -EAGAIN if no walk came to its end. What
 * was signalled by one that did not is signalled again.
 */
int kev_tree_signal(const struct key *mark, pid_t but, u64 since, int sig, struct kev_tree *found)
{
	struct kev_tree_hunt h = { mark, but, since, sig, found };
	unsigned int walks = 0;
	bool whole = false;

	while (!whole && walks++ < KEV_TREE_WALKS) {
		h.n = 0;
		if (found)
			found->count = 0;
		whole = kev_tree_walk(kev_tree_hit, &h);
	}
	return whole ? h.n : -EAGAIN;
}

static bool kev_tree_is_marked(struct task_struct *p, void *found)
{
	struct task_struct *t;

	for_each_thread(p, t)
		if (!READ_ONCE(t->exit_state) && kev_selfnoise_subject(t) != KEV_NOISE_NONE)
			*(bool *)found = true;
	return *(bool *)found;
}

/* Does a process bear the mark of a run, also of one that is over? */
bool kev_tree_any(void)
{
	unsigned int walks = 0;
	bool found = false;

	while (!kev_tree_walk(kev_tree_is_marked, &found) && ++walks < KEV_TREE_WALKS)
		;
	return found;
}
