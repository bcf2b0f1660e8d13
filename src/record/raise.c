// SPDX-License-Identifier: GPL-2.0-only
/*
 * raise: the only producer of events, in any context. Never allocates, sleeps,
 * prints, takes a lock or wakes a task by itself.
 */
#include <linux/bitops.h>
#include <linux/cgroup.h>
#include <linux/context_tracking.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "raise.h"
#include "selfnoise.h"
#include "source.h"
#include "stage.h"
#include "stat.h"
#include "value.h"

static u64 kev_raise_cgroup(void)
{
#ifdef CONFIG_CGROUPS
	/* current's own set cannot go, so that no lock is needed to look */
	return cgroup_id(task_css_set_check(current, true)->dfl_cgrp);
#else
	return 0;
#endif
}

static __always_inline bool kev_raise_nmi_safe(void)
{
	return IS_ENABLED(CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG) || !in_nmi();
}

/*
 * Unregistration does not wait for a raise where RCU does not watch. That can be so in an
 * idle task, or where the kernel keeps track of what enters and leaves user space.
 */
static __always_inline bool kev_raise_may_be_unwatched(void)
{
	return is_idle_task(current) || context_tracking_enabled();
}

/* Is a raise under way on this CPU, at any level, or has one died there? */
static __always_inline bool kev_raise_inside(void)
{
	return raw_cpu_read(kev_stages.writer) | raw_cpu_read(kev_stages.inside);
}

/* Before its source counts it */
static void kev_raise_refuse(void)
{
	kev_stat_inc(KEV_STAT_RAISED);
	kev_stat_inc(KEV_STAT_REFUSED);
}

/* No room. That kevnotifyd watches a window depends on having seen an event of it. */
static noinline void kev_raise_full(const struct kev_source *src, unsigned int id)
{
	__kev_stat_inc(KEV_STAT_REFUSED);
	kev_rate_set_unseen(&src->rate[kev_source_index(src, id)]);
}

static __always_inline bool kev_raise_wants_stack(const struct kev_source *src)
{
	return unlikely(READ_ONCE(src->rare) & BIT(KEV_RARE_STACK));
}

/* The stack behind all else, as far as there is room, without this and its caller */
static noinline void kev_raise_stack(struct kev_event *ev)
{
	unsigned long entries[KEV_STACK_MAX];
	size_t room = (KEV_DATA_BYTES - ev->len) / sizeof(*entries);
	unsigned int n;

	/* Without room some architectures save an entry all the same */
	if (!room)
		return;
	n = stack_trace_save(entries, min_t(size_t, room, ARRAY_SIZE(entries)), 2);
	memcpy((u8 *)ev->data + ev->len, entries, n * sizeof(*entries));
	ev->len += n * sizeof(*entries);
	ev->flags |= KEV_STACKED;
}

/* Copy a string to @to. One that is too long is cut; for one without room there is none. */
static __always_inline u64 kev_raise_string(struct kev_event *ev, char *to, const u64 *word,
					    u8 type)
{
	size_t most = min_t(size_t, (char *)(ev + 1) - to - 1, KEVNOTIFY_VALUE_MAX);
	const char *from = (const char *)(unsigned long)word[0];
	ssize_t len;

	/*
	 * If the compiler knew how much room there is, the kernel would look at it again: from
	 * 6.2 on strscpy() first counts the string then, byte by byte.
	 */
	OPTIMIZER_HIDE_VAR(to);
	if (unlikely(!from))
		return KEV_STRING_NONE;
	if (type == KEVNOTIFY_TYPE_STRN) {
		len = min_t(u64, word[1], most);
		memcpy(to, from, len);
		if (likely(len == word[1]))
			return len;
	} else {
		/* A word at a time, with a NUL */
		len = strscpy(to, from, most + 1);
		if (likely(len >= 0))
			return len;
	}
	ev->flags |= KEV_TRUNCATED;
	return most == KEVNOTIFY_VALUE_MAX ? most : KEV_STRING_NONE;
}

