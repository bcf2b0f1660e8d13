// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raises events in task, softirq, hard interrupt and NMI at once, on all CPUs,
 * and counts its calls itself. In debugfs kevnotify-storm/:
 *
 *	run	"TASK SOFTIRQ HARDIRQ NMI": returns when there were so many calls
 *	counts	calls, and what was seen of the records
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "storm.h"

#define STORM_TASK_BATCH	48	/* raises between two interrupts sent */
#define STORM_NMI_EVERY		2	/* batches */
#define STORM_REST_EVERY	8

static bool churn;
module_param(churn, bool, 0644);
MODULE_PARM_DESC(churn, "register and unregister sources during a run");

const char *const storm_level_names[STORM_LEVELS] = {
	[STORM_TASK]	= "task",
	[STORM_SOFTIRQ]	= "softirq",
	[STORM_HARDIRQ]	= "hardirq",
	[STORM_NMI]	= "nmi",
};

static const char *const storm_keys[] = { "SERIAL", "CHECK", "TEXT", NULL };

#define STORM_EVENT { "serial {SERIAL} check {CHECK} {TEXT}", 4, storm_keys }

const struct kevnotify_event storm_events[STORM_LEVELS] = {
	[STORM_TASK]	= STORM_EVENT,
	[STORM_SOFTIRQ]	= STORM_EVENT,
	[STORM_HARDIRQ]	= STORM_EVENT,
	[STORM_NMI]	= STORM_EVENT,
};

static const struct kevnotify_desc storm_desc = {
	.name	= "storm",
	.events	= storm_events,
	.ids	= STORM_LEVELS,
};

static struct kevnotify_source *storm_source;
static atomic64_t storm_calls[STORM_LEVELS];
static u64 storm_goals[STORM_LEVELS];
static DEFINE_MUTEX(storm_mutex);
static DECLARE_WAIT_QUEUE_HEAD(storm_wait);
static struct dentry *storm_dir;

/* What makes an event's values belong together */
u64 storm_check(enum storm_level level, u64 serial)
{
	return hash_64(serial * STORM_LEVELS + level, 48);
}

/* Of varying length */
const char *storm_text(u64 serial)
{
	static const char text[] = "the-quick-brown-fox-jumps-over-the-lazy-dog-0123456789";

	return text + (serial & 31);
}

void storm_raise_to(struct kevnotify_source *src, enum storm_level level)
{
	u64 serial = atomic64_inc_return(&storm_calls[level]);
	u64 check = storm_check(level, serial);

	if (serial & 7)
		kevnotify_raise(src, level, KEVNOTIFY_U64(serial), KEVNOTIFY_HEX(check),
				KEVNOTIFY_STR(storm_text(serial)));
	else
		kevnotify_raisef(src, level, "serial %llu check 0x%llx %s", serial, check,
				 storm_text(serial));
}

void storm_raise(enum storm_level level)
{
	storm_raise_to(storm_source, level);
	storm_churn_raise(level);
}

static bool storm_reached(void)
{
	int i;

	for (i = 0; i < STORM_LEVELS; i++)
		if (atomic64_read(&storm_calls[i]) < storm_goals[i])
			return false;
	return true;
}

static int storm_raiser(void *unused)
{
	unsigned int turn = 0, i;

	while (!kthread_should_stop()) {
		for (i = 0; i < STORM_TASK_BATCH; i++)
			storm_raise(STORM_TASK);
		storm_poke(++turn % STORM_NMI_EVERY == 0);
		if (storm_reached())
			wake_up(&storm_wait);
		/* So that kevnotifyd also gets to the end of the stages, and sleeps */
		if (turn % STORM_REST_EVERY == 0)
			usleep_range(50, 200);
		cond_resched();
	}
	return 0;
}

static int storm_run_raisers(void)
{
	unsigned int wanted = num_online_cpus(), n;
	struct task_struct **raisers;
	int err = 0;

	raisers = kcalloc(wanted, sizeof(*raisers), GFP_KERNEL);
	if (!raisers)
		return -ENOMEM;
	for (n = 0; n < wanted && !err; n++) {
		raisers[n] = kthread_run(storm_raiser, NULL, "storm/%u", n);
		if (IS_ERR(raisers[n])) {
			err = PTR_ERR(raisers[n]);
			n--;
		}
	}
	if (!err)
		err = wait_event_killable(storm_wait, storm_reached());
	while (n--)
		kthread_stop(raisers[n]);
	kfree(raisers);
	return err;
}

/* All calls have returned when this does */
static int storm_run(void)
{
	int err;

	err = storm_contexts_start();
	if (err)
		return err;
	if (churn)
		err = storm_churn_start();
	if (!err)
		err = storm_run_raisers();
	/* Interrupts raise through churned sources too */
	storm_contexts_stop();
	storm_churn_stop();
	return err;
}

static ssize_t run_write(struct file *file, const char __user *from, size_t count, loff_t *pos)
{
	unsigned long long more[STORM_LEVELS];
	char text[80] = "";
	int err, i;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	if (sscanf(text, "%llu %llu %llu %llu", &more[STORM_TASK], &more[STORM_SOFTIRQ],
		   &more[STORM_HARDIRQ], &more[STORM_NMI]) != STORM_LEVELS)
		return -EINVAL;
	mutex_lock(&storm_mutex);
	for (i = 0; i < STORM_LEVELS; i++)
		storm_goals[i] = atomic64_read(&storm_calls[i]) + more[i];
	err = storm_run();
	mutex_unlock(&storm_mutex);
	return err ?: count;
}

static const struct file_operations run_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.write	= run_write,
	.llseek	= noop_llseek,
};

static int counts_show(struct seq_file *m, void *unused)
{
	int i;

	for (i = 0; i < STORM_LEVELS; i++)
		seq_printf(m, "%s %lld\n", storm_level_names[i],
			   (s64)atomic64_read(&storm_calls[i]));
	storm_contexts_show(m);
	storm_churn_show(m);
	storm_watch_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counts);

static int __init storm_init(void)
{
	int err;

	err = storm_watch_start();
	if (err)
		return err;
	storm_source = kevnotify_source_register(THIS_MODULE, &storm_desc);
	if (IS_ERR(storm_source)) {
		storm_watch_stop();
		return PTR_ERR(storm_source);
	}
	storm_dir = debugfs_create_dir("kevnotify-storm", NULL);
	debugfs_create_file("run", 0200, storm_dir, NULL, &run_fops);
	debugfs_create_file("counts", 0444, storm_dir, NULL, &counts_fops);
	return 0;
}

static void __exit storm_exit(void)
{
	/* Waits for a run */
	debugfs_remove(storm_dir);
	kevnotify_source_unregister(storm_source);
	storm_watch_stop();
}

module_init(storm_init);
module_exit(storm_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("A storm of events, for kevnotify's tests");
MODULE_LICENSE("GPL");
