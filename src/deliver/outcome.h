/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_OUTCOME_H
#define _KEV_OUTCOME_H

#include <linux/types.h>

struct kev_result;
struct kev_run;

void kev_outcome_exec(struct kev_run *run);
void kev_outcome_end(struct kev_run *run, const struct kev_result *res, bool all_stuck);
bool kev_outcome_fixed_only(u64 seq);
void kev_outcome_forget(void);

#endif /* _KEV_OUTCOME_H */
