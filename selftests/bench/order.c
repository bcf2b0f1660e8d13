// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations to order, for programs that read what comes of them: burst/<operation>,
 * a number written there, does it so often before the write returns; later/<operation>,
 * does it once when the writer had the time to fall asleep. "stamp" has the TSC just
 * before the last one of those.
 */
#include <linux/debugfs.h>
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include <asm/msr.h>

#include "bench.h"

/* Longer than a reader needs to sleep, and than the rate limit's window in this run */
#define BENCH_LATER_MS	24

static struct dentry *bench_bursts, *bench_laters;
static const struct bench_op *bench_ordered;
static u64 bench_stamp;

static void bench_order_work(struct work_struct *work)
{
	bench_stamp = rdtsc_ordered();
	bench_ordered->call();
}

static DECLARE_DELAYED_WORK(bench_order, bench_order_work);

static int bench_burst(void *data, u64 n)
{
	const struct bench_op *op = data;

	while (n--)
		op->call();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(bench_burst_fops, NULL, bench_burst, "%llu\n");

static int bench_later(void *data, u64 unused)
{
	flush_delayed_work(&bench_order);
	bench_ordered = data;
	schedule_delayed_work(&bench_order, msecs_to_jiffies(BENCH_LATER_MS));
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(bench_later_fops, NULL, bench_later, "%llu\n");

void bench_order_create(const struct bench_op *op)
{
	debugfs_create_file_unsafe(op->name, 0200, bench_bursts, (void *)op, &bench_burst_fops);
	debugfs_create_file_unsafe(op->name, 0200, bench_laters, (void *)op, &bench_later_fops);
}

void bench_order_init(struct dentry *dir)
{
	bench_bursts = debugfs_create_dir("burst", dir);
	bench_laters = debugfs_create_dir("later", dir);
	debugfs_create_u64("stamp", 0400, dir, &bench_stamp);
}

/* The files are gone */
void bench_order_exit(void)
{
	cancel_delayed_work_sync(&bench_order);
}
