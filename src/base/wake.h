/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_WAKE_H
#define _KEV_WAKE_H

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/wait.h>

/* Tasks that wait for a pass, for the end of a run or for a test */
extern wait_queue_head_t kev_wake_waiters;

/*
 * What is left of so many jiffies that began at @since; 0: they are over. The clock is read
 * once, as it must not pass the end between a look and a subtraction; and it may have come
 * round since then.
 */
static inline unsigned long kev_wake_left(unsigned long since, unsigned long ticks)
{
	unsigned long age = jiffies - since;

	return age < ticks ? ticks - age : 0;
}

void kev_wake_kick(void);
void kev_wake_all(void);
bool kev_wake_kicked(void);
u32 kev_wake_ask(void);
bool kev_wake_passed(u32 asked);
int kev_wake_drain(void);
void kev_wake_drain_once(void);
void kev_wake_begin_pass(void);
void kev_wake_end_pass(void);

void kev_wake_set_stopping(void);
bool kev_wake_stopping(void);
bool kev_wake_dead(void);
void kev_wake_attach(struct task_struct *thread);
void kev_wake_detach(void);

#endif /* _KEV_WAKE_H */
