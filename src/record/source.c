// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registry of sources. What their ids mean is copied at registration, so that
 * nothing of an owner is needed once it has gone.
 */
#include <linux/ctype.h>
#include <linux/hashtable.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/stringhash.h>
#include <linux/xarray.h>

#include "inject.h"
#include "param.h"
#include "rate.h"
#include "render.h"
#include "source.h"
#include "stage.h"
#include "stat.h"
#include "wake.h"

/*
 * Orders registrations. Held over the view's calls, which wait for writers of
 * sysfs: so no attribute takes it. Never held while waiting for a drain.
 */
static DEFINE_MUTEX(kev_source_mutex);
/* By number, which only grows: a walk is in the order of registration */
static DEFINE_XARRAY(kev_sources);
/* By name, under the mutex */
static DEFINE_HASHTABLE(kev_source_names, 8);
/* Of those with @watched, so that kevnotifyd does not go over all in each pass */
#define KEV_SOURCE_WATCHED	XA_MARK_0
/* For a few words: a reader that adds up finds the counts of a source that goes in one place */
static DEFINE_SEQLOCK(kev_source_lock);
static u32 kev_source_numbers = KEV_SOURCE_NONE;
static atomic_t kev_rates_changed;
static const struct kev_source_view *kev_view;

/* Echoes that go to the helper, see kev_source_echo_quiet() */
#define KEV_ECHO_MAX	10U
#define KEV_ECHO_WINDOW	(600 * HZ)

static unsigned long kev_source_suppressed_id(const struct kev_source *src, unsigned int index)
{
	unsigned long n = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		n += local_read(&per_cpu_ptr(src->count, cpu)->suppressed[index]);
	return n;
}

/*
 * How many of this id were suppressed since that was last told? What a record tells
 * that the helper does not get waits for the next one that it does.
 */
static void kev_source_tell(struct kev_source *src, unsigned int index,
			    struct kev_origin *origin)
{
	struct kev_rate *rate = &src->rate[index];
	unsigned long n = kev_source_suppressed_id(src, index) - rate->told;

	rate->told += n;
	origin->suppressed = n;
	if (origin->quiet) {
		rate->withheld += n;
		return;
	}
	origin->withheld = rate->withheld;
	rate->withheld = 0;
}

/*
 * An echo may be the helper's own doing, or not: a few of them go to it, so that
 * there is no loop without end, and no other trouble is hidden.
 */
static bool kev_source_echo_quiet(struct kev_source *src)
{
	if (!src->echoes || jiffies - src->echo_since > KEV_ECHO_WINDOW) {
		src->echo_since = jiffies;
		src->echoes = 0;
	}
	if (src->echoes < KEV_ECHO_MAX) {
		src->echoes++;
		return false;
	}
	if (src->echoes++ == KEV_ECHO_MAX)
		pr_info("source %s: the helper may have caused the last %u events that it got: for 10 minutes such ones are for readers alone\n",
			src->name, KEV_ECHO_MAX);
	return true;
}

static void kev_source_set_watched(struct kev_source *src, bool watched)
{
	if (watched == src->watched)
		return;
	src->watched = watched;
	if (watched)
		xa_set_mark(&kev_sources, src->number, KEV_SOURCE_WATCHED);
	else
		xa_clear_mark(&kev_sources, src->number, KEV_SOURCE_WATCHED);
}

