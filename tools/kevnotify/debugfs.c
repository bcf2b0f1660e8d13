// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "balance.h"
#include "debugfs.h"
#include "files.h"
#include "screen.h"
#include "sysfs.h"

#define DEBUGFS	"/sys/kernel/debug/kevnotify"
#define DEBUGFS_BUCKETS	64

static void debugfs_reader(const char *line, long long next)
{
	unsigned long long at, lost;
	char comm[32];
	int pid;

	if (sscanf(line, "cursor reader pid=%d base=%*u next=%llu lost=%llu", &pid, &at,
		   &lost) != 3)
		return;
	if (sysfs_read(comm, sizeof(comm), "/proc/%d/comm", pid) <= 0)
		snprintf(comm, sizeof(comm), "?");
	screen_add(PLAIN, "  %s[%d] %lld behind", comm, pid,
		   next > (long long)at ? next - (long long)at : 0);
	if (lost)
		screen_add(BAD, ", %llu lost", lost);
}

void debugfs_readers(void)
{
	long long next = 0;
	struct files_lines lines;
	char *line;
	int fd = files_open(O_RDONLY, DEBUGFS "/log");

	screen_add(PLAIN, "readers: %lld", balance_count("readers"));
	if (fd >= 0) {
		files_lines(&lines, fd);
		while ((line = files_line(&lines)))
			if (sscanf(line, "log first=%*u next=%lld", &next) != 1)
				debugfs_reader(line, next);
		close(fd);
	}
	screen_end();
}

static void debugfs_time(char *buf, size_t size, unsigned long long ns)
{
	if (ns < 1000000)
		snprintf(buf, size, "%.0f us", ns / 1e3);
	else if (ns < 1000000000)
		snprintf(buf, size, "%.1f ms", ns / 1e6);
	else
		snprintf(buf, size, "%.1f s", ns / 1e9);
}

/* The buckets of one histogram, from the fastest on: what half of them, and all, are below */
static int debugfs_below(const char *name, unsigned long long *half, unsigned long long *all)
{
	unsigned long long below, count, sum = 0, total = 0, seen[DEBUGFS_BUCKETS][2];
	unsigned int i, n = 0;
	struct files_lines lines;
	size_t len = strlen(name);
	int fd = files_open(O_RDONLY, DEBUGFS "/latency");
	char *line;

	if (fd < 0)
		return 0;
	files_lines(&lines, fd);
	while ((line = files_line(&lines)) && n < DEBUGFS_BUCKETS)
		if (!strncmp(line, name, len) &&
		    sscanf(line + len, " below_ns=%llu count=%llu", &below, &count) == 2) {
			seen[n][0] = below;
			seen[n++][1] = count;
			total += count;
		}
	close(fd);
	for (i = 0; i < n; i++) {
		if (2 * sum < total)
			*half = seen[i][0];
		sum += seen[i][1];
		*all = seen[i][0];
	}
	return n > 0;
}

void debugfs_latency(const char *name, const char *what)
{
	unsigned long long half = 0, all = 0;
	char median[32], worst[32];

	if (!debugfs_below(name, &half, &all))
		return;
	debugfs_time(median, sizeof(median), half);
	debugfs_time(worst, sizeof(worst), all);
	screen_line(PLAIN, "%s: half below %s, all below %s", what, median, worst);
}
