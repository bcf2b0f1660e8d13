// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/debug/kevnotify: everything in one cat, and fault injection. */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "check.h"
#include "counters.h"
#include "device.h"
#include "feed.h"
#include "inject.h"
#include "log.h"
#include "param.h"
#include "run.h"
#include "source.h"
#include "stage.h"
#include "stat.h"
#include "sysfs.h"

static struct dentry *kev_debugfs_dir;

/*
 * What was raised is read, and printed, last: what has become of the events was
 * counted later, so that the sum of that never exceeds it.
 */
static int kev_debugfs_stats_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	for (i = 0; i < KEV_COUNTERS; i++)
		if (i != KEV_STAT_RAISED)
			seq_printf(m, "%s %lld\n", kev_counters_name(i), kev_counters_read(i));
	/* Pairs with the collector's ways from a slot to its count */
	smp_rmb();
	seq_printf(m, "%s %llu\n", kev_counters_name(KEV_STAT_RAISED),
		   kev_counters_read(KEV_STAT_RAISED));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kev_debugfs_stats);

static void kev_debugfs_hist(struct seq_file *m, const char *name, const struct kev_hist *hist)
{
	unsigned int i;

	for (i = 0; i < KEV_HIST_BUCKETS; i++) {
		unsigned long n = READ_ONCE(hist->count[i]);

		if (n)
			seq_printf(m, "%s below_ns=%llu count=%lu\n", name, 1ULL << i, n);
	}
}

static int kev_debugfs_latency_show(struct seq_file *m, void *unused)
{
	kev_debugfs_hist(m, "raise_to_exec", &kev_hist_raise_to_exec);
	kev_debugfs_hist(m, "exec_to_exit", &kev_hist_exec_to_exit);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kev_debugfs_latency);

static int kev_debugfs_refs_show(struct seq_file *m, void *unused)
{
	struct kev_source *src = NULL;

	seq_printf(m, "module refs=%d\n", module_refcount(THIS_MODULE));
	while ((src = kev_source_get_next(src)))
		/* Without the one that this walk holds */
		seq_printf(m, "source %s number=%u owner=%s refs=%u\n", src->name, src->number,
			   module_name(src->owner), kref_read(&src->ref) - 1);
	kev_run_show(m);
	kev_check_show(m);
	kev_device_show_refs(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kev_debugfs_refs);

static int kev_debugfs_log_show(struct seq_file *m, void *unused)
{
	struct kev_cursor c;
	unsigned int cpu;

	kev_feed_cursor(&c);
	seq_printf(m, "log first=%llu next=%llu\n", kev_log_first(), kev_log_next());
	seq_printf(m, "cursor helper base=%lld next=%llu scan=%llu ahead=%u\n", c.base, c.next,
		   c.scan, c.ahead);
	kev_device_show_cursors(m);
	for_each_possible_cpu(cpu)
		seq_printf(m, "stage cpu=%u head=%u tail=%u\n", cpu, kev_stage_head(cpu),
			   kev_stage_tail(cpu));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(kev_debugfs_log);

static int kev_debugfs_knob_get(void *data, u64 *value)
{
	*value = READ_ONCE(*(u32 *)data);
	return 0;
}

static int kev_debugfs_knob_set(void *data, u64 value)
{
	if (!kev_param_may_write("inject"))
		return -EPERM;
	if (value > U32_MAX)
		return -ERANGE;
	WRITE_ONCE(*(u32 *)data, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(kev_debugfs_knob_fops, kev_debugfs_knob_get, kev_debugfs_knob_set,
			 "%llu\n");

/*
 * Best effort: errors are ignored. The last: a file that is open does not keep the text of
 * an init that fails.
 */
int kev_debugfs_init(void)
{
	struct dentry *inject;
	int i;

	kev_debugfs_dir = debugfs_create_dir("kevnotify", NULL);
	debugfs_create_file("stats", 0444, kev_debugfs_dir, NULL, &kev_debugfs_stats_fops);
	debugfs_create_file("latency", 0444, kev_debugfs_dir, NULL, &kev_debugfs_latency_fops);
	debugfs_create_file("refs", 0444, kev_debugfs_dir, NULL, &kev_debugfs_refs_fops);
	debugfs_create_file("log", 0444, kev_debugfs_dir, NULL, &kev_debugfs_log_fops);

	inject = debugfs_create_dir("inject", kev_debugfs_dir);
	for (i = 0; i < KEV_INJECTS; i++)
		debugfs_create_file_unsafe(kev_inject_names[i], 0644, inject,
					   &kev_inject_knobs[i].every, &kev_debugfs_knob_fops);
	debugfs_create_file_unsafe("slow_ms", 0644, inject, &kev_inject_slow_ms,
				   &kev_debugfs_knob_fops);
	return 0;
}

/* Sleeps until readers have returned */
void kev_debugfs_exit(void)
{
	debugfs_remove_recursive(kev_debugfs_dir);
}
