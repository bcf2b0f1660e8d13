/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PATH_H
#define _KEV_PATH_H

#include <linux/types.h>

#define KEV_WHY_BYTES	192

int kev_path_check(const char *path, char *why, size_t size);
int kev_path_check_within(const char *path, unsigned int ms, char *why, size_t size);
int kev_path_init(void);
void kev_path_exit(void);

#endif /* _KEV_PATH_H */
