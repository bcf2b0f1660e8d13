// SPDX-License-Identifier: GPL-2.0-only
/*
 * confine: what a run of the helper may do, and what it is worth: the parameters
 * helper_caps and helper_oom_score_adj, and helper_lock, which fixes them.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/oom.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "confine.h"
#include "param.h"

/* One way: what it locks can be read without the mutex */
static bool kev_confine_lock;

/* May this no longer be changed? With kev_param_mutex held the answer lasts. */
bool kev_confine_locked(const char *what)
{
	if (!kev_param_is_live() || !READ_ONCE(kev_confine_lock))
		return false;
	pr_warn_ratelimited("%s: not changed: helper_lock is set until the module is unloaded\n",
			    what);
	return true;
}

/* Not kstrtobool(), which takes "nonsense" for "n" */
static const char *const kev_confine_lock_words[] = { "N", "Y", "n", "y", "0", "1" };

static int kev_confine_lock_set(const char *text, const struct kernel_param *kp)
{
	int word = sysfs_match_string(kev_confine_lock_words, text);

	if (!kev_param_may_write("helper_lock"))
		return -EPERM;
	if (kev_confine_locked("helper_lock"))
		return -EPERM;
	if (word < 0) {
		pr_warn("helper_lock: '%*pEhp' refused: not Y or N\n",
			(int)min_t(size_t, strcspn(text, "\n"), 32), text);
		return word;
	}
	mutex_lock(&kev_param_mutex);
	WRITE_ONCE(kev_confine_lock, word & 1);
	mutex_unlock(&kev_param_mutex);
	return 0;
}

static const struct kernel_param_ops kev_confine_lock_ops = {
	.set = kev_confine_lock_set,
	.get = param_get_bool,
};

module_param_cb(helper_lock, &kev_confine_lock_ops, &kev_confine_lock, 0644);
MODULE_PARM_DESC(helper_lock, "Y: helper, helper_caps and helper_lock cannot be changed until the module is unloaded (default N)");

#define KEV_CONFINE_ALL	GENMASK_ULL(CAP_LAST_CAP, 0)

static u64 kev_confine_mask = KEV_CONFINE_ALL;

kernel_cap_t kev_confine_caps(void)
{
	u64 mask = READ_ONCE(kev_confine_mask);
	kernel_cap_t caps = CAP_EMPTY_SET;
	int cap;

	for (cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (mask & BIT_ULL(cap))
			cap_raise(caps, cap);
	return caps;
}

static int kev_confine_caps_set(const char *text, const struct kernel_param *kp)
{
	u64 mask = KEV_CONFINE_ALL;
	int err = 0;

	if (!kev_param_may_write("helper_caps"))
		return -EPERM;
	if (!sysfs_streq(text, "all"))
		err = kstrtou64(text, 16, &mask);
	if (!err && mask & ~KEV_CONFINE_ALL)
		err = -ERANGE;
	if (err) {
		pr_warn("helper_caps: '%*pEhp' refused: not a hex mask from 0 to %llx, or all\n",
			(int)min_t(size_t, strcspn(text, "\n"), 32), text, KEV_CONFINE_ALL);
		return err;
	}
	mutex_lock(&kev_param_mutex);
	if (kev_confine_locked("helper_caps"))
		err = -EPERM;
	else
		WRITE_ONCE(kev_confine_mask, mask);
	mutex_unlock(&kev_param_mutex);
	return err;
}

static int kev_confine_caps_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%016llx\n", READ_ONCE(kev_confine_mask));
}

static const struct kernel_param_ops kev_confine_caps_ops = {
	.set = kev_confine_caps_set,
	.get = kev_confine_caps_get,
};

module_param_cb(helper_caps, &kev_confine_caps_ops, NULL, 0644);
MODULE_PARM_DESC(helper_caps, "hex mask of the capabilities that the helper may have (default all)");

static int kev_confine_adj = -900;

int kev_confine_oom_score_adj(void)
{
	return READ_ONCE(kev_confine_adj);
}

static int kev_confine_adj_set(const char *text, const struct kernel_param *kp)
{
	int value, err;

	if (!kev_param_may_write("helper_oom_score_adj"))
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
	WRITE_ONCE(kev_confine_adj, value);
	return 0;
}

static const struct kernel_param_ops kev_confine_adj_ops = {
	.set = kev_confine_adj_set,
	.get = param_get_int,
};

module_param_cb(helper_oom_score_adj, &kev_confine_adj_ops, &kev_confine_adj, 0644);
MODULE_PARM_DESC(helper_oom_score_adj, "the helper's oom_score_adj, -1000 to 1000 (default -900)");
