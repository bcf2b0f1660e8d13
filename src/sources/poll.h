/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_POLL_H
#define _KEV_POLL_H

#include <linux/list.h>

/**
 * struct kev_poll - something that is looked at every "interval"
 * @look: looks; in a kernel worker, one at a time
 * @list: in the list of those that are
 */
struct kev_poll {
	void (*look)(struct kev_poll *poll);
	struct list_head	list;
};

void kev_poll_start(struct kev_poll *poll);
void kev_poll_stop(struct kev_poll *poll);
void kev_poll_lock(void);
void kev_poll_unlock(void);

#endif /* _KEV_POLL_H */
