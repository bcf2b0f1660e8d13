// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/kevnotify: state, counters, control and the sources.
 * Documentation/ABI/testing/sysfs-kernel-kevnotify has an entry for each file.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "dispatch.h"
#include "feed.h"
#include "health.h"
#include "log.h"
#include "params.h"
#include "pause.h"
#include "source.h"
#include "sources/poll.h"
#include "sources/sources.h"
#include "stage.h"
#include "stats.h"
#include "sysfs.h"
#include "test.h"

#define KEV_ABI			1
#define KEV_MANUAL_LEVEL	5	/* of control/raise without a level */

/* Values beside the counters that make the sums whole */
static u64 kev_read_staged(void)
{
	return kev_stage_count();
}

static u64 kev_read_pending(void)
{
	struct kev_cursor c;

	kev_feed_cursor(&c);
	return kev_cursor_pending(&c, kev_log_next());
}

static u64 kev_read_base(void)
{
	struct kev_cursor c;

	kev_feed_cursor(&c);
	return c.base;
}

static const struct {
	const char	*name;
	u64		(*read)(void);
} kev_derived[] = {
	{ "staged", kev_read_staged },
	{ "pending", kev_read_pending },
	{ "base", kev_read_base },
	{ "first", kev_log_first },
	{ "next", kev_log_next },
};

#define KEV_COUNTERS	(KEV_STATS + ARRAY_SIZE(kev_derived))

/**
 * kev_counters() - how many counters there are to show
 *
 * Context: any.
 * Return: the number.
 */
unsigned int kev_counters(void)
{
	return KEV_COUNTERS;
}

/**
 * kev_counter_name() - a counter's name
 * @i: which
 *
 * Context: any.
 * Return: the name.
 */
const char *kev_counter_name(unsigned int i)
{
	return i < KEV_STATS ? kev_stat_names[i] : kev_derived[i - KEV_STATS].name;
}

/**
 * kev_counter_read() - a counter's value
 * @i: which
 *
 * Context: task.
 * Return: the value.
 */
u64 kev_counter_read(unsigned int i)
{
	switch (i) {
	case KEV_STAT_RAISED:
		return kev_sources_raised();
	case KEV_STAT_SUPPRESSED:
		return kev_sources_suppressed();
	case KEV_STATS ... KEV_COUNTERS - 1:
		return kev_derived[i - KEV_STATS].read();
	}
	return kev_stat_read(i);
}

static struct kobj_attribute kev_stats_attrs[KEV_COUNTERS];
static struct attribute *kev_stats_list[KEV_COUNTERS + 1];

static ssize_t kev_stats_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	/* As base may be negative */
	return sysfs_emit(buf, "%lld\n", kev_counter_read(attr - kev_stats_attrs));
}

static void kev_stats_attrs_init(void)
{
	unsigned int i;

	for (i = 0; i < KEV_COUNTERS; i++) {
		sysfs_attr_init(&kev_stats_attrs[i].attr);
		kev_stats_attrs[i].attr.name = kev_counter_name(i);
		kev_stats_attrs[i].attr.mode = 0444;
		kev_stats_attrs[i].show = kev_stats_show;
		kev_stats_list[i] = &kev_stats_attrs[i].attr;
	}
}

static const struct attribute_group kev_stats_group = {
	.name	= "stats",
	.attrs	= kev_stats_list,
};

static ssize_t state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", kev_dispatch_state());
}

static struct kobj_attribute state_attr = __ATTR_RO(state);

static ssize_t helper_state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct kev_health health;

	return sysfs_emit(buf, "%s\n", kev_health_get(&health));
}

static struct kobj_attribute helper_state_attr = __ATTR_RO(helper_state);

static ssize_t helper_errno_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct kev_health health;

	kev_health_get(&health);
	return sysfs_emit(buf, "%d\n", health.err);
}

static struct kobj_attribute helper_errno_attr = __ATTR_RO(helper_errno);

static ssize_t helper_since_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct kev_health health;

	kev_health_get(&health);
	return sysfs_emit(buf, "%lld\n", health.since);
}

static struct kobj_attribute helper_since_attr = __ATTR_RO(helper_since);

static ssize_t instance_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", kev_log_instance);
}

static struct kobj_attribute instance_attr = __ATTR_RO(instance);

static ssize_t abi_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", KEV_ABI);
}

static struct kobj_attribute abi_attr = __ATTR_RO(abi);

static struct attribute *kev_top_list[] = {
	&state_attr.attr,
	&helper_state_attr.attr,
	&helper_errno_attr.attr,
	&helper_since_attr.attr,
	&instance_attr.attr,
	&abi_attr.attr,
	NULL
};

