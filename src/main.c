// SPDX-License-Identifier: GPL-2.0-only
/* kevnotify: tell the people who run a machine when its kernel is in trouble. */
#include <linux/crash_dump.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "check.h"
#include "device.h"
#include "dispatch.h"
#include "feed.h"
#include "lastwords.h"
#include "launch.h"
#include "log.h"
#include "machine.h"
#include "param.h"
#include "pause.h"
#include "rate.h"
#include "report.h"
#include "run.h"
#include "selfnoise.h"
#include "sources/sources.h"
#include "stage.h"
#include "sysfs.h"

static int kev_main_log_init(void)
{
	kev_machine_boot_id(kev_log_boot);
	return kev_log_init(kev_param(KEV_LOG_RECORDS));
}

static int kev_main_feed_init(void)
{
	return kev_feed_init(kev_param(KEV_LOG_RECORDS));
}

static int kev_main_stage_init(void)
{
	return kev_stage_init(kev_param(KEV_STAGE_SLOTS));
}

/* Run in order, and undone in reverse */
static const struct {
	int (*init)(void);
	void (*exit)(void);
} kev_main_parts[] = {
	{ kev_param_init },
	{ kev_rate_init },
	{ kev_main_log_init, kev_log_exit },
	{ kev_main_feed_init, kev_feed_exit },
	{ kev_main_stage_init, kev_stage_exit },
	{ kev_selfnoise_init, kev_selfnoise_exit },
	{ kev_launch_init, kev_launch_exit },
	{ kev_run_init, kev_run_exit },
	{ kev_check_init, kev_check_exit },
	{ kev_pause_init, kev_pause_exit },
	{ kev_dispatch_init, kev_dispatch_exit },
	{ kev_report_init, kev_report_exit },
	{ kev_machine_init, kev_machine_exit },
	{ kev_sources_init, kev_sources_exit },
	{ kev_sysctl_init, kev_sysctl_exit },
	{ kev_sysfs_init, kev_sysfs_exit },
	{ kev_device_init, kev_device_exit },
	{ kev_debugfs_init, kev_debugfs_exit },
};

/* Undo the first @n parts */
static void kev_main_undo(int n)
{
	while (n--)
		if (kev_main_parts[n].exit)
			kev_main_parts[n].exit();
}

static int __init kev_main_init(void)
{
	int i, err;

	if (is_kdump_kernel()) {
		pr_info("not loaded: this is a kdump kernel, whose memory is for the dump\n");
		return -ENODEV;
	}
	/* sources/ and deliver/ do not name each other */
	kev_dispatch_on_signal(kev_signal_raise);
	kev_panic_on_panic(kev_lastwords_print);
	for (i = 0; i < ARRAY_SIZE(kev_main_parts); i++) {
		err = kev_main_parts[i].init();
		if (err) {
			kev_dispatch_stop();
			kev_main_undo(i);
			return err;
		}
	}
	/* Nothing can fail any more: runs may start */
	kev_pause_clear(KEV_PAUSE_LOAD);
	return 0;
}

static void __exit kev_main_exit(void)
{
	/* First let no writer wait: sysfs goes only when its writers have returned */
	kev_dispatch_stop();
	kev_main_undo(ARRAY_SIZE(kev_main_parts));
}

module_init(kev_main_init);
module_exit(kev_main_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Run a program when the kernel is in trouble, and account for it");
MODULE_LICENSE("GPL");
MODULE_VERSION(KEV_VERSION);
