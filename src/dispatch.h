/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_DISPATCH_H
#define _KEV_DISPATCH_H

#include <linux/types.h>

struct seq_file;

/* Why no new run may start: a mask of these */
enum kev_pause {
	KEV_PAUSE_USER,
	KEV_PAUSE_GRACE,
	KEV_PAUSE_PM,		/* the machine suspends: the run under way is ended */
	KEV_PAUSE_REBOOT,	/* it goes down: ended at once, and no more */
};

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

void kev_dispatch_kick(void);
int kev_dispatch_pause(void);
void kev_dispatch_resume(void);
bool kev_dispatch_paused(enum kev_pause why);
void kev_dispatch_end_grace(void);
void kev_dispatch_end_run(enum kev_pause why);
void kev_dispatch_wake(void);
const char *kev_dispatch_state(void);
const char *kev_dispatch_health(struct kev_health *health);
void kev_dispatch_flush(void);
int kev_dispatch_replay(u64 from);
int kev_dispatch_test(void);
void kev_dispatch_on_signal(void (*fn)(unsigned int seen));

void kev_dispatch_stop(void);
int kev_dispatch_init(void);
void kev_dispatch_exit(void);

#endif /* _KEV_DISPATCH_H */
