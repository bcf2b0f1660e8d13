// SPDX-License-Identifier: GPL-2.0-only
/*
 * pause: the reasons why no new run may start.
 */
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "params.h"
#include "pause.h"
#include "wake.h"

/* Until init is over */
static unsigned long kev_pauses = BIT(KEV_PAUSE_LOAD);

/**
 * kev_pause_set() - a reason has come
 * @why: the reason
 *
 * Context: any.
 */
void kev_pause_set(enum kev_pause why)
{
	set_bit(why, &kev_pauses);
}

/**
 * kev_pause_clear() - a reason has gone
 * @why: the reason
 *
 * Context: task.
 */
void kev_pause_clear(enum kev_pause why)
{
	clear_bit(why, &kev_pauses);
	kev_wake_kick();
	kev_wake_all();
}

/**
 * kev_pause_is() - is this a reason why no run starts?
 * @why: the reason
 *
 * Context: any.
 * Return: true if so.
 */
bool kev_pause_is(enum kev_pause why)
{
	return test_bit(why, &kev_pauses);
}

/**
 * kev_pause_any() - is there any reason?
 *
 * Context: any.
 * Return: true if so.
 */
bool kev_pause_any(void)
{
	return READ_ONCE(kev_pauses);
}

/**
 * kev_pause_power() - does the machine suspend or go down?
 *
 * Context: any.
 */
bool kev_pause_power(void)
{
	return kev_pause_is(KEV_PAUSE_PM) || kev_pause_is(KEV_PAUSE_REBOOT);
}

static void kev_grace_over(struct work_struct *work)
{
	kev_pause_clear(KEV_PAUSE_GRACE);
}

static DECLARE_DELAYED_WORK(kev_grace_work, kev_grace_over);

/**
 * kev_pause_grace() - a reason for as long as the parameter "grace" says
 *
 * Context: task.
 */
void kev_pause_grace(void)
{
	unsigned int grace = kev_param(KEV_GRACE);

	if (!grace)
		return;
	kev_pause_set(KEV_PAUSE_GRACE);
	mod_delayed_work(system_unbound_wq, &kev_grace_work, msecs_to_jiffies(grace));
}

/**
 * kev_pause_end_grace() - let runs start before the parameter "grace" says so
 *
 * Context: task.
 */
void kev_pause_end_grace(void)
{
	if (kev_pause_is(KEV_PAUSE_GRACE))
		mod_delayed_work(system_unbound_wq, &kev_grace_work, 0);
}

/**
 * kev_pause_init() - start with the grace at load
 *
 * Context: task.
 * Return: 0.
 */
int kev_pause_init(void)
{
	kev_pause_grace();
	return 0;
}

/**
 * kev_pause_exit() - let the grace end nothing any more
 *
 * Context: task; may sleep.
 */
void kev_pause_exit(void)
{
	cancel_delayed_work_sync(&kev_grace_work);
}