static const struct attribute_group kev_top_group = {
	.attrs	= kev_top_list,
};

static ssize_t kev_refuse(const char *what, const char *rule)
{
	pr_warn_ratelimited("%s: refused: %s\n", what, rule);
	return -EINVAL;
}

/* As kstrtobool(), which takes "nonsense" for "n" */
static int kev_parse_bool(const char *buf, bool *value)
{
	*value = sysfs_streq(buf, "1");
	return *value || sysfs_streq(buf, "0") ? 0 : -EINVAL;
}

static ssize_t raise_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	char message[KEVNOTIFY_MESSAGE_MAX + 1];
	unsigned int level = KEV_MANUAL_LEVEL;
	size_t len = count;

	if (!kev_may_write("control/raise"))
		return -EPERM;
	if (len && buf[len - 1] == '\n')
		len--;
	if (len && *buf == '<') {
		if (len < 3 || buf[1] < '0' || buf[1] > '7' || buf[2] != '>')
			return kev_refuse("control/raise", "the level is not <0> to <7>");
		level = buf[1] - '0';
		buf += 3;
		len -= 3;
	}
	while (len && isspace(*buf)) {
		buf++;
		len--;
	}
	if (!len || len > KEVNOTIFY_MESSAGE_MAX || memchr(buf, '\0', len))
		return kev_refuse("control/raise", "the message is not 1 to 255 bytes without NUL");
	memcpy(message, buf, len);
	message[len] = '\0';
	kev_manual_raise(level, message);
	return count;
}

static struct kobj_attribute raise_attr = __ATTR_WO(raise);

static ssize_t paused_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", kev_pause_is(KEV_PAUSE_USER));
}

static ssize_t paused_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	bool pause;
	int err = 0;

	if (!kev_may_write("control/paused"))
		return -EPERM;
	if (kev_parse_bool(buf, &pause))
		return kev_refuse("control/paused", "not 0 or 1");
	if (pause)
		err = kev_dispatch_pause();
	else
		kev_pause_clear(KEV_PAUSE_USER);
	return err ?: count;
}

static struct kobj_attribute paused_attr = __ATTR_RW(paused);

static ssize_t end_grace_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", !kev_pause_is(KEV_PAUSE_GRACE));
}

static ssize_t end_grace_store(struct kobject *kobj, struct kobj_attribute *attr,
			       const char *buf, size_t count)
{
	bool end;

	if (!kev_may_write("control/end_grace"))
		return -EPERM;
	if (kev_parse_bool(buf, &end) || !end)
		return kev_refuse("control/end_grace", "not 1");
	kev_pause_end_grace();
	return count;
}

static struct kobj_attribute end_grace_attr = __ATTR_RW(end_grace);

static ssize_t test_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return kev_test_show(buf);
}

static ssize_t test_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	bool test;

	if (!kev_may_write("control/test"))
		return -EPERM;
	if (kev_parse_bool(buf, &test) || !test)
		return kev_refuse("control/test", "not 1");
	return kev_test_write() ?: count;
}

static struct kobj_attribute test_attr = __ATTR_RW(test);

static ssize_t flush_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	bool flush;

	if (!kev_may_write("control/flush"))
		return -EPERM;
	if (kev_parse_bool(buf, &flush) || !flush)
		return kev_refuse("control/flush", "not 1");
	return kev_dispatch_flush() ?: count;
}

static struct kobj_attribute flush_attr = __ATTR_WO(flush);

static ssize_t replay_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	int err;
	u64 seq;

	if (!kev_may_write("control/replay"))
		return -EPERM;
	err = kstrtou64(buf, 0, &seq);
	if (err == -EINVAL)
		return kev_refuse("control/replay", "not a number");
	err = err ?: kev_dispatch_replay(seq);
	if (err)
		pr_warn_ratelimited("control/replay: refused: not from 0 to %llu\n",
				    kev_log_next());
	return err ?: count;
}

static struct kobj_attribute replay_attr = __ATTR_WO(replay);

static struct attribute *kev_control_list[] = {
	&raise_attr.attr,
	&test_attr.attr,
	&paused_attr.attr,
	&end_grace_attr.attr,
	&flush_attr.attr,
	&replay_attr.attr,
	NULL
};

static const struct attribute_group kev_control_group = {
	.name	= "control",
	.attrs	= kev_control_list,
};

static const struct attribute_group *kev_groups[] = {
	&kev_top_group,
	&kev_stats_group,
	&kev_control_group,
	NULL
};

