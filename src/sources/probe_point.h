/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PROBE_POINT_H
#define _KEV_PROBE_POINT_H

#include <asm/local.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/types.h>

#define KEV_PROBES_MAX		64
#define KEV_PROBE_NAME_MAX	23	/* bytes of a probe's name */
#define KEV_PROBE_SYMBOL_MAX	127	/* bytes of a symbol */
#define KEV_PROBE_WHERE_MAX	(KEV_PROBE_SYMBOL_MAX + 12)

struct kevnotify_source;

/* Ids of its events */
enum {
	KEV_PROBE_CALL = 1,
	KEV_PROBE_RETURN,
};

/**
 * struct kev_probe_count - a CPU's counts of a probe
 * @hits: calls, or negative results, that were raised
 * @own: likewise of kevnotifyd, which were not
 */
struct kev_probe_count {
	local_t	hits;
	local_t	own;
};

/**
 * struct kev_probe_point - a place in the kernel that the operator has named
 * @list: in the list of all
 * @src: where its hits are raised; set before it is armed
 * @number: never used again: the object of its events
 * @returns: what counts is that the function returns a negative int
 * @armed: the kernel has it
 * @offset: behind the beginning of the function
 * @missed: hits that the kernel could not tell of, until it was armed the last time
 * @count: of each CPU
 * @hook: the kernel's; without @returns just @hook.kp
 * @name: the operator's
 * @symbol: of the function
 * @where: symbol and offset as the operator wrote them
 */
struct kev_probe_point {
	struct list_head		list;
	struct kevnotify_source		*src;
	u64				number;
	bool				returns;
	bool				armed;
	unsigned int			offset;
	unsigned long			missed;
	struct kev_probe_count __percpu	*count;
	struct kretprobe		hook;
	char				name[KEV_PROBE_NAME_MAX + 1];
	char				symbol[KEV_PROBE_SYMBOL_MAX + 1];
	char				where[KEV_PROBE_WHERE_MAX + 1];
};

/* One call at a time */
int kev_probe_point_try(struct kev_probe_point *p, struct kevnotify_source *src);
void kev_probe_point_disarm(struct list_head *points);
unsigned long kev_probe_point_missed(const struct kev_probe_point *p);

#endif /* _KEV_PROBE_POINT_H */
