// SPDX-License-Identifier: GPL-2.0-only
/* Source "signal": SIGUSR1 to kevnotifyd. Its id says how many were seen; signals coalesce. */
#include "sources/sources.h"

static const struct kevnotify_event kev_signal_event = {
	.message = "SIGUSR1 to kevnotifyd",
	.level	 = 5,
};

static const struct kevnotify_desc kev_signal_desc = {
	.name	= "signal",
	.events	= &kev_signal_event,
	.ids	= 1,
	.any_id	= true,
};

static struct kevnotify_source *kev_signal_source;

/* By kevnotifyd; @seen: how many signals it has seen */
void kev_signal_raise(unsigned int seen)
{
	kevnotify_raise(kev_signal_source, seen);
}

const struct kev_builtin kev_signal = {
	.desc	= &kev_signal_desc,
	.on	= true,
	.source	= &kev_signal_source,
};
