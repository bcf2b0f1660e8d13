/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_STAT_H
#define _KEV_STAT_H

#include <asm/local.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/types.h>

/* Every counter that only grows; kev_stat_names has what each is called. */
enum kev_stat {
	/* An event's way in: raised = suppressed + refused + staged + recorded */
	KEV_STAT_RAISED,
	KEV_STAT_SUPPRESSED,
	KEV_STAT_REFUSED,
	KEV_STAT_RECORDED,
	KEV_STAT_REPAIRED,
	KEV_STAT_DOORBELLS,
	KEV_STAT_DOORBELL_LATE,
	/* The helper's cursor: next - base = these + pending */
	KEV_STAT_DELIVERED,
	KEV_STAT_FILTERED,
	KEV_STAT_ACKNOWLEDGED,
	KEV_STAT_SKIPPED,
	KEV_STAT_EXPIRED,
	KEV_STAT_OVERWRITTEN,
	KEV_STAT_FAILED,
	/* Runs: each started one has one outcome */
	KEV_STAT_RUNS,
	KEV_STAT_EXITED,
	KEV_STAT_EXITED_NONZERO,
	KEV_STAT_SIGNALED,
	KEV_STAT_TIMEDOUT,
	KEV_STAT_STUCK,
	KEV_STAT_NOEXEC,
	KEV_STAT_BLOCKED,
	KEV_STAT_BUSY,
	KEV_STAT_OUTPUT_LINES,
	KEV_STAT_OUTPUT_DROPPED,
	KEV_STATS,
};

struct kev_stats {
	local_t	count[KEV_STATS];
};

DECLARE_PER_CPU(struct kev_stats, kev_stats);
extern const char *const kev_stat_names[KEV_STATS];

/* With preemption disabled. local_t, as this_cpu_inc() is not safe against NMI everywhere. */
static __always_inline void __kev_stat_inc(enum kev_stat stat)
{
	local_inc(&this_cpu_ptr(&kev_stats)->count[stat]);
}

static inline void kev_stat_inc(enum kev_stat stat)
{
	preempt_disable_notrace();
	__kev_stat_inc(stat);
	preempt_enable_notrace();
}

/* A log2 histogram of times; written by kevnotifyd alone. */
#define KEV_HIST_BUCKETS	64

struct kev_hist {
	unsigned long	count[KEV_HIST_BUCKETS];
};

extern struct kev_hist kev_hist_raise_to_exec;
extern struct kev_hist kev_hist_exec_to_exit;

void kev_stat_hist_add(struct kev_hist *hist, u64 ns);
void kev_stat_add(enum kev_stat stat, unsigned long n);
unsigned long kev_stat_read(enum kev_stat stat);

#endif /* _KEV_STAT_H */
