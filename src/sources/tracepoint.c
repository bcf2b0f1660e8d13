// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook of the sources that listen to tracepoints. These are not exported, so they
 * are found by name; those of modules when the module comes. A source is its table of
 * probes: each gets the source first, so that it needs no memory of its own.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/stringhash.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "sources/tracepoint.h"

static struct kev_tracepoint *kev_tracepoint_find(struct kev_tracepoints *tps, const char *name)
{
	struct kev_tracepoint *p;

	for (p = tps->points; p->name; p++)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

static void kev_tracepoint_attach(struct tracepoint *tp, void *data)
{
	struct kev_tracepoints *tps = data;
	struct kev_tracepoint *p = kev_tracepoint_find(tps, tp->name);

	if (p && !p->tp && p->probe && !tracepoint_probe_register(tp, p->probe, tps->source))
		WRITE_ONCE(p->tp, tp);
}

static void kev_tracepoint_detach(struct kev_tracepoints *tps, struct kev_tracepoint *p)
{
	tracepoint_probe_unregister(p->tp, p->probe, tps->source);
	WRITE_ONCE(p->tp, NULL);
}

static void kev_tracepoint_goes(struct kev_tracepoints *tps, struct tracepoint *tp)
{
	struct kev_tracepoint *p = kev_tracepoint_find(tps, tp->name);

	if (p && p->tp == tp)
		kev_tracepoint_detach(tps, p);
}

/* At registration it is called for each module that is there, at the end likewise */
static int kev_tracepoint_module(struct notifier_block *nb, unsigned long what, void *data)
{
	struct kev_tracepoints *tps = container_of(nb, struct kev_tracepoints, modules);
	struct module *mod = ((struct tp_module *)data)->mod;
	unsigned int i;

	for (i = 0; i < mod->num_tracepoints; i++) {
		struct tracepoint *tp = tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]);

		if (what == MODULE_STATE_COMING)
			kev_tracepoint_attach(tp, tps);
		else if (what == MODULE_STATE_GOING)
			kev_tracepoint_goes(tps, tp);
	}
	return NOTIFY_OK;
}

/* Does, or may, any of them tell anything? */
static bool kev_tracepoint_any(const struct kev_tracepoints *tps)
{
	const struct kev_tracepoint *p;

	for (p = tps->points; p->name; p++)
		if (p->tp || (p->comes && p->probe))
			return true;
	return false;
}

/*
 * One start or stop of a source at a time. -ENODEV if the kernel has none of them; @why is
 * filled on an error.
 */
int kev_tracepoint_start(struct kev_tracepoints *tps, struct kevnotify_source *src,
			 const char **why)
{
	int err;

	tps->source = src;
	tps->modules.notifier_call = kev_tracepoint_module;
	for_each_kernel_tracepoint(kev_tracepoint_attach, tps);
	err = register_tracepoint_module_notifier(&tps->modules);
	if (!err && kev_tracepoint_any(tps))
		return 0;
	*why = kev_tracepoint_lacks(tps);
	kev_tracepoint_stop(tps);
	return err ?: -ENODEV;
}

/* Sleeps until the last probe has returned */
void kev_tracepoint_stop(struct kev_tracepoints *tps)
{
	struct kev_tracepoint *p;

	unregister_tracepoint_module_notifier(&tps->modules);
	for (p = tps->points; p->name; p++)
		if (p->tp)
			kev_tracepoint_detach(tps, p);
	tracepoint_synchronize_unregister();
}

/*
 * The names of those that this kernel and its modules do not have, valid until the next call
 * for this source; NULL if they have all
 */
const char *kev_tracepoint_lacks(struct kev_tracepoints *tps)
{
	const struct kev_tracepoint *p;
	size_t len = 0;

	for (p = tps->points; p->name; p++)
		if (!READ_ONCE(p->tp))
			len += scnprintf(tps->text + len, sizeof(tps->text) - len, "%s %s",
					 len ? "," : "no tracepoint", p->name);
	return len ? tps->text : NULL;
}

/* In any context in which the kernel tells of such a place itself: symbol+offset, or "?" */
const char *kev_tracepoint_symbol(char buf[KEV_SYMBOL_MAX], unsigned long addr)
{
	snprintf(buf, KEV_SYMBOL_MAX, "%pS", (void *)addr);
	/* The number itself is for no reader */
	if (isdigit(*buf))
		strscpy(buf, "?", KEV_SYMBOL_MAX);
	return buf;
}

/* A number for the rate limit, where an object has but a name */
u64 kev_tracepoint_object(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}
