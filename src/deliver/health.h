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

/**
 * struct kev_health - what an operator asks first when nothing arrives
 * @state: enum kev_helper_state
 * @err: errno of the last start that failed; 0: it did not
 * @since: when @state came, in s of CLOCK_REALTIME
 */
struct kev_health {
	int	state;
	int	err;
	s64	since;
};

void kev_health_set(enum kev_helper_state state, int err);
void kev_health_held(enum kev_helper_state state, int err);
bool kev_health_ok(void);
const char *kev_health_get(struct kev_health *health);

void kev_health_backoff_start(void);
void kev_health_backoff_end(void);
unsigned long kev_health_backoff_left(void);

void kev_health_init(void);

#endif /* _KEV_HEALTH_H */
