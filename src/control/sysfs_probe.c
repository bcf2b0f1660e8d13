// SPDX-License-Identifier: GPL-2.0-only
/*
 * sources/probe/probes. A binary attribute, as the list of all probes may be longer than a
 * page.
 */
#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "param.h"
#include "sources/probe.h"
#include "sysfs.h"

/* Longer than what a probe takes, with blanks */
#define KEV_SYSFS_PROBE_MAX	255

static ssize_t kev_sysfs_probe_read(struct file *file, struct kobject *kobj,
				    KEV_BIN_ATTRIBUTE *attr, char *buf, loff_t from, size_t count)
{
	return kev_probe_read(buf, from, count);
}

static ssize_t kev_sysfs_probe_write(struct file *file, struct kobject *kobj,
				     KEV_BIN_ATTRIBUTE *attr, char *buf, loff_t from, size_t count)
{
	char *text;
	int err;

	if (!kev_param_may_write("probe"))
		return -EPERM;
	if (from || count > KEV_SYSFS_PROBE_MAX || memchr(buf, '\0', count))
		return kev_sysfs_file_refuse("probe", "too long, or a NUL in it");
	text = kstrndup(buf, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = kev_probe_write(strim(text));
	kfree(text);
	return err ?: count;
}

static const struct bin_attribute kev_sysfs_probe_attr =
	__BIN_ATTR(probes, 0644, kev_sysfs_probe_read, kev_sysfs_probe_write, 0);

int kev_sysfs_probe_fill(struct kobject *dir)
{
	return sysfs_create_bin_file(dir, &kev_sysfs_probe_attr);
}
