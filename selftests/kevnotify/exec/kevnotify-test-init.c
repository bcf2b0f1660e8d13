// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: in the place of kevnotify's last init but one there is one that fails, and
 * not before kevnotifyd has made a pass in which it could have started a run.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

static int failed;
module_param(failed, int, 0444);
MODULE_PARM_DESC(failed, "how often that was called");

/* A thread that never ran is not asleep in this sense */
static bool test_has_passed(void)
{
	struct task_struct *p;
	bool asleep = false;

	rcu_read_lock();
	for_each_process(p)
		if (!strcmp(p->comm, "kevnotifyd"))
			asleep = task_state_to_char(p) == 'S';
	rcu_read_unlock();
	return asleep;
}

static int test_fail(void)
{
	while (!test_has_passed())
		msleep(20);
	failed++;
	return -ENOMEM;
}

static int test_enter(struct kprobe *p, struct pt_regs *regs)
{
	instruction_pointer_set(regs, (unsigned long)test_fail);
	return 1;
}

/* That there is one allows the other to go elsewhere */
static void test_after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe test_probe = {
	.symbol_name	= "kevnotify:kev_debugfs_init",
	.pre_handler	= test_enter,
	.post_handler	= test_after,
};

static bool test_there;

static void test_remove(void)
{
	if (test_there)
		unregister_kprobe(&test_probe);
	test_there = false;
}

static int test_install(void)
{
	int err;

	test_probe.addr = NULL;
	test_probe.flags = 0;
	err = register_kprobe(&test_probe);
	test_there = !err;
	return err;
}

/* One that goes with its module is still in ftrace's table in 5.10, which warns later */
static int test_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;

	if (strcmp(mod->name, "kevnotify"))
		return NOTIFY_DONE;
	if (state == MODULE_STATE_GOING)
		test_remove();
	return state == MODULE_STATE_COMING ? notifier_from_errno(test_install()) : NOTIFY_DONE;
}

/* Before the notifier of the kprobes */
static struct notifier_block test_notifier = { .notifier_call = test_module, .priority = 1 };

static int __init test_init(void)
{
	return register_module_notifier(&test_notifier);
}

static void __exit test_exit(void)
{
	unregister_module_notifier(&test_notifier);
	test_remove();
}

module_init(test_init);
module_exit(test_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Make kevnotify's init fail late, for its tests");
MODULE_LICENSE("GPL");
