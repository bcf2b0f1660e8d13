// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values that an operator sets: their ranges, their defaults and their two
 * views, /sys/module/kevnotify/parameters/ and /proc/sys/kevnotify/. A refused
 * value changes nothing, and one log line names the rule.
 */
#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>
#include <linux/uaccess.h>

#include "params.h"
#include "path.h"

struct kev_number kev_numbers[KEV_PARAMS] = {
	[KEV_INTERVAL]	   = { "interval", " ms", 1000, 86400000, 10000, .zero = true },
	[KEV_TIMEOUT]	   = { "timeout", " ms", 1, 86400000, 30000, .zero = true },
	[KEV_HOLD]	   = { "hold", " ms", 1000, 604800000, 3600000 },
	[KEV_GRACE]	   = { "grace", " ms", 1, 86400000, 0, .zero = true },
	[KEV_BURST]	   = { "burst", " events", 1, 1000, 10, .zero = true },
	[KEV_WINDOW]	   = { "window", " ms", 10, 3600000, 5000 },
	[KEV_HELPER_LEVEL] = { "helper_level", "", 0, 7, 6 },
	[KEV_LOG_RECORDS]  = { "log_records", " records", 16, 1048576, 1024 },
	[KEV_STAGE_SLOTS]  = { "stage_slots", " slots", 8, 4096, 64 },
};

unsigned int kev_window_jiffies;

/* The helper's path, replaced as a whole */
struct kev_path {
	struct rcu_head	rcu;
	char		name[];
};

static struct kev_path __rcu *kev_helper;
/* Orders writers; never held over a path walk. */
static DEFINE_MUTEX(kev_params_mutex);
static void (*kev_watchers[KEV_PARAMS_ALL])(void);
/* Until init has run, parameters come from insmod: nothing to wake, no file system to look at. */
static bool kev_params_live;

/**
 * kev_may_write() - may the current task change how kevnotify works?
 * @what: what it would change, for the log
 *
 * File modes do not decide this: root of a container passes them.
 *
 * Context: task.
 * Return: true if it may.
 */
bool kev_may_write(const char *what)
{
	if (capable(CAP_SYS_ADMIN))
		return true;
	pr_warn_ratelimited("%s: not changed: it takes CAP_SYS_ADMIN in the initial user namespace\n",
			    what);
	return false;
}

/**
 * kev_param_watch() - be told of a parameter's changes
 * @which: the parameter
 * @changed: called in the writer's task after each write; NULL: nobody any more
 *
 * Context: task; may sleep. Afterwards the former watcher is not running.
 */
void kev_param_watch(enum kev_param which, void (*changed)(void))
{
	mutex_lock(&kev_params_mutex);
	kev_watchers[which] = changed;
	mutex_unlock(&kev_params_mutex);
}

/* With the mutex held */
static void kev_param_changed(enum kev_param which)
{
	WRITE_ONCE(kev_window_jiffies, msecs_to_jiffies(kev_param(KEV_WINDOW)));
	if (kev_watchers[which])
		kev_watchers[which]();
}

static int kev_number_set(const char *text, const struct kernel_param *kp)
{
	struct kev_number *p = kp->arg;
	unsigned int value;
	int err;

	if (kev_params_live && !kev_may_write(p->name))
		return -EPERM;
	err = kstrtouint(text, 0, &value);
	if (!err && (value < p->min || value > p->max) && !(p->zero && !value))
		err = -ERANGE;
	if (err) {
		/* What was written may hold line ends, which are not ours to log */
		pr_warn("%s: '%*pEhp' refused: not from %u to %u%s%s\n", p->name,
			(int)min_t(size_t, strcspn(text, "\n"), 32), text,
			p->min, p->max, p->unit, p->zero ? ", or 0" : "");
		return err;
	}
	mutex_lock(&kev_params_mutex);
	WRITE_ONCE(p->value, value);
	if (kev_params_live)
		kev_param_changed(p - kev_numbers);
	mutex_unlock(&kev_params_mutex);
	return 0;
}

static int kev_number_get(char *buf, const struct kernel_param *kp)
{
	struct kev_number *p = kp->arg;

	return sysfs_emit(buf, "%u\n", READ_ONCE(p->value));
}

