// SPDX-License-Identifier: GPL-2.0-only
/*
 * wake: how kevnotifyd is told to look again, and how others wait until it has.
 * A low file: whatever changes something for kevnotifyd can call it.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>

#include "wake.h"

DECLARE_WAIT_QUEUE_HEAD(kev_wake_waiters);

static struct task_struct __rcu *kev_wake_thread;
static int kev_wake_kicks;
static bool kev_wake_ends;
/* Passes over the stages; kevnotifyd writes */
static struct {
	u32	begun;
	u32	ended;
} kev_wake_pass;

/* Have kevnotifyd look again. From any context but NMI, with no scheduler lock held. */
void kev_wake_kick(void)
{
	struct task_struct *thread;

	/* wake_up_process() has the barrier; pairs with kev_dispatch_sleep(): state, then look */
	WRITE_ONCE(kev_wake_kicks, 1);
	/* The end of a check at a write may come here when kevnotifyd has gone */
	rcu_read_lock();
	thread = rcu_dereference(kev_wake_thread);
	if (thread)
		wake_up_process(thread);
	rcu_read_unlock();
}

/* Was there a kick since the last call? For kevnotifyd. */
bool kev_wake_kicked(void)
{
	return xchg(&kev_wake_kicks, 0);
}

/* Have all tasks in kev_wake_waiters look at their condition again */
void kev_wake_all(void)
{
	wake_up_all(&kev_wake_waiters);
}

/* Have kevnotifyd make a pass; returns what to give to kev_wake_passed() */
u32 kev_wake_ask(void)
{
	u32 begun;

	/* What was staged, or set, is seen in each pass that is not among these */
	smp_mb();
	begun = READ_ONCE(kev_wake_pass.begun);
	kev_wake_kick();
	return begun;
}

/*
 * Has a pass ended that began after kev_wake_ask()? kevnotifyd has seen what was
 * done before.
 */
bool kev_wake_passed(u32 asked)
{
	/* Pairs with kev_wake_end_pass() */
	return (s32)(smp_load_acquire(&kev_wake_pass.ended) - asked) > 0;
}

/*
 * Wait until all that was staged is in the log: as long as kevnotifyd gets no CPU.
 * Returns -EINTR for a fatal signal, -ENODEV when the module goes.
 */
int kev_wake_drain(void)
{
	u32 asked = kev_wake_ask();

	if (wait_event_killable(kev_wake_waiters,
				kev_wake_passed(asked) || kev_wake_stopping()))
		return -EINTR;
	return kev_wake_passed(asked) ? 0 : -ENODEV;
}

/* Likewise for a second at most, in a loop that knows when it is enough */
void kev_wake_drain_once(void)
{
	u32 asked = kev_wake_ask();

	wait_event_timeout(kev_wake_waiters, kev_wake_passed(asked), HZ);
}

/* kevnotifyd has not looked at any stage yet */
void kev_wake_begin_pass(void)
{
	/* Pairs with kev_wake_ask() */
	smp_store_mb(kev_wake_pass.begun, kev_wake_pass.begun + 1);
}

/* What the pass collected is in the log */
void kev_wake_end_pass(void)
{
	/* Pairs with kev_wake_passed() */
	smp_store_release(&kev_wake_pass.ended, kev_wake_pass.begun);
	kev_wake_all();
}

/* The module goes: no run starts, and every wait ends */
void kev_wake_set_stopping(void)
{
	WRITE_ONCE(kev_wake_ends, true);
	kev_wake_all();
	kev_wake_kick();
}

/* Does the module go? */
bool kev_wake_stopping(void)
{
	return READ_ONCE(kev_wake_ends);
}

/* Has kevnotifyd died, by an oops? Then there is no pass any more. */
bool kev_wake_dead(void)
{
	struct task_struct *thread;
	bool dead;

	rcu_read_lock();
	thread = rcu_dereference(kev_wake_thread);
	dead = thread && READ_ONCE(thread->exit_state);
	rcu_read_unlock();
	return dead;
}

/* Kicks go to this thread from now on */
void kev_wake_attach(struct task_struct *thread)
{
	rcu_assign_pointer(kev_wake_thread, get_task_struct(thread));
}

/* kevnotifyd has ended: kicks go nowhere */
void kev_wake_detach(void)
{
	struct task_struct *thread = rcu_dereference_protected(kev_wake_thread, true);

	RCU_INIT_POINTER(kev_wake_thread, NULL);
	synchronize_rcu();
	put_task_struct(thread);
}
