/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_OOMCALL_H
#define _KEV_OOMCALL_H

#include <linux/types.h>

struct oom_control;

int kev_oomcall_start(void);
void kev_oomcall_stop(void);
const struct oom_control *kev_oomcall_control(void);
bool kev_oomcall_killed(void);
bool kev_oomcall_deaf(void);

#endif /* _KEV_OOMCALL_H */
