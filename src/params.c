// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values that an operator sets: their ranges, their defaults and their two
 * views, /sys/module/kevnotify/parameters/ and /proc/sys/kevnotify/. A refused
 * value changes nothing, and one log line names the rule.
 */
#include <linux/bits.h>
#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/oom.h>
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
	[KEV_LINGER]	   = { "linger", " ms", 0, 86400000, 1000 },
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
	if (which == KEV_WINDOW)
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
	   "ms that a run of the helper may take, in pipe mode since its last read, to 86400000; 0: no limit (default 30000)");
KEV_NUMBER(linger, KEV_LINGER, 0644,
	   "pipe mode: ms that an empty log keeps a run alive, to 86400000 (default 1000)");
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

/* One way: what it locks can be read without the mutex */
static bool kev_helper_locked;

static bool kev_param_locked(const char *what)
{
	if (!kev_params_live || !READ_ONCE(kev_helper_locked))
		return false;
	pr_warn_ratelimited("%s: not changed: helper_lock is set until the module is unloaded\n",
			    what);
	return true;
}

/* Not kstrtobool(), which takes "nonsense" for "n" */
static const char *const kev_lock_words[] = { "N", "Y", "n", "y", "0", "1" };

static int kev_lock_set(const char *text, const struct kernel_param *kp)
{
	int word = sysfs_match_string(kev_lock_words, text);

	if (kev_params_live && !kev_may_write("helper_lock"))
		return -EPERM;
	if (kev_param_locked("helper_lock"))
		return -EPERM;
	if (word < 0) {
		pr_warn("helper_lock: '%*pEhp' refused: not Y or N\n",
			(int)min_t(size_t, strcspn(text, "\n"), 32), text);
		return word;
	}
	mutex_lock(&kev_params_mutex);
	WRITE_ONCE(kev_helper_locked, word & 1);
	mutex_unlock(&kev_params_mutex);
	return 0;
}

static const struct kernel_param_ops kev_lock_ops = {
	.set = kev_lock_set,
	.get = param_get_bool,
};

module_param_cb(helper_lock, &kev_lock_ops, &kev_helper_locked, 0644);
MODULE_PARM_DESC(helper_lock, "Y: helper, helper_caps and helper_lock cannot be changed until the module is unloaded (default N)");

#define KEV_CAPS_ALL	GENMASK_ULL(CAP_LAST_CAP, 0)

static u64 kev_helper_caps = KEV_CAPS_ALL;

/**
 * kev_param_caps() - the parameter "helper_caps"
 *
 * Context: any.
 * Return: the set.
 */
kernel_cap_t kev_param_caps(void)
{
	u64 mask = READ_ONCE(kev_helper_caps);
	kernel_cap_t caps = CAP_EMPTY_SET;
	int cap;

	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (mask & BIT_ULL(cap))
			cap_raise(caps, cap);
	return caps;
}

static int kev_caps_set(const char *text, const struct kernel_param *kp)
{
	u64 mask = KEV_CAPS_ALL;
	int err = 0;

	if (kev_params_live && !kev_may_write("helper_caps"))
		return -EPERM;
	if (!sysfs_streq(text, "all"))
		err = kstrtou64(text, 16, &mask);
	if (!err && mask & ~KEV_CAPS_ALL)
		err = -ERANGE;
	if (err) {
		pr_warn("helper_caps: '%*pEhp' refused: not a hex mask from 0 to %llx, or all\n",
			(int)min_t(size_t, strcspn(text, "\n"), 32), text, KEV_CAPS_ALL);
		return err;
	}
	mutex_lock(&kev_params_mutex);
	if (kev_param_locked("helper_caps"))
		err = -EPERM;
	else
		WRITE_ONCE(kev_helper_caps, mask);
	mutex_unlock(&kev_params_mutex);
	return err;
}

static int kev_caps_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%016llx\n", READ_ONCE(kev_helper_caps));
}

static const struct kernel_param_ops kev_caps_ops = {
	.set = kev_caps_set,
	.get = kev_caps_get,
};

module_param_cb(helper_caps, &kev_caps_ops, NULL, 0644);
MODULE_PARM_DESC(helper_caps, "hex mask of the capabilities that the helper may have (default all)");

static int kev_oom_score_adj = -900;

/**
 * kev_param_oom_score_adj() - the parameter "helper_oom_score_adj"
 *
 * Context: any.
 * Return: the value.
 */
int kev_param_oom_score_adj(void)
{
	return READ_ONCE(kev_oom_score_adj);
}

