// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raises without pause on each CPU, from one source. In debugfs kevnotify-bench-storm/:
 *
 *	run	1 starts that, 0 ends it
 *	calls	how many there were
 *	other	written: one event of another source, of the level that was written
 */
#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include <kevnotify.h>

#define STORM_BATCH	64

static struct kevnotify_source *storm_source;
static struct kevnotify_source *storm_others;
static struct task_struct **storm_raisers;
static DEFINE_PER_CPU(unsigned long, storm_calls);
static DEFINE_MUTEX(storm_mutex);
static struct dentry *storm_dir;

static int storm_raise(void *calls)
{
	unsigned long *mine = calls;
	unsigned int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < STORM_BATCH; i++)
			kevnotify_raise(storm_source, 0, KEVNOTIFY_U64(*mine + i));
		WRITE_ONCE(*mine, *mine + STORM_BATCH);
		cond_resched();
	}
	return 0;
}

static void storm_stop(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (storm_raisers[cpu])
			kthread_stop(storm_raisers[cpu]);
		storm_raisers[cpu] = NULL;
	}
}

static int storm_start(void)
{
	struct task_struct *raiser;
	unsigned int cpu;

	storm_stop();
	for_each_online_cpu(cpu) {
		raiser = kthread_create(storm_raise, per_cpu_ptr(&storm_calls, cpu), "storm/%u",
					cpu);
		if (IS_ERR(raiser))
			return PTR_ERR(raiser);
		kthread_bind(raiser, cpu);
		storm_raisers[cpu] = raiser;
	}
	for_each_possible_cpu(cpu)
		if (storm_raisers[cpu])
			wake_up_process(storm_raisers[cpu]);
	return 0;
}

static int run_set(void *unused, u64 on)
{
	int err = 0;

	mutex_lock(&storm_mutex);
	if (on)
		err = storm_start();
	if (!on || err)
		storm_stop();
	mutex_unlock(&storm_mutex);
	return err;
}
DEFINE_DEBUGFS_ATTRIBUTE(run_fops, NULL, run_set, "%llu\n");

static int calls_get(void *unused, u64 *sum)
{
	unsigned int cpu;
	u64 calls = 0;

	for_each_possible_cpu(cpu)
		calls += READ_ONCE(per_cpu(storm_calls, cpu));
	*sum = calls;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(calls_fops, calls_get, NULL, "%llu\n");

/* The id is the level */
static int other_set(void *unused, u64 level)
{
	if (level > 7)
		return -ERANGE;
	kevnotify_raise(storm_others, level);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(other_fops, NULL, other_set, "%llu\n");

static const char *const storm_keys[] = { "CALL", NULL };

static const struct kevnotify_event storm_events[] = {
	{ "call {CALL}", 6, storm_keys },
};

static const struct kevnotify_event storm_levels[] = {
	{ "other", 0 }, { "other", 1 }, { "other", 2 }, { "other", 3 },
	{ "other", 4 }, { "other", 5 }, { "other", 6 }, { "other", 7 },
};

static const struct kevnotify_desc storm_desc = {
	.name	= "storm",
	.events	= storm_events,
	.ids	= ARRAY_SIZE(storm_events),
};

static const struct kevnotify_desc storm_other_desc = {
	.name	= "other",
	.events	= storm_levels,
	.ids	= ARRAY_SIZE(storm_levels),
};

static void storm_exit(void)
{
	debugfs_remove(storm_dir);
	if (storm_raisers)
		storm_stop();
	kevnotify_source_unregister(storm_others);
	kevnotify_source_unregister(storm_source);
	kfree(storm_raisers);
}

static int __init storm_init(void)
{
	storm_raisers = kcalloc(nr_cpu_ids, sizeof(*storm_raisers), GFP_KERNEL);
	storm_source = kevnotify_source_register(THIS_MODULE, &storm_desc);
	storm_others = kevnotify_source_register(THIS_MODULE, &storm_other_desc);
	if (!storm_raisers || IS_ERR(storm_source) || IS_ERR(storm_others)) {
		storm_exit();
		return -ENOMEM;
	}
	storm_dir = debugfs_create_dir("kevnotify-bench-storm", NULL);
	debugfs_create_file("run", 0200, storm_dir, NULL, &run_fops);
	debugfs_create_file("calls", 0400, storm_dir, NULL, &calls_fops);
	debugfs_create_file("other", 0200, storm_dir, NULL, &other_fops);
	return 0;
}

module_init(storm_init);
module_exit(storm_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("A storm of raises on all CPUs");
MODULE_LICENSE("GPL");
