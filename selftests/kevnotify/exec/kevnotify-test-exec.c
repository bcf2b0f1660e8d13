// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: makes exec of one program fail as often, and with the errno, that
 * the parameters say, or hang there, deaf to SIGKILL, as long as they say.
 */
#include <linux/binfmts.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

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

static struct linux_binfmt test_format = {
	.module		= THIS_MODULE,
	.load_binary	= test_load,
};

static int __init test_init(void)
{
	insert_binfmt(&test_format);
	return 0;
}

static void __exit test_exit(void)
{
	unregister_binfmt(&test_format);
}

module_init(test_init);
module_exit(test_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Make exec fail or hang, for kevnotify's tests");
MODULE_LICENSE("GPL");
