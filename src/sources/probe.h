/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PROBE_H
#define _KEV_PROBE_H

#include <linux/types.h>

/* Only where CONFIG_KRETPROBES is set */
int kev_probe_write(char *text);
ssize_t kev_probe_read(char *buf, loff_t from, size_t count);

#endif /* _KEV_PROBE_H */