/* What an event's source knows of it; valid until rcu_read_unlock(). @seq: its number */
void kev_source_resolve(const struct kev_event *ev, u64 seq, struct kev_origin *origin)
{
	struct kev_source *src = xa_load(&kev_sources, ev->source);
	const struct kev_meaning *meaning;
	unsigned int index;
	int level;

	/* Unregistration leaves no event behind, so this is for a torn world only */
	origin->name = "?";
	origin->message = "?";
	origin->keys_len = 0;
	if (!src)
		return;
	index = kev_source_index(src, ev->id);
	meaning = &src->meanings[index];
	origin->name = src->name;
	if (meaning->message)
		origin->message = meaning->message;
	origin->keys = meaning->keys;
	origin->keys_len = meaning->keys_len;
	level = READ_ONCE(src->level);
	origin->level = level >= 0 ? level : meaning->level;
	origin->quiet = ev->flags & KEV_NOTIFY_NONE ||
			(src->quiet && !READ_ONCE(src->dispatch)) ||
			(ev->flags & KEV_ECHO && kev_source_echo_quiet(src));
	kev_source_tell(src, index, origin);
	WRITE_ONCE(src->last, seq);
	if (!kev_param(KEV_BURST))
		return;
	kev_rate_watch(&src->rate[index], origin->quiet ? KEV_NOTIFY_NONE : ev->flags & KEV_ECHO);
	kev_source_set_watched(src, true);
}

/* "burst" or "window" was written: a window under way may last longer now */
void kev_source_rates_changed(void)
{
	atomic_set(&kev_rates_changed, 1);
}

static void kev_source_close_ids(struct kev_source *src, bool changed, unsigned long *left,
				 void (*close)(struct kev_source *src, unsigned int id))
{
	bool watched = false;
	unsigned int i;

	for (i = 0; i < src->ids; i++) {
		if (kev_rate_over(&src->rate[i], changed, left) &&
		    kev_source_suppressed_id(src, i) != src->rate[i].told)
			close(src, i);
		watched |= src->rate[i].watched;
	}
	kev_source_set_watched(src, watched);
}

/*
 * Tell of bursts whose window is over, and forget the window: @close is called for
 * each (source, id) with suppressed events that were not told of. Returns jiffies
 * until the next one is due; MAX_SCHEDULE_TIMEOUT for none.
 */
unsigned long kev_source_close_due(void (*close)(struct kev_source *src, unsigned int id))
{
	bool changed = atomic_xchg(&kev_rates_changed, 0);
	bool all = kev_rate_any_unseen() || changed;
	unsigned long left = MAX_SCHEDULE_TIMEOUT;
	struct kev_source *src;
	unsigned long number;

	rcu_read_lock();
	xa_for_each_marked(&kev_sources, number, src, all ? XA_PRESENT : KEV_SOURCE_WATCHED)
		/* Of one that leaves the last event has been drained, or is about to be */
		if (!READ_ONCE(src->leaving))
			kev_source_close_ids(src, changed, &left, close);
	rcu_read_unlock();
	return left;
}

static void kev_source_release(struct kref *ref)
{
	complete(&container_of(ref, struct kev_source, ref)->released);
}

void kev_source_put(struct kev_source *src)
{
	kref_put(&src->ref, kev_source_release);
}

/*
 * A walk over all sources, each with a reference; that of @prev is dropped. It takes no
 * lock: a reader that is stopped in here holds up nothing.
 */
struct kev_source *kev_source_get_next(struct kev_source *prev)
{
	unsigned long number = prev ? prev->number : KEV_SOURCE_NONE;
	struct kev_source *next;

	rcu_read_lock();
	do {
		next = xa_find_after(&kev_sources, &number, ULONG_MAX, XA_PRESENT);
	} while (next && !kref_get_unless_zero(&next->ref));
	rcu_read_unlock();
	if (prev)
		kev_source_put(prev);
	return next;
}

unsigned long kev_source_raised(const struct kev_source *src)
{
	unsigned long n = kev_source_suppressed(src);
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		n += local_read(&per_cpu_ptr(src->count, cpu)->admitted);
	return n;
}

/* Over all sources, those that have gone included, of which @gone has what they counted */
static unsigned long kev_source_sum(enum kev_stat gone,
				    unsigned long (*count)(const struct kev_source *src))
{
	struct kev_source *src = NULL;
	unsigned long n;
	unsigned int seq;

	/* Many CPUs times many sources: others may run meanwhile, and a source go */
	do {
		seq = read_seqbegin(&kev_source_lock);
		n = kev_stat_read(gone);
		while ((src = kev_source_get_next(src))) {
			n += count(src);
			cond_resched();
		}
	} while (read_seqretry(&kev_source_lock, seq));
	return n;
}

