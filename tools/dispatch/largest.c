// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "largest.h"

#define LARGEST_PIDS	65536

/* It belongs among them: put it in its place. */
static unsigned int largest_put(struct process *top, unsigned int n, int pid, unsigned long kb)
{
	unsigned int i = n < LARGEST ? n++ : LARGEST - 1;

	for (; i && top[i - 1].rss_kb < kb; i--)
		top[i] = top[i - 1];
	memset(&top[i], 0, sizeof(top[i]));
	top[i].pid = pid;
	top[i].rss_kb = kb;
	return n;
}

/* Of /proc/PID/statm, which takes no lock */
static unsigned long largest_rss(int pid)
{
	unsigned long pages = 0;
	char buf[128];

	if (files_read(buf, sizeof(buf), "/proc/%d/statm", pid) > 0)
		sscanf(buf, "%*u %lu", &pages);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* PID (COMM) STATE …, and COMM may hold anything */
static void largest_stat(struct process *p)
{
	char buf[1024], *comm, *end;
	int field;

	if (files_read(buf, sizeof(buf), "/proc/%d/stat", p->pid) <= 0)
		return;
	comm = strchr(buf, '(');
	end = strrchr(buf, ')');
	if (!comm || !end)
		return;
	*end++ = '\0';
	snprintf(p->comm, sizeof(p->comm), "%s", comm + 1);
	for (field = 3; end && field < 22; field++)
		end = strchr(end + 1, ' ');
	if (end)
		p->start = strtoull(end, NULL, 10);
}

static void largest_cgroup(struct process *p)
{
	char buf[1024], *line, *end;

	if (files_read(buf, sizeof(buf), "/proc/%d/cgroup", p->pid) <= 0)
		return;
	line = strncmp(buf, "0::", 3) ? strstr(buf, "\n0::") : buf;
	if (!line)
		return;
	line = strchr(line, '/');
	if (!line)
		return;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	snprintf(p->cgroup, sizeof(p->cgroup), "%s", line);
}

static void largest_rest(struct process *p)
{
	char buf[2048], *swap;

	largest_stat(p);
	largest_cgroup(p);
	if (files_read(buf, sizeof(buf), "/proc/%d/status", p->pid) > 0) {
		swap = strstr(buf, "\nVmSwap:");
		if (swap)
			p->swap_kb = strtoul(swap + 8, NULL, 10);
	}
	if (files_read(buf, sizeof(buf), "/proc/%d/oom_score_adj", p->pid) > 0)
		p->oom_score_adj = atoi(buf);
}

unsigned int largest(struct process top[LARGEST])
{
	unsigned int n = 0, i, left = LARGEST_PIDS;
	const struct dirent64 *entry;
	struct files_list list;
	unsigned long kb;
	int fd, pid;

	fd = files_open(O_RDONLY | O_DIRECTORY, "/proc");
	if (fd < 0)
		return 0;
	files_list(&list, fd);
	while (left-- && (entry = files_next(&list))) {
		pid = atoi(entry->d_name);
		kb = isdigit((unsigned char)entry->d_name[0]) ? largest_rss(pid) : 0;
		if (kb && (n < LARGEST || kb > top[n - 1].rss_kb))
			n = largest_put(top, n, pid, kb);
	}
	close(fd);
	for (i = 0; i < n; i++)
		largest_rest(&top[i]);
	return n;
}
