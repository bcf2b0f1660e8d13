/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LARGEST_H
#define LARGEST_H

#define LARGEST		20

/**
 * struct process - one of the largest processes
 * @rss_kb: what it has in memory
 * @swap_kb: and in swap
 * @start: field 22 of /proc/PID/stat, which tells it from a later one of the same pid
 * @cgroup: its path; of one that is longer the beginning
 */
struct process {
	int			pid, oom_score_adj;
	unsigned long		rss_kb, swap_kb;
	unsigned long long	start;
	char			comm[64], cgroup[192];
};

/*
 * The largest processes, the largest first: how many. Nothing that it reads waits for
 * a process' memory map, as reading a command line does.
 */
unsigned int largest(struct process top[LARGEST]);

#endif /* LARGEST_H */
