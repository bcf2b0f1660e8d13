/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_SOURCE_H
#define _KEV_SOURCE_H

#include <asm/local.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/sched.h>

#include "include/kevnotify.h"
#include "log.h"
#include "rate.h"

/* A CPU's counts of a source: each raise that it may make is in one of them */
struct kev_source_count {
	local_t	admitted;
	local_t	suppressed[];	/* by id */
};

/* What an id means */
struct kev_meaning {
	const char	*message;	/* from kev_render_parse(); NULL: there is no such id */
	const char	*keys;		/* each ended by NUL */
	size_t		keys_len;
	int		level;
};

/* What a raise seldom has to look at: bits of struct kev_source.rare, and then @quick is 0 */
enum kev_rare {
	KEV_RARE_COMM,		/* only events of tasks of one name */
	KEV_RARE_STACK,		/* the stack of each raise */
	KEV_RARE_OBJECTS,	/* its events are about objects */
};

/**
 * struct kev_source - a registered source
 * @pub: what its owner holds
 * @any_id: one entry serves every id
 * @leaving: it is being unregistered
 * @watched: a window of one of its ids is to be looked at; kevnotifyd's own
 * @quiet: its owner has it for readers alone
 * @dispatch: but the operator for the helper too
 * @ids: number of ids; 1 with @any_id
 * @quick: the same; 0 where a raise has more to look at than its id
 * @rare: bits of enum kev_rare
 * @level: syslog level of all its events; -1: each id's own
 * @comm: only events of tasks so named; empty: all
 * @number: its number, never reused
 * @count: counts of each CPU
 * @rate: rate limits, by id
 * @meanings: what its ids mean, and behind them their strings: copies
 * @by_name: in the hash of names
 * @shown: the view's own; NULL: it does not show it
 * @last: sequence number of its last record
 * @echo_since: when the echoes in @echoes began, in jiffies; kevnotifyd's own
 * @echoes: how many went to the helper since; kevnotifyd's own
 * @ref: the registry's, sysfs's
 * @released: the last reference is gone
 * @owner: the module that registered it
 * @name: its name: a copy
 */
struct kev_source {
	struct kevnotify_source			pub;
	bool					any_id;
	bool					leaving;
	bool					watched;
	bool					quiet;
	bool					dispatch;
	unsigned int				ids;
	unsigned int				quick;
	unsigned int				rare;
	int					level;
	u32					number;
	struct kev_source_count __percpu	*count;
	struct kev_rate				*rate;
	char					comm[TASK_COMM_LEN];
	struct kev_meaning			*meanings;
	struct hlist_node			by_name;
	void					*shown;
	u64					last;
	unsigned long				echo_since;
	unsigned int				echoes;
	struct kref				ref;
	struct completion			released;
	struct module				*owner;
	char					name[KEVNOTIFY_NAME_MAX + 1];
};

/* What shows sources to the operator: sysfs. @remove: one that is not shown, too. */
struct kev_source_view {
	int (*add)(struct kev_source *src);
	void (*remove)(struct kev_source *src);
};

static inline struct kev_source *kev_source_of(struct kevnotify_source *pub)
{
	return container_of(pub, struct kev_source, pub);
}

/* The index of an id in rate, suppressed and meanings */
static inline unsigned int kev_source_index(const struct kev_source *src, unsigned int id)
{
	return src->any_id ? 0 : id;
}

void kev_source_resolve(const struct kev_event *ev, u64 seq, struct kev_origin *origin);
void kev_source_rates_changed(void);
unsigned long kev_source_close_due(void (*close)(struct kev_source *src, unsigned int id));

struct kev_source *kev_source_get_next(struct kev_source *prev);
void kev_source_put(struct kev_source *src);
unsigned long kev_source_raised(const struct kev_source *src);
unsigned long kev_source_suppressed(const struct kev_source *src);
unsigned long kev_source_all_raised(void);
unsigned long kev_source_all_suppressed(void);
void kev_source_set_stack(struct kev_source *src, bool on);
void kev_source_set_comm(struct kev_source *src, const char *comm);

int kev_source_set_view(const struct kev_source_view *view);

#endif /* _KEV_SOURCE_H */
