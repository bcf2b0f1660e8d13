/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_RATE_H
#define _KEV_RATE_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/types.h>

#include "param.h"

/*
 * A limit's word: the window's beginning, in jiffies, is in the upper 22 bits; the
 * lower ten count what was admitted in it. A window that began a multiple of 2^22
 * jiffies ago would pass for a fresh one: kevnotifyd clears the word before that.
 */
#define KEV_RATE_BITS		10
#define KEV_RATE_COUNT		GENMASK(KEV_RATE_BITS - 1, 0)
#define KEV_RATE_TRIES		4

/* Objects of an id that have a word of their own, and bursts a window over all of them */
#define KEV_RATE_OBJECTS	16
#define KEV_RATE_BURSTS		4

/**
 * struct kev_objects - the limits of an id whose events are about objects
 * @words: of the objects, chosen by a hash
 * @all: of all together, each of them a burst
 */
struct kev_objects {
	atomic_t	words[KEV_RATE_OBJECTS];
	atomic_t	all[KEV_RATE_BURSTS];
};

/**
 * struct kev_rate - the rate limit of one (source, id)
 * @word: of events about no object
 * @known: the source has announced the id
 * @watched: @due is set; kevnotifyd's own
 * @noise: KEV_NOTIFY_NONE or KEV_ECHO, as of the last event; kevnotifyd's own
 * @unseen: one was admitted, or was to tell, and the stage had no room for it
 * @due: jiffies at which kevnotifyd tells what was suppressed; its own
 * @told: suppressed events told so far; kevnotifyd's own
 * @withheld: of these, those that the helper was not told of; kevnotifyd's own
 * @objects: where its events are about objects
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
 * kev_rate_next() - what a limit's word is after one more event
 * @word: the word
 *
 * Nothing is to be written when it admits none: a flood must not share a cache line.
 *
 * Context: any.
 * Return: the word; 0 where none is admitted.
 */
static __always_inline u32 kev_rate_next(u32 word)
{
	u32 count = word & KEV_RATE_COUNT;

	if (!count || kev_rate_age(word) >= READ_ONCE(kev_window_jiffies))
		return kev_rate_now() | 1;
	if (likely(count < kev_param(KEV_BURST)))
		return word + 1;
	/* A burst of 0 is no limit */
	return kev_param(KEV_BURST) ? 0 : word;
}

/* False where another CPU was faster */
static __always_inline bool kev_rate_take(atomic_t *word, u32 old, u32 next)
{
	return atomic_cmpxchg(word, old, next) == old;
}

bool kev_rate_admit(struct kev_rate *rate, u64 object);
void kev_rate_set_unseen(struct kev_rate *rate);
bool kev_rate_any_unseen(void);
bool kev_rate_unseen_waits(void);
void kev_rate_watch(struct kev_rate *rate, u8 noise);
bool kev_rate_over(struct kev_rate *rate, bool changed, unsigned long *left);

struct kev_rate *kev_rate_create(unsigned int ids, bool objects);
void kev_rate_destroy(struct kev_rate *rate);
int kev_rate_init(void);

#endif /* _KEV_RATE_H */
