// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "thermal": a part of the machine is too hot. Passive and active trips are how
 * the kernel cools as a matter of course: they come many times a minute and are no trouble.
 */
#include <linux/kernel.h>
#include <linux/thermal.h>
#include <linux/tracepoint.h>
#ifdef KEV_TRACE_thermal_zone_trip
#include <trace/events/thermal.h>
#endif

#include "sources/sources.h"
#include "sources/tracepoint.h"

enum {
	KEV_THERMAL_HOT = 1,
	KEV_THERMAL_CRITICAL,
};

static const char *const kev_thermal_keys[] = { "ZONE", "TEMP", NULL };

static const struct kevnotify_event kev_thermal_events[] = {
	[KEV_THERMAL_HOT]      = { "thermal zone {ZONE} is hot", 2, kev_thermal_keys },
	[KEV_THERMAL_CRITICAL] = { "thermal zone {ZONE} is too hot: the kernel powers off", 0,
				   kev_thermal_keys },
};

static const struct kevnotify_desc kev_thermal_desc = {
	.name	= "thermal",
	.events	= kev_thermal_events,
	.ids	= ARRAY_SIZE(kev_thermal_events),
	.objects = true,
};

#ifdef KEV_HAVE_THERMAL_ZONE
static const char *kev_thermal_type(struct thermal_zone_device *zone)
{
	return zone->type;
}

static const char *kev_thermal_temp(struct thermal_zone_device *zone, char buf[16])
{
	snprintf(buf, 16, "%d", zone->temperature);
	return buf;
}
#else
static const char *kev_thermal_type(struct thermal_zone_device *zone)
{
	return thermal_zone_device_type(zone);
}

/* To ask for it would take the zone's lock, which is held */
static const char *kev_thermal_temp(struct thermal_zone_device *zone, char buf[16])
{
	return NULL;
}
#endif

static void kev_thermal_probe(void *src, struct thermal_zone_device *zone, int trip,
			      enum thermal_trip_type type)
{
	char temp[16];

	if (type == THERMAL_TRIP_HOT || type == THERMAL_TRIP_CRITICAL)
		kevnotify_raise_about(src, type == THERMAL_TRIP_HOT ? KEV_THERMAL_HOT :
				      KEV_THERMAL_CRITICAL, (unsigned long)zone,
				      KEVNOTIFY_STR(kev_thermal_type(zone)),
				      KEVNOTIFY_STR(kev_thermal_temp(zone, temp)));
}

#ifdef KEV_TRACE_thermal_zone_trip
#define KEV_THERMAL_PROBE	KEV_PROBE(thermal_zone_trip, kev_thermal_probe, NULL)
#else
#define KEV_THERMAL_PROBE	KEV_PROBE_UNDECLARED(kev_thermal_probe)
#endif

static struct kev_tracepoints kev_thermal_tracepoints = {
	.points = { { "thermal_zone_trip", KEV_THERMAL_PROBE } },
};

const struct kev_builtin kev_thermal = {
	.desc	= &kev_thermal_desc,
	.on	= true,
	.tracepoints = &kev_thermal_tracepoints,
};
