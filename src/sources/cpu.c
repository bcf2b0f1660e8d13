// SPDX-License-Identifier: GPL-2.0-only
/* Source "cpu": a CPU comes or goes, but for a suspend. */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/kernel.h>

#include "sources/sources.h"

enum kev_cpu_id {
	KEV_CPU_ONLINE = 1,
	KEV_CPU_OFFLINE,
	KEV_CPU_IDS,
};

/* CPU is where an event was raised */
static const char *const kev_cpu_keys[] = { "NUMBER", "STATE", NULL };

static const struct kevnotify_event kev_cpu_events[KEV_CPU_IDS] = {
	[KEV_CPU_ONLINE]  = { "CPU {NUMBER} is online", 6, kev_cpu_keys },
	[KEV_CPU_OFFLINE] = { "CPU {NUMBER} goes offline", 5, kev_cpu_keys },
};

static const struct kevnotify_desc kev_cpu_desc = {
	.name	= "cpu",
	.events	= kev_cpu_events,
	.ids	= ARRAY_SIZE(kev_cpu_events),
	.objects = true,
};

static struct kevnotify_source *kev_cpu_source;
static int kev_cpu_state;

static int kev_cpu_raise(unsigned int id, unsigned int cpu, const char *state)
{
	if (!cpuhp_tasks_frozen)
		kevnotify_raise_about(kev_cpu_source, id, cpu + 1, KEVNOTIFY_U64(cpu),
				      KEVNOTIFY_STR(state));
	return 0;
}

static int kev_cpu_online(unsigned int cpu)
{
	return kev_cpu_raise(KEV_CPU_ONLINE, cpu, "online");
}

static int kev_cpu_offline(unsigned int cpu)
{
	return kev_cpu_raise(KEV_CPU_OFFLINE, cpu, "offline");
}

static int kev_cpu_start(struct kevnotify_source *src, const char **why)
{
	int state;

	kev_cpu_source = src;
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "kevnotify:source",
					  kev_cpu_online, kev_cpu_offline);
	if (state < 0)
		return state;
	kev_cpu_state = state;
	return 0;
}

static void kev_cpu_stop(void)
{
	cpuhp_remove_state_nocalls(kev_cpu_state);
}

const struct kev_builtin kev_cpu = {
	.desc	= &kev_cpu_desc,
	.start	= kev_cpu_start,
	.stop	= kev_cpu_stop,
};
