// SPDX-License-Identifier: GPL-2.0-only
/*
 * The values that an operator sets: their ranges, their defaults and their two
 * views, /sys/module/kevnotify/parameters/ and /proc/sys/kevnotify/. A refused
 * value changes nothing, and one log line names the rule.
 */
#include <linux/capability.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "param.h"
#include "wake.h"

struct kev_number kev_numbers[KEV_PARAMS] = {
	[KEV_INTERVAL]	   = { "interval", " ms", 1000, 86400000, 10000, .zero = true },
	[KEV_TIMEOUT]	   = { "timeout", " ms", 1, 86400000, 30000, .zero = true },
	[KEV_LINGER]	   = { "linger", " ms", 1, 86400000, 1000, .zero = true },
	[KEV_HOLD]	   = { "hold", " ms", 1000, 604800000, 3600000 },
	[KEV_GRACE]	   = { "grace", " ms", 1, 86400000, 0, .zero = true },
	[KEV_BURST]	   = { "burst", " events", 1, 1000, 10, .zero = true },
	[KEV_WINDOW]	   = { "window", " ms", 10, 3600000, 5000 },
	[KEV_HELPER_LEVEL] = { "helper_level", "", 0, 7, 6 },
	[KEV_FALLBACK]	   = { "fallback", " ms", 1, 86400000, 0, .zero = true },
	[KEV_LOG_RECORDS]  = { "log_records", " records", 16, 1048576, 1024 },
	[KEV_STAGE_SLOTS]  = { "stage_slots", " slots", 8, 4096, 64 },
};

unsigned int kev_window_jiffies;

/* Orders writers of all parameters; see param.h */
DEFINE_MUTEX(kev_param_mutex);
static void (*kev_param_watchers[KEV_PARAMS])(void);
/* Until init has run, parameters come from insmod: nothing to wake, no file system to look at. */
static bool kev_param_live;

/* Do parameters come from their files by now, and not from insmod? */
bool kev_param_is_live(void)
{
	return READ_ONCE(kev_param_live);
}

/*
 * May the current task change how kevnotify works? File modes do not decide this:
 * root of a container passes them. Before init what loads the module sets them, and the
 * files are there, too. @what is for the log.
 */
bool kev_param_may_write(const char *what)
{
	if (capable(CAP_SYS_ADMIN) || (!kev_param_is_live() && capable(CAP_SYS_MODULE)))
		return true;
	pr_warn_ratelimited("%s: not changed: it takes CAP_SYS_ADMIN in the initial user namespace\n",
			    what);
	return false;
}

/*
 * @changed is called in the writer's task after each write; NULL: no more, and the
 * former one is not running.
 */
void kev_param_watch(enum kev_param which, void (*changed)(void))
{
	mutex_lock(&kev_param_mutex);
	kev_param_watchers[which] = changed;
	mutex_unlock(&kev_param_mutex);
}

/* With the mutex held */
static void kev_param_changed(enum kev_param which)
{
	if (which == KEV_WINDOW)
		WRITE_ONCE(kev_window_jiffies, msecs_to_jiffies(kev_param(KEV_WINDOW)));
	if (kev_param_watchers[which])
		kev_param_watchers[which]();
	kev_wake_kick();
}

/* A newline at the end of @text is dropped. Returns 0, -EPERM, -EINVAL or -ERANGE. */
int kev_param_write(struct kev_number *p, const char *text)
{
	unsigned int value;
	int err;

	if (!kev_param_may_write(p->name))
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
	mutex_lock(&kev_param_mutex);
	WRITE_ONCE(p->value, value);
	if (kev_param_live)
		kev_param_changed(p - kev_numbers);
	mutex_unlock(&kev_param_mutex);
	return 0;
}

static int kev_param_number_set(const char *text, const struct kernel_param *kp)
{
	return kev_param_write(kp->arg, text);
}

static int kev_param_number_get(char *buf, const struct kernel_param *kp)
{
	struct kev_number *p = kp->arg;

	return sysfs_emit(buf, "%u\n", READ_ONCE(p->value));
}

static const struct kernel_param_ops kev_param_number_ops = {
	.set = kev_param_number_set,
	.get = kev_param_number_get,
};

#define KEV_NUMBER(name, which, mode, desc)					\
	module_param_cb(name, &kev_param_number_ops, &kev_numbers[which], mode);	\
	MODULE_PARM_DESC(name, desc)

KEV_NUMBER(interval, KEV_INTERVAL, 0644,
	   "ms between polls, 1000 to 86400000; 0: none (default 10000)");
KEV_NUMBER(timeout, KEV_TIMEOUT, 0644,
	   "ms that a run of the helper may take, in pipe mode since its last read, to 86400000; 0: no limit (default 30000)");
KEV_NUMBER(linger, KEV_LINGER, 0644,
	   "pipe mode: ms that an empty log keeps a run alive, to 86400000; 0: for ever, and the run starts when the helper is set (default 1000)");
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
KEV_NUMBER(fallback, KEV_FALLBACK, 0644,
	   "ms in which a reader may acknowledge a record before the helper gets it, to 86400000; 0: the helper gets all at once (default 0)");
KEV_NUMBER(log_records, KEV_LOG_RECORDS, 0444,
	   "records in the log, 16 to 1048576, rounded up to a power of two (default 1024)");
KEV_NUMBER(stage_slots, KEV_STAGE_SLOTS, 0444,
	   "slots of each CPU's stage, 8 to 4096, rounded up to a power of two (default 64)");

/* From here on values come from their files, and not from insmod */
int kev_param_init(void)
{
	struct kev_number *p;

	for (p = &kev_numbers[KEV_LOG_RECORDS]; p <= &kev_numbers[KEV_STAGE_SLOTS]; p++)
		p->value = roundup_pow_of_two(p->value);
	kev_window_jiffies = msecs_to_jiffies(kev_param(KEV_WINDOW));
	kev_param_live = true;
	return 0;
}
