/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_RUN_H
#define _KEV_RUN_H

#include <linux/types.h>

#include "render.h"

void kev_run_start(const char *helper, const struct kev_record *rec, struct kev_notes *notes);
unsigned long kev_run_watch(bool changed);
void kev_run_hurry(void);
bool kev_run_active(void);
void kev_run_forget(void);

#endif /* _KEV_RUN_H */
