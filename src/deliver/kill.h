/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_KILL_H
#define _KEV_KILL_H

#include <linux/types.h>

#include "tree.h"

struct kev_launch;

enum kev_kill_stage {
	KEV_KILL_NONE,
	KEV_KILL_TERM,
	KEV_KILL_KILL,
};

/* How far a run is ended; all zero: not at all */
struct kev_kill {
	enum kev_kill_stage	stage;
	unsigned long		until;	/* jiffies: the end of this stage */
	unsigned long		look;	/* jiffies from one look at the tree to the next */
	u64			since;	/* ns: what began before is no part of its tree */
	struct kev_tree		others;	/* its tree at TERM, or what is left; without the program */
};

void kev_kill_start(struct kev_kill *k, struct kev_launch *l, u64 since);
bool kev_kill_step(struct kev_kill *k, struct kev_launch *l, unsigned long *left);

#endif /* _KEV_KILL_H */
