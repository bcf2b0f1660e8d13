// SPDX-License-Identifier: GPL-2.0-only
/*
 * tree: the processes that bear the mark of one run, wherever in the machine's
 * tree of processes they have gone.
 */
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "selfnoise.h"
#include "tree.h"

/* Processes looked at before others may run */
#define KEV_TREE_BATCH	128

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

/*
 * Signal all that bears a mark, but the process @but and those that began before
 * @since, in ns of CLOCK_MONOTONIC. @sig 0: only look. @found: what was found is
 * added there, or NULL. Returns how many there were; -EAGAIN if the walk did not
 * come to its end.
 */
int kev_tree_signal(const struct key *mark, pid_t but, u64 since, int sig, struct kev_tree *found)
{
	struct task_struct *p;
	int n = 0, seen = 0;

	rcu_read_lock();
	for_each_process(p) {
		if (++seen % KEV_TREE_BATCH == 0 && !kev_tree_breathe(p)) {
			n = -EAGAIN;
			break;
		}
		if (p->flags & PF_KTHREAD || p->pid == but || p->start_time < since ||
		    !kev_tree_has(p, mark))
			continue;
		if (found)
			kev_tree_note(found, p);
		/* Within the same RCU section, so that the pid is still this process's */
		if (sig)
			kill_pid(task_tgid(p), sig, 1);
		n++;
	}
	rcu_read_unlock();
	return n;
}
