/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_STDIN_H
#define _KEV_STDIN_H

#include <linux/types.h>

struct file;

struct file *kev_stdin_open(u64 run);
unsigned int kev_stdin_count(void);

#endif /* _KEV_STDIN_H */
