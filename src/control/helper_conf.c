// SPDX-License-Identifier: GPL-2.0-only
/*
 * helper_conf: the parameter "helper": which values it takes, and from which
 * record on a new one counts.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "check.h"
#include "confine.h"
#include "helper.h"
#include "helper_conf.h"
#include "log.h"
#include "param.h"
#include "path.h"
#include "pause.h"
#include "wake.h"

/* Says why a value is not taken; returns @err */
int kev_helper_conf_refuse(const char *value, const char *why, int err)
{
	pr_warn("helper: '%*pEhp' refused (%d), the old one stays: %*pEhp\n",
		(int)min_t(size_t, strlen(value), KEV_HELPER_VALUE), value, err,
		(int)strlen(why), why);
	return err;
}

/* What can be known without a file system */
static int kev_helper_conf_form(const char *value)
{
	if (strlen(kev_helper_path(value)) > KEV_HELPER_MAX)
		return kev_helper_conf_refuse(value, "longer than 255 bytes", -ENAMETOOLONG);
	if (*value && *kev_helper_path(value) != '/')
		return kev_helper_conf_refuse(value, "not an absolute path", -EINVAL);
	return 0;
}

static int kev_helper_conf_look(const char *value)
{
	char *why = kmalloc(KEV_WHY_BYTES, GFP_KERNEL);
	int err;

	if (!why)
		return -ENOMEM;
	err = kev_check_path(kev_helper_path(value), kev_param(KEV_TIMEOUT), why, KEV_WHY_BYTES);
	if (err == KEV_CHECK_NONE) {
		pr_info("helper: accepted on its form: %*pEhp\n", (int)strlen(why), why);
		err = 0;
	} else if (err) {
		kev_helper_conf_refuse(value, why, err);
	}
	kfree(why);
	return err;
}

/*
 * All that waits. The kernel holds a lock over all writes and reads of the module's
 * parameters. It is let go here, or a dead file system would hang them all.
 */
static int kev_helper_conf_check(const char *value, bool locked)
{
	int err;

	if (!*value || !kev_param_is_live())
		return 0;
	if (locked)
		kernel_param_unlock(THIS_MODULE);
	/* What was raised before is in the log then */
	err = kev_helper_conf_look(value) ?: kev_wake_drain();
	if (locked)
		kernel_param_lock(THIS_MODULE);
	return err;
}

/*
 * Which record is the newest is decided in the writer's task, as what is raised
 * after the write is the new helper's. It may have been locked while the path was
 * looked at.
 */
static int kev_helper_conf_swap(const char *value)
{
	u64 newest = kev_param_is_live() ? kev_log_next() - 1 : 0;
	int err;

	mutex_lock(&kev_param_mutex);
	err = kev_confine_locked("helper") ? -EPERM : kev_helper_replace(value, newest);
	mutex_unlock(&kev_param_mutex);
	kev_wake_kick();
	return err;
}

/*
 * @value: a path, behind KEV_HELPER_PIPE in pipe mode; a newline at the end is
 * dropped; empty for none. @locked: the caller holds the kernel's lock of the
 * module's parameters. Sleeps, killably: until it is its turn, for the parameter "timeout"
 * at most while the path is looked at, and until kevnotifyd has made a pass.
 */
int kev_helper_conf_set(const char *value, bool locked)
{
	size_t len = strlen(value);
	char *text;
	int err;

	if (!kev_param_may_write("helper"))
		return -EPERM;
	/* A load that fails ends the module whatever its count: no check may be under way */
	if (kev_param_is_live() && kev_pause_is(KEV_PAUSE_LOAD))
		return -EAGAIN;
	if (kev_confine_locked("helper"))
		return -EPERM;
	if (len && value[len - 1] == '\n')
		len--;
	text = kmemdup_nul(value, len, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	err = kev_helper_conf_form(text) ?: kev_helper_conf_check(text, locked) ?:
	      kev_helper_conf_swap(text);
	kfree(text);
	return err;
}

static int kev_helper_conf_param_set(const char *text, const struct kernel_param *kp)
{
	return kev_helper_conf_set(text, true);
}

static int kev_helper_conf_param_get(char *buf, const struct kernel_param *kp)
{
	struct kev_helper helper;

	kev_helper_get(&helper);
	return sysfs_emit(buf, "%s\n", helper.value);
}

/* Called when the module's memory goes, also after a load that failed half way */
static void kev_helper_conf_param_free(void *unused)
{
	kev_helper_free();
}

static const struct kernel_param_ops kev_helper_conf_ops = {
	.set = kev_helper_conf_param_set,
	.get = kev_helper_conf_param_get,
	.free = kev_helper_conf_param_free,
};

module_param_cb(helper, &kev_helper_conf_ops, NULL, 0644);
MODULE_PARM_DESC(helper, "absolute path of the program that is run for each event, at most 255 bytes; with | before it (pipe mode) one run reads many; empty: none");
