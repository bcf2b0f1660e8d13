/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_TREE_H
#define _KEV_TREE_H

#include <linux/sched.h>
#include <linux/types.h>

struct key;

#define KEV_TREE_NAMES	8

/**
 * struct kev_tree - processes that a walk found
 * @count: how many
 * @pid: of the first ones, in the initial pid namespace
 * @comm: their names
 */
struct kev_tree {
	unsigned int	count;
	pid_t		pid[KEV_TREE_NAMES];
	char		comm[KEV_TREE_NAMES][TASK_COMM_LEN];
};

int kev_tree_signal(const struct key *mark, pid_t but, u64 since, int sig, struct kev_tree *found);
bool kev_tree_any(void);

#endif /* _KEV_TREE_H */
