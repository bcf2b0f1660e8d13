/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_TRACEPOINT_H
#define _KEV_TRACEPOINT_H

#include <linux/notifier.h>
#include <linux/types.h>

struct kevnotify_source;
struct tracepoint;

#define KEV_TRACEPOINTS_MAX	4

/**
 * struct kev_tracepoint - a tracepoint on which events are raised
 * @name: its name
 * @probe: KEV_PROBE(): called with the source, and then what the tracepoint passes
 * @comes: a module may bring it, now or later
 * @tp: the tracepoint; NULL while there is none, or its arguments are not known
 */
struct kev_tracepoint {
	const char		*name;
	void			*probe;
	bool			comes;
	struct tracepoint	*tp;
};

/**
 * struct kev_tracepoints - the hook of a source
 * @points: its tracepoints; one without a name ends them
 * @source: raises the events
 * @modules: tells of tracepoints that come and go
 * @text: what there is not, see kev_tracepoint_lacks()
 */
struct kev_tracepoints {
	struct kev_tracepoint	points[KEV_TRACEPOINTS_MAX + 1];
	struct kevnotify_source	*source;
	struct notifier_block	modules;
	char			text[128];
};

/*
 * The probe for a tracepoint that a header declares: fn, if it takes what that passes,
 * or else other, which may be another KEV_PROBE(). NULL: none that we have.
 */
#define KEV_PROBE(name, fn, other) \
	(KEV_PROBES(name, fn) ? (void *)(fn) : (other))

#define KEV_SYMBOL_MAX	128

int kev_tracepoint_start(struct kev_tracepoints *tps, struct kevnotify_source *src,
			 const char **why);
void kev_tracepoint_stop(struct kev_tracepoints *tps);
const char *kev_tracepoint_lacks(struct kev_tracepoints *tps);

const char *kev_tracepoint_symbol(char buf[KEV_SYMBOL_MAX], unsigned long addr);
u64 kev_tracepoint_object(const char *name);

#endif /* _KEV_TRACEPOINT_H */
