// SPDX-License-Identifier: GPL-2.0-only
/* What the files of all directories below /sys/kernel/kevnotify need */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/string.h>

#include "sysfs.h"

/* Says in the kernel log why a write is refused */
int kev_sysfs_file_refuse(const char *what, const char *rule)
{
	pr_warn_ratelimited("%s: refused: %s\n", what, rule);
	return -EINVAL;
}

/* As kstrtobool(), which takes "nonsense" for "n" */
int kev_sysfs_file_parse_bool(const char *buf, bool *value)
{
	*value = sysfs_streq(buf, "1");
	return *value || sysfs_streq(buf, "0") ? 0 : -EINVAL;
}

/* Put the files into a directory, which takes them with it when it goes */
int kev_sysfs_file_fill(struct kobject *dir, const struct kobj_attribute *attrs, unsigned int n)
{
	int err = 0;

	for (; n && !err; n--, attrs++)
		err = sysfs_create_file(dir, &attrs->attr);
	return err;
}
