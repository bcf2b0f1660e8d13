/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_RUN_H
#define _KEV_RUN_H

#include <linux/types.h>

#include "helper.h"
#include "render.h"

struct seq_file;

/* Of the runs that may be under way so many may be stuck */
#define KEV_STUCK_MAX	4

bool kev_run_start(const struct kev_helper *helper, const struct kev_record *rec,
		   struct kev_notes *notes);
unsigned long kev_run_watch(void);
bool kev_run_over(void);
bool kev_run_active(void);
bool kev_run_execed(void);
void kev_run_forget(void);
void kev_run_reap(void);
unsigned int kev_run_stuck(void);
void kev_run_show(struct seq_file *m);

int kev_run_init(void);
void kev_run_exit(void);

#endif /* _KEV_RUN_H */