/**
 * struct kev_source_dir - sources/<name>/
 * @kobj: the directory
 * @list: in kev_source_dirs
 * @src: the source: a reference
 */
struct kev_source_dir {
	struct kobject		kobj;
	struct list_head	list;
	struct kev_source	*src;
};

static struct kobject *kev_kobj;
static struct kobject *kev_sources_kobj;
/* Under the registry's mutex */
static LIST_HEAD(kev_source_dirs);

static struct kev_source *kev_dir_source(struct kobject *kobj)
{
	return container_of(kobj, struct kev_source_dir, kobj)->src;
}

/* The source, if the writer may change it */
static struct kev_source *kev_dir_write(struct kobject *kobj)
{
	struct kev_source *src = kev_dir_source(kobj);

	return kev_may_write(src->name) ? src : NULL;
}

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(kev_dir_source(kobj)->pub.on));
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	struct kev_source *src = kev_dir_write(kobj);
	const char *why;
	bool on;

	if (!src)
		return -EPERM;
	if (kev_parse_bool(buf, &on))
		return kev_refuse(src->name, "enabled is not 0 or 1");
	if (kev_sources_state(src->name, &why))
		return kev_sources_enable(src->name, on) ?: count;
	kevnotify_source_enable(&src->pub, on);
	return count;
}

static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);

static ssize_t source_state_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct kev_source *src = kev_dir_source(kobj);
	const char *why = NULL;
	const char *state = kev_sources_state(src->name, &why);

	if (!state)
		state = READ_ONCE(src->pub.on) ? "on" : "off";
	return sysfs_emit(buf, "%s%s%s\n", state, why ? ": " : "", why ?: "");
}

static struct kobj_attribute source_state_attr =
	__ATTR(state, 0444, source_state_show, NULL);

static ssize_t raised_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", kev_source_raised(kev_dir_source(kobj)));
}

static struct kobj_attribute raised_attr = __ATTR_RO(raised);

static ssize_t suppressed_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lu\n", kev_source_suppressed(kev_dir_source(kobj)));
}

static struct kobj_attribute suppressed_attr = __ATTR_RO(suppressed);

static ssize_t last_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(kev_dir_source(kobj)->last));
}

static struct kobj_attribute last_attr = __ATTR_RO(last);

static ssize_t level_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(kev_dir_source(kobj)->level));
}

static ssize_t level_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	struct kev_source *src = kev_dir_write(kobj);
	int level;

	if (!src)
		return -EPERM;
	if (kstrtoint(buf, 0, &level))
		return kev_refuse(src->name, "level is not a number");
	if (level < -1 || level > 7) {
		kev_refuse(src->name, "level is not 0 to 7, or -1 for each event's own");
		return -ERANGE;
	}
	WRITE_ONCE(src->level, level);
	return count;
}

static struct kobj_attribute level_attr = __ATTR_RW(level);

static ssize_t comm_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", kev_dir_source(kobj)->comm);
}

static ssize_t comm_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	struct kev_source *src = kev_dir_write(kobj);
	char comm[TASK_COMM_LEN];
	size_t len = count;

	if (!src)
		return -EPERM;
	if (len && buf[len - 1] == '\n')
		len--;
	if (len >= sizeof(comm))
		return kev_refuse(src->name, "comm is longer than 15 bytes");
	memcpy(comm, buf, len);
	comm[len] = '\0';
	kev_source_set_comm(src, comm);
	return count;
}

static struct kobj_attribute comm_attr = __ATTR_RW(comm);

static ssize_t stack_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	unsigned int rare = READ_ONCE(kev_dir_source(kobj)->rare);

	return sysfs_emit(buf, "%d\n", !!(rare & BIT(KEV_RARE_STACK)));
}

static ssize_t stack_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	struct kev_source *src = kev_dir_write(kobj);
	bool on;

	if (!src)
		return -EPERM;
	if (kev_parse_bool(buf, &on))
		return kev_refuse(src->name, "stack is not 0 or 1");
	kev_source_set_stack(src, on);
	return count;
}

static struct kobj_attribute stack_attr = __ATTR_RW(stack);

static ssize_t kev_limit_store(struct kobject *kobj, const char *buf, size_t count,
			       size_t offset)
{
	struct kev_source *src = kev_dir_write(kobj);
	struct kev_gauge *g;
	unsigned int value;
	int err;

	if (!src)
		return -EPERM;
	if (kstrtouint(buf, 0, &value))
		return kev_refuse(src->name, "the limit is not a number");
	g = kev_sources_gauge(src->name);
	err = kev_gauge_set(g, (void *)g + offset, value);
	if (err)
		pr_warn("%s: %u refused: limits go to %u, and clear lies beyond threshold\n",
			src->name, value, g->max);
	return err ?: count;
}

