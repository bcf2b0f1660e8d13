/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_COUNTERS_H
#define _KEV_COUNTERS_H

#include <linux/kobject.h>
#include <linux/types.h>

#include "stat.h"

/* Those of stat.h, and the values beside them that make the sums whole */
#define KEV_COUNTERS	(KEV_STATS + 6)

const char *kev_counters_name(unsigned int i);
u64 kev_counters_read(unsigned int i);
const struct kobj_attribute *kev_counters_attrs(void);

#endif /* _KEV_COUNTERS_H */
