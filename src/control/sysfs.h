/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_SYSFS_H
#define _KEV_SYSFS_H

#include <linux/kobject.h>
#include <linux/sysfs.h>
#include <linux/types.h>

/* Files of control/ */
#define KEV_SYSFS_CONTROLS	6

extern const struct kobj_attribute kev_sysfs_control_attrs[KEV_SYSFS_CONTROLS];

int kev_sysfs_sources_init(struct kobject *parent);
void kev_sysfs_sources_exit(void);

int kev_sysfs_probe_fill(struct kobject *dir);

int kev_sysfs_file_refuse(const char *what, const char *rule);
int kev_sysfs_file_parse_bool(const char *buf, bool *value);
int kev_sysfs_file_fill(struct kobject *dir, const struct kobj_attribute *attrs, unsigned int n);

int kev_sysfs_init(void);
void kev_sysfs_exit(void);

/* The other views: /proc/sys/kevnotify, and /sys/kernel/debug/kevnotify */
int kev_sysctl_init(void);
void kev_sysctl_exit(void);
int kev_debugfs_init(void);
void kev_debugfs_exit(void);

#endif /* _KEV_SYSFS_H */
