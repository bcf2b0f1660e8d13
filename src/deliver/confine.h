/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_CONFINE_H
#define _KEV_CONFINE_H

#include <linux/capability.h>
#include <linux/types.h>

bool kev_confine_locked(const char *what);
kernel_cap_t kev_confine_caps(void);
int kev_confine_oom_score_adj(void);

#endif /* _KEV_CONFINE_H */
