// SPDX-License-Identifier: GPL-2.0-only
/*
 * The built-in sources, one table row each, and the parameter "sources". All
 * are registered as long as the module is loaded; what is switched is the hook.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "param.h"
#include "sources/gauge.h"
#include "sources/sources.h"
#include "sources/tracepoint.h"

static const struct kev_builtin *const kev_builtins[] = {
	&kev_oom,
	&kev_resources[KEV_RESOURCE_MEMORY],
	&kev_resources[KEV_RESOURCE_FILES],
	&kev_resources[KEV_RESOURCE_PIDS],
	&kev_resources[KEV_RESOURCE_SWAP],
	&kev_resources[KEV_RESOURCE_LOAD],
	&kev_resources[KEV_RESOURCE_DSTATE],
	&kev_taint,
	&kev_netdev,
	&kev_inetaddr,
	&kev_cpu,
	&kev_module,
	&kev_power,
	&kev_crash,
	&kev_manual,
	&kev_signal,
	&kev_oops,
	&kev_warn,
	&kev_panic,
	&kev_hung,
	&kev_block,
	&kev_fs,
	&kev_mce,
	&kev_thermal,
	&kev_txtimeout,
	&kev_probe,
	&kev_lockup,
	&kev_rcustall,
};

#define KEV_BUILTINS	ARRAY_SIZE(kev_builtins)

/* A built-in source's present state, under the mutex */
static struct kev_builtin_state {
	struct kevnotify_source	*src;
	const char		*why;	/* it is unavailable */
	bool			on;
} kev_states[KEV_BUILTINS];

/* Which are wanted: set by the parameter; bits by index */
static unsigned long kev_wanted;
static bool kev_wanted_set;
static bool kev_sources_live;
static DEFINE_MUTEX(kev_sources_mutex);

static int kev_sources_index(const char *name)
{
	int i;

	for (i = 0; i < KEV_BUILTINS; i++)
		if (!strcmp(kev_builtins[i]->desc->name, name))
			return i;
	return -EINVAL;
}

static unsigned long kev_sources_default(void)
{
	unsigned long wanted = 0;
	int i;

	for (i = 0; i < KEV_BUILTINS; i++)
		if (kev_builtins[i]->on)
			wanted |= BIT(i);
	return wanted;
}

static int kev_sources_builtin_hook(const struct kev_builtin *b, struct kev_builtin_state *s)
{
	s->why = b->absent;
	if (b->absent)
		return -ENODEV;
	if (b->tracepoints)
		return kev_tracepoint_start(b->tracepoints, s->src, &s->why);
	if (b->start)
		return b->start(s->src, &s->why);
	if (b->source)
		*b->source = s->src;
	else
		kev_gauge_start(b->gauge, s->src);
	return 0;
}

static void kev_sources_builtin_unhook(const struct kev_builtin *b)
{
	if (b->tracepoints)
		kev_tracepoint_stop(b->tracepoints);
	else if (b->gauge)
		kev_gauge_stop(b->gauge);
	else if (b->stop)
		b->stop();
}

static const char *kev_sources_builtin_remark(const struct kev_builtin *b)
{
	const char *remark = NULL;

	if (b->tracepoints)
		remark = kev_tracepoint_lacks(b->tracepoints);
	else if (b->gauge)
		remark = kev_gauge_remark(b->gauge);
	return remark ?: b->remark ? b->remark() : NULL;
}

static void kev_sources_builtin_start(int i)
{
	struct kev_builtin_state *s = &kev_states[i];
	bool told = s->why;
	int err;

	if (s->on || IS_ERR_OR_NULL(s->src))
		return;
	kevnotify_source_enable(s->src, true);
	err = kev_sources_builtin_hook(kev_builtins[i], s);
	s->on = !err;
	if (err)
		kevnotify_source_enable(s->src, false);
	if (err && !told)
		pr_info("source %s unavailable: %s (%d)\n", kev_builtins[i]->desc->name,
			s->why ?: "no hook", err);
}

static void kev_sources_builtin_stop(int i)
{
	struct kev_builtin_state *s = &kev_states[i];

	if (!s->on)
		return;
	kevnotify_source_enable(s->src, false);
	kev_sources_builtin_unhook(kev_builtins[i]);
	s->on = false;
}

/* With the mutex held */
static void kev_sources_apply(unsigned long wanted)
{
	int i;

	kev_wanted = wanted;
	for (i = 0; kev_sources_live && i < KEV_BUILTINS; i++) {
		if (wanted & BIT(i))
			kev_sources_builtin_start(i);
		else
			kev_sources_builtin_stop(i);
	}
}

/* -EINVAL if it is not a built-in one, -ENODEV if this kernel lacks its hook */
int kev_sources_enable(const char *name, bool on)
{
	int i = kev_sources_index(name);
	int err = 0;

	if (i < 0)
		return i;
	mutex_lock(&kev_sources_mutex);
	kev_sources_apply(on ? kev_wanted | BIT(i) : kev_wanted & ~BIT(i));
	if (on && !kev_states[i].on) {
		kev_wanted &= ~BIT(i);
		err = -ENODEV;
	}
	mutex_unlock(&kev_sources_mutex);
	return err;
}

bool kev_sources_builtin(const char *name)
{
	return kev_sources_index(name) >= 0;
}

