// SPDX-License-Identifier: GPL-2.0-only
/* Source "warn": the kernel has found an error in itself, and goes on. */
#include <linux/tracepoint.h>
#ifdef KEV_TRACE_error_report_end
#include <trace/events/error_report.h>
#endif

#include "sources/sources.h"
#include "sources/tracepoint.h"

enum {
	KEV_WARN_WARNING = 1,
	KEV_WARN_MEMORY,
};

static const char *const kev_warn_keys[] = { "DETECTOR", "WHERE", NULL };

static const struct kevnotify_event kev_warn_events[] = {
	[KEV_WARN_WARNING] = { "the kernel warns at {WHERE}", 4, kev_warn_keys },
	[KEV_WARN_MEMORY]  = { "bad memory access in the kernel, found by {DETECTOR}", 2,
			       kev_warn_keys },
};

static const struct kevnotify_desc kev_warn_desc = {
	.name	= "warn",
	.events	= kev_warn_events,
	.ids	= ARRAY_SIZE(kev_warn_events),
	.objects = true,
};

#ifdef KEV_TRACE_error_report_end
/* Of a warning the id is the place, of the others the address that was accessed */
static void kev_warn_probe(void *src, enum error_detector detector, unsigned long id)
{
	char where[KEV_SYMBOL_MAX];

	if (kev_detector_warns(detector))
		kevnotify_raise_about(src, KEV_WARN_WARNING, id, KEVNOTIFY_STR("warning"),
				      KEVNOTIFY_STR(kev_tracepoint_symbol(where, id)));
	else
		kevnotify_raise(src, KEV_WARN_MEMORY,
				KEVNOTIFY_STR(detector == ERROR_DETECTOR_KFENCE ? "kfence" :
					      detector == ERROR_DETECTOR_KASAN ? "kasan" : "?"),
				KEVNOTIFY_STR(NULL));
}

#define KEV_WARN_PROBE	KEV_PROBE(error_report_end, kev_warn_probe, NULL)
#else
#define KEV_WARN_PROBE	NULL
#endif

static struct kev_tracepoints kev_warn_tracepoints = {
	.points = { { "error_report_end", KEV_WARN_PROBE } },
};

const struct kev_builtin kev_warn = {
	.desc	= &kev_warn_desc,
	.on	= true,
	.tracepoints = &kev_warn_tracepoints,
};