unsigned long kev_source_all_raised(void)
{
	return kev_source_sum(KEV_STAT_RAISED, kev_source_raised);
}

unsigned long kev_source_all_suppressed(void)
{
	return kev_source_sum(KEV_STAT_SUPPRESSED, kev_source_suppressed);
}

unsigned long kev_source_suppressed(const struct kev_source *src)
{
	unsigned long n = 0;
	unsigned int i;

	for (i = 0; i < src->ids; i++)
		n += kev_source_suppressed_id(src, i);
	return n;
}

/* With the lock held */
static void kev_source_set_rare_now(struct kev_source *src, enum kev_rare what, bool on)
{
	WRITE_ONCE(src->rare, on ? src->rare | BIT(what) : src->rare & ~BIT(what));
	WRITE_ONCE(src->quick, src->rare ? 0 : src->ids);
}

static void kev_source_set_rare(struct kev_source *src, enum kev_rare what, bool on)
{
	write_seqlock(&kev_source_lock);
	kev_source_set_rare_now(src, what, on);
	write_sequnlock(&kev_source_lock);
}

/* Take events of tasks of this name only, shorter than TASK_COMM_LEN; empty: of all */
void kev_source_set_comm(struct kev_source *src, const char *comm)
{
	/* In one piece: with two writers the filter of one and the name of the other would stay */
	write_seqlock(&kev_source_lock);
	kev_source_set_rare_now(src, KEV_RARE_COMM, false);
	strscpy(src->comm, comm, sizeof(src->comm));
	/* The name before the filter; a raise that is under way may see half of it */
	smp_wmb();
	kev_source_set_rare_now(src, KEV_RARE_COMM, *comm);
	write_sequnlock(&kev_source_lock);
}

void kev_source_set_stack(struct kev_source *src, bool on)
{
	kev_source_set_rare(src, KEV_RARE_STACK, on);
}

static bool kev_source_name_ok(const char *s, size_t max, int (*first)(int), const char *others)
{
	size_t len = strlen(s);
	size_t i;

	if (!len || len > max || !first(*s))
		return false;
	for (i = 1; i < len; i++)
		if (!first(s[i]) && !isdigit(s[i]) && !strchr(others, s[i]))
			return false;
	return true;
}

static int kev_source_islower(int c)
{
	return c >= 'a' && c <= 'z';
}

static int kev_source_isupper(int c)
{
	return c >= 'A' && c <= 'Z';
}

/* What is wrong with a description, for the log: why, and which word of it */
struct kev_wrong {
	const char	*why;
	unsigned int	id;
	const char	*word;
	int		len;
};

static bool kev_source_wrong(struct kev_wrong *wrong, const char *why, const char *word,
			     size_t len)
{
	wrong->why = why;
	wrong->word = word;
	wrong->len = min_t(size_t, len, KEVNOTIFY_KEY_MAX);
	return false;
}

static bool kev_source_keys_ok(const struct kevnotify_event *ev, struct kev_wrong *wrong)
{
	unsigned int n, m;
	const char *key;

	for (n = 0; ev->keys && ev->keys[n]; n++) {
		key = ev->keys[n];
		if (n == KEVNOTIFY_FIELDS_MAX)
			return kev_source_wrong(wrong, "too many keys", key, strlen(key));
		if (!kev_source_name_ok(key, KEVNOTIFY_KEY_MAX, kev_source_isupper, "_"))
			return kev_source_wrong(wrong, "bad key", key, strlen(key));
		for (m = 0; m < n; m++)
			if (!strcmp(ev->keys[m], key))
				return kev_source_wrong(wrong, "key twice", key, strlen(key));
	}
	return true;
}

