// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "power": the machine suspends, hibernates, comes back or goes down. No
 * helper is started meanwhile: it hears of it afterwards, and readers at once.
 */
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "sources/sources.h"

enum kev_power_id {
	KEV_POWER_SLEEP = 1,
	KEV_POWER_RESUME,
	KEV_POWER_DOWN,
	KEV_POWER_IDS,
};

static const char *const kev_power_keys[] = { "STATE", NULL };

static const struct kevnotify_event kev_power_events[KEV_POWER_IDS] = {
	[KEV_POWER_SLEEP]  = { "the machine goes to sleep: {STATE}", 6, kev_power_keys },
	[KEV_POWER_RESUME] = { "the machine is awake: {STATE}", 6, kev_power_keys },
	[KEV_POWER_DOWN]   = { "the machine goes down: {STATE}", 5, kev_power_keys },
};

static const struct kevnotify_desc kev_power_desc = {
	.name	= "power",
	.events	= kev_power_events,
	.ids	= ARRAY_SIZE(kev_power_events),
};

static struct kevnotify_source *kev_power_source;

static void kev_power_raise(unsigned int id, const char *state)
{
	kevnotify_raise(kev_power_source, id, KEVNOTIFY_STR(state));
}

static int kev_power_pm(struct notifier_block *nb, unsigned long action, void *unused)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
		kev_power_raise(KEV_POWER_SLEEP, "suspend");
		break;
	case PM_HIBERNATION_PREPARE:
		kev_power_raise(KEV_POWER_SLEEP, "hibernation");
		break;
	case PM_POST_SUSPEND:
		kev_power_raise(KEV_POWER_RESUME, "after suspend");
		break;
	case PM_POST_HIBERNATION:
		kev_power_raise(KEV_POWER_RESUME, "after hibernation");
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block kev_power_pm_block = { .notifier_call = kev_power_pm };

static int kev_power_reboot(struct notifier_block *nb, unsigned long action, void *unused)
{
	kev_power_raise(KEV_POWER_DOWN, action == SYS_HALT ? "halt" :
			action == SYS_POWER_OFF ? "power-off" : "restart");
	return NOTIFY_DONE;
}

static struct notifier_block kev_power_reboot_block = { .notifier_call = kev_power_reboot };

static int kev_power_start(struct kevnotify_source *src, const char **why)
{
	int err;

	kev_power_source = src;
	err = register_pm_notifier(&kev_power_pm_block);
	if (err)
		return err;
	err = register_reboot_notifier(&kev_power_reboot_block);
	if (err)
		unregister_pm_notifier(&kev_power_pm_block);
	return err;
}

static void kev_power_stop(void)
{
	unregister_reboot_notifier(&kev_power_reboot_block);
	unregister_pm_notifier(&kev_power_pm_block);
}

const struct kev_builtin kev_power = {
	.desc	= &kev_power_desc,
	.start	= kev_power_start,
	.stop	= kev_power_stop,
};
