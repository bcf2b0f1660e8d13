/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_REPORT_H
#define _KEV_REPORT_H

#include <linux/types.h>

#include "launch.h"
#include "log.h"
#include "stats.h"

void kev_report_run(u64 seq, const struct kev_result *res);
void kev_report_unread(u64 seq, const struct kev_result *res);
void kev_report_expired(u64 count, unsigned int hold);
void kev_report_skipped(u64 count);

bool kev_report_own(const struct kev_record *rec);
void kev_report_test_raise(void);
bool kev_report_test(const struct kev_record *rec);
void kev_report_test_run(u64 seq, const struct kev_result *res);
void kev_report_test_record(u64 seq, enum kev_stat what);
u64 kev_report_test_seq(void);
bool kev_report_test_known(u64 seq, int *err);
ssize_t kev_report_test_show(char *buf);
void kev_report_test_begin(u64 seq);

int kev_report_init(void);
void kev_report_exit(void);

#endif /* _KEV_REPORT_H */
