// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspend, hibernation, reboot: no run may be under way then, as the kernel
 * waits 5 s for the programs that it started, and gives a suspend up if one is
 * left.
 */
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/suspend.h>

#include "dispatch.h"
#include "power.h"

static int kev_power_pm(struct notifier_block *nb, unsigned long action, void *unused)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		kev_dispatch_end_run(KEV_PAUSE_PM);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		kev_dispatch_wake();
		break;
	}
	/* It is not for kevnotify to keep the machine awake */
	return NOTIFY_DONE;
}

static struct notifier_block kev_power_pm_block = { .notifier_call = kev_power_pm };

static int kev_power_reboot(struct notifier_block *nb, unsigned long action, void *unused)
{
	kev_dispatch_end_run(KEV_PAUSE_REBOOT);
	return NOTIFY_DONE;
}

static struct notifier_block kev_power_reboot_block = { .notifier_call = kev_power_reboot };

/**
 * kev_power_init() - follow the machine's power transitions
 *
 * Context: task; may sleep. kevnotifyd is there.
 * Return: 0, or what registration said.
 */
int kev_power_init(void)
{
	int err;

	err = register_pm_notifier(&kev_power_pm_block);
	if (err)
		return err;
	err = register_reboot_notifier(&kev_power_reboot_block);
	if (err)
		unregister_pm_notifier(&kev_power_pm_block);
	return err;
}

/**
 * kev_power_exit() - undo kev_power_init()
 *
 * Context: task; sleeps while a transition is being told of.
 */
void kev_power_exit(void)
{
	unregister_reboot_notifier(&kev_power_reboot_block);
	unregister_pm_notifier(&kev_power_pm_block);
}