/*
 * The strings that up to eight words point to; their lengths take the pointers' places.
 * Returns where the next string goes.
 */
static __always_inline char *kev_raise_strings(struct kev_event *ev, u64 strings, const u8 *types,
					       u64 *words, char *to)
{
	unsigned int i;

	for (; strings; strings &= strings - 1) {
		i = __ffs64(strings) / BITS_PER_BYTE;
		words[i] = kev_raise_string(ev, to, words + i, types[i]);
		if (likely(words[i] != KEV_STRING_NONE))
			to += words[i];
	}
	return to;
}

static noinline char *kev_raise_many_strings(struct kev_event *ev, u64 *words, char *to)
{
	unsigned int heads = words - ev->data, i;

	for (i = 0; i < heads; i++)
		to = kev_raise_strings(ev, kev_value_strings(ev->data[i]),
				       (const u8 *)&ev->data[i], words + i * sizeof(u64), to);
	return to;
}

/* Without @strings there are none */
static __always_inline void kev_raise_values(struct kev_event *ev, const u64 *from,
					     unsigned int n, bool strings)
{
	size_t heads = kev_value_heads(n), i;
	u64 *words = ev->data + heads;
	char *to = (char *)(words + n);

	for (i = 0; i < heads + n; i++)
		ev->data[i] = from[i];
	if (strings && heads == 1)
		to = kev_raise_strings(ev, kev_value_strings(from[0]), (const u8 *)ev->data,
				       words, to);
	else if (strings)
		to = kev_raise_many_strings(ev, words, to);
	ev->words = n;
	ev->len = to - (char *)ev->data;
}

/* Whether the helper is started, as far as its own noise goes; see kev_source_resolve() */
static __always_inline u8 kev_raise_noise(enum kev_noise noise)
{
	if (likely(noise == KEV_NOISE_NONE))
		return 0;
	return noise == KEV_NOISE_OWN ? KEV_NOTIFY_NONE : KEV_ECHO;
}

/* An event, all but its values and its time */
static __always_inline struct kev_event *kev_raise_begin(const struct kev_source *src,
							 unsigned int id, struct kev_stage *st,
							 unsigned int context, u8 flags)
{
	/* No other's: a raise at this level inside this one is refused */
	struct kev_event *ev = st->spare[context];

	ev->source = src->number;
	ev->id = id;
	ev->flags = flags;
	ev->level = 0;
	ev->context = context;
	ev->cgroup_id = kev_raise_cgroup();
	ev->pid = current->pid;
	/* The values of kuid_t are those of the initial namespace */
	ev->uid = __kuid_val(current_uid());
	memcpy(ev->comm, current->comm, sizeof(ev->comm));
	return ev;
}

/* The noise, unless @flags tell of it; and then it is the collector's: kev_log_collect() */
static __always_inline void kev_raise_end(const struct kev_source *src, struct kev_stage *st,
					  struct kev_event *ev, unsigned int context, u8 flags)
{
	enum kev_noise noise = KEV_NOISE_NONE;

	/* An interrupt has no cause that is known; and a burst's end is kevnotifyd's to tell */
	if (context == KEV_TASK && !(flags & (KEV_CLOSING | KEV_SUBJECT)))
		noise = kev_selfnoise_cause();
	if (unlikely(noise != KEV_NOISE_NONE))
		ev->flags |= kev_raise_noise(noise);
	if (unlikely(!kev_stage_put(st, context)))
		kev_raise_full(src, ev->id);
	kev_stage_leave(st, context);
}

/* The short way's: the source has nothing of enum kev_rare */
static __always_inline void kev_raise_in_task(const struct kev_source *src, unsigned int id,
					      const u64 *words, unsigned int n, bool strings)
{
	struct kev_stage *st = this_cpu_ptr(&kev_stages);
	struct kev_event *ev;

	kev_stage_mark(st, KEV_TASK);
	ev = kev_raise_begin(src, id, st, KEV_TASK, 0);
	kev_raise_values(ev, words, n, strings);
	kev_raise_end(src, st, ev, KEV_TASK, 0);
}

