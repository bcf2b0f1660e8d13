// SPDX-License-Identifier: GPL-2.0-only
/*
 * pause: the reasons why no new run may start.
 */
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "param.h"
#include "pause.h"
#include "wake.h"

/* Until init is over */
static unsigned long kev_pauses = BIT(KEV_PAUSE_LOAD);

void kev_pause_set(enum kev_pause why)
{
	set_bit(why, &kev_pauses);
}

void kev_pause_clear(enum kev_pause why)
{
	clear_bit(why, &kev_pauses);
	kev_wake_kick();
	kev_wake_all();
}

bool kev_pause_is(enum kev_pause why)
{
	return test_bit(why, &kev_pauses);
}

bool kev_pause_any(void)
{
	return READ_ONCE(kev_pauses);
}

/* Does the machine suspend or go down? */
bool kev_pause_power(void)
{
	return kev_pause_is(KEV_PAUSE_PM) || kev_pause_is(KEV_PAUSE_REBOOT);
}

static void kev_pause_grace_over(struct work_struct *work)
{
	kev_pause_clear(KEV_PAUSE_GRACE);
}

static DECLARE_DELAYED_WORK(kev_pause_grace_work, kev_pause_grace_over);

/* A reason for as long as the parameter "grace" says */
void kev_pause_grace(void)
{
	unsigned int grace = kev_param(KEV_GRACE);

	if (!grace)
		return;
	/* The end of one before must not be taken for this one's */
	cancel_delayed_work_sync(&kev_pause_grace_work);
	kev_pause_set(KEV_PAUSE_GRACE);
	mod_delayed_work(system_unbound_wq, &kev_pause_grace_work, msecs_to_jiffies(grace));
}

void kev_pause_end_grace(void)
{
	if (kev_pause_is(KEV_PAUSE_GRACE))
		mod_delayed_work(system_unbound_wq, &kev_pause_grace_work, 0);
}

int kev_pause_init(void)
{
	kev_pause_grace();
	return 0;
}

void kev_pause_exit(void)
{
	cancel_delayed_work_sync(&kev_pause_grace_work);
}
