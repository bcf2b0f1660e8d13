// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/kevnotify/sources: a directory for each source that is registered.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "param.h"
#include "source.h"
#include "sources/gauge.h"
#include "sources/sources.h"
#include "sysfs.h"

struct kev_sysfs_source {
	struct kobject		kobj;
	struct kev_source	*src;	/* a reference */
};

static struct kobject *kev_sysfs_sources_kobj;

static struct kev_source *kev_sysfs_sources_of(struct kobject *kobj)
{
	return container_of(kobj, struct kev_sysfs_source, kobj)->src;
}

/* The source, if the writer may change it */
static struct kev_source *kev_sysfs_sources_writable(struct kobject *kobj)
{
	struct kev_source *src = kev_sysfs_sources_of(kobj);

	return kev_param_may_write(src->name) ? src : NULL;
}

static ssize_t kev_sysfs_sources_enabled_show(struct kobject *kobj, struct kobj_attribute *attr,
					      char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(kev_sysfs_sources_of(kobj)->pub.on));
}

static ssize_t kev_sysfs_sources_enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
					       const char *buf, size_t count)
{
	struct kev_source *src = kev_sysfs_sources_writable(kobj);
	bool on;

	if (!src)
		return -EPERM;
	if (kev_sysfs_file_parse_bool(buf, &on))
		return kev_sysfs_file_refuse(src->name, "enabled is not 0 or 1");
	if (kev_sources_builtin(src->name))
		return kev_sources_enable(src->name, on) ?: count;
	kevnotify_source_enable(&src->pub, on);
	return count;
}

static ssize_t kev_sysfs_sources_state_show(struct kobject *kobj, struct kobj_attribute *attr,
					    char *buf)
{
	struct kev_source *src = kev_sysfs_sources_of(kobj);
	char why[256] = "";
	const char *state = kev_sources_state(src->name, why, sizeof(why));

	if (!state)
		state = READ_ONCE(src->pub.on) ? "on" : "off";
	return sysfs_emit(buf, "%s%s%s\n", state, *why ? ": " : "", why);
}

static ssize_t kev_sysfs_sources_raised_show(struct kobject *kobj, struct kobj_attribute *attr,
					     char *buf)
{
	return sysfs_emit(buf, "%lu\n", kev_source_raised(kev_sysfs_sources_of(kobj)));
}

static ssize_t kev_sysfs_sources_suppressed_show(struct kobject *kobj, struct kobj_attribute *attr,
						 char *buf)
{
	return sysfs_emit(buf, "%lu\n", kev_source_suppressed(kev_sysfs_sources_of(kobj)));
}

static ssize_t kev_sysfs_sources_last_show(struct kobject *kobj, struct kobj_attribute *attr,
					   char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(kev_sysfs_sources_of(kobj)->last));
}

static ssize_t kev_sysfs_sources_level_show(struct kobject *kobj, struct kobj_attribute *attr,
					    char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(kev_sysfs_sources_of(kobj)->level));
}

static ssize_t kev_sysfs_sources_level_store(struct kobject *kobj, struct kobj_attribute *attr,
					     const char *buf, size_t count)
{
	struct kev_source *src = kev_sysfs_sources_writable(kobj);
	int level;

	if (!src)
		return -EPERM;
	if (kstrtoint(buf, 0, &level))
		return kev_sysfs_file_refuse(src->name, "level is not a number");
	if (level < -1 || level > 7) {
		kev_sysfs_file_refuse(src->name, "level is not 0 to 7, or -1 for each event's own");
		return -ERANGE;
	}
	WRITE_ONCE(src->level, level);
	return count;
}

static ssize_t kev_sysfs_sources_comm_show(struct kobject *kobj, struct kobj_attribute *attr,
					   char *buf)
{
	return sysfs_emit(buf, "%s\n", kev_sysfs_sources_of(kobj)->comm);
}

static ssize_t kev_sysfs_sources_comm_store(struct kobject *kobj, struct kobj_attribute *attr,
					    const char *buf, size_t count)
{
	struct kev_source *src = kev_sysfs_sources_writable(kobj);
	char comm[TASK_COMM_LEN];
	size_t len = count;

	if (!src)
		return -EPERM;
	if (len && buf[len - 1] == '\n')
		len--;
	if (len >= sizeof(comm))
		return kev_sysfs_file_refuse(src->name, "comm is longer than 15 bytes");
	memcpy(comm, buf, len);
	comm[len] = '\0';
	kev_source_set_comm(src, comm);
	return count;
}

