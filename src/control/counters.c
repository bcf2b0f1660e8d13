// SPDX-License-Identifier: GPL-2.0-only
/*
 * counters: all that is counted, for stats/ of sysfs and of debugfs.
 */
#include <linux/sysfs.h>

#include "counters.h"
#include "device.h"
#include "feed.h"
#include "log.h"
#include "source.h"
#include "stage.h"

static u64 kev_counters_staged(void)
{
	return kev_stage_count();
}

static u64 kev_counters_pending(void)
{
	struct kev_cursor c;

	kev_feed_cursor(&c);
	return kev_cursor_pending(&c, kev_log_next());
}

/* May be negative */
static u64 kev_counters_base(void)
{
	struct kev_cursor c;

	kev_feed_cursor(&c);
	return c.base;
}

static const struct {
	const char	*name;
	u64		(*read)(void);
} kev_counters_derived[KEV_COUNTERS - KEV_STATS] = {
	{ "staged", kev_counters_staged },
	{ "pending", kev_counters_pending },
	{ "base", kev_counters_base },
	{ "first", kev_log_first },
	{ "next", kev_log_next },
	{ "readers", kev_device_readers },
};

const char *kev_counters_name(unsigned int i)
{
	return i < KEV_STATS ? kev_stat_names[i] : kev_counters_derived[i - KEV_STATS].name;
}

u64 kev_counters_read(unsigned int i)
{
	switch (i) {
	case KEV_STAT_RAISED:
		return kev_source_all_raised();
	case KEV_STAT_SUPPRESSED:
		return kev_source_all_suppressed();
	case KEV_STATS ... KEV_COUNTERS - 1:
		return kev_counters_derived[i - KEV_STATS].read();
	}
	return kev_stat_read(i);
}

static struct kobj_attribute kev_counters_files[KEV_COUNTERS];

static ssize_t kev_counters_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", kev_counters_read(attr - kev_counters_files));
}

/* One file for each; KEV_COUNTERS of them */
const struct kobj_attribute *kev_counters_attrs(void)
{
	unsigned int i;

	for (i = 0; i < KEV_COUNTERS; i++) {
		sysfs_attr_init(&kev_counters_files[i].attr);
		kev_counters_files[i].attr.name = kev_counters_name(i);
		kev_counters_files[i].attr.mode = 0444;
		kev_counters_files[i].show = kev_counters_show;
	}
	return kev_counters_files;
}
