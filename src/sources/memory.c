// SPDX-License-Identifier: GPL-2.0-only
/* Source "memory": how much of the memory is available, in percent. */
#include <linux/math64.h>
#include <linux/mm.h>

#include "sources/poll.h"
#include "sources/sources.h"

static const struct kevnotify_event kev_memory_events[KEV_GAUGE_IDS] = {
	[KEV_GAUGE_OVER] = { "{VALUE} % of memory is left, the limit is {LIMIT} %", 4,
			     kev_gauge_keys },
	[KEV_GAUGE_REMINDER] = { "still {VALUE} % of memory is left, the limit is {LIMIT} %", 4,
				 kev_gauge_keys },
	[KEV_GAUGE_RECOVERED] = { "{VALUE} % of memory is left again", 5,
				  kev_gauge_recovered_keys },
};

static const struct kevnotify_desc kev_memory_desc = {
	.name	= "memory",
	.events	= kev_memory_events,
	.ids	= ARRAY_SIZE(kev_memory_events),
};

static unsigned int kev_memory_read(void)
{
	long available = max(si_mem_available(), 0L);
	struct sysinfo info;

	si_meminfo(&info);
	return div64_u64((u64)available * 100, max(info.totalram, 1UL));
}

static struct kev_gauge kev_memory_gauge = {
	.read		= kev_memory_read,
	.low		= true,
	.threshold	= 5,
	.clear		= 10,
	.max		= 100,
};

static int kev_memory_start(struct kevnotify_source *src, const char **why)
{
	kev_gauge_start(&kev_memory_gauge, src);
	return 0;
}

static void kev_memory_stop(void)
{
	kev_gauge_stop(&kev_memory_gauge);
}

const struct kev_builtin kev_memory = {
	.desc	= &kev_memory_desc,
	.on	= true,
	.start	= kev_memory_start,
	.stop	= kev_memory_stop,
	.gauge	= &kev_memory_gauge,
};
