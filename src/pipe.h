/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PIPE_H
#define _KEV_PIPE_H

#include <linux/types.h>

struct file;

struct file *kev_pipe_open(u64 run);
unsigned int kev_pipe_count(void);

#endif /* _KEV_PIPE_H */