static bool kev_source_message_ok(const struct kevnotify_event *ev, struct kev_wrong *wrong)
{
	char parsed[KEVNOTIFY_MESSAGE_MAX + 1];
	const char *key;

	if (strlen(ev->message) > KEVNOTIFY_MESSAGE_MAX)
		return kev_source_wrong(wrong, "message too long", ev->message, 40);
	key = kev_render_parse(ev->message, ev->keys, parsed);
	return !key || kev_source_wrong(wrong, "no such key for the message", key,
					strcspn(key, "}"));
}

static bool kev_source_event_ok(const struct kevnotify_event *ev, bool any_id,
				struct kev_wrong *wrong)
{
	/* Without a message it is no event, and then not every id can be one */
	if (!ev->message)
		return !any_id || kev_source_wrong(wrong, "no message for any id", "", 0);
	if (ev->level < 0 || ev->level > 7)
		return kev_source_wrong(wrong, "level not from 0 to 7", "", 0);
	return kev_source_keys_ok(ev, wrong) && kev_source_message_ok(ev, wrong);
}

static bool kev_source_desc_ok(const struct kevnotify_desc *desc, struct kev_wrong *wrong)
{
	if (!desc->name ||
	    !kev_source_name_ok(desc->name, KEVNOTIFY_NAME_MAX, kev_source_islower, "_-"))
		return kev_source_wrong(wrong, "bad name", "", 0);
	if (!desc->events || !desc->ids || desc->ids > KEVNOTIFY_IDS_MAX ||
	    (desc->any_id && desc->ids != 1))
		return kev_source_wrong(wrong, "bad number of ids", "", 0);
	for (wrong->id = 0; wrong->id < desc->ids; wrong->id++)
		if (!kev_source_event_ok(&desc->events[wrong->id], desc->any_id, wrong))
			return false;
	return true;
}

static size_t kev_source_copy_size(const struct kevnotify_event *ev)
{
	size_t size = ev->message ? strlen(ev->message) + 1 : 0;
	unsigned int i;

	for (i = 0; ev->keys && ev->keys[i]; i++)
		size += strlen(ev->keys[i]) + 1;
	return size;
}

/* Its strings go to @at; returns where the next go */
static char *kev_source_copy_event(struct kev_meaning *to, const struct kevnotify_event *ev,
				   char *at)
{
	unsigned int i;

	to->level = ev->level;
	if (ev->message) {
		kev_render_parse(ev->message, ev->keys, at);
		to->message = at;
		at += strlen(at) + 1;
	}
	to->keys = at;
	for (i = 0; ev->keys && ev->keys[i]; i++) {
		strcpy(at, ev->keys[i]);
		at += strlen(at) + 1;
	}
	to->keys_len = at - to->keys;
	return at;
}

/* One allocation: the meanings, and the strings behind them */
static int kev_source_copy(struct kev_source *src, const struct kevnotify_desc *desc)
{
	size_t size = desc->ids * sizeof(*src->meanings);
	unsigned int i;
	char *at;

	for (i = 0; i < desc->ids; i++)
		size += kev_source_copy_size(&desc->events[i]);
	src->meanings = kzalloc(size, GFP_KERNEL);
	if (!src->meanings)
		return -ENOMEM;
	at = (char *)(src->meanings + desc->ids);
	for (i = 0; i < desc->ids; i++)
		at = kev_source_copy_event(&src->meanings[i], &desc->events[i], at);
	return 0;
}

static void kev_source_destroy(struct kev_source *src)
{
	free_percpu(src->count);
	kev_rate_destroy(src->rate);
	kfree(src->meanings);
	kfree(src);
}

/* Drop the registry's reference, and wait for those of sysfs */
static void kev_source_end(struct kev_source *src)
{
	kev_source_put(src);
	wait_for_completion(&src->released);
	kev_source_destroy(src);
}

