/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_REPORT_H
#define _KEV_REPORT_H

#include <linux/types.h>

#include "launch.h"
#include "log.h"

void kev_report_run(u64 seq, const struct kev_result *res, bool unread);
void kev_report_expired(u64 count, unsigned int hold);
void kev_report_skipped(u64 count);
void kev_report_test(void);

bool kev_report_is_own(const struct kev_record *rec);
bool kev_report_is_test(const struct kev_event *ev);

int kev_report_init(void);
void kev_report_exit(void);

#endif /* _KEV_REPORT_H */
