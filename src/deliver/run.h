/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_RUN_H
#define _KEV_RUN_H

#include <linux/types.h>

#include "helper.h"
#include "kill.h"
#include "render.h"

struct kev_launch;
struct seq_file;

/* Of the runs that may be under way so many may be stuck */
#define KEV_STUCK_MAX	4

/* The active run; what is not said to be for others is kevnotifyd's alone */
struct kev_run {
	bool			running;	/* for others, too */
	bool			execed;		/* with no signal of ours before; for others, too */
	bool			cancelled;	/* by a suspend or a reboot */
	bool			unborn;		/* it was said that there is no child */
	bool			idle;		/* pipe mode: there was nothing at the last look */
	bool			frozen;		/* a suspend is under way */
	unsigned int		which;		/* of KEV_RUNS_MAX; for others, too */
	struct kev_launch	*launch;
	unsigned int		generation;	/* of the helper that it runs */
	unsigned long		ordered;	/* jiffies */
	unsigned long		froze;		/* jiffies, with @frozen */
	unsigned long		slept;		/* jiffies that no time limit counts */
	unsigned long		busy;		/* jiffies, pipe mode: something came */
	u64			pipe;		/* its number in pipe mode; 0: exec mode */
	const struct kev_record	*rec;		/* it was started for; NULL: a resident reader */
	struct kev_kill		kill;
};

/* The record that it was started for; 0: none */
static inline u64 kev_run_seq(const struct kev_run *run)
{
	return run->rec ? run->rec->seq : 0;
}

bool kev_run_start(const struct kev_helper *helper, const struct kev_record *rec,
		   struct kev_notes *notes);
unsigned long kev_run_watch(void);
bool kev_run_active(void);
bool kev_run_rests(u32 asked);
bool kev_run_execed(void);
void kev_run_reap(void);
unsigned int kev_run_stuck(void);
void kev_run_show(struct seq_file *m);

int kev_run_init(void);
void kev_run_exit(void);

#endif /* _KEV_RUN_H */
