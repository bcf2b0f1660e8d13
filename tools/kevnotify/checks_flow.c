// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "counts.h"
#include "finding.h"
#include "sysfs.h"

#define CHECKS_MUCH	10	/* one in so many is admitted: everything is suppressed */

static long long checks_number(const char *file)
{
	long long number = 0;

	sysfs_number(&number, SYSFS_KERNEL "/%s", file);
	return number;
}

static long long checks_parameter(const char *name)
{
	long long number = 0;

	sysfs_number(&number, SYSFS_MODULE "/parameters/%s", name);
	return number;
}

/* So many times as much, where that is allowed */
static long long checks_more(long long value, int times, long long max)
{
	return value * times < max ? value * times : max;
}

static void checks_paused(void)
{
	char state[32] = "";

	if (checks_number("control/paused"))
		finding_add(FINDING_FAIL, "echo 0 >" SYSFS_KERNEL "/control/paused",
			    "the helper is paused (control/paused)");
	/* Reads 1 when it is over */
	if (!sysfs_read(state, sizeof(state), SYSFS_KERNEL "/control/end_grace") ||
	    strcmp(state, "0"))
		return;
	finding_add(FINDING_WARN, "echo 1 >" SYSFS_KERNEL "/control/end_grace",
		    "the helper is not started yet: grace is %lld ms", checks_parameter("grace"));
}

/* True if it is on */
static int checks_source(const char *name)
{
	char state[256] = "?", type[128];
	long long raised = 0, suppressed = 0;

	sysfs_read(state, sizeof(state), SYSFS_KERNEL "/sources/%s/state", name);
	sysfs_number(&raised, SYSFS_KERNEL "/sources/%s/raised", name);
	sysfs_number(&suppressed, SYSFS_KERNEL "/sources/%s/suppressed", name);
	if (suppressed && raised - suppressed <= raised / CHECKS_MUCH) {
		snprintf(type, sizeof(type), "kevnotify set burst=%lld",
			 checks_more(checks_parameter("burst"), 10, 1000));
		finding_add(FINDING_WARN, checks_parameter("burst") < 1000 ? type : NULL,
			    "%s: %lld of %lld events were suppressed (burst %lld in %lld ms)", name,
			    suppressed, raised, checks_parameter("burst"),
			    checks_parameter("window"));
	}
	/* What is not missed until it is needed */
	if (!strcmp(name, "oom") && !strncmp(state, "off", 3))
		finding_add(FINDING_WARN, "kevnotify sources enable oom --persist",
			    "the source oom is off: kills for lack of memory are not seen");
	else if (!strcmp(name, "oom") && !strncmp(state, "unavailable", 11))
		finding_add(FINDING_WARN, "kevnotify sources", "the source oom is %s", state);
	return !strncmp(state, "on", 2);
}

static void checks_sources(void)
{
	static struct sysfs_list list;
	unsigned int i, on = 0;

	sysfs_list(&list, SYSFS_KERNEL "/sources");
	for (i = 0; i < list.n; i++)
		on += checks_source(list.name[i]);
	if (on)
		finding_add(FINDING_OK, NULL, "%u of %u sources are on", on, list.n);
	else
		finding_add(FINDING_FAIL,
			    "kevnotify sources enable oom oops warn hung block fs --persist",
			    "no source is on");
}

static void checks_lost(void)
{
	static struct counts counts;
	long long refused = checks_number("stats/refused");
	long long overwritten = checks_number("stats/overwritten");
	char type[128];

	counts_load(&counts);
	snprintf(type, sizeof(type), "kevnotify set stage_slots=%lld --persist; kevnotify reload",
		 checks_more(checks_parameter("stage_slots"), 4, 4096));
	if (refused)
		finding_add(FINDING_WARN, checks_parameter("stage_slots") < 4096 ? type : NULL,
			    "%lld events were refused: a CPU's stage was full", refused);
	snprintf(type, sizeof(type), "kevnotify set log_records=%lld --persist; kevnotify reload",
		 checks_more(checks_parameter("log_records"), 4, 1048576));
	if (counts.lost || overwritten)
		finding_add(FINDING_WARN, checks_parameter("log_records") < 1048576 ? type : NULL,
			    "records were overwritten before they were read: %llu for the service, %lld for the helper",
			    (unsigned long long)counts.lost, overwritten);
	if (!refused && !counts.lost && !overwritten)
		finding_add(FINDING_OK, NULL,
			    "nothing is lost: %lld raised, %lld recorded, %lld suppressed",
			    checks_number("stats/raised"), checks_number("stats/recorded"),
			    checks_number("stats/suppressed"));
}

void checks_flow(void)
{
	checks_paused();
	checks_sources();
	checks_lost();
}
