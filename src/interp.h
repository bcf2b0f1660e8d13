/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_INTERP_H
#define _KEV_INTERP_H

#include <linux/types.h>

#define KEV_INTERP_BYTES	128

void kev_interp_missing(const char *path, char *head, size_t size, char *missing);

#endif /* _KEV_INTERP_H */
