/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_GAUGE_H
#define _KEV_GAUGE_H

#include <linux/types.h>

#include "include/kevnotify.h"
#include "sources/poll.h"

/* Ids of a gauge's events */
enum kev_gauge_id {
	KEV_GAUGE_OVER = 1,
	KEV_GAUGE_REMINDER,
	KEV_GAUGE_RECOVERED,
	KEV_GAUGE_IDS,
};

/**
 * struct kev_gauge - a value with limits
 * @read: its present value; or an errno
 * @low: small values are the bad ones
 * @threshold: the value at which an event is raised
 * @clear: the value at which the trouble is over
 * @max: the greatest value of both
 * @source: raises its events
 * @poll: when it is read
 * @err: what kept it from being read the last time; or 0
 * @over: the threshold was crossed, and @clear not yet reached
 * @told: when that or a reminder was raised, in jiffies
 * @hours: from the last reminder to the next
 */
struct kev_gauge {
	int (*read)(const struct kev_gauge *g);
	bool			low;
	unsigned int		threshold;
	unsigned int		clear;
	unsigned int		max;
	struct kevnotify_source	*source;
	struct kev_poll		poll;
	int			err;
	bool			over;
	unsigned long		told;
	unsigned int		hours;
};

/* The fields of a gauge's events, and of its recovery */
extern const char *const kev_gauge_keys[];
extern const char *const kev_gauge_recovered_keys[];

int kev_gauge_set(struct kev_gauge *g, unsigned int *limit, unsigned int value);
void kev_gauge_start(struct kev_gauge *g, struct kevnotify_source *src);
void kev_gauge_stop(struct kev_gauge *g);
const char *kev_gauge_remark(const struct kev_gauge *g);

#endif /* _KEV_GAUGE_H */
