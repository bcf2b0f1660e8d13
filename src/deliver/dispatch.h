/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_DISPATCH_H
#define _KEV_DISPATCH_H

int kev_dispatch_pause(void);
const char *kev_dispatch_state(void);
void kev_dispatch_on_signal(void (*fn)(unsigned int seen));
void kev_dispatch_stop(void);

int kev_dispatch_init(void);
void kev_dispatch_exit(void);

#endif /* _KEV_DISPATCH_H */
