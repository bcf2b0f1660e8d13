/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_SYSFS_H
#define _KEV_SYSFS_H

#include <linux/types.h>

unsigned int kev_counters(void);
const char *kev_counter_name(unsigned int i);
u64 kev_counter_read(unsigned int i);

int kev_sysfs_init(void);
void kev_sysfs_exit(void);

#endif /* _KEV_SYSFS_H */
