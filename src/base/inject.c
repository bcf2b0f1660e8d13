// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault injection. The kernel's own (should_fail()) is off in distribution
 * kernels, and an operator's fire drill has to work there.
 */
#include "inject.h"

const char *const kev_inject_names[KEV_INJECTS] = {
	[KEV_INJECT_STAGE]	= "stage",
	[KEV_INJECT_ALLOC]	= "alloc",
	[KEV_INJECT_EXEC]	= "exec",
	[KEV_INJECT_DOORBELL]	= "doorbell",
	[KEV_INJECT_DISCONNECT]	= "disconnect",
};

struct kev_knob kev_inject_knobs[KEV_INJECTS];
/* Delays collection, never raise. */
u32 kev_inject_slow_ms;

/* Is this operation the Nth? The knob is on, or was a moment ago. */
bool kev_inject_hit(struct kev_knob *knob)
{
	u32 every = READ_ONCE(knob->every);

	return every && (u32)atomic_inc_return(&knob->count) % every == 0;
}
