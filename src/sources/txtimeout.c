// SPDX-License-Identifier: GPL-2.0-only
/* Source "txtimeout": a network device has not sent anything for seconds, and should. */
#include <linux/device.h>
#include <linux/netdevice.h>
#include <trace/events/net.h>

#include "sources/sources.h"
#include "sources/tracepoint.h"

#define KEV_TXTIMEOUT	1

static const char *const kev_txtimeout_keys[] = { "DEVICE", "DRIVER", "QUEUE", NULL };

static const struct kevnotify_event kev_txtimeout_events[] = {
	[KEV_TXTIMEOUT] = { "network device {DEVICE} does not send: queue {QUEUE} is stuck", 3,
			    kev_txtimeout_keys },
};

static const struct kevnotify_desc kev_txtimeout_desc = {
	.name	= "txtimeout",
	.events	= kev_txtimeout_events,
	.ids	= ARRAY_SIZE(kev_txtimeout_events),
	.objects = true,
};

/* Devices that no bus has have no driver either */
static const char *kev_txtimeout_driver(const struct net_device *dev)
{
	const struct device *parent = dev->dev.parent;

	return parent && parent->driver ? parent->driver->name : NULL;
}

static void kev_txtimeout_probe(void *src, struct net_device *dev, int queue)
{
	kevnotify_raise_about(src, KEV_TXTIMEOUT, (unsigned long)dev, KEVNOTIFY_STR(dev->name),
			      KEVNOTIFY_STR(kev_txtimeout_driver(dev)), KEVNOTIFY_S64(queue));
}

static struct kev_tracepoints kev_txtimeout_tracepoints = {
	.points = {
		{ "net_dev_xmit_timeout",
		  KEV_PROBE(net_dev_xmit_timeout, kev_txtimeout_probe, NULL) },
	},
};

const struct kev_builtin kev_txtimeout = {
	.desc	= &kev_txtimeout_desc,
	.on	= true,
	.tracepoints = &kev_txtimeout_tracepoints,
};
