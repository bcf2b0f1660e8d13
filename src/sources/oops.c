// SPDX-License-Identifier: GPL-2.0-only
/* Source "oops": the kernel has made a fatal error, and a task, or all, ends of it. */
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>

#include "sources/sources.h"
#include "sources/tracepoint.h"

#define KEV_OOPS	1

static const char *const kev_oops_keys[] = { "KIND", "IP", "TAINT", NULL };

static const struct kevnotify_event kev_oops_events[] = {
	[KEV_OOPS] = { "kernel oops: {KIND} at {IP}", 1, kev_oops_keys },
};

static const struct kevnotify_desc kev_oops_desc = {
	.name	= "oops",
	.events	= kev_oops_events,
	.ids	= ARRAY_SIZE(kev_oops_events),
};

static struct kevnotify_source *kev_oops_source;

/* As the kernel writes them; what a newer one adds is left out */
static const char *kev_oops_taint(char buf[TAINT_FLAGS_COUNT + 1])
{
	static const char letters[] = "PFSRMBUDAWCIOELKXTNJ";
	unsigned int i, n = 0;

	for (i = 0; i < TAINT_FLAGS_COUNT && letters[i]; i++)
		if (test_taint(i))
			buf[n++] = letters[i];
	buf[n] = '\0';
	return buf;
}

static int kev_oops_die(struct notifier_block *nb, unsigned long what, void *data)
{
	char taint[TAINT_FLAGS_COUNT + 1], ip[KEV_SYMBOL_MAX] = "?";
	struct die_args *args = data;

	if (what != DIE_OOPS)
		return NOTIFY_DONE;
	if (args->regs)
		kev_tracepoint_symbol(ip, instruction_pointer(args->regs));
	kevnotify_raise(kev_oops_source, KEV_OOPS, KEVNOTIFY_STR(args->str), KEVNOTIFY_STR(ip),
			KEVNOTIFY_STR(kev_oops_taint(taint)));
	return NOTIFY_DONE;
}

static struct notifier_block kev_oops_block = { .notifier_call = kev_oops_die };

static int kev_oops_start(struct kevnotify_source *src, const char **why)
{
	kev_oops_source = src;
	return register_die_notifier(&kev_oops_block);
}

static void kev_oops_stop(void)
{
	unregister_die_notifier(&kev_oops_block);
}

const struct kev_builtin kev_oops = {
	.desc	= &kev_oops_desc,
	.on	= true,
	.start	= kev_oops_start,
	.stop	= kev_oops_stop,
};
