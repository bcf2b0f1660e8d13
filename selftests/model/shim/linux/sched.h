/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SCHED_H
#define _SHIM_LINUX_SCHED_H

#include <linux/atomic.h>

#include "../shim.h"

#define TASK_COMM_LEN	16

#define TASK_RUNNING		0
#define TASK_INTERRUPTIBLE	1

struct task_struct {
	int	state;
	int	pid;
};

extern __thread struct task_struct *current;

#define set_current_state(s)	((void)xchg(&current->state, s))

static inline void wake_up_process(struct task_struct *task)
{
	if (xchg(&task->state, TASK_RUNNING) != TASK_RUNNING)
		shim_wake(&task->state);
}

#endif /* _SHIM_LINUX_SCHED_H */
