/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_TEST_H
#define _KEV_TEST_H

#include <linux/types.h>

#include "launch.h"
#include "stat.h"

u64 kev_test_seq(void);
void kev_test_begin(u64 seq);
void kev_test_end_record(u64 seq, enum kev_stat what);
void kev_test_end_run(u64 seq, const struct kev_result *res);
int kev_test_write(void);
ssize_t kev_test_show(char *buf);

#endif /* _KEV_TEST_H */
