/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PARAM_H
#define _KEV_PARAM_H

#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/types.h>

/* The values that are numbers; times are in ms */
enum kev_param {
	KEV_INTERVAL,
	KEV_TIMEOUT,
	KEV_LINGER,
	KEV_HOLD,
	KEV_GRACE,
	KEV_BURST,
	KEV_WINDOW,
	KEV_HELPER_LEVEL,
	KEV_FALLBACK,
	KEV_LOG_RECORDS,
	KEV_STAGE_SLOTS,
	KEV_PARAMS,
};

/**
 * struct kev_number - a parameter that is a number
 * @name: its name
 * @unit: what it counts, for messages
 * @min: the least value
 * @max: the greatest
 * @value: the value; read by kev_param()
 * @zero: 0 is allowed too, and means none
 */
struct kev_number {
	const char	*name;
	const char	*unit;
	unsigned int	min;
	unsigned int	max;
	unsigned int	value;
	bool		zero;
};

extern struct kev_number kev_numbers[KEV_PARAMS];

/* The value at this moment */
static inline unsigned int kev_param(enum kev_param which)
{
	return READ_ONCE(kev_numbers[which].value);
}

/* The parameter "window" in jiffies, for raise */
extern unsigned int kev_window_jiffies;

/* Orders writers of all parameters; never held over a path walk or a drain */
extern struct mutex kev_param_mutex;

bool kev_param_may_write(const char *what);
bool kev_param_is_live(void);
int kev_param_write(struct kev_number *p, const char *text);
void kev_param_watch(enum kev_param which, void (*changed)(void));
int kev_param_init(void);

#endif /* _KEV_PARAM_H */
