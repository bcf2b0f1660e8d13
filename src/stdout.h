/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_STDOUT_H
#define _KEV_STDOUT_H

#include <linux/types.h>

struct file;

struct file *kev_stdout_open(u64 seq);
unsigned int kev_stdout_count(void);

#endif /* _KEV_STDOUT_H */