static int kev_source_fill(struct kev_source *src, const struct kevnotify_desc *desc)
{
	unsigned int i;

	src->rate = kev_rate_create(desc->ids, desc->objects);
	src->count = __alloc_percpu(struct_size(src->count, suppressed, desc->ids),
				    __alignof__(*src->count));
	if (!src->rate || !src->count || kev_source_copy(src, desc))
		return -ENOMEM;
	src->any_id = desc->any_id;
	src->quiet = desc->quiet;
	src->ids = desc->ids;
	src->level = -1;
	strscpy(src->name, desc->name, sizeof(src->name));
	for (i = 0; i < src->ids; i++)
		src->rate[i].known = src->meanings[i].message;
	kev_source_set_rare(src, KEV_RARE_OBJECTS, desc->objects);
	return 0;
}

static struct kev_source *kev_source_create(struct module *owner,
					    const struct kevnotify_desc *desc)
{
	struct kev_source *src;

	if (kev_inject_fails(KEV_INJECT_ALLOC))
		return NULL;
	src = kzalloc(sizeof(*src), GFP_KERNEL);
	if (!src)
		return NULL;
	src->owner = owner;
	kref_init(&src->ref);
	init_completion(&src->released);
	if (!kev_source_fill(src, desc))
		return src;
	kev_source_destroy(src);
	return NULL;
}

static u32 kev_source_hash(const char *name)
{
	return full_name_hash(NULL, name, strlen(name));
}

static bool kev_source_taken(const char *name)
{
	struct kev_source *src;

	hash_for_each_possible(kev_source_names, src, by_name, kev_source_hash(name))
		if (!strcmp(src->name, name))
			return true;
	return false;
}

/* With the mutex held */
static int kev_source_publish(struct kev_source *src)
{
	int err;

	if (kev_source_taken(src->name))
		return -EEXIST;
	src->number = ++kev_source_numbers;
	err = xa_insert(&kev_sources, src->number, src, GFP_KERNEL);
	if (err)
		return err;
	err = kev_view ? kev_view->add(src) : 0;
	if (err) {
		xa_erase(&kev_sources, src->number);
		/* A walk may have come to it */
		synchronize_rcu();
		return err;
	}
	hash_add(kev_source_names, &src->by_name, kev_source_hash(src->name));
	/* Everything above before the first raise sees it on */
	smp_store_release(&src->pub.on, true);
	return 0;
}

/**
 * kevnotify_source_register() - announce a source
 * @owner: THIS_MODULE
 * @desc: the source; copied, and not needed afterwards
 *
 * Context: task; may sleep.
 * Return: the source, the caller's until kevnotify_source_unregister(); or an
 * ERR_PTR, which raise takes for a source that is off: -EINVAL for a bad
 * description, -EEXIST for a name that is taken, -ENOMEM.
 */
struct kevnotify_source *kevnotify_source_register(struct module *owner,
						   const struct kevnotify_desc *desc)
{
	struct kev_wrong wrong = {};
	struct kev_source *src;
	int err;

	if (!kev_source_desc_ok(desc, &wrong)) {
		pr_warn("source '%.32s' of %s refused: id %u: %s '%*pE'\n", desc->name,
			owner ? module_name(owner) : "the kernel", wrong.id, wrong.why, wrong.len,
			wrong.word);
		return ERR_PTR(-EINVAL);
	}
	src = kev_source_create(owner, desc);
	if (!src)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&kev_source_mutex);
	err = kev_source_publish(src);
	mutex_unlock(&kev_source_mutex);
	if (err) {
		pr_warn("source %s refused: %s (%d)\n", src->name,
			err == -EEXIST ? "the name is taken" : "no memory or no sysfs entry", err);
		kev_source_end(src);
		return ERR_PTR(err);
	}
	return &src->pub;
}
EXPORT_SYMBOL_GPL(kevnotify_source_register);

/*
 * Every event that was staged before this call is in the log after it: all
 * raises under way have committed (synchronize_rcu()), so that no open slot
 * hides one, and then each stage's tail passes the head seen.
 */
