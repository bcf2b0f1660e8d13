// SPDX-License-Identifier: GPL-2.0-only
/* kevnotify: tell the people who run a machine when its kernel is in trouble. */
#include <linux/cpuhotplug.h>
#include <linux/crash_dump.h>
#include <linux/init.h>
#include <linux/module.h>

#include "debugfs.h"
#include "dispatch.h"
#include "feed.h"
#include "helper.h"
#include "log.h"
#include "mark.h"
#include "params.h"
#include "path.h"
#include "power.h"
#include "sources/sources.h"
#include "stage.h"
#include "sysfs.h"

static int kev_cpuhp_dead;
static int kev_cpuhp_online;

/* What was staged while the CPU came or went may have rung nobody */
static int kev_cpu_online(unsigned int cpu)
{
	kev_dispatch_kick();
	return 0;
}

static int kev_cpu_dead(unsigned int cpu)
{
	kev_stage_repair_dead(cpu);
	return kev_cpu_online(cpu);
}

static int __init kev_cpuhp_init(void)
{
	int err;

	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "kevnotify:dead", NULL,
					kev_cpu_dead);
	if (err < 0)
		return err;
	kev_cpuhp_dead = err;
	err = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "kevnotify:online",
					kev_cpu_online, NULL);
	if (err < 0) {
		cpuhp_remove_state_nocalls(kev_cpuhp_dead);
		return err;
	}
	kev_cpuhp_online = err;
	return 0;
}

static void kev_cpuhp_exit(void)
{
	cpuhp_remove_state_nocalls(kev_cpuhp_online);
	cpuhp_remove_state_nocalls(kev_cpuhp_dead);
}

/* What kevnotifyd has to know of the machine */
static int __init kev_machine_init(void)
{
	int err = kev_cpuhp_init();

	if (err)
		return err;
	err = kev_power_init();
	if (err)
		kev_cpuhp_exit();
	return err;
}

static void kev_machine_exit(void)
{
	kev_power_exit();
	kev_cpuhp_exit();
}

/* The log, and the helper's place in it */
static int kev_records_init(unsigned int records)
{
	int err = kev_log_init(records);

	if (err)
		return err;
	err = kev_feed_init(records);
	if (err)
		kev_log_exit();
	return err;
}

static void kev_records_exit(void)
{
	kev_feed_exit();
	kev_log_exit();
}

static int __init kev_init(void)
{
	int err;

	if (is_kdump_kernel()) {
		pr_info("not loaded: this is a kdump kernel, whose memory is for the dump\n");
		return -ENODEV;
	}
	err = kev_path_init();
	if (err)
		return err;
	err = kev_params_init();
	if (err)
		goto err_path;
	err = kev_records_init(kev_param(KEV_LOG_RECORDS));
	if (err)
		goto err_params;
	err = kev_stage_init(kev_param(KEV_STAGE_SLOTS));
	if (err)
		goto err_records;
	err = kev_mark_init();
	if (err)
		goto err_stage;
	err = kev_helper_init();
	if (err)
		goto err_mark;
	err = kev_dispatch_init();
	if (err)
		goto err_helper;
	err = kev_machine_init();
	if (err)
		goto err_dispatch;
	err = kev_sources_init();
	if (err)
		goto err_machine;
	err = kev_sysfs_init();
	if (err)
		goto err_sources;
	kev_debugfs_init();
	kev_dispatch_on_signal(kev_signal_raise);
	return 0;

err_sources:
	kev_sources_exit();
err_machine:
	kev_machine_exit();
err_dispatch:
	kev_dispatch_exit();
err_helper:
	kev_helper_exit();
err_mark:
	kev_mark_exit();
err_stage:
	kev_stage_exit();
err_records:
	kev_records_exit();
err_params:
	kev_params_exit();
err_path:
	kev_path_exit();
	return err;
}

static void __exit kev_exit(void)
{
	/* First let nobody wait: sysfs goes only when its writers have returned */
	kev_dispatch_stop();
	kev_dispatch_on_signal(NULL);
	kev_debugfs_exit();
	kev_sysfs_exit();
	kev_sources_exit();
	kev_machine_exit();
	kev_dispatch_exit();
	kev_helper_exit();
	kev_mark_exit();
	kev_stage_exit();
	kev_records_exit();
	kev_params_exit();
	kev_path_exit();
}

module_init(kev_init);
module_exit(kev_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Run a program when the kernel is in trouble, and account for it");
MODULE_LICENSE("GPL");
MODULE_VERSION(KEV_VERSION);
