/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_INJECT_H
#define _KEV_INJECT_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

/* Where a failure can be injected; the names are debugfs inject/'s. */
enum kev_inject {
	KEV_INJECT_STAGE,
	KEV_INJECT_ALLOC,
	KEV_INJECT_EXEC,
	KEV_INJECT_DOORBELL,
	KEV_INJECT_DISCONNECT,
	KEV_INJECTS,
};

/**
 * struct kev_knob - one place where a failure can be injected
 * @every: every so many operations one fails; 0 is off
 * @count: operations seen while on
 */
struct kev_knob {
	u32		every;
	atomic_t	count;
};

extern const char *const kev_inject_names[KEV_INJECTS];
extern struct kev_knob kev_inject_knobs[KEV_INJECTS];
extern u32 kev_inject_slow_ms;

bool kev_inject_hit(struct kev_knob *knob);

/* Shall this operation fail? */
static inline bool kev_inject_fails(enum kev_inject where)
{
	struct kev_knob *knob = &kev_inject_knobs[where];

	return unlikely(READ_ONCE(knob->every)) && kev_inject_hit(knob);
}

#endif /* _KEV_INJECT_H */
