/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_SOURCE_H
#define _KEV_SOURCE_H

#include <asm/local.h>
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/sched.h>

#include "include/kevnotify.h"
#include "log.h"
#include "params.h"

/**
 * struct kev_rate - the rate limit of one (source, id)
 * @word: when the window began and how many were admitted in it, see kev_rate_admit()
 * @due: jiffies at which kevnotifyd tells what was suppressed; its own
 * @told: suppressed events told so far; kevnotifyd's own
 * @withheld: of these, those that the helper was not told of; kevnotifyd's own
 * @watched: @due is set; kevnotifyd's own
 * @quiet: the last event was not for the helper; kevnotifyd's own
 * @unseen: one was admitted, or was to tell, and the stage had no room for it
 */
struct kev_rate {
	atomic_t	word;
	unsigned long	due;
	unsigned long	told;
	unsigned long	withheld;
	bool		watched;
	bool		quiet;
	bool		unseen;
};

/* A CPU's counts of a source */
struct kev_source_count {
	local_t	raised;
	local_t	suppressed[];	/* by id */
};

/**
 * struct kev_source - a registered source
 * @pub: what its owner holds
 * @ids: number of ids; 1 with @any_id
 * @any_id: one entry serves every id
 * @filtered: @comm is set
 * @leaving: it is being unregistered
 * @stack: record the stack of each raise
 * @level: syslog level of all its events; -1: each id's own
 * @comm: only events of tasks so named; empty: all
 * @number: its number, never reused
 * @count: counts of each CPU
 * @rate: rate limits, by id
 * @events: what its ids mean: copies
 * @last: sequence number of its last record
 * @ref: the registry's, sysfs's
 * @released: the last reference is gone
 * @list: in the registry
 * @owner: the module that registered it
 * @name: its name: a copy
 * @strings: the memory of the copies
 */
struct kev_source {
	struct kevnotify_source			pub;
	bool					any_id;
	bool					filtered;
	bool					leaving;
	bool					stack;
	int					level;
	unsigned int				ids;
	u32					number;
	struct kev_source_count __percpu	*count;
	struct kev_rate				*rate;
	char					comm[TASK_COMM_LEN];
	const struct kevnotify_event		*events;
	u64					last;
	struct kref				ref;
	struct completion			released;
	struct list_head			list;
	struct module				*owner;
	char					name[KEVNOTIFY_NAME_MAX + 1];
	void					*strings;
};

/* Who shows sources to the operator: sysfs */
struct kev_source_view {
	int (*add)(struct kev_source *src);
	void (*remove)(struct kev_source *src);
};

static inline struct kev_source *kev_source_of(struct kevnotify_source *pub)
{
	return container_of(pub, struct kev_source, pub);
}

/* The index of an id in rate, suppressed and events */
static inline unsigned int kev_source_index(const struct kev_source *src, unsigned int id)
{
	return src->any_id ? 0 : id;
}

/*
 * The window's beginning, in jiffies, is in the upper 22 bits; the lower ten
 * count what was admitted in it. A window that began a multiple of 2^22
 * jiffies ago would pass for a fresh one: kev_rate_expire() comes before that.
 */
#define KEV_RATE_BITS	10
#define KEV_RATE_COUNT	GENMASK(KEV_RATE_BITS - 1, 0)
#define KEV_RATE_TIME	GENMASK(31 - KEV_RATE_BITS, 0)
#define KEV_RATE_TRIES	4

/**
 * kev_rate_admit() - does the rate limit admit one more event?
 * @rate: the limit of its (source, id)
 *
 * Nothing is written when it does not: a flood must not share a cache line.
 *
 * Context: any.
 * Return: true if it does.
 */
static __always_inline bool kev_rate_admit(struct kev_rate *rate)
{
	unsigned int burst = kev_param(KEV_BURST);
	unsigned int tries, old, new, count;
	u32 now = (u32)jiffies & KEV_RATE_TIME, age;

	if (!burst)
		return true;
	for (tries = 0; tries < KEV_RATE_TRIES; tries++) {
		old = atomic_read(&rate->word);
		count = old & KEV_RATE_COUNT;
		age = (now - (old >> KEV_RATE_BITS)) & KEV_RATE_TIME;
		if (!count || age >= READ_ONCE(kev_window_jiffies))
			new = now << KEV_RATE_BITS | 1;
		else if (count < burst)
			new = old + 1;
		else
			return false;
		if (atomic_cmpxchg(&rate->word, old, new) == old)
			return true;
	}
	return false;
}

/**
 * kev_rate_expire() - forget a window that is over
 * @rate: the limit
 *
 * Context: kevnotifyd, more often than the clock's bits in the word come round.
 */
static inline void kev_rate_expire(struct kev_rate *rate)
{
	unsigned int old = atomic_read(&rate->word);
	u32 age = ((u32)jiffies - (old >> KEV_RATE_BITS)) & KEV_RATE_TIME;

	/* A raise that is faster has begun a new one */
	if (old && age >= READ_ONCE(kev_window_jiffies))
		atomic_cmpxchg(&rate->word, old, 0);
}

void kev_source_resolve(const struct kev_event *ev, u64 seq, struct kev_origin *origin);
void kev_source_rates_changed(void);
unsigned long kev_source_close_due(void (*close)(struct kev_source *src, unsigned int id));

struct kev_source *kev_source_get_next(struct kev_source *prev);
void kev_source_put(struct kev_source *src);
unsigned long kev_source_raised(const struct kev_source *src);
unsigned long kev_source_suppressed(const struct kev_source *src);
void kev_source_set_comm(struct kev_source *src, const char *comm);

int kev_source_set_view(const struct kev_source_view *view);
void kev_source_set_drain(void (*drain)(void));

#endif /* _KEV_SOURCE_H */
