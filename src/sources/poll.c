// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll: one work looks at all that has to be looked at every "interval". It is
 * deferrable, so that no idle CPU is woken for it; and where there is nothing to
 * look at, or no interval, it is not queued at all.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "param.h"
#include "sources/poll.h"

static void kev_poll_work(struct work_struct *work);

static DECLARE_DEFERRABLE_WORK(kev_poll_next, kev_poll_work);
static LIST_HEAD(kev_polls);
static DEFINE_MUTEX(kev_poll_mutex);

/* With the mutex held */
static void kev_poll_arm(unsigned int delay)
{
	if (kev_param(KEV_INTERVAL) && !list_empty(&kev_polls))
		mod_delayed_work(system_unbound_wq, &kev_poll_next, msecs_to_jiffies(delay));
	else
		cancel_delayed_work(&kev_poll_next);
}

static void kev_poll_work(struct work_struct *work)
{
	struct kev_poll *poll;

	mutex_lock(&kev_poll_mutex);
	list_for_each_entry(poll, &kev_polls, list)
		poll->look(poll);
	kev_poll_arm(kev_param(KEV_INTERVAL));
	mutex_unlock(&kev_poll_mutex);
}

/* The parameter was written: look at once, so that a new period starts now */
static void kev_poll_interval(void)
{
	mutex_lock(&kev_poll_mutex);
	kev_poll_arm(0);
	mutex_unlock(&kev_poll_mutex);
}

/* Look at something every "interval". One start or stop at a time. */
void kev_poll_start(struct kev_poll *poll)
{
	kev_param_watch(KEV_INTERVAL, kev_poll_interval);
	mutex_lock(&kev_poll_mutex);
	list_add_tail(&poll->list, &kev_polls);
	/* Another one's next look is this one's first: to put it off could go on for ever */
	if (list_is_singular(&kev_polls))
		kev_poll_arm(kev_param(KEV_INTERVAL));
	mutex_unlock(&kev_poll_mutex);
}

/* Sleeps until no look at it is under way, and after the last one's no work either */
void kev_poll_stop(struct kev_poll *poll)
{
	bool last;

	mutex_lock(&kev_poll_mutex);
	list_del(&poll->list);
	last = list_empty(&kev_polls);
	mutex_unlock(&kev_poll_mutex);
	/* Nothing arms it again while the list is empty */
	if (last)
		cancel_delayed_work_sync(&kev_poll_next);
}

/* Keep looks away */
void kev_poll_lock(void)
{
	mutex_lock(&kev_poll_mutex);
}

void kev_poll_unlock(void)
{
	mutex_unlock(&kev_poll_mutex);
}