static const struct kernel_param_ops kev_number_ops = {
	.set = kev_number_set,
	.get = kev_number_get,
};

#define KEV_NUMBER(name, which, mode, desc)					\
	module_param_cb(name, &kev_number_ops, &kev_numbers[which], mode);	\
	MODULE_PARM_DESC(name, desc)

KEV_NUMBER(interval, KEV_INTERVAL, 0644,
	   "ms between polls, 1000 to 86400000; 0: none (default 10000)");
KEV_NUMBER(timeout, KEV_TIMEOUT, 0644,
	   "ms that a run of the helper may take, to 86400000; 0: no limit (default 30000)");
KEV_NUMBER(hold, KEV_HOLD, 0644,
	   "ms that events wait for a helper that cannot run, 1000 to 604800000 (default 3600000)");
KEV_NUMBER(grace, KEV_GRACE, 0644,
	   "ms after load in which no helper is started, to 86400000 (default 0)");
KEV_NUMBER(burst, KEV_BURST, 0644,
	   "events of one (source, id) per window, to 1000; 0: no limit (default 10)");
KEV_NUMBER(window, KEV_WINDOW, 0644,
	   "ms of the rate limit's window, 10 to 3600000 (default 5000)");
KEV_NUMBER(helper_level, KEV_HELPER_LEVEL, 0644,
	   "syslog level, 0 to 7: less urgent records do not go to the helper (default 6)");
KEV_NUMBER(log_records, KEV_LOG_RECORDS, 0444,
	   "records in the log, 16 to 1048576, rounded up to a power of two (default 1024)");
KEV_NUMBER(stage_slots, KEV_STAGE_SLOTS, 0444,
	   "slots of each CPU's stage, 8 to 4096, rounded up to a power of two (default 64)");

/**
 * kev_helper_get() - the helper's path
 * @path: filled; KEV_HELPER_MAX + 1 bytes
 *
 * Context: task.
 * Return: false when there is no helper.
 */
bool kev_helper_get(char *path)
{
	const struct kev_path *helper;

	rcu_read_lock();
	helper = rcu_dereference(kev_helper);
	strscpy(path, helper ? helper->name : "", KEV_HELPER_MAX + 1);
	rcu_read_unlock();
	return *path;
}

static int kev_helper_refuse(const char *name, const char *why, int err)
{
	pr_warn("helper: '%*pEhp' refused (%d), the old one stays: %*pEhp\n",
		(int)min_t(size_t, strlen(name), KEV_HELPER_MAX), name, err,
		(int)strlen(why), why);
	return err;
}

/* What can be known without a file system */
static int kev_helper_form(const char *name)
{
	if (strlen(name) > KEV_HELPER_MAX)
		return kev_helper_refuse(name, "longer than 255 bytes", -ENAMETOOLONG);
	if (*name && *name != '/')
		return kev_helper_refuse(name, "not an absolute path", -EINVAL);
	return 0;
}

static int kev_helper_check(const char *name)
{
	char *why;
	int err;

	if (!*name || !kev_params_live)
		return 0;
	why = kmalloc(KEV_WHY_BYTES, GFP_KERNEL);
	if (!why)
		return -ENOMEM;
	err = kev_path_check_within(name, kev_param(KEV_TIMEOUT), why, KEV_WHY_BYTES);
	if (err)
		kev_helper_refuse(name, why, err);
	kfree(why);
	return err;
}

static void kev_helper_swap(struct kev_path *new)
{
	struct kev_path *old;

	mutex_lock(&kev_params_mutex);
	old = rcu_replace_pointer(kev_helper, new, lockdep_is_held(&kev_params_mutex));
	if (kev_params_live)
		kev_param_changed(KEV_HELPER);
	mutex_unlock(&kev_params_mutex);
	if (old)
		kfree_rcu(old, rcu);
}

/**
 * kev_helper_set() - set the helper
 * @value: its path; a newline at the end is dropped; empty: none
 *
 * Context: task; may sleep, at most the parameter "timeout".
 * Return: 0; -EPERM, -EINVAL, -ENAMETOOLONG, -ENOMEM, or as kev_path_check_within().
 */
