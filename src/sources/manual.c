// SPDX-License-Identifier: GPL-2.0-only
/* Source "manual": what an operator writes to control/raise. Its id is the level. */
#include "sources/sources.h"

/* Each event brings its own message */
static const struct kevnotify_event kev_manual_events[] = {
	[0] = { "raised by hand", 0 },
	[1] = { "raised by hand", 1 },
	[2] = { "raised by hand", 2 },
	[3] = { "raised by hand", 3 },
	[4] = { "raised by hand", 4 },
	[5] = { "raised by hand", 5 },
	[6] = { "raised by hand", 6 },
	[7] = { "raised by hand", 7 },
};

static const struct kevnotify_desc kev_manual_desc = {
	.name	= "manual",
	.events	= kev_manual_events,
	.ids	= ARRAY_SIZE(kev_manual_events),
};

static struct kevnotify_source *kev_manual_source;

/* In task context */
void kev_manual_raise(unsigned int level, const char *message)
{
	kevnotify_raisef(kev_manual_source, level, "%s", message);
}

const struct kev_builtin kev_manual = {
	.desc	= &kev_manual_desc,
	.on	= true,
	.source	= &kev_manual_source,
};
