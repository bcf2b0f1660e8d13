// SPDX-License-Identifier: GPL-2.0-only
/*
 * raise: the only producer of events, in any context. Never allocates, sleeps,
 * prints, takes a lock or wakes anybody by itself.
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
#include "stats.h"
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
 * Where RCU does not watch, unregistration would not wait for us. That can be so in an
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
	struct kev_rate *rate = &src->rate[kev_source_index(src, id)];

	__kev_stat_inc(KEV_STAT_REFUSED);
	if (!READ_ONCE(rate->unseen))
		WRITE_ONCE(rate->unseen, true);
}

/* The stack behind all else, as far as there is room, without this and its caller */
static noinline void kev_raise_stack(struct kev_event *ev)
{
	unsigned long entries[KEV_STACK_MAX];
	size_t room = (KEV_DATA_BYTES - ev->len) / sizeof(*entries);
	unsigned int n = stack_trace_save(entries, min_t(size_t, room, ARRAY_SIZE(entries)), 2);

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

	if (unlikely(!from))
		return KEV_STRING_NONE;
	if (type == KEVNOTIFY_TYPE_STRN) {
		len = likely(word[1] <= most) ? word[1] : -E2BIG;
		memcpy(to, from, len < 0 ? most : len);
	} else {
		/* A word at a time, with a NUL */
		len = strscpy(to, from, most + 1);
	}
	if (likely(len >= 0))
		return len;
	ev->flags |= KEV_TRUNCATED;
	return most == KEVNOTIFY_VALUE_MAX ? most : KEV_STRING_NONE;
}

/*
 * The strings that up to eight words point to; their lengths take the pointers' places.
 * Returns where the next string goes.
 */
static noinline char *kev_raise_strings(struct kev_event *ev, u64 types, u64 *words, char *to)
{
	u64 left;

	types = le64_to_cpu((__force __le64)types);
	for (left = types & KEV_STRINGS; left; left &= left - 1) {
		unsigned int shift = __ffs64(left) & ~(BITS_PER_BYTE - 1);
		u64 *word = words + shift / BITS_PER_BYTE;

		*word = kev_raise_string(ev, to, word, types >> shift);
		if (likely(*word != KEV_STRING_NONE))
			to += *word;
	}
	return to;
}

/* The same of all words */
static noinline char *kev_raise_many_strings(struct kev_event *ev, u64 *words, char *to)
{
	unsigned int heads = words - ev->data, i;

	for (i = 0; i < heads; i++)
		to = kev_raise_strings(ev, ev->data[i], words + i * sizeof(u64), to);
	return to;
}

static __always_inline void kev_raise_values(struct kev_event *ev, const u64 *from,
					     unsigned int n)
{
	unsigned int heads = kev_value_heads(n), i;
	u64 *words = ev->data + heads;
	char *to = (char *)(words + n);

	for (i = 0; i < heads + n; i++)
		ev->data[i] = from[i];
	if (unlikely(heads > 1))
		to = kev_raise_many_strings(ev, words, to);
	else if (heads && ev->data[0] & KEV_STRINGS)
		to = kev_raise_strings(ev, ev->data[0], words, to);
	ev->words = n;
	ev->len = to - (char *)ev->data;
}

/* Of an event, what it has without values */
static __always_inline struct kev_event *kev_raise_begin(const struct kev_source *src,
							 unsigned int id, struct kev_stage *st,
							 unsigned int context, u8 flags)
{
	/* Nobody else's: a raise at this level inside this one is refused */
	struct kev_event *ev = st->spare[context];

	ev->source = src->number;
	ev->id = id;
	ev->flags = flags;
	ev->level = 0;
	ev->context = context;
	return ev;
}

/* Whether the helper is started, as far as its own noise goes; see kev_source_resolve() */
static __always_inline u8 kev_raise_noise(enum kev_noise noise)
{
	if (likely(noise == KEV_NOISE_NONE))
		return 0;
	return noise == KEV_NOISE_OWN ? KEV_NOTIFY_NONE : KEV_ECHO;
}

/* The task and the place; and then it is the collector's: kev_log_collect() takes it from here */
static __always_inline void kev_raise_end(const struct kev_source *src, struct kev_stage *st,
					  struct kev_event *ev, unsigned int context)
{
	ev->cgroup_id = kev_raise_cgroup();
	ev->pid = current->pid;
	/* The values of kuid_t are those of the initial namespace */
	ev->uid = __kuid_val(current_uid());
	memcpy(ev->comm, current->comm, sizeof(ev->comm));
	/* An interrupt has no cause that is known; and a burst's end is kevnotifyd's to tell */
	if (context == KEV_TASK && !(ev->flags & (KEV_CLOSING | KEV_SUBJECT)))
		ev->flags |= kev_raise_noise(kev_selfnoise_cause());
	if (unlikely(READ_ONCE(src->rare) & BIT(KEV_RARE_STACK)))
		kev_raise_stack(ev);
	if (unlikely(!kev_stage_put(st, context)))
		kev_raise_full(src, ev->id);
	kev_stage_leave(st, context);
}

/*
 * An event that has been admitted, with preemption off, on a CPU on which none at this
 * level is under way.
 */
static __always_inline void kev_raise_capture(const struct kev_source *src, unsigned int id,
					      const u64 *words, unsigned int n, u8 flags,
					      unsigned int context)
{
	struct kev_stage *st = this_cpu_ptr(&kev_stages);
	struct kev_event *ev;

	kev_stage_mark(st, context);
	ev = kev_raise_begin(src, id, st, context, flags);
	kev_raise_values(ev, words, n);
	kev_raise_end(src, st, ev, context);
}

