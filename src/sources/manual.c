// SPDX-License-Identifier: GPL-2.0-only
/* Source "manual": what an operator writes to control/raise. Its id is the level. */
#include "sources/sources.h"

/* Each brings its own message */
#define KEV_MANUAL(level)	[level] = { "raised by hand", level }

static const struct kevnotify_event kev_manual_events[] = {
	KEV_MANUAL(0), KEV_MANUAL(1), KEV_MANUAL(2), KEV_MANUAL(3),
	KEV_MANUAL(4), KEV_MANUAL(5), KEV_MANUAL(6), KEV_MANUAL(7),
};

static const struct kevnotify_desc kev_manual_desc = {
	.name	= "manual",
	.events	= kev_manual_events,
	.ids	= ARRAY_SIZE(kev_manual_events),
};

/* Set before the first write can come, and not cleared: off means not on */
static struct kevnotify_source *kev_manual_source;

/**
 * kev_manual_raise() - raise an event by hand
 * @level: syslog level
 * @message: its message
 *
 * Context: task.
 */
void kev_manual_raise(unsigned int level, const char *message)
{
	kevnotify_raisef(kev_manual_source, level, "%s", message);
}

static int kev_manual_start(struct kevnotify_source *src, const char **why)
{
	kev_manual_source = src;
	return 0;
}

static void kev_manual_stop(void)
{
}

const struct kev_builtin kev_manual = {
	.desc	= &kev_manual_desc,
	.on	= true,
	.start	= kev_manual_start,
	.stop	= kev_manual_stop,
};