static int kev_oom_score_adj_set(const char *text, const struct kernel_param *kp)
{
	int value, err;

	if (kev_params_live && !kev_may_write("helper_oom_score_adj"))
		return -EPERM;
	err = kstrtoint(text, 0, &value);
	if (!err && (value < OOM_SCORE_ADJ_MIN || value > OOM_SCORE_ADJ_MAX))
		err = -ERANGE;
	if (err) {
		pr_warn("helper_oom_score_adj: '%*pEhp' refused: not from %d to %d\n",
			(int)min_t(size_t, strcspn(text, "\n"), 32), text, OOM_SCORE_ADJ_MIN,
			OOM_SCORE_ADJ_MAX);
		return err;
	}
	WRITE_ONCE(kev_oom_score_adj, value);
	return 0;
}

static const struct kernel_param_ops kev_oom_score_adj_ops = {
	.set = kev_oom_score_adj_set,
	.get = param_get_int,
};

module_param_cb(helper_oom_score_adj, &kev_oom_score_adj_ops, &kev_oom_score_adj, 0644);
MODULE_PARM_DESC(helper_oom_score_adj, "the helper's oom_score_adj, -1000 to 1000 (default -900)");

/**
 * kev_helper_get() - the helper
 * @path: filled: its path, behind KEV_HELPER_PIPE in pipe mode; KEV_HELPER_VALUE + 1 bytes
 *
 * Context: task.
 * Return: false when there is no helper.
 */
bool kev_helper_get(char *path)
{
	const struct kev_path *helper;

	rcu_read_lock();
	helper = rcu_dereference(kev_helper);
	strscpy(path, helper ? helper->name : "", KEV_HELPER_VALUE + 1);
	rcu_read_unlock();
	return *path;
}

static int kev_helper_refuse(const char *name, const char *why, int err)
{
	pr_warn("helper: '%*pEhp' refused (%d), the old one stays: %*pEhp\n",
		(int)min_t(size_t, strlen(name), KEV_HELPER_VALUE), name, err,
		(int)strlen(why), why);
	return err;
}

/* What can be known without a file system */
static int kev_helper_form(const char *name)
{
	if (strlen(kev_helper_path(name)) > KEV_HELPER_MAX)
		return kev_helper_refuse(name, "longer than 255 bytes", -ENAMETOOLONG);
	if (*name && *kev_helper_path(name) != '/')
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
	err = kev_path_check_within(kev_helper_path(name), kev_param(KEV_TIMEOUT), why,
				    KEV_WHY_BYTES);
	if (err)
		kev_helper_refuse(name, why, err);
	kfree(why);
	return err;
}

/* It may have been locked while the path was looked at */
static int kev_helper_swap(struct kev_path *new)
{
	struct kev_path *old;

	mutex_lock(&kev_params_mutex);
	if (kev_param_locked("helper")) {
		mutex_unlock(&kev_params_mutex);
		return -EPERM;
	}
	old = rcu_replace_pointer(kev_helper, new, lockdep_is_held(&kev_params_mutex));
	if (kev_params_live)
		kev_param_changed(KEV_HELPER);
	mutex_unlock(&kev_params_mutex);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/**
 * kev_helper_set() - set the helper
 * @value: its path, behind KEV_HELPER_PIPE in pipe mode; a newline at the end is
 *	dropped; empty: none
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
	if (kev_param_locked("helper"))
		return -EPERM;
	if (len && value[len - 1] == '\n')
		len--;
	new = kzalloc(struct_size(new, name, len + 1), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	memcpy(new->name, value, len);
	err = kev_helper_form(new->name) ?: kev_helper_check(new->name) ?: kev_helper_swap(new);
	if (err)
		kfree(new);
	return err;
}

static int kev_helper_param_set(const char *text, const struct kernel_param *kp)
{
	return kev_helper_set(text);
}

static int kev_helper_param_get(char *buf, const struct kernel_param *kp)
{
	char path[KEV_HELPER_VALUE + 1];

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
MODULE_PARM_DESC(helper, "absolute path of the program that is run for each event, at most 255 bytes; with | before it (pipe mode) one run reads many; empty: none");

/*
 * The sysctl view: the same text goes the same way. helper and interval only,
 * for sysctl.d; modprobe.d is the place for the rest.
 */
static int kev_sysctl(KEV_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
		      loff_t *ppos)
{
	const struct kernel_param kp = { .arg = &kev_numbers[KEV_INTERVAL] };
	bool helper = !table->data;
	struct ctl_table text = { .maxlen = KEV_HELPER_VALUE + 2 };
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