/*
 * A built-in source's state: "on", "off", "unavailable"; NULL if it is none of them. @why: why
 * it is unavailable, or what it lacks while it is on; else empty.
 */
const char *kev_sources_state(const char *name, char *why, size_t size)
{
	int i = kev_sources_index(name);
	const char *text;
	bool on;

	if (i < 0)
		return NULL;
	mutex_lock(&kev_sources_mutex);
	on = kev_states[i].on;
	text = on ? kev_sources_builtin_remark(kev_builtins[i]) : kev_states[i].why;
	/* It may be gone when the next one asks */
	strscpy(why, text ?: "", size);
	mutex_unlock(&kev_sources_mutex);
	return on ? "on" : *why ? "unavailable" : "off";
}

/* NULL if it has none */
struct kev_gauge *kev_sources_gauge(const char *name)
{
	int i = kev_sources_index(name);

	return i < 0 ? NULL : kev_builtins[i]->gauge;
}

/* One word of the list: name, +name or -name; a plain name starts a new set */
static int kev_sources_word(const char *word, unsigned long *wanted, bool *fresh)
{
	bool relative = *word == '+' || *word == '-';
	int i = kev_sources_index(word + relative);

	if (i < 0) {
		pr_warn("sources: unknown source '%*pEhp': nothing changed\n",
			(int)min_t(size_t, strlen(word + relative), 32), word + relative);
		return i;
	}
	if (!relative && !*fresh) {
		*wanted = 0;
		*fresh = true;
	}
	if (*word == '-')
		*wanted &= ~BIT(i);
	else
		*wanted |= BIT(i);
	return 0;
}

static int kev_sources_parse(char *list, unsigned long *wanted)
{
	bool fresh = false;
	char *word;
	int err;

	if (!*list)
		*wanted = 0;
	while ((word = strsep(&list, ","))) {
		word = strim(word);
		if (!*word)
			continue;
		err = kev_sources_word(word, wanted, &fresh);
		if (err)
			return err;
	}
	return 0;
}

static int kev_sources_set(const char *text, const struct kernel_param *kp)
{
	unsigned long wanted;
	char *list;
	int err;

	if (!kev_param_may_write("sources"))
		return -EPERM;
	list = kstrdup(text, GFP_KERNEL);
	if (!list)
		return -ENOMEM;
	mutex_lock(&kev_sources_mutex);
	wanted = kev_wanted_set ? kev_wanted : kev_sources_default();
	err = kev_sources_parse(strim(list), &wanted);
	if (!err) {
		kev_wanted_set = true;
		kev_sources_apply(wanted);
	}
	mutex_unlock(&kev_sources_mutex);
	kfree(list);
	return err;
}

static int kev_sources_get(char *buf, const struct kernel_param *kp)
{
	int i, len = 0;

	mutex_lock(&kev_sources_mutex);
	for (i = 0; i < KEV_BUILTINS; i++)
		if (kev_wanted & BIT(i))
			len += sysfs_emit_at(buf, len, "%s%s", len ? "," : "",
					     kev_builtins[i]->desc->name);
	mutex_unlock(&kev_sources_mutex);
	return len + sysfs_emit_at(buf, len, "\n");
}

static const struct kernel_param_ops kev_sources_ops = {
	.set = kev_sources_set,
	.get = kev_sources_get,
};

module_param_cb(sources, &kev_sources_ops, NULL, 0644);
MODULE_PARM_DESC(sources, "comma list of the built-in sources that are on; +name and -name change one");

/* Without the mutex: the registry's is taken, and its holder may wait for writers of sysfs */
static void kev_sources_unregister(void)
{
	struct kevnotify_source *srcs[KEV_BUILTINS];
	int i;

	for (i = 0; i < KEV_BUILTINS; i++)
		srcs[i] = kev_states[i].src;
	kevnotify_source_unregister_all(srcs, KEV_BUILTINS);
}

static int kev_sources_register(void)
{
	struct kevnotify_source *src;
	int i;

	for (i = 0; i < KEV_BUILTINS; i++) {
		src = kevnotify_source_register(THIS_MODULE, kev_builtins[i]->desc);
		if (IS_ERR(src)) {
			kev_sources_unregister();
			return PTR_ERR(src);
		}
		kevnotify_source_enable(src, false);
		kev_states[i].src = src;
		kev_states[i].why = kev_builtins[i]->absent;
	}
	return 0;
}

/* A source whose hook this kernel lacks is no error */
int kev_sources_init(void)
{
	int err = kev_sources_register();

	/* One word says which are wanted */
	BUILD_BUG_ON(KEV_BUILTINS > BITS_PER_LONG);
	if (err)
		return err;
	mutex_lock(&kev_sources_mutex);
	kev_sources_live = true;
	kev_sources_apply(kev_wanted_set ? kev_wanted : kev_sources_default());
	kev_wanted_set = true;
	mutex_unlock(&kev_sources_mutex);
	return 0;
}

void kev_sources_exit(void)
{
	int i;

	mutex_lock(&kev_sources_mutex);
	kev_sources_live = false;
	for (i = 0; i < KEV_BUILTINS; i++) {
		kev_sources_builtin_stop(i);
		if (kev_builtins[i]->exit)
			kev_builtins[i]->exit();
	}
	mutex_unlock(&kev_sources_mutex);
	kev_sources_unregister();
}