static void kev_source_drain_stages(void)
{
	unsigned int cpu;
	u32 head;

	/* Also where nothing is staged: a raise that died before its reserve is not counted yet */
	kev_stage_repair_all();
	for_each_possible_cpu(cpu) {
		head = kev_stage_head(cpu);
		while (!kev_stage_passed(cpu, head) && !kev_wake_dead()) {
			kev_stage_repair_all();
			kev_wake_drain_once();
		}
	}
}

/* Out of the operator's sight, and off */
static void kev_source_leave(struct kev_source *src)
{
	mutex_lock(&kev_source_mutex);
	if (kev_view)
		kev_view->remove(src);
	WRITE_ONCE(src->pub.on, false);
	WRITE_ONCE(src->leaving, true);
	mutex_unlock(&kev_source_mutex);
}

/* Its events are in the log, and what it counted stays */
static void kev_source_erase(struct kev_source *src)
{
	mutex_lock(&kev_source_mutex);
	hash_del(&src->by_name);
	write_seqlock(&kev_source_lock);
	xa_erase(&kev_sources, src->number);
	kev_stat_add(KEV_STAT_RAISED, kev_source_raised(src));
	kev_stat_add(KEV_STAT_SUPPRESSED, kev_source_suppressed(src));
	write_sequnlock(&kev_source_lock);
	mutex_unlock(&kev_source_mutex);
}

static void kev_source_each(struct kevnotify_source *const *srcs, unsigned int n,
			    void (*step)(struct kev_source *src))
{
	for (; n; n--, srcs++)
		if (!IS_ERR_OR_NULL(*srcs))
			step(kev_source_of(*srcs));
}

/**
 * kevnotify_source_unregister_all() - end several sources, with one wait for them all
 * @srcs: the sources; NULL and an ERR_PTR among them are ignored
 * @n: how many
 *
 * As kevnotify_source_unregister() of each.
 *
 * Context: task; may sleep.
 */
void kevnotify_source_unregister_all(struct kevnotify_source *const *srcs, unsigned int n)
{
	kev_source_each(srcs, n, kev_source_leave);
	/* For raises under way, and for kevnotifyd's own in kev_source_close_due() */
	synchronize_rcu();
	kev_source_drain_stages();
	kev_source_each(srcs, n, kev_source_erase);
	/* kevnotifyd may still be looking at them */
	synchronize_rcu();
	kev_source_each(srcs, n, kev_source_end);
}
EXPORT_SYMBOL_GPL(kevnotify_source_unregister_all);

/**
 * kevnotify_source_unregister() - end a source
 * @src: the source; NULL and an ERR_PTR are ignored
 *
 * The caller must not raise any more. A raise under way is waited for if it runs
 * with preemption off or under rcu_read_lock(): an owner that raises through a
 * pointer read by rcu_dereference() just takes the pointer away first. Afterwards
 * nothing refers to the caller, and all its events are in the log.
 *
 * Context: task; may sleep.
 */
void kevnotify_source_unregister(struct kevnotify_source *src)
{
	if (!IS_ERR_OR_NULL(src))
		kevnotify_source_unregister_all(&src, 1);
}
EXPORT_SYMBOL_GPL(kevnotify_source_unregister);

/* Show the sources to @view, those there are first; NULL: to none. After an error, too. */
int kev_source_set_view(const struct kev_source_view *view)
{
	struct kev_source *src;
	unsigned long number;
	int err = 0;

	mutex_lock(&kev_source_mutex);
	xa_for_each(&kev_sources, number, src) {
		if (kev_view)
			kev_view->remove(src);
		else if (!err && view)
			err = view->add(src);
	}
	if (err)
		xa_for_each(&kev_sources, number, src)
			view->remove(src);
	kev_view = err ? NULL : view;
	mutex_unlock(&kev_source_mutex);
	return err;
}
