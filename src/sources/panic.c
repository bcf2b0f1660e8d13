// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "panic": at a panic the last records go to the kernel's log, which pstore may
 * keep. No event is collected any more then, so none is raised.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/notifier.h>
#ifdef KEV_HAVE_PANIC_NOTIFIER_H
#include <linux/panic_notifier.h>
#endif

#include "sources/sources.h"

#define KEV_PANIC	1

static const struct kevnotify_event kev_panic_events[] = {
	[KEV_PANIC] = { "kernel panic", 0 },
};

static const struct kevnotify_desc kev_panic_desc = {
	.name	= "panic",
	.events	= kev_panic_events,
	.ids	= ARRAY_SIZE(kev_panic_events),
};

static void (*kev_panic_tell)(void);

/* @tell tells of the last records: with the other CPUs stopped, whatever locks they hold */
void kev_panic_on_panic(void (*tell)(void))
{
	kev_panic_tell = tell;
}

static int kev_panic_notify(struct notifier_block *nb, unsigned long what, void *data)
{
	if (kev_panic_tell)
		kev_panic_tell();
	return NOTIFY_DONE;
}

/* The last one: what others do at a panic comes first */
static struct notifier_block kev_panic_block = {
	.notifier_call	= kev_panic_notify,
	.priority	= INT_MIN,
};

static int kev_panic_start(struct kevnotify_source *src, const char **why)
{
	/* There to look where the log ends takes a lock, which a stopped CPU may hold */
	if (IS_ENABLED(CONFIG_GENERIC_ATOMIC64)) {
		*why = "this machine has no 64-bit atomics without a lock";
		return -ENODEV;
	}
	return atomic_notifier_chain_register(&panic_notifier_list, &kev_panic_block);
}

static void kev_panic_stop(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &kev_panic_block);
}

const struct kev_builtin kev_panic = {
	.desc	= &kev_panic_desc,
	.on	= true,
	.start	= kev_panic_start,
	.stop	= kev_panic_stop,
};