static noinline void kev_raise_in_task(const struct kev_source *src, unsigned int id,
				       const u64 *words, unsigned int n)
{
	kev_raise_capture(src, id, words, n, 0, KEV_TASK);
}

static noinline void kev_raise_anywhere(const struct kev_source *src, unsigned int id,
					const u64 *words, unsigned int n, u8 flags)
{
	kev_raise_capture(src, id, words, n, flags, kev_stage_context());
}

/* Does the current task have the name that the operator asked for? */
static bool kev_raise_filtered(const struct kev_source *src)
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
 * __kevnotify_raise_about() - raise an event; use kevnotify_raise_about()
 * @src: the source, which is on
 * @id: which of its events
 * @object: what it is about
 * @words: the types of its values, and then their words; copied
 * @n: how many words
 *
 * Context: any, NMI and the scheduler's locks included.
 */
void __kevnotify_raise_about(struct kevnotify_source *src, unsigned int id, u64 object,
			     const u64 *words, unsigned int n)
{
	struct kev_source *s = kev_source_of(src);

	if (!kev_raise_filtered(s) && kev_raise_enter(s, id, object, false))
		kev_raise_anywhere(s, id, words, n, 0);
}
EXPORT_SYMBOL_GPL(__kevnotify_raise_about);

/**
 * __kevnotify_raise_of() - raise an event about a task; use kevnotify_raise_of()
 * @src: the source, which is on
 * @id: which of its events
 * @object: what it is about, as far as its rate limit goes
 * @task: its subject, which cannot go meanwhile
 * @words: the types of its values, and then their words; copied
 * @n: how many words
 *
 * Context: any, NMI and the scheduler's locks included.
 */
void __kevnotify_raise_of(struct kevnotify_source *src, unsigned int id, u64 object,
			  const struct task_struct *task, const u64 *words, unsigned int n)
{
	struct kev_source *s = kev_source_of(src);

	/* From there on preemption is off, which keeps the task's credentials */
	if (!kev_raise_filtered(s) && kev_raise_enter(s, id, object, false))
		kev_raise_anywhere(s, id, words, n,
				   KEV_SUBJECT | kev_raise_noise(kev_selfnoise_subject(task)));
}
EXPORT_SYMBOL_GPL(__kevnotify_raise_of);

/* The same from inside __kevnotify_raise(), without another frame of its own */
static noinline void kev_raise_again(struct kevnotify_source *src, unsigned int id,
				     const u64 *words, unsigned int n)
{
	preempt_enable_notrace();
	__kevnotify_raise_about(src, id, 0, words, n);
}

/**
 * __kevnotify_raise() - raise an event; use kevnotify_raise()
 * @src: the source, which is on
 * @id: which of its events
 * @words: the types of its values, and then their words; copied
 * @n: how many words
 *
 * What is left of __kevnotify_raise_about() as a rule. It calls nothing but as its last
 * step, so that it needs no stack.
 *
 * Context: any, NMI and the scheduler's locks included.
 */
void __kevnotify_raise(struct kevnotify_source *src, unsigned int id, const u64 *words,
		       unsigned int n)
{
	struct kev_source *s = kev_source_of(src);
	int admitted = -EAGAIN;

	preempt_disable_notrace();
	if (likely(id < READ_ONCE(s->quick) && kev_raise_nmi_safe() &&
		   !kev_raise_may_be_unwatched() && !kev_raise_inside() && s->rate[id].known))
		admitted = kev_rate_try(&s->rate[id].word);
	if (likely(admitted > 0)) {
		local_inc(&this_cpu_ptr(s->count)->admitted);
		if (likely(in_task()))
			kev_raise_in_task(s, id, words, n);
		else
			kev_raise_anywhere(s, id, words, n, 0);
	} else if (!admitted) {
		local_inc(&this_cpu_ptr(s->count)->suppressed[id]);
		preempt_enable_notrace();
	} else {
		kev_raise_again(src, id, words, n);
	}
}
EXPORT_SYMBOL_GPL(__kevnotify_raise);

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
	struct kev_source *s;
	struct kev_stage *st;
	struct kev_event *ev;
	va_list args;
	int len;

	if (!kevnotify_source_on(src))
		return;
	s = kev_source_of(src);
	if (kev_raise_filtered(s))
		return;
	st = kev_raise_enter(s, id, 0, false);
	if (!st)
		return;
	ev = kev_raise_begin(s, id, st, context, 0);
	va_start(args, fmt);
	len = vsnprintf((char *)(ev->data + 2), KEVNOTIFY_MESSAGE_MAX + 1, fmt, args);
	va_end(args);
	if (len > KEVNOTIFY_MESSAGE_MAX) {
		ev->flags |= KEV_TRUNCATED;
		len = KEVNOTIFY_MESSAGE_MAX;
	}
	ev->data[0] = (__force u64)cpu_to_le64(KEV_TYPE_MESSAGE);
	ev->data[1] = len;
	ev->words = 1;
	ev->len = 2 * sizeof(u64) + len;
	kev_raise_end(s, st, ev, context);
}
EXPORT_SYMBOL_GPL(kevnotify_raisef);

/**
 * kev_raise_closing() - raise the event that tells of suppressed ones
 * @src: the source whose burst is over
 * @id: which of its events
 *
 * Context: kevnotifyd. Passes the rate limit; the count is taken at collection.
 */
void kev_raise_closing(struct kev_source *src, unsigned int id)
{
	u8 noise = src->rate[kev_source_index(src, id)].noise;

	if (kev_raise_enter(src, id, 0, true))
		kev_raise_anywhere(src, id, NULL, 0, KEV_CLOSING | noise);
}
