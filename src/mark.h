/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_MARK_H
#define _KEV_MARK_H

#include <linux/cred.h>
#include <linux/types.h>

struct key;

/* Compared, never followed; an ERR_PTR while there is none */
extern struct key *kev_mark;

/**
 * kev_mark_here() - does the current task bear the mark?
 *
 * Context: any; in an interrupt the answer is about who was interrupted.
 * Return: true if so.
 */
static __always_inline bool kev_mark_here(void)
{
#ifdef CONFIG_KEYS
	return current_cred()->session_keyring == READ_ONCE(kev_mark);
#else
	return false;
#endif
}

void kev_mark_cred(struct cred *cred);
const struct cred *kev_mark_current(void);
int kev_mark_init(void);
void kev_mark_exit(void);

#endif /* _KEV_MARK_H */
