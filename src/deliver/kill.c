// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill: the end of a run whose time is over. TERM goes to the program and to all
 * of its tree, then KILL sweeps through it until none is left, as what forks may
 * slip through one.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>

#include "kill.h"
#include "launch.h"

#define KEV_KILL_TERM_TIME	(2 * HZ)	/* from TERM to KILL */
#define KEV_KILL_KILL_TIME	HZ		/* from the first KILL to the last */
#define KEV_KILL_LOOK_MIN	msecs_to_jiffies(10)	/* between looks at the tree, doubled */
#define KEV_KILL_LOOK_MAX	msecs_to_jiffies(200)

/* The rest of its tree, with what became of it: one line */
static void kev_kill_name_others(const struct kev_kill *k, const struct kev_launch *l,
				 const char *what)
{
	char names[KEV_TREE_NAMES * (TASK_COMM_LEN + 14)];
	const struct kev_tree *found = &k->others;
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < min_t(unsigned int, found->count, KEV_TREE_NAMES); i++)
		len += scnprintf(names + len, sizeof(names) - len, " %*pEhp[%d]",
				 (int)strnlen(found->comm[i], TASK_COMM_LEN), found->comm[i],
				 found->pid[i]);
	if (len)
		pr_info("helper for record %llu: %s%s\n", kev_launch_seq(l), what, names);
}

/* Not those at TERM, which may have gone, and have forked */
static void kev_kill_name_left(struct kev_kill *k, const struct kev_launch *l)
{
	kev_tree_signal(kev_launch_mark(l), kev_launch_pid(l), k->since, 0, &k->others);
	kev_kill_name_others(k, l, "these processes of it are left:");
}

static void kev_kill_set_stage(struct kev_kill *k, enum kev_kill_stage stage, unsigned long ticks)
{
	k->stage = stage;
	k->until = jiffies + ticks;
	k->look = KEV_KILL_LOOK_MIN;
}

/* What began before @since, in ns of CLOCK_MONOTONIC, is no part of the tree */
void kev_kill_start(struct kev_kill *k, struct kev_launch *l, u64 since)
{
	k->since = since;
	kev_launch_kill(l, SIGTERM);
	kev_tree_signal(kev_launch_mark(l), kev_launch_pid(l), since, SIGTERM, &k->others);
	kev_kill_set_stage(k, KEV_KILL_TERM, KEV_KILL_TERM_TIME);
}

/* How many of its tree, but for the program itself, are left; negative: not known */
static int kev_kill_sweep(const struct kev_kill *k, struct kev_launch *l, bool over)
{
	int sig = k->stage == KEV_KILL_KILL ? SIGKILL : 0;

	if (sig)
		kev_launch_kill(l, sig);
	else if (!over)
		return 0;
	return kev_tree_signal(kev_launch_mark(l), kev_launch_pid(l), k->since, sig, NULL);
}

/* With so many jiffies left of a stage: how many until the next look */
static unsigned long kev_kill_wait(struct kev_kill *k, bool over, unsigned long left)
{
	unsigned long look = k->look;

	/* Before that its end wakes us */
	if (k->stage == KEV_KILL_TERM && !over)
		return left;
	k->look = min(2 * look, KEV_KILL_LOOK_MAX);
	return min(look, left);
}

/*
 * Go on with what kev_kill_start() began. True when the program has ended, and the
 * others or the time for both; or when it survived SIGKILL and is given up. Else
 * @left is filled: jiffies until the next step.
 */
bool kev_kill_step(struct kev_kill *k, struct kev_launch *l, unsigned long *left)
{
	bool over = kev_launch_over(l), last = k->stage == KEV_KILL_KILL;
	int others = kev_kill_sweep(k, l, over);
	/* The clock is read once, or it may pass the end before the time to sleep is known */
	long rest = k->until - jiffies;
	bool late = rest <= 0;

	if (over && (!others || (last && late))) {
		if (others)
			kev_kill_name_left(k, l);
		else
			kev_kill_name_others(k, l, "killed with it:");
		return true;
	}
	if (late && last) {
		pr_warn("helper for record %llu: pid %d survived SIGKILL and is given up\n",
			kev_launch_seq(l), kev_launch_pid(l));
		kev_kill_name_left(k, l);
		return true;
	}
	*left = 0;
	if (late)
		kev_kill_set_stage(k, KEV_KILL_KILL, KEV_KILL_KILL_TIME);
	else
		*left = kev_kill_wait(k, over, rest);
	return false;
}
