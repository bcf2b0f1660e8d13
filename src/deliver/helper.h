/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_HELPER_H
#define _KEV_HELPER_H

#include <linux/types.h>

#define KEV_HELPER_MAX		255	/* bytes of the helper's path */
#define KEV_HELPER_VALUE	(KEV_HELPER_MAX + 1)	/* and the sign of pipe mode before it */

/* In pipe mode the helper's value is this and its path */
#define KEV_HELPER_PIPE		'|'

/**
 * struct kev_helper - the helper at one moment
 * @generation: another one after each write
 * @since: the generation that ended a time without helper
 * @from: the record that was the newest then
 * @value: its path, behind KEV_HELPER_PIPE in pipe mode; empty: there is none
 */
struct kev_helper {
	unsigned int	generation;
	unsigned int	since;
	u64		from;
	char		value[KEV_HELPER_VALUE + 1];
};

/* The path in a helper's value */
static inline const char *kev_helper_path(const char *value)
{
	return value + (*value == KEV_HELPER_PIPE);
}

bool kev_helper_get(struct kev_helper *helper);
unsigned int kev_helper_generation(void);
int kev_helper_replace(const char *value, u64 from);
void kev_helper_free(void);

#endif /* _KEV_HELPER_H */