int kev_helper_set(const char *value)
{
	struct kev_path *new;
	size_t len = strlen(value);
	int err;

	if (kev_params_live && !kev_may_write("helper"))
		return -EPERM;
	if (len && value[len - 1] == '\n')
		len--;
	new = kzalloc(struct_size(new, name, len + 1), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	memcpy(new->name, value, len);
	err = kev_helper_form(new->name) ?: kev_helper_check(new->name);
	if (err) {
		kfree(new);
		return err;
	}
	kev_helper_swap(new);
	return 0;
}

static int kev_helper_param_set(const char *text, const struct kernel_param *kp)
{
	return kev_helper_set(text);
}

static int kev_helper_param_get(char *buf, const struct kernel_param *kp)
{
	char path[KEV_HELPER_MAX + 1];

	kev_helper_get(path);
	return sysfs_emit(buf, "%s\n", path);
}

/* Called when the module's memory goes, also after a load that failed half way */
static void kev_helper_param_free(void *unused)
{
	kfree(rcu_dereference_protected(kev_helper, true));
}

static const struct kernel_param_ops kev_helper_ops = {
	.set = kev_helper_param_set,
	.get = kev_helper_param_get,
	.free = kev_helper_param_free,
};

module_param_cb(helper, &kev_helper_ops, NULL, 0644);
MODULE_PARM_DESC(helper, "absolute path of the program that is run for each event, at most 255 bytes; empty: none");

/*
 * The sysctl view: the same text goes the same way. helper and interval only,
 * for sysctl.d; modprobe.d is the place for the rest.
 */
static int kev_sysctl(KEV_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
		      loff_t *ppos)
{
	const struct kernel_param kp = { .arg = &kev_numbers[KEV_INTERVAL] };
	bool helper = !table->data;
	struct ctl_table text = { .maxlen = KEV_HELPER_MAX + 2 };
	int err;

	/* Whoever writes less than the whole value would set a part of it */
	if (write && *ppos)
		return -EINVAL;
	if (write && *lenp >= text.maxlen)
		return helper ? kev_helper_refuse("...", "longer than 255 bytes", -ENAMETOOLONG) :
				kev_number_set("...", &kp);
	text.data = kzalloc(text.maxlen, GFP_KERNEL);
	if (!text.data)
		return -ENOMEM;
	if (!write && helper)
		kev_helper_get(text.data);
	else if (!write)
		snprintf(text.data, text.maxlen, "%u", kev_param(KEV_INTERVAL));
	err = proc_dostring(&text, write, buffer, lenp, ppos);
	if (!err && write)
		err = helper ? kev_helper_set(text.data) : kev_number_set(text.data, &kp);
	kfree(text.data);
	return err;
}

static struct ctl_table kev_sysctl_table[] = {
	{ .procname = "helper", .mode = 0644, .proc_handler = kev_sysctl },
	{ .procname = "interval", .mode = 0644, .proc_handler = kev_sysctl,
	  .data = &kev_numbers[KEV_INTERVAL] },
	{ }
};

static struct ctl_table_header *kev_sysctl_header;

/**
 * kev_params_init() - go from load-time values to live ones
 *
 * Context: task; may sleep.
 * Return: 0 or -ENOMEM.
 */
int kev_params_init(void)
{
	struct kev_number *p;

	for (p = &kev_numbers[KEV_LOG_RECORDS]; p <= &kev_numbers[KEV_STAGE_SLOTS]; p++)
		p->value = roundup_pow_of_two(p->value);
	kev_window_jiffies = msecs_to_jiffies(kev_param(KEV_WINDOW));
	kev_sysctl_header = kev_register_sysctl("kevnotify", kev_sysctl_table);
	if (!kev_sysctl_header)
		return -ENOMEM;
	kev_params_live = true;
	return 0;
}

/**
 * kev_params_exit() - undo kev_params_init()
 *
 * Context: task; may sleep. Late writers of parameters find no watcher.
 */
void kev_params_exit(void)
{
	unregister_sysctl_table(kev_sysctl_header);
}
