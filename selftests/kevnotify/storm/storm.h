/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _STORM_H
#define _STORM_H

#include <linux/atomic.h>
#include <linux/types.h>

#include <kevnotify.h>

struct seq_file;

/* The context of a raise, which is also the event's id */
enum storm_level {
	STORM_TASK,
	STORM_SOFTIRQ,
	STORM_HARDIRQ,
	STORM_NMI,
	STORM_LEVELS,
};

extern const char *const storm_level_names[STORM_LEVELS];
extern const struct kevnotify_event storm_events[STORM_LEVELS];

void storm_raise(enum storm_level level);
u64 storm_check(enum storm_level level, u64 serial);
const char *storm_text(u64 serial);

/* contexts.c: interrupts, from the raisers to other CPUs */
int storm_contexts_start(void);
void storm_contexts_stop(void);
void storm_poke(bool nmi);
void storm_contexts_show(struct seq_file *m);

/* churn.c: sources that come and go */
int storm_churn_start(void);
void storm_churn_stop(void);
void storm_churn_raise(enum storm_level level);
void storm_churn_show(struct seq_file *m);
bool storm_churn_retired(const char *source);

/* watch.c: looks at every record */
int storm_watch_start(void);
void storm_watch_stop(void);
void storm_watch_show(struct seq_file *m);

void storm_raise_to(struct kevnotify_source *src, enum storm_level level);

#endif /* _STORM_H */
