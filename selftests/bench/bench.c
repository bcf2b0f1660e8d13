// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a raise costs, beside other ways of telling about an event. Reading
 * debugfs kevnotify-bench/<operation> measures that operation. Meant for a guest
 * that counts instructions, where a tick of the TSC is one of them.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/string.h>

#include <asm/msr.h>

#include "bench.h"

#define BENCH_WARMUP	3
#define BENCH_BATCHES	101
/* More than the rate limit's window in this run, so that each batch finds a new one */
#define BENCH_PAUSE_MS	20
#define BENCH_PATIENCE	(10 * HZ)

struct task_struct *bench_collector;
u64 bench_numbers[4] = { 731, 1000, 4242, 0xffffffffULL };
char bench_text[255 + 1];
unsigned int bench_length = BENCH_TEXT;
module_param_named(length, bench_length, uint, 0444);
MODULE_PARM_DESC(length, "of the text, 80 to 255; what has a known length has 80");

static struct dentry *bench_dir;

static void bench_nothing(void)
{
	barrier();
}

static const struct bench_op bench_empty = { .call = bench_nothing };

/* Wait until kevnotifyd has collected everything, has armed the doorbells and sleeps */
static int bench_settle(void)
{
	unsigned long deadline = jiffies + BENCH_PATIENCE;

	msleep(BENCH_PAUSE_MS);
	while (task_is_running(bench_collector)) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		usleep_range(500, 1000);
	}
	return 0;
}

static noinline u64 bench_time(void (*call)(void), unsigned int batch)
{
	u64 start = rdtsc_ordered();
	unsigned int i;

	for (i = 0; i < batch; i++)
		call();
	return rdtsc_ordered() - start;
}

static int bench_batch(const struct bench_op *op, unsigned int batch, u64 *ticks)
{
	unsigned long flags;
	int err;

	err = bench_settle();
	if (err)
		return err;
	preempt_disable();
	if (op->prime)
		op->prime();
	if (op->irqs_off) {
		local_irq_save(flags);
		*ticks = bench_time(op->call, batch);
		local_irq_restore(flags);
	} else {
		*ticks = bench_time(op->call, batch);
	}
	preempt_enable();
	return 0;
}

static int bench_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Else the scheduler would go on with us for a while, and that be measured, too */
static void bench_prefer_collector(const struct bench_op *op, bool on)
{
	if (op->call != bench_collect)
		return;
	if (on)
		sched_set_fifo(bench_collector);
	else
		sched_set_normal(bench_collector, 0);
}

/* The median of the batches */
static int bench_median(const struct bench_op *op, unsigned int batch, u64 *median)
{
	u64 ticks[BENCH_BATCHES];
	unsigned int i;
	int err;

	for (i = 0; i < BENCH_WARMUP + BENCH_BATCHES; i++) {
		err = bench_batch(op, batch, &ticks[i % BENCH_BATCHES]);
		if (err)
			return err;
	}
	sort(ticks, BENCH_BATCHES, sizeof(*ticks), bench_compare, NULL);
	*median = ticks[BENCH_BATCHES / 2];
	return 0;
}

/* Tenths of an instruction an event, net of the loop; events there were; batches */
static int bench_show(struct seq_file *m, void *unused)
{
	const struct bench_op *op = m->private;
	const unsigned int batches = BENCH_WARMUP + BENCH_BATCHES;
	const unsigned int events = op->events ?: 1;
	u64 ticks, empty;
	int err;

	err = bench_median(&bench_empty, op->batch, &empty);
	if (err)
		return err;
	bench_prefer_collector(op, true);
	err = bench_median(op, op->batch, &ticks);
	bench_prefer_collector(op, false);
	if (err)
		return err;
	seq_printf(m, "%llu %u %u\n", div_u64((ticks - empty) * 10, op->batch * events),
		   batches * (op->batch + (op->prime == op->call)) * events, batches);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bench);

static struct task_struct *bench_find(const char *comm)
{
	struct task_struct *p, *found = NULL;

	rcu_read_lock();
	for_each_process(p)
		if (!strcmp(p->comm, comm))
			found = p;
	if (found)
		get_task_struct(found);
	rcu_read_unlock();
	return found;
}

static void bench_create(const struct bench_op *op)
{
	for (; op->name; op++) {
		debugfs_create_file(op->name, 0400, bench_dir, (void *)op, &bench_fops);
		bench_order_create(op);
	}
}

static int __init bench_init(void)
{
	int err;

	bench_collector = bench_find("kevnotifyd");
	if (!bench_collector)
		return -ESRCH;
	if (bench_length >= sizeof(bench_text))
		return -EINVAL;
	memset(bench_text, 'x', bench_length);
	bench_raise_init();
	err = bench_peer_init();
	if (err) {
		bench_raise_exit();
		put_task_struct(bench_collector);
		return err;
	}
	bench_dir = debugfs_create_dir("kevnotify-bench", NULL);
	bench_order_init(bench_dir);
	bench_create(bench_raise_ops);
	bench_create(bench_peer_ops);
	bench_peer_create(bench_dir);
	debugfs_create_u64("register", 0400, bench_dir, &bench_registering);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove(bench_dir);
	bench_order_exit();
	bench_peer_exit();
	bench_raise_exit();
	put_task_struct(bench_collector);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Measure what a kevnotify raise costs");
MODULE_LICENSE("GPL");
