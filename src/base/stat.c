// SPDX-License-Identifier: GPL-2.0-only
/* The counters and the latency histograms. */
#include <linux/bitops.h>
#include <linux/cpumask.h>

#include "stat.h"

DEFINE_PER_CPU(struct kev_stats, kev_stats);

const char *const kev_stat_names[KEV_STATS] = {
	[KEV_STAT_RAISED]		= "raised",
	[KEV_STAT_SUPPRESSED]		= "suppressed",
	[KEV_STAT_REFUSED]		= "refused",
	[KEV_STAT_RECORDED]		= "recorded",
	[KEV_STAT_REPAIRED]		= "repaired",
	[KEV_STAT_DOORBELLS]		= "doorbells",
	[KEV_STAT_DOORBELL_LATE]	= "doorbell_late",
	[KEV_STAT_DELIVERED]		= "delivered",
	[KEV_STAT_FILTERED]		= "filtered",
	[KEV_STAT_ACKNOWLEDGED]		= "acknowledged",
	[KEV_STAT_SKIPPED]		= "skipped",
	[KEV_STAT_EXPIRED]		= "expired",
	[KEV_STAT_OVERWRITTEN]		= "overwritten",
	[KEV_STAT_FAILED]		= "failed",
	[KEV_STAT_RUNS]			= "runs",
	[KEV_STAT_EXITED]		= "exited",
	[KEV_STAT_EXITED_NONZERO]	= "exited_nonzero",
	[KEV_STAT_SIGNALED]		= "signaled",
	[KEV_STAT_TIMEDOUT]		= "timedout",
	[KEV_STAT_STUCK]		= "stuck",
	[KEV_STAT_NOEXEC]		= "noexec",
	[KEV_STAT_BLOCKED]		= "blocked",
	[KEV_STAT_BUSY]			= "busy",
	[KEV_STAT_OUTPUT_LINES]		= "output_lines",
	[KEV_STAT_OUTPUT_DROPPED]	= "output_dropped",
};

struct kev_hist kev_hist_raise_to_exec;
struct kev_hist kev_hist_exec_to_exit;

void kev_stat_add(enum kev_stat stat, unsigned long n)
{
	preempt_disable_notrace();
	local_add(n, &this_cpu_ptr(&kev_stats)->count[stat]);
	preempt_enable_notrace();
}

/* The sum over all CPUs, of which some may be counting meanwhile */
unsigned long kev_stat_read(enum kev_stat stat)
{
	unsigned long n = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		n += local_read(&per_cpu(kev_stats, cpu).count[stat]);
	return n;
}

/* By kevnotifyd alone; bucket n holds the times below 2^n ns */
void kev_stat_hist_add(struct kev_hist *hist, u64 ns)
{
	unsigned int bucket = min_t(unsigned int, fls64(ns), KEV_HIST_BUCKETS - 1);

	WRITE_ONCE(hist->count[bucket], hist->count[bucket] + 1);
}
