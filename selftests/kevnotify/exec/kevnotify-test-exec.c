// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: makes exec of one program fail as often, and with the errno, that
 * the parameters say, or hang there, deaf to SIGKILL, as long as they say. Or the kernel
 * starts it and tells that late, starts nothing, or has user-mode helpers off.
 */
#include <linux/binfmts.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/umh.h>

static char path[256];
module_param_string(path, path, sizeof(path), 0644);
MODULE_PARM_DESC(path, "the program");

static int err;
module_param(err, int, 0644);
MODULE_PARM_DESC(err, "errno that its exec ends with");

static int times;
module_param(times, int, 0644);
MODULE_PARM_DESC(times, "how many of the next ones do");

static bool hang;
module_param(hang, bool, 0644);
MODULE_PARM_DESC(hang, "exec of it does not come back while this is set");

static bool killable;
module_param(killable, bool, 0644);
MODULE_PARM_DESC(killable, "SIGKILL ends that");

static unsigned int hanging;
module_param(hanging, uint, 0444);
MODULE_PARM_DESC(hanging, "how many hang");

static int test_load(struct linux_binprm *bprm)
{
	if (strcmp(bprm->interp, strim(path)))
		return -ENOEXEC;
	WRITE_ONCE(hanging, hanging + 1);
	while (READ_ONCE(hang) && !(killable && fatal_signal_pending(current)))
		schedule_timeout_uninterruptible(HZ / 20);
	WRITE_ONCE(hanging, hanging - 1);
	if (fatal_signal_pending(current))
		return -EINTR;
	if (times <= 0)
		return -ENOEXEC;
	times--;
	return -err;
}

static bool late;
module_param(late, bool, 0644);
MODULE_PARM_DESC(late, "who has the kernel start it is not told what came of it while this is set");

static bool kept;
module_param(kept, bool, 0444);
MODULE_PARM_DESC(kept, "one such answer is there");

static bool blocked;
module_param(blocked, bool, 0644);
MODULE_PARM_DESC(blocked, "the kernel starts nothing, as with a static user-mode helper");

/* The start whose answer is kept back */
static struct subprocess_info *test_late;

static int test_start(struct subprocess_info *info, int wait)
{
	int ret = call_usermodehelper_exec(info, wait);

	WRITE_ONCE(kept, true);
	while (READ_ONCE(late))
		schedule_timeout_idle(HZ / 20);
	WRITE_ONCE(kept, false);
	WRITE_ONCE(test_late, NULL);
	return ret;
}

static int test_starts(struct kprobe *p, struct pt_regs *regs)
{
	struct subprocess_info *info = (void *)regs_get_kernel_argument(regs, 0);

	if (!info->path || !sysfs_streq(info->path, path))
		return 0;
	if (READ_ONCE(blocked))
		info->path = "";
	/* The call by test_start() finds its own there */
	if (!READ_ONCE(late) || cmpxchg(&test_late, NULL, info))
		return 0;
	instruction_pointer_set(regs, (unsigned long)test_start);
	return 1;
}

/* That there is one allows the other to go elsewhere */
static void test_started(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe test_probe = {
	.symbol_name	= "call_usermodehelper_exec",
	.pre_handler	= test_starts,
	.post_handler	= test_started,
};

static int (*test_disable)(enum umh_disable_depth depth);
static void (*test_set_depth)(enum umh_disable_depth depth);

/* Of a function that is not exported; NULL: there is none */
static void *test_find(const char *name)
{
	struct kprobe probe = { .symbol_name = name };

	if (register_kprobe(&probe))
		return NULL;
	unregister_kprobe(&probe);
	return probe.addr;
}

static bool off;

static int test_off_set(const char *text, const struct kernel_param *kp)
{
	bool value;
	int err = kstrtobool(text, &value);

	if (err || value == off)
		return err;
	if (value)
		err = test_disable(UMH_DISABLED);
	else
		test_set_depth(UMH_ENABLED);
	if (!err)
		off = value;
	return err;
}

static const struct kernel_param_ops test_off_ops = {
	.set = test_off_set,
	.get = param_get_bool,
};

module_param_cb(off, &test_off_ops, &off, 0644);
MODULE_PARM_DESC(off, "the kernel starts no program, as in a suspend");

static struct linux_binfmt test_format = {
	.module		= THIS_MODULE,
	.load_binary	= test_load,
};

static int __init test_init(void)
{
	int err;

	test_disable = test_find("__usermodehelper_disable");
	test_set_depth = test_find("__usermodehelper_set_disable_depth");
	if (!test_disable || !test_set_depth)
		return -ENOENT;
	err = register_kprobe(&test_probe);
	if (!err)
		insert_binfmt(&test_format);
	return err;
}

static void __exit test_exit(void)
{
	unregister_binfmt(&test_format);
	/* Who was told late has left: what it started is over, or it would hold its module */
	unregister_kprobe(&test_probe);
	test_off_set("0", NULL);
}

module_init(test_init);
module_exit(test_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Make exec fail or hang, for kevnotify's tests");
MODULE_LICENSE("GPL");
