/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_CHECK_H
#define _KEV_CHECK_H

#include <linux/types.h>

struct seq_file;

/* What kev_check_path() says of a path that could not be looked at */
#define KEV_CHECK_NONE	1

int kev_check_path(const char *path, unsigned int ms, char *why, size_t size);

void kev_check_reap(void);
bool kev_check_busy(void);
void kev_check_show(struct seq_file *m);

int kev_check_init(void);
void kev_check_exit(void);

#endif /* _KEV_CHECK_H */
