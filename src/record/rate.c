// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rate limit: so many events of an id in a window. What a raise needs of it is in
 * rate.h; here are limits by object, and what kevnotifyd does when a window is over.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "rate.h"

/* New at each load: which objects share a word cannot be known */
static siphash_key_t kev_rate_key;

/* There may be one with @unseen */
static atomic_t kev_rate_unseen;

static bool kev_rate_admit_word(atomic_t *word)
{
	unsigned int tries = KEV_RATE_TRIES;
	u32 old, next;

	do {
		old = atomic_read(word);
		next = kev_rate_next(old);
		if (!next)
			return false;
		if (kev_rate_take(word, old, next))
			return true;
	} while (--tries);
	return false;
}

static bool kev_rate_full(atomic_t *word)
{
	return !kev_rate_next(atomic_read(word));
}

static atomic_t *kev_rate_object(struct kev_rate *rate, u64 object)
{
	u64 hash;

	if (!object)
		return &rate->word;
	/* Numbers of objects follow each other: to multiply by a seed would not part them */
	hash = siphash_1u64(object, &kev_rate_key);
	return &rate->objects->words[hash % KEV_RATE_OBJECTS];
}

/*
 * By the word of the object, and by one of those of all. What the first admits and the
 * others do not is rare, as they are asked before.
 */
static bool kev_rate_admit_object(struct kev_rate *rate, u64 object)
{
	atomic_t *all = rate->objects->all;
	unsigned int i = 0;

	if (!kev_param(KEV_BURST))
		return true;
	while (i < KEV_RATE_BURSTS && kev_rate_full(&all[i]))
		i++;
	if (i == KEV_RATE_BURSTS || !kev_rate_admit_word(kev_rate_object(rate, object)))
		return false;
	while (i < KEV_RATE_BURSTS && !kev_rate_admit_word(&all[i]))
		i++;
	return i < KEV_RATE_BURSTS;
}

/* Is one more event admitted? False also where a few tries found other CPUs faster. */
bool kev_rate_admit(struct kev_rate *rate, u64 object)
{
	return rate->objects ? kev_rate_admit_object(rate, object) :
			       kev_rate_admit_word(&rate->word);
}

/*
 * Forget a window that is over, before the clock's bits in the word come round. A raise
 * that is faster has begun a new one.
 */
static void kev_rate_expire_word(atomic_t *word)
{
	u32 old = atomic_read(word);

	if (old && kev_rate_age(old) >= READ_ONCE(kev_window_jiffies))
		atomic_cmpxchg(word, old, 0);
}

static void kev_rate_expire(struct kev_rate *rate)
{
	struct kev_objects *o = rate->objects;
	unsigned int i;

	kev_rate_expire_word(&rate->word);
	for (i = 0; o && i < ARRAY_SIZE(o->words); i++)
		kev_rate_expire_word(&o->words[i]);
	for (i = 0; o && i < ARRAY_SIZE(o->all); i++)
		kev_rate_expire_word(&o->all[i]);
}

/*
 * See to it that what is suppressed in this window is told. It began before its event came
 * here. Which of its events is the last admitted one cannot be known: a burst may be
 * lowered, and a raise that finds no end of others beside it is suppressed too.
 */
void kev_rate_watch(struct kev_rate *rate, u8 noise)
{
	rate->watched = true;
	rate->noise = noise;
	rate->due = jiffies + READ_ONCE(kev_window_jiffies);
}

/*
 * Any context: kevnotifyd will not see the event that it would begin to watch by. It goes
 * over all limits then.
 */
void kev_rate_set_unseen(struct kev_rate *rate)
{
	if (READ_ONCE(rate->unseen))
		return;
	WRITE_ONCE(rate->unseen, true);
	atomic_set_release(&kev_rate_unseen, 1);
}

/* Is there one, since this was last asked? */
bool kev_rate_any_unseen(void)
{
	return atomic_read(&kev_rate_unseen) && atomic_xchg(&kev_rate_unseen, 0);
}

/* The same, and it stays so */
bool kev_rate_unseen_waits(void)
{
	return atomic_read(&kev_rate_unseen);
}

/*
 * Is a watched window over, so that what it suppressed is to be told? True once a window,
 * which is forgotten then. @changed: "burst" or "window" has changed. @left: jiffies until
 * the next look, made shorter where this window is over before.
 */
bool kev_rate_over(struct kev_rate *rate, bool changed, unsigned long *left)
{
	bool unseen = READ_ONCE(rate->unseen);
	long rest;

	kev_rate_expire(rate);
	if (changed || unseen) {
		WRITE_ONCE(rate->unseen, false);
		kev_rate_watch(rate, unseen ? 0 : rate->noise);
	}
	if (!rate->watched)
		return false;
	/* The clock is read once: it may pass @due meanwhile */
	rest = rate->due - jiffies;
	if (rest > 0) {
		*left = min_t(unsigned long, *left, rest);
		return false;
	}
	rate->watched = false;
	return true;
}

/* The limits of so many ids, whose events may be about objects */
struct kev_rate *kev_rate_create(unsigned int ids, bool objects)
{
	size_t size = sizeof(struct kev_rate) + (objects ? sizeof(struct kev_objects) : 0);
	struct kev_rate *rate = kcalloc(ids, size, GFP_KERNEL);
	struct kev_objects *o;
	unsigned int i;

	if (!rate || !objects)
		return rate;
	/* Behind the array */
	o = (struct kev_objects *)(rate + ids);
	for (i = 0; i < ids; i++)
		rate[i].objects = &o[i];
	return rate;
}

void kev_rate_destroy(struct kev_rate *rate)
{
	kfree(rate);
}

/* Before the first source */
int kev_rate_init(void)
{
	get_random_bytes(&kev_rate_key, sizeof(kev_rate_key));
	return 0;
}
