// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: a file system "kevhang" in which each lookup hangs, and a way to keep
 * the kernel's workers from starting programs.
 */
#include <linux/cpu.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

static bool hang;
module_param(hang, bool, 0644);
MODULE_PARM_DESC(hang, "a lookup does not come back while this is set");

static bool killable;
module_param(killable, bool, 0644);
MODULE_PARM_DESC(killable, "but by SIGKILL");

static atomic_t hanging = ATOMIC_INIT(0);
module_param_named(hanging, hanging.counter, int, 0444);
MODULE_PARM_DESC(hanging, "how many hang");

static struct dentry *test_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	struct dentry *res = ERR_PTR(-ENOENT);

	atomic_inc(&hanging);
	while (READ_ONCE(hang)) {
		schedule_timeout_killable(HZ / 20);
		if (READ_ONCE(killable) && fatal_signal_pending(current)) {
			res = ERR_PTR(-EINTR);
			break;
		}
		if (fatal_signal_pending(current))
			schedule_timeout_uninterruptible(HZ / 20);
	}
	atomic_dec(&hanging);
	return res;
}

static const struct inode_operations test_dir = { .lookup = test_lookup };

static int test_fill(struct super_block *sb, struct fs_context *fc)
{
	static const struct tree_descr none[] = { { "" } };
	int err = simple_fill_super(sb, 0x6b657668, none);

	if (!err)
		d_inode(sb->s_root)->i_op = &test_dir;
	return err;
}

static int test_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, test_fill);
}

static const struct fs_context_operations test_context_ops = { .get_tree = test_get_tree };

static int test_context(struct fs_context *fc)
{
	fc->ops = &test_context_ops;
	return 0;
}

static struct file_system_type test_fs = {
	.owner			= THIS_MODULE,
	.name			= "kevhang",
	.init_fs_context	= test_context,
	.kill_sb		= kill_anon_super,
};

/* Programs are started from one of these, from which is the kernel's own business */
static struct workqueue_struct *test_queues[2];

static bool full;
static struct work_struct *test_items;
static unsigned int test_queued;

static void test_item(struct work_struct *work)
{
	while (READ_ONCE(full))
		schedule_timeout_idle(HZ / 20);
}

/*
 * Where one item may run at a time, the first of these does and the second does not.
 * How many may run by themselves differs: 512 or 2048, each CPU, node or machine.
 */
static int test_occupy(struct workqueue_struct *wq, int cpu)
{
	struct work_struct *item;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		item = &test_items[test_queued++];
		queue_work_on(cpu, wq, item);
	}
	return *work_data_bits(item) & WORK_STRUCT_INACTIVE ? 0 : -EBUSY;
}

static int test_occupy_all(void)
{
	unsigned int i;
	int cpu, err = 0;

	WRITE_ONCE(full, true);
	cpus_read_lock();
	for (i = 0; i < ARRAY_SIZE(test_queues); i++) {
		if (!test_queues[i])
			continue;
		workqueue_set_max_active(test_queues[i], 1);
		for_each_online_cpu(cpu)
			err = test_occupy(test_queues[i], cpu) ?: err;
	}
	cpus_read_unlock();
	return err;
}

static void test_release_all(void)
{
	unsigned int i;

	WRITE_ONCE(full, false);
	for (i = 0; i < ARRAY_SIZE(test_queues); i++)
		if (test_queues[i])
			workqueue_set_max_active(test_queues[i], WQ_MAX_ACTIVE);
	while (test_queued)
		flush_work(&test_items[--test_queued]);
}

static int test_full_set(const char *text, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(text, &value);

	if (err || value == full)
		return err;
	if (value)
		err = test_occupy_all();
	if (err || !value)
		test_release_all();
	return err;
}

static const struct kernel_param_ops test_full_ops = {
	.set = test_full_set,
	.get = param_get_bool,
};

module_param_cb(full, &test_full_ops, &full, 0644);
MODULE_PARM_DESC(full, "no program that the kernel starts gets a worker while this is set");

static int __init test_init(void)
{
	unsigned int i, n = 2 * ARRAY_SIZE(test_queues) * num_possible_cpus();
	int err;

	test_queues[0] = system_unbound_wq;
#ifdef TEST_DFL_WQ
	test_queues[1] = system_dfl_wq;
#endif
	test_items = kvcalloc(n, sizeof(*test_items), GFP_KERNEL);
	if (!test_items)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		INIT_WORK(&test_items[i], test_item);
	err = register_filesystem(&test_fs);
	if (err)
		kvfree(test_items);
	return err;
}

static void __exit test_exit(void)
{
	test_full_set("0", NULL);
	unregister_filesystem(&test_fs);
	kvfree(test_items);
}

module_init(test_init);
module_exit(test_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("A file system that hangs, for kevnotify's tests");
MODULE_LICENSE("GPL");
