/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_CANARY_H
#define _KEV_CANARY_H

#include <linux/types.h>

#define KEV_CANARY_OFF	"probes are switched off, see kernel.ftrace_enabled and kprobes/enabled"

void kev_canary_start(void);
void kev_canary_stop(void);
bool kev_canary_deaf(void);

#endif /* _KEV_CANARY_H */
