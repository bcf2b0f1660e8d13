/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PAUSE_H
#define _KEV_PAUSE_H

#include <linux/types.h>

/* Why no new run may start: a mask of these */
enum kev_pause {
	KEV_PAUSE_USER,
	KEV_PAUSE_GRACE,
	KEV_PAUSE_LOAD,		/* init is not over: if it fails, the module's text goes at once */
	KEV_PAUSE_PM,		/* the machine suspends */
	KEV_PAUSE_REBOOT,	/* it goes down */
};

void kev_pause_set(enum kev_pause why);
void kev_pause_clear(enum kev_pause why);
bool kev_pause_is(enum kev_pause why);
bool kev_pause_any(void);
bool kev_pause_power(void);
void kev_pause_grace(void);
void kev_pause_end_grace(void);

int kev_pause_init(void);
void kev_pause_exit(void);

#endif /* _KEV_PAUSE_H */
