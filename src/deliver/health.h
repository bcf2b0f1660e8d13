/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_HEALTH_H
#define _KEV_HEALTH_H

#include <linux/types.h>

/* How the helper is */
enum kev_helper_state {
	KEV_HELPER_OK,
	KEV_HELPER_NONE,
	KEV_HELPER_MISSING,
	KEV_HELPER_DENIED,
	KEV_HELPER_BLOCKED,
	KEV_HELPER_BUSY,
	KEV_HELPER_STUCK,
	KEV_HELPER_FAILING,
};

void kev_health_set(enum kev_helper_state state, int err);
void kev_health_held(enum kev_helper_state state, int err);
bool kev_health_is(enum kev_helper_state state);
void kev_health_started(void);
const char *kev_health_state(void);
int kev_health_errno(void);
s64 kev_health_since(void);

void kev_health_backoff_start(void);
void kev_health_backoff_end(void);
unsigned long kev_health_backoff_left(void);

void kev_health_init(void);

#endif /* _KEV_HEALTH_H */
