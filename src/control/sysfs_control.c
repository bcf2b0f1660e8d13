// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/kevnotify/control: what an operator can have done.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "dispatch.h"
#include "feed.h"
#include "helper.h"
#include "log.h"
#include "param.h"
#include "pause.h"
#include "sources/sources.h"
#include "sysfs.h"
#include "test.h"
#include "wake.h"

#define KEV_SYSFS_CONTROL_LEVEL	5	/* of control/raise without one */

static ssize_t kev_sysfs_control_raise_store(struct kobject *kobj, struct kobj_attribute *attr,
					     const char *buf, size_t count)
{
	char message[KEVNOTIFY_MESSAGE_MAX + 1];
	unsigned int level = KEV_SYSFS_CONTROL_LEVEL;
	size_t len = count;

	if (!kev_param_may_write("control/raise"))
		return -EPERM;
	if (len && buf[len - 1] == '\n')
		len--;
	if (len && *buf == '<') {
		if (len < 3 || buf[1] < '0' || buf[1] > '7' || buf[2] != '>')
			return kev_sysfs_file_refuse("control/raise",
						     "the level is not <0> to <7>");
		level = buf[1] - '0';
		buf += 3;
		len -= 3;
	}
	while (len && isspace(*buf)) {
		buf++;
		len--;
	}
	if (!len || len > KEVNOTIFY_MESSAGE_MAX || memchr(buf, '\0', len))
		return kev_sysfs_file_refuse("control/raise",
					     "the message is not 1 to 255 bytes without NUL");
	memcpy(message, buf, len);
	message[len] = '\0';
	kev_manual_raise(level, message);
	return count;
}

static ssize_t kev_sysfs_control_paused_show(struct kobject *kobj, struct kobj_attribute *attr,
					     char *buf)
{
	return sysfs_emit(buf, "%d\n", kev_pause_is(KEV_PAUSE_USER));
}

static ssize_t kev_sysfs_control_paused_store(struct kobject *kobj, struct kobj_attribute *attr,
					      const char *buf, size_t count)
{
	bool pause;
	int err = 0;

	if (!kev_param_may_write("control/paused"))
		return -EPERM;
	if (kev_sysfs_file_parse_bool(buf, &pause))
		return kev_sysfs_file_refuse("control/paused", "not 0 or 1");
	if (pause)
		err = kev_dispatch_pause();
	else
		kev_pause_clear(KEV_PAUSE_USER);
	return err ?: count;
}

static ssize_t kev_sysfs_control_end_grace_show(struct kobject *kobj, struct kobj_attribute *attr,
						char *buf)
{
	return sysfs_emit(buf, "%d\n", !kev_pause_is(KEV_PAUSE_GRACE));
}

/* What is done by a 1, and by nothing else */
static int kev_sysfs_control_one(const char *what, const char *buf)
{
	if (!kev_param_may_write(what))
		return -EPERM;
	return sysfs_streq(buf, "1") ? 0 : kev_sysfs_file_refuse(what, "not 1");
}

static ssize_t kev_sysfs_control_end_grace_store(struct kobject *kobj, struct kobj_attribute *attr,
						 const char *buf, size_t count)
{
	int err = kev_sysfs_control_one("control/end_grace", buf);

	if (!err)
		kev_pause_end_grace();
	return err ?: count;
}

static ssize_t kev_sysfs_control_test_show(struct kobject *kobj, struct kobj_attribute *attr,
					   char *buf)
{
	return kev_test_show(buf);
}

static ssize_t kev_sysfs_control_test_store(struct kobject *kobj, struct kobj_attribute *attr,
					    const char *buf, size_t count)
{
	return kev_sysfs_control_one("control/test", buf) ?: kev_test_write() ?: count;
}

static ssize_t kev_sysfs_control_flush_store(struct kobject *kobj, struct kobj_attribute *attr,
					     const char *buf, size_t count)
{
	int err = kev_sysfs_control_one("control/flush", buf) ?: kev_wake_drain();

	if (!err)
		kev_feed_flush(kev_log_next());
	return err ?: count;
}

static ssize_t kev_sysfs_control_replay_store(struct kobject *kobj, struct kobj_attribute *attr,
					      const char *buf, size_t count)
{
	int err;
	u64 seq;

	if (!kev_param_may_write("control/replay"))
		return -EPERM;
	err = kstrtou64(buf, 0, &seq);
	if (err == -EINVAL)
		return kev_sysfs_file_refuse("control/replay", "not a number");
	if (!err && seq > kev_log_next())
		err = -ERANGE;
	if (err) {
		pr_warn_ratelimited("control/replay: refused: not from 0 to %llu\n",
				    kev_log_next());
		return err;
	}
	kev_feed_replay(seq, kev_helper_generation());
	return count;
}

const struct kobj_attribute kev_sysfs_control_attrs[KEV_SYSFS_CONTROLS] = {
	__ATTR(raise, 0200, NULL, kev_sysfs_control_raise_store),
	__ATTR(test, 0644, kev_sysfs_control_test_show, kev_sysfs_control_test_store),
	__ATTR(paused, 0644, kev_sysfs_control_paused_show, kev_sysfs_control_paused_store),
	__ATTR(end_grace, 0644, kev_sysfs_control_end_grace_show,
	       kev_sysfs_control_end_grace_store),
	__ATTR(flush, 0200, NULL, kev_sysfs_control_flush_store),
	__ATTR(replay, 0200, NULL, kev_sysfs_control_replay_store),
};
