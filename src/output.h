/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_OUTPUT_H
#define _KEV_OUTPUT_H

#include <linux/types.h>

struct file;

struct file *kev_output_open(u64 seq);
unsigned int kev_output_count(void);

#endif /* _KEV_OUTPUT_H */