static noinline void kev_raise_numbers(const struct kev_source *src, unsigned int id,
				       const u64 *words, unsigned int n)
{
	kev_raise_in_task(src, id, words, n, false);
}

static noinline void kev_raise_texts(const struct kev_source *src, unsigned int id,
				     const u64 *words, unsigned int n)
{
	kev_raise_in_task(src, id, words, n, true);
}

static noinline void kev_raise_anywhere(const struct kev_source *src, unsigned int id,
					const u64 *words, unsigned int n, u8 flags)
{
	struct kev_stage *st = this_cpu_ptr(&kev_stages);
	unsigned int context = kev_stage_context();
	struct kev_event *ev;

	kev_stage_mark(st, context);
	ev = kev_raise_begin(src, id, st, context, flags);
	kev_raise_values(ev, words, n, true);
	if (kev_raise_wants_stack(src))
		kev_raise_stack(ev);
	kev_raise_end(src, st, ev, context, flags);
}

/* Is the source limited to tasks of another name? */
static bool kev_raise_unwanted(const struct kev_source *src)
{
	return READ_ONCE(src->rare) & BIT(KEV_RARE_COMM) &&
	       strncmp(src->comm, current->comm, sizeof(src->comm));
}

/*
 * Count the event and see whether it may be staged, whatever there is to look at. If
 * so, this CPU's stage has been entered; NULL: it has been counted as suppressed or
 * refused.
 */
static struct kev_stage *kev_raise_enter(struct kev_source *src, unsigned int id, u64 object,
					 bool closing)
{
	unsigned int index = kev_source_index(src, id), context = kev_stage_context();
	struct kev_stage *st = NULL;

	/* To ask before preemption is off will do: RCU watches wherever that is on */
	if (rcu_is_watching() && kev_raise_nmi_safe() && index < src->ids &&
	    src->rate[index].known)
		st = kev_stage_enter(context);
	if (!st) {
		kev_raise_refuse();
		return NULL;
	}
	if (closing || kev_rate_admit(&src->rate[index], object)) {
		local_inc(&this_cpu_ptr(src->count)->admitted);
		return st;
	}
	local_inc(&this_cpu_ptr(src->count)->suppressed[index]);
	kev_stage_leave(st, context);
	return NULL;
}

/**
 * __kevnotify_raise_of() - raise an event; use kevnotify_raise_about() or kevnotify_raise_of()
 * @src: the source, which is on
 * @id: which of its events
 * @object: what it is about, as far as its rate limit goes; 0: none
 * @task: its subject, which cannot go meanwhile; NULL: none
 * @words: the types of its values, and then their words; copied
 * @n: how many words
 *
 * Context: any, NMI and the scheduler's locks included.
 */
void __kevnotify_raise_of(struct kevnotify_source *src, unsigned int id, u64 object,
			  const struct task_struct *task, const u64 *words, unsigned int n)
{
	struct kev_source *s = kev_source_of(src);
	u8 flags = 0;

	if (kev_raise_unwanted(s) || !kev_raise_enter(s, id, object, false))
		return;
	/* Preemption is off, which keeps the task's credentials */
	if (task)
		flags = KEV_SUBJECT | kev_raise_noise(kev_selfnoise_subject(task));
	kev_raise_anywhere(s, id, words, n, flags);
}
EXPORT_SYMBOL_GPL(__kevnotify_raise_of);

/**
 * __kevnotify_raise() - raise an event; use kevnotify_raise()
 * @src: the source, which is on
 * @id: which of its events
 * @words: the types of its values, and then their words; copied
 * @n: how many words
 *
 * What is left of __kevnotify_raise_of() as a rule. It calls nothing but as its last
 * step, so that it needs no stack. The rate limit comes first, for the sake of a flood.
 *
 * Context: any, NMI and the scheduler's locks included.
 */
