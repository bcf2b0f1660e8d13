// SPDX-License-Identifier: GPL-2.0-only
/*
 * machine: what kevnotifyd has to know of the machine: CPUs come and go, it
 * suspends, hibernates and goes down; and which boot this is.
 */
#include <linux/cpuhotplug.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/suspend.h>

#include "check.h"
#include "machine.h"
#include "pause.h"
#include "run.h"
#include "stage.h"
#include "wake.h"

#define KEV_MACHINE_BOOT_ID	"/proc/sys/kernel/random/boot_id"

/* A suspend does not wait longer for a start that is cancelled */
#define KEV_MACHINE_CANCEL_MAX	(2 * HZ)

static int kev_machine_dead;
static int kev_machine_online;

/* What was staged while the CPU came or went may have rung no doorbell */
static int kev_machine_cpu_online(unsigned int cpu)
{
	kev_wake_kick();
	return 0;
}

static int kev_machine_cpu_dead(unsigned int cpu)
{
	kev_stage_repair_dead(cpu);
	return kev_machine_cpu_online(cpu);
}

static int kev_machine_cpus_init(void)
{
	int err;

	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "kevnotify:dead", NULL,
					kev_machine_cpu_dead);
	if (err < 0)
		return err;
	kev_machine_dead = err;
	err = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "kevnotify:online",
					kev_machine_cpu_online, NULL);
	if (err < 0) {
		cpuhp_remove_state_nocalls(kev_machine_dead);
		return err;
	}
	kev_machine_online = err;
	return 0;
}

static void kev_machine_cpus_exit(void)
{
	cpuhp_remove_state_nocalls(kev_machine_online);
	cpuhp_remove_state_nocalls(kev_machine_dead);
}

/* Nothing is on its way to exec, for which the kernel would wait */
static bool kev_machine_may_sleep(u32 asked)
{
	return (kev_run_rests(asked) || (kev_wake_passed(asked) && kev_run_execed())) &&
	       !kev_check_busy();
}

/* Start no more runs, cancel a start that has not come to exec, and wait, but not for ever */
static void kev_machine_sleep(enum kev_pause why)
{
	u32 asked;

	kev_pause_set(why);
	kev_wake_all();
	asked = kev_wake_ask();
	if (!wait_event_timeout(kev_wake_waiters, kev_machine_may_sleep(asked),
				KEV_MACHINE_CANCEL_MAX))
		pr_err("the start of a helper was not cancelled in time\n");
}

/* It has resumed, or did not suspend after all: "grace" counts anew */
static void kev_machine_wake(void)
{
	kev_pause_grace();
	kev_pause_clear(KEV_PAUSE_PM);
}

static int kev_machine_pm(struct notifier_block *nb, unsigned long action, void *unused)
{
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		kev_machine_sleep(KEV_PAUSE_PM);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		kev_machine_wake();
		break;
	}
	/* It is not for kevnotify to keep the machine awake */
	return NOTIFY_DONE;
}

static struct notifier_block kev_machine_pm_block = { .notifier_call = kev_machine_pm };

static int kev_machine_reboot(struct notifier_block *nb, unsigned long action, void *unused)
{
	kev_machine_sleep(KEV_PAUSE_REBOOT);
	return NOTIFY_DONE;
}

static struct notifier_block kev_machine_reboot_block = { .notifier_call = kev_machine_reboot };

static int kev_machine_power_init(void)
{
	int err = register_pm_notifier(&kev_machine_pm_block);

	if (err)
		return err;
	err = register_reboot_notifier(&kev_machine_reboot_block);
	if (err)
		unregister_pm_notifier(&kev_machine_pm_block);
	return err;
}

/*
 * 32 hex digits and a NUL to @id, as the journal writes them; nothing where /proc is
 * not there yet. The kernel tells programs alone.
 */
void kev_machine_boot_id(char *id)
{
	struct file *file = filp_open(KEV_MACHINE_BOOT_ID, O_RDONLY, 0);
	char text[40], digits[33];
	unsigned int n = 0;
	loff_t pos = 0;
	ssize_t len, i;

	if (IS_ERR(file))
		return;
	len = kernel_read(file, text, sizeof(text), &pos);
	filp_close(file, NULL);
	for (i = 0; i < len && n < 32; i++)
		if (isxdigit(text[i]))
			digits[n++] = text[i];
	digits[n] = '\0';
	if (n == 32)
		memcpy(id, digits, sizeof(digits));
}

/* kevnotifyd is there */
int kev_machine_init(void)
{
	int err = kev_machine_cpus_init();

	if (err)
		return err;
	err = kev_machine_power_init();
	if (err)
		kev_machine_cpus_exit();
	return err;
}

/* Sleeps while a transition is being told of */
void kev_machine_exit(void)
{
	unregister_reboot_notifier(&kev_machine_reboot_block);
	unregister_pm_notifier(&kev_machine_pm_block);
	kev_machine_cpus_exit();
}
