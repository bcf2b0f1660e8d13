/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_DISPATCH_H
#define _KEV_DISPATCH_H

#include <linux/types.h>

#include "pause.h"

int kev_dispatch_pause(void);
void kev_dispatch_sleep_machine(enum kev_pause why);
void kev_dispatch_wake_machine(void);
const char *kev_dispatch_state(void);
int kev_dispatch_flush(void);
int kev_dispatch_replay(u64 from);
void kev_dispatch_on_signal(void (*fn)(unsigned int seen));
void kev_dispatch_stop(void);

int kev_dispatch_init(void);
void kev_dispatch_exit(void);

#endif /* _KEV_DISPATCH_H */
