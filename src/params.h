/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PARAMS_H
#define _KEV_PARAMS_H

#include <linux/capability.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define KEV_HELPER_MAX		255	/* bytes of the helper's path */
#define KEV_HELPER_VALUE	(KEV_HELPER_MAX + 1)	/* and the sign of pipe mode before it */

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
	KEV_LOG_RECORDS,
	KEV_STAGE_SLOTS,
	KEV_PARAMS,
	/* Not a number, but it changes too */
	KEV_HELPER = KEV_PARAMS,
	KEV_PARAMS_ALL,
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

/**
 * kev_param() - a parameter's value
 * @which: which
 *
 * Context: any.
 * Return: the value at this moment.
 */
static inline unsigned int kev_param(enum kev_param which)
{
	return READ_ONCE(kev_numbers[which].value);
}

/* Window and burst as raise needs them */
extern unsigned int kev_window_jiffies;

/* In pipe mode the helper's value is this and its path */
#define KEV_HELPER_PIPE	'|'

/**
 * kev_helper_path() - the path in the helper's value
 * @value: the value
 *
 * Context: any.
 * Return: the path, a part of @value.
 */
static inline const char *kev_helper_path(const char *value)
{
	return value + (*value == KEV_HELPER_PIPE);
}

kernel_cap_t kev_param_caps(void);
int kev_param_oom_score_adj(void);
bool kev_may_write(const char *what);
bool kev_helper_get(char *path);
int kev_helper_set(const char *value);
void kev_param_watch(enum kev_param which, void (*changed)(void));
int kev_params_init(void);
void kev_params_exit(void);

#endif /* _KEV_PARAMS_H */
