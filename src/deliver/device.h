/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_DEVICE_H
#define _KEV_DEVICE_H

#include <linux/types.h>

struct seq_file;

u64 kev_device_readers(void);
void kev_device_show_refs(struct seq_file *m);
void kev_device_show_cursors(struct seq_file *m);

int kev_device_init(void);
void kev_device_exit(void);

#endif /* _KEV_DEVICE_H */