static ssize_t kev_sysfs_sources_stack_show(struct kobject *kobj, struct kobj_attribute *attr,
					    char *buf)
{
	unsigned int rare = READ_ONCE(kev_sysfs_sources_of(kobj)->rare);

	return sysfs_emit(buf, "%d\n", !!(rare & BIT(KEV_RARE_STACK)));
}

static ssize_t kev_sysfs_sources_stack_store(struct kobject *kobj, struct kobj_attribute *attr,
					     const char *buf, size_t count)
{
	struct kev_source *src = kev_sysfs_sources_writable(kobj);
	bool on;

	if (!src)
		return -EPERM;
	if (kev_sysfs_file_parse_bool(buf, &on))
		return kev_sysfs_file_refuse(src->name, "stack is not 0 or 1");
	kev_source_set_stack(src, on);
	return count;
}

static struct kev_gauge *kev_sysfs_sources_gauge(struct kobject *kobj)
{
	return kev_sources_gauge(kev_sysfs_sources_of(kobj)->name);
}

static ssize_t kev_sysfs_sources_limit_store(struct kobject *kobj, const char *buf, size_t count,
					     size_t offset)
{
	struct kev_source *src = kev_sysfs_sources_writable(kobj);
	struct kev_gauge *g;
	unsigned int value;
	int err;

	if (!src)
		return -EPERM;
	if (kstrtouint(buf, 0, &value))
		return kev_sysfs_file_refuse(src->name, "the limit is not a number");
	g = kev_sysfs_sources_gauge(kobj);
	err = kev_gauge_set(g, (void *)g + offset, value);
	if (err)
		pr_warn("%s: %u refused: limits go to %u, and clear lies beyond threshold\n",
			src->name, value, g->max);
	return err ?: count;
}

static ssize_t kev_sysfs_sources_threshold_show(struct kobject *kobj, struct kobj_attribute *attr,
						char *buf)
{
	return sysfs_emit(buf, "%u\n", kev_sysfs_sources_gauge(kobj)->threshold);
}

static ssize_t kev_sysfs_sources_threshold_store(struct kobject *kobj, struct kobj_attribute *attr,
						 const char *buf, size_t count)
{
	return kev_sysfs_sources_limit_store(kobj, buf, count,
					     offsetof(struct kev_gauge, threshold));
}

static ssize_t kev_sysfs_sources_clear_show(struct kobject *kobj, struct kobj_attribute *attr,
					    char *buf)
{
	return sysfs_emit(buf, "%u\n", kev_sysfs_sources_gauge(kobj)->clear);
}

static ssize_t kev_sysfs_sources_clear_store(struct kobject *kobj, struct kobj_attribute *attr,
					     const char *buf, size_t count)
{
	return kev_sysfs_sources_limit_store(kobj, buf, count, offsetof(struct kev_gauge, clear));
}

static ssize_t kev_sysfs_sources_dispatch_show(struct kobject *kobj, struct kobj_attribute *attr,
					       char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(kev_sysfs_sources_of(kobj)->dispatch));
}

static ssize_t kev_sysfs_sources_dispatch_store(struct kobject *kobj, struct kobj_attribute *attr,
						const char *buf, size_t count)
{
	struct kev_source *src = kev_sysfs_sources_writable(kobj);
	bool on;

	if (!src)
		return -EPERM;
	if (kev_sysfs_file_parse_bool(buf, &on))
		return kev_sysfs_file_refuse(src->name, "dispatch is not 0 or 1");
	WRITE_ONCE(src->dispatch, on);
	return count;
}

