// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "module": a module is loaded or unloaded. It is told before the module's
 * own code runs, which may be the last that is heard of it.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>

#include "sources/sources.h"

enum kev_module_id {
	KEV_MODULE_LOADED = 1,
	KEV_MODULE_TAINTS,
	KEV_MODULE_UNLOADED,
	KEV_MODULE_IDS,
};

static const char *const kev_module_keys[] = { "MODULE", "TAINT", NULL };

static const struct kevnotify_event kev_module_events[KEV_MODULE_IDS] = {
	[KEV_MODULE_LOADED]   = { "module {MODULE} is loaded", 6, kev_module_keys },
	[KEV_MODULE_TAINTS]   = { "module {MODULE} is loaded, which taints the kernel: {TAINT}", 5,
				  kev_module_keys },
	[KEV_MODULE_UNLOADED] = { "module {MODULE} is unloaded", 6, kev_module_keys },
};

static const struct kevnotify_desc kev_module_desc = {
	.name	= "module",
	.events	= kev_module_events,
	.ids	= ARRAY_SIZE(kev_module_events),
};

/* The flags that a module can set, as in /proc/modules */
static const struct {
	u8	bit;
	char	letter;
} kev_module_flags[] = {
	{ TAINT_PROPRIETARY_MODULE, 'P' },
	{ TAINT_FORCED_MODULE, 'F' },
	{ TAINT_CRAP, 'C' },
	{ TAINT_OOT_MODULE, 'O' },
	{ TAINT_UNSIGNED_MODULE, 'E' },
	{ TAINT_LIVEPATCH, 'K' },
#ifdef TAINT_TEST
	{ TAINT_TEST, 'N' },
#endif
};

static struct kevnotify_source *kev_module_source;

static void kev_module_raise(unsigned int id, const struct module *mod)
{
	char taint[ARRAY_SIZE(kev_module_flags) + 1];
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(kev_module_flags); i++)
		if (mod->taints & BIT(kev_module_flags[i].bit))
			taint[n++] = kev_module_flags[i].letter;
	taint[n] = '\0';
	if (id == KEV_MODULE_LOADED && n)
		id = KEV_MODULE_TAINTS;
	kevnotify_raise(kev_module_source, id, KEVNOTIFY_STR(mod->name),
			KEVNOTIFY_STR(n ? taint : NULL));
}

static int kev_module_call(struct notifier_block *nb, unsigned long state, void *data)
{
	if (state == MODULE_STATE_COMING)
		kev_module_raise(KEV_MODULE_LOADED, data);
	else if (state == MODULE_STATE_GOING)
		kev_module_raise(KEV_MODULE_UNLOADED, data);
	return NOTIFY_DONE;
}

static struct notifier_block kev_module_block = { .notifier_call = kev_module_call };

static int kev_module_start(struct kevnotify_source *src, const char **why)
{
	kev_module_source = src;
	return register_module_notifier(&kev_module_block);
}

static void kev_module_stop(void)
{
	unregister_module_notifier(&kev_module_block);
}

const struct kev_builtin kev_module = {
	.desc	= &kev_module_desc,
	.start	= kev_module_start,
	.stop	= kev_module_stop,
};
