// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sources "lockup" and "rcustall": trouble of which no kernel that we know tells a
 * module; and "probe" where nothing can be probed. They are listed so that it is not
 * taken for granted that they are told of.
 */
#include "sources/sources.h"

#define KEV_ABSENT	1

static const struct kevnotify_event kev_absent_lockup_events[] = {
	[KEV_ABSENT] = { "a CPU is locked up", 1 },
};

static const struct kevnotify_desc kev_absent_lockup_desc = {
	.name	= "lockup",
	.events	= kev_absent_lockup_events,
	.ids	= ARRAY_SIZE(kev_absent_lockup_events),
};

const struct kev_builtin kev_lockup = {
	.desc	= &kev_absent_lockup_desc,
	.absent	= "the kernel tells no module of soft and hard lockups",
};

static const struct kevnotify_event kev_absent_rcustall_events[] = {
	[KEV_ABSENT] = { "RCU has stalled", 1 },
};

static const struct kevnotify_desc kev_absent_rcustall_desc = {
	.name	= "rcustall",
	.events	= kev_absent_rcustall_events,
	.ids	= ARRAY_SIZE(kev_absent_rcustall_events),
};

const struct kev_builtin kev_rcustall = {
	.desc	= &kev_absent_rcustall_desc,
	.absent	= "the kernel tells no module of RCU stalls",
};

#ifndef CONFIG_KRETPROBES
static const struct kevnotify_event kev_absent_probe_events[] = {
	[KEV_ABSENT] = { "a probe was hit", 6 },
};

static const struct kevnotify_desc kev_absent_probe_desc = {
	.name	= "probe",
	.events	= kev_absent_probe_events,
	.ids	= ARRAY_SIZE(kev_absent_probe_events),
	.quiet	= true,
};

const struct kev_builtin kev_probe = {
	.desc	= &kev_absent_probe_desc,
	.absent	= "this kernel has no kretprobes",
};
#endif