void __kevnotify_raise(struct kevnotify_source *src, unsigned int id, const u64 *words,
		       unsigned int n)
{
	struct kev_source *s = kev_source_of(src);
	struct kev_rate *rate;
	u32 old, next;

	preempt_disable_notrace();
	if (unlikely(id >= READ_ONCE(s->quick) || kev_raise_may_be_unwatched()))
		goto again;
	rate = &s->rate[id];
	old = atomic_read(&rate->word);
	next = kev_rate_next(old);
	if (!next) {
		local_inc(&this_cpu_ptr(s->count)->suppressed[id]);
		preempt_enable_notrace();
		return;
	}
	if (unlikely(kev_raise_inside() || !rate->known || !kev_raise_nmi_safe() ||
		     !kev_rate_take(&rate->word, old, next)))
		goto again;
	local_inc(&this_cpu_ptr(s->count)->admitted);
	if (unlikely(!in_task()))
		kev_raise_anywhere(s, id, words, n, 0);
	else if (n > sizeof(u64) || (n && kev_value_strings(words[0])))
		kev_raise_texts(s, id, words, n);
	else
		kev_raise_numbers(s, id, words, n);
	return;

again:
	preempt_enable_notrace();
	__kevnotify_raise_of(src, id, 0, NULL, words, n);
}
EXPORT_SYMBOL_GPL(__kevnotify_raise);

/* A message as the only value, in place of the template's */
__printf(2, 0)
static void kev_raise_message(struct kev_event *ev, const char *fmt, va_list args)
{
	int len = vsnprintf((char *)(ev->data + 2), KEVNOTIFY_MESSAGE_MAX + 1, fmt, args);

	if (len > KEVNOTIFY_MESSAGE_MAX) {
		ev->flags |= KEV_TRUNCATED;
		len = KEVNOTIFY_MESSAGE_MAX;
	}
	ev->data[0] = (__force u64)cpu_to_le64(KEV_TYPE_MESSAGE);
	ev->data[1] = len;
	ev->words = 1;
	ev->len = 2 * sizeof(u64) + len;
}

/**
 * kevnotify_raisef() - raise an event with a message of its own
 * @src: the source; a NULL or ERR_PTR source makes this a no-op
 * @id: which of its events
 * @fmt: the message, printf-like, instead of the id's template; cut at
 *	KEVNOTIFY_MESSAGE_MAX bytes
 *
 * Formats at once, which costs several times what kevnotify_raise() does.
 *
 * Context: any, NMI and the scheduler's locks included, as far as the
 * conversions in @fmt allow.
 */
void kevnotify_raisef(struct kevnotify_source *src, unsigned int id, const char *fmt, ...)
{
	unsigned int context = kev_stage_context();
	struct kev_source *s = kev_source_of(src);
	struct kev_stage *st;
	struct kev_event *ev;
	va_list args;

	if (!kevnotify_source_on(src) || kev_raise_unwanted(s))
		return;
	st = kev_raise_enter(s, id, 0, false);
	if (!st)
		return;
	ev = kev_raise_begin(s, id, st, context, 0);
	va_start(args, fmt);
	kev_raise_message(ev, fmt, args);
	va_end(args);
	if (kev_raise_wants_stack(s))
		kev_raise_stack(ev);
	kev_raise_end(s, st, ev, context, 0);
}
EXPORT_SYMBOL_GPL(kevnotify_raisef);

/* The event that tells of suppressed ones, whose number is taken at collection; passes the limit */
void kev_raise_closing(struct kev_source *src, unsigned int id)
{
	u8 noise = src->rate[kev_source_index(src, id)].noise;

	if (kev_raise_enter(src, id, 0, true))
		kev_raise_anywhere(src, id, NULL, 0, KEV_CLOSING | noise);
}
