/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_WAKE_H
#define _KEV_WAKE_H

#include <linux/sched.h>
#include <linux/types.h>
#include <linux/wait.h>

/* Tasks that wait for a pass, for the end of a run or for a test */
extern wait_queue_head_t kev_wake_waiters;

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
void kev_wake_attach(struct task_struct *thread);
void kev_wake_detach(void);

#endif /* _KEV_WAKE_H */
