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

/* Objects of an id that have a word of their own, and bursts a window over all of them */
#define KEV_OBJECT_BITS		4
#define KEV_OBJECT_BURSTS	4

/**
 * struct kev_objects - the rate limits of an id whose events are about objects
 * @words: of the objects, chosen by a hash
 * @all: of all together, each of them a burst
 */
struct kev_objects {
	atomic_t	words[1 << KEV_OBJECT_BITS];
	atomic_t	all[KEV_OBJECT_BURSTS];
};

/**
 * struct kev_rate - the rate limit of one (source, id)
 * @word: when the window began and how many were admitted in it, see kev_rate_try()
 * @known: the source has announced the id
 * @objects: where its events are about objects
 * @due: jiffies at which kevnotifyd tells what was suppressed; its own
 * @told: suppressed events told so far; kevnotifyd's own
 * @withheld: of these, those that the helper was not told of; kevnotifyd's own
 * @watched: @due is set; kevnotifyd's own
 * @noise: KEV_NOTIFY_NONE or KEV_ECHO, as of the last event; kevnotifyd's own
 * @unseen: one was admitted, or was to tell, and the stage had no room for it
 */
struct kev_rate {
	atomic_t		word;
	bool			known;
	bool			watched;
	u8			noise;
	bool			unseen;
	unsigned long		due;
	unsigned long		told;
	unsigned long		withheld;
	struct kev_objects	*objects;
};

/* A CPU's counts of a source: each raise that it may make is in one of them */
struct kev_source_count {
	local_t	admitted;
	local_t	suppressed[];	/* by id */
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
 * @ids: number of ids; 1 with @any_id
 * @quick: the same; 0 where a raise has more to look at than its id
 * @rare: bits of enum kev_rare
 * @level: syslog level of all its events; -1: each id's own
 * @comm: only events of tasks so named; empty: all
 * @number: its number, never reused
 * @count: counts of each CPU
 * @rate: rate limits, by id
 * @objects: the memory of theirs, where its events are about objects
 * @events: what its ids mean: copies
 * @last: sequence number of its last record
 * @echo_since: when the echoes in @echoes began, in jiffies; kevnotifyd's own
 * @echoes: how many went to the helper since; kevnotifyd's own
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
	bool					leaving;
	unsigned int				ids;
	unsigned int				quick;
	unsigned int				rare;
	int					level;
	u32					number;
	struct kev_source_count __percpu	*count;
	struct kev_rate				*rate;
	struct kev_objects			*objects;
	char					comm[TASK_COMM_LEN];
	const struct kevnotify_event		*events;
	u64					last;
	unsigned long				echo_since;
	unsigned int				echoes;
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
 * jiffies ago would pass for a fresh one: kevnotifyd clears the word before that.
 */
#define KEV_RATE_BITS	10
#define KEV_RATE_COUNT	GENMASK(KEV_RATE_BITS - 1, 0)
#define KEV_RATE_TRIES	4

/* The word of a window that begins now */
static __always_inline u32 kev_rate_now(void)
{
	u32 now = jiffies;

	return now << KEV_RATE_BITS;
}

/* How many jiffies ago a window began */
static __always_inline u32 kev_rate_age(u32 word)
{
	/* With no borrow from the count */
	return ((kev_rate_now() | (u32)KEV_RATE_COUNT) - word) >> KEV_RATE_BITS;
}

/**
 * kev_rate_try() - does a limit admit one more event?
 * @word: the limit
 *
 * Nothing is written when it does not: a flood must not share a cache line.
 *
 * Context: any.
 * Return: 1 if it does, 0 if not; -EAGAIN where another CPU was faster.
 */
static __always_inline int kev_rate_try(atomic_t *word)
{
	u32 old = atomic_read(word), window = READ_ONCE(kev_window_jiffies), new;

	if (!(old & KEV_RATE_COUNT) || kev_rate_age(old) >= window)
		new = kev_rate_now() | 1;
	else if (likely((old & KEV_RATE_COUNT) < kev_param(KEV_BURST)))
		new = old + 1;
	else
		/* A burst of 0 is no limit */
		return !kev_param(KEV_BURST);
	return likely(atomic_cmpxchg(word, old, new) == old) ? 1 : -EAGAIN;
}

bool kev_rate_admit(struct kev_rate *rate, u64 object);

void kev_source_resolve(const struct kev_event *ev, u64 seq, struct kev_origin *origin);
void kev_source_rates_changed(void);
unsigned long kev_source_close_due(void (*close)(struct kev_source *src, unsigned int id));

struct kev_source *kev_source_get_next(struct kev_source *prev);
void kev_source_put(struct kev_source *src);
unsigned long kev_source_raised(const struct kev_source *src);
unsigned long kev_source_suppressed(const struct kev_source *src);
unsigned long kev_sources_raised(void);
unsigned long kev_sources_suppressed(void);
void kev_source_set_stack(struct kev_source *src, bool on);
void kev_source_set_comm(struct kev_source *src, const char *comm);

int kev_source_set_view(const struct kev_source_view *view);

#endif /* _KEV_SOURCE_H */