static const struct kobj_attribute kev_sysfs_sources_attrs[] = {
	__ATTR(enabled, 0644, kev_sysfs_sources_enabled_show, kev_sysfs_sources_enabled_store),
	__ATTR(state, 0444, kev_sysfs_sources_state_show, NULL),
	__ATTR(raised, 0444, kev_sysfs_sources_raised_show, NULL),
	__ATTR(suppressed, 0444, kev_sysfs_sources_suppressed_show, NULL),
	__ATTR(last, 0444, kev_sysfs_sources_last_show, NULL),
	__ATTR(level, 0644, kev_sysfs_sources_level_show, kev_sysfs_sources_level_store),
	__ATTR(comm, 0644, kev_sysfs_sources_comm_show, kev_sysfs_sources_comm_store),
	__ATTR(stack, 0644, kev_sysfs_sources_stack_show, kev_sysfs_sources_stack_store),
};

/* Of a source that polls a gauge */
static const struct kobj_attribute kev_sysfs_sources_limits[] = {
	__ATTR(threshold, 0644, kev_sysfs_sources_threshold_show,
	       kev_sysfs_sources_threshold_store),
	__ATTR(clear, 0644, kev_sysfs_sources_clear_show, kev_sysfs_sources_clear_store),
};

/* Of a source that is for readers */
static const struct kobj_attribute kev_sysfs_sources_quiet[] = {
	__ATTR(dispatch, 0644, kev_sysfs_sources_dispatch_show, kev_sysfs_sources_dispatch_store),
};

static void kev_sysfs_sources_release(struct kobject *kobj)
{
	struct kev_sysfs_source *dir = container_of(kobj, struct kev_sysfs_source, kobj);

	kev_source_put(dir->src);
	kfree(dir);
}

static struct kobj_type kev_sysfs_sources_type = {
	.release	= kev_sysfs_sources_release,
	.sysfs_ops	= &kobj_sysfs_ops,
};

/* Its files: those of all sources, and those that only some have */
static int kev_sysfs_sources_fill(struct kobject *dir, const struct kev_source *src)
{
	int err = kev_sysfs_file_fill(dir, kev_sysfs_sources_attrs,
				      ARRAY_SIZE(kev_sysfs_sources_attrs));

	if (!err && kev_sources_gauge(src->name))
		err = kev_sysfs_file_fill(dir, kev_sysfs_sources_limits,
					  ARRAY_SIZE(kev_sysfs_sources_limits));
	if (!err && src->quiet)
		err = kev_sysfs_file_fill(dir, kev_sysfs_sources_quiet,
					  ARRAY_SIZE(kev_sysfs_sources_quiet));
	if (!err && IS_ENABLED(CONFIG_KRETPROBES) && !strcmp(src->name, kev_probe.desc->name))
		err = kev_sysfs_probe_fill(dir);
	return err;
}

static int kev_sysfs_sources_add(struct kev_source *src)
{
	struct kev_sysfs_source *dir = kzalloc(sizeof(*dir), GFP_KERNEL);
	int err;

	if (!dir)
		return -ENOMEM;
	kref_get(&src->ref);
	dir->src = src;
	err = kobject_init_and_add(&dir->kobj, &kev_sysfs_sources_type, kev_sysfs_sources_kobj,
				   "%s", src->name);
	if (!err)
		err = kev_sysfs_sources_fill(&dir->kobj, src);
	if (err) {
		kobject_put(&dir->kobj);
		return err;
	}
	src->shown = dir;
	return 0;
}

static void kev_sysfs_sources_remove(struct kev_source *src)
{
	struct kev_sysfs_source *dir = src->shown;

	if (!dir)
		return;
	src->shown = NULL;
	/* Waits for writers */
	kobject_del(&dir->kobj);
	kobject_put(&dir->kobj);
}

static const struct kev_source_view kev_sysfs_sources_view = {
	.add	= kev_sysfs_sources_add,
	.remove	= kev_sysfs_sources_remove,
};

int kev_sysfs_sources_init(struct kobject *parent)
{
	int err;

	kev_sysfs_sources_kobj = kobject_create_and_add("sources", parent);
	if (!kev_sysfs_sources_kobj)
		return -ENOMEM;
	err = kev_source_set_view(&kev_sysfs_sources_view);
	if (err)
		kobject_put(kev_sysfs_sources_kobj);
	return err;
}

/* Sleeps until writers have returned, see kev_dispatch_stop() */
void kev_sysfs_sources_exit(void)
{
	kev_source_set_view(NULL);
	kobject_put(kev_sysfs_sources_kobj);
}
