// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/kevnotify: how kevnotify is. A directory below has a file of its own
 * here; Documentation/ABI/testing/sysfs-kernel-kevnotify has an entry for each file.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kobject.h>

#include "counters.h"
#include "dispatch.h"
#include "health.h"
#include "log.h"
#include "sysfs.h"

#define KEV_SYSFS_ABI	1

static struct kobject *kev_sysfs_kobj, *kev_sysfs_stats_kobj, *kev_sysfs_control_kobj;

static ssize_t kev_sysfs_state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", kev_dispatch_state());
}

static ssize_t kev_sysfs_helper_state_show(struct kobject *kobj, struct kobj_attribute *attr,
					   char *buf)
{
	return sysfs_emit(buf, "%s\n", kev_health_state());
}

static ssize_t kev_sysfs_helper_errno_show(struct kobject *kobj, struct kobj_attribute *attr,
					   char *buf)
{
	return sysfs_emit(buf, "%d\n", kev_health_errno());
}

static ssize_t kev_sysfs_helper_since_show(struct kobject *kobj, struct kobj_attribute *attr,
					   char *buf)
{
	return sysfs_emit(buf, "%lld\n", kev_health_since());
}

static ssize_t kev_sysfs_instance_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", kev_log_instance);
}

static ssize_t kev_sysfs_abi_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", KEV_SYSFS_ABI);
}

static struct kobj_attribute kev_sysfs_attrs[] = {
	__ATTR(state, 0444, kev_sysfs_state_show, NULL),
	__ATTR(helper_state, 0444, kev_sysfs_helper_state_show, NULL),
	__ATTR(helper_errno, 0444, kev_sysfs_helper_errno_show, NULL),
	__ATTR(helper_since, 0444, kev_sysfs_helper_since_show, NULL),
	__ATTR(instance, 0444, kev_sysfs_instance_show, NULL),
	__ATTR(abi, 0444, kev_sysfs_abi_show, NULL),
};

/* NULL if it cannot be made; the caller puts it */
static struct kobject *kev_sysfs_dir(const char *name, struct kobject *parent,
				     const struct kobj_attribute *attrs, unsigned int n)
{
	struct kobject *dir = kobject_create_and_add(name, parent);

	if (dir && kev_sysfs_file_fill(dir, attrs, n)) {
		kobject_put(dir);
		return NULL;
	}
	return dir;
}

int kev_sysfs_init(void)
{
	int err = -ENOMEM;

	kev_sysfs_kobj = kev_sysfs_dir("kevnotify", kernel_kobj, kev_sysfs_attrs,
				       ARRAY_SIZE(kev_sysfs_attrs));
	if (!kev_sysfs_kobj)
		return err;
	kev_sysfs_stats_kobj = kev_sysfs_dir("stats", kev_sysfs_kobj, kev_counters_attrs(),
					     KEV_COUNTERS);
	if (!kev_sysfs_stats_kobj)
		goto err_top;
	kev_sysfs_control_kobj = kev_sysfs_dir("control", kev_sysfs_kobj, kev_sysfs_control_attrs,
					       KEV_SYSFS_CONTROLS);
	if (!kev_sysfs_control_kobj)
		goto err_stats;
	err = kev_sysfs_sources_init(kev_sysfs_kobj);
	if (err)
		goto err_control;
	return 0;

err_control:
	kobject_put(kev_sysfs_control_kobj);
err_stats:
	kobject_put(kev_sysfs_stats_kobj);
err_top:
	kobject_put(kev_sysfs_kobj);
	return err;
}

/* Sleeps until writers have returned, see kev_dispatch_stop() */
void kev_sysfs_exit(void)
{
	kev_sysfs_sources_exit();
	kobject_put(kev_sysfs_control_kobj);
	kobject_put(kev_sysfs_stats_kobj);
	kobject_put(kev_sysfs_kobj);
}