static ssize_t threshold_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", kev_sources_gauge(kev_dir_source(kobj)->name)->threshold);
}

static ssize_t threshold_store(struct kobject *kobj, struct kobj_attribute *attr,
			       const char *buf, size_t count)
{
	return kev_limit_store(kobj, buf, count, offsetof(struct kev_gauge, threshold));
}

static struct kobj_attribute threshold_attr = __ATTR_RW(threshold);

static ssize_t clear_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", kev_sources_gauge(kev_dir_source(kobj)->name)->clear);
}

static ssize_t clear_store(struct kobject *kobj, struct kobj_attribute *attr,
			   const char *buf, size_t count)
{
	return kev_limit_store(kobj, buf, count, offsetof(struct kev_gauge, clear));
}

static struct kobj_attribute clear_attr = __ATTR_RW(clear);

static struct attribute *kev_dir_list[] = {
	&enabled_attr.attr,
	&source_state_attr.attr,
	&raised_attr.attr,
	&suppressed_attr.attr,
	&last_attr.attr,
	&level_attr.attr,
	&comm_attr.attr,
	&stack_attr.attr,
	&threshold_attr.attr,
	&clear_attr.attr,
	NULL
};

static umode_t kev_dir_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	bool limit = attr == &threshold_attr.attr || attr == &clear_attr.attr;

	return limit && !kev_sources_gauge(kev_dir_source(kobj)->name) ? 0 : attr->mode;
}

static const struct attribute_group kev_dir_group = {
	.attrs		= kev_dir_list,
	.is_visible	= kev_dir_visible,
};

static const struct attribute_group *kev_dir_groups[] = { &kev_dir_group, NULL };

static void kev_dir_release(struct kobject *kobj)
{
	struct kev_source_dir *dir = container_of(kobj, struct kev_source_dir, kobj);

	kev_source_put(dir->src);
	kfree(dir);
}

static struct kobj_type kev_dir_type = {
	.release	= kev_dir_release,
	.sysfs_ops	= &kobj_sysfs_ops,
	.default_groups	= kev_dir_groups,
};

static int kev_dir_add(struct kev_source *src)
{
	struct kev_source_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	int err;

	if (!dir)
		return -ENOMEM;
	kref_get(&src->ref);
	dir->src = src;
	err = kobject_init_and_add(&dir->kobj, &kev_dir_type, kev_sources_kobj, "%s", src->name);
	if (err) {
		kobject_put(&dir->kobj);
		return err;
	}
	list_add_tail(&dir->list, &kev_source_dirs);
	return 0;
}

static void kev_dir_remove(struct kev_source *src)
{
	struct kev_source_dir *dir;

	list_for_each_entry(dir, &kev_source_dirs, list) {
		if (dir->src == src) {
			list_del(&dir->list);
			/* Waits for writers */
			kobject_del(&dir->kobj);
			kobject_put(&dir->kobj);
			return;
		}
	}
}

static const struct kev_source_view kev_dir_view = {
	.add	= kev_dir_add,
	.remove	= kev_dir_remove,
};

/**
 * kev_sysfs_init() - show everything
 *
 * Context: task; may sleep.
 * Return: 0 or -ENOMEM, or what sysfs said.
 */
int kev_sysfs_init(void)
{
	int err;

	kev_stats_attrs_init();
	kev_kobj = kobject_create_and_add("kevnotify", kernel_kobj);
	if (!kev_kobj)
		return -ENOMEM;
	err = sysfs_create_groups(kev_kobj, kev_groups);
	if (err)
		goto err_put;
	kev_sources_kobj = kobject_create_and_add("sources", kev_kobj);
	if (!kev_sources_kobj) {
		err = -ENOMEM;
		goto err_groups;
	}
	err = kev_source_set_view(&kev_dir_view);
	if (err)
		goto err_sources;
	return 0;

err_sources:
	kobject_put(kev_sources_kobj);
err_groups:
	sysfs_remove_groups(kev_kobj, kev_groups);
err_put:
	kobject_put(kev_kobj);
	return err;
}

/**
 * kev_sysfs_exit() - undo kev_sysfs_init()
 *
 * Context: task; sleeps until writers have returned, see kev_dispatch_stop().
 */
void kev_sysfs_exit(void)
{
	kev_source_set_view(NULL);
	kobject_put(kev_sources_kobj);
	sysfs_remove_groups(kev_kobj, kev_groups);
	kobject_put(kev_kobj);
}
