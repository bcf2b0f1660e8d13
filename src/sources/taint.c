// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "taint": a flag has come into /proc/sys/kernel/tainted that says that
 * something went wrong. What sets these flags may not be told of otherwise.
 */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "sources/poll.h"
#include "sources/sources.h"

/* By the event's id */
static const struct {
	u8	bit;
	char	flag[2];
} kev_taint_flags[] = {
	[1] = { TAINT_WARN, "W" },
	[2] = { TAINT_DIE, "D" },
	[3] = { TAINT_SOFTLOCKUP, "L" },
	[4] = { TAINT_MACHINE_CHECK, "M" },
	[5] = { TAINT_BAD_PAGE, "B" },
};

static const char *const kev_taint_keys[] = { "FLAG", NULL };

static const struct kevnotify_event kev_taint_events[ARRAY_SIZE(kev_taint_flags)] = {
	[1] = { "the kernel has warned of a fault of its own (taint {FLAG})", 4, kev_taint_keys },
	[2] = { "the kernel has had an oops (taint {FLAG})", 3, kev_taint_keys },
	[3] = { "a CPU was stuck in the kernel (taint {FLAG})", 2, kev_taint_keys },
	[4] = { "the processor has reported a machine check (taint {FLAG})", 3, kev_taint_keys },
	[5] = { "the kernel has found a page of memory in a bad state (taint {FLAG})", 2,
		kev_taint_keys },
};

static const struct kevnotify_desc kev_taint_desc = {
	.name	= "taint",
	.events	= kev_taint_events,
	.ids	= ARRAY_SIZE(kev_taint_events),
};

static struct kevnotify_source *kev_taint_source;

/* Ids of the flags that were there before, or have been told; they never go */
static unsigned long kev_taint_known;

static unsigned long kev_taint_read(void)
{
	unsigned long set = 0;
	int id;

	for (id = 1; id < ARRAY_SIZE(kev_taint_flags); id++)
		if (test_taint(kev_taint_flags[id].bit))
			set |= BIT(id);
	return set;
}

static void kev_taint_look(struct kev_poll *poll)
{
	unsigned long set = kev_taint_read();
	int id;

	for (id = 1; id < ARRAY_SIZE(kev_taint_flags); id++)
		if (set & ~kev_taint_known & BIT(id))
			kevnotify_raise(kev_taint_source, id,
					KEVNOTIFY_STR(kev_taint_flags[id].flag));
	kev_taint_known = set;
}

static struct kev_poll kev_taint_poll = { .look = kev_taint_look };

static int kev_taint_start(struct kevnotify_source *src, const char **why)
{
	/* Which were there is asked once: what comes while it is off is told afterwards */
	if (!kev_taint_source)
		kev_taint_known = kev_taint_read();
	kev_taint_source = src;
	kev_poll_start(&kev_taint_poll);
	return 0;
}

static void kev_taint_stop(void)
{
	kev_poll_stop(&kev_taint_poll);
}

const struct kev_builtin kev_taint = {
	.desc	= &kev_taint_desc,
	.on	= true,
	.start	= kev_taint_start,
	.stop	= kev_taint_stop,
};
