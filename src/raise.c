// SPDX-License-Identifier: GPL-2.0-only
/*
 * raise: the only producer of events, in any context. Never allocates, sleeps,
 * prints, takes a lock or wakes anybody by itself.
 */
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "mark.h"
#include "raise.h"
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

/* An id that the source never announced is refused like an event without room */
static bool kev_raise_known(const struct kev_source *src, unsigned int id)
{
	return src->any_id || (id < src->ids && src->events[id].message);
}

/* A raise inside a raise at the same level */
static noinline struct kev_event *kev_raise_recursive(void)
{
	kev_stat_inc(KEV_STAT_RAISED);
	kev_stat_inc(KEV_STAT_REFUSED);
	return NULL;
}

static bool kev_raise_nmi_safe(unsigned int context)
{
	return IS_ENABLED(CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG) || context != KEV_NMI;
}

/*
 * Count the event and see whether it may be staged. If so, preemption is off
 * until kev_raise_end(); NULL: it has been counted as suppressed or refused.
 */
static __always_inline struct kev_event *kev_raise_begin(struct kev_source *src,
							 unsigned int id, u8 flags)
{
	/*
	 * Where RCU does not watch, unregistration would not wait for us. To ask before
	 * preemption is off will do: it watches wherever that is on.
	 */
	bool watching = rcu_is_watching();
	unsigned int context = kev_stage_context();
	struct kev_stage *st = kev_stage_enter(context);
	struct kev_source_count *count;
	struct kev_event *ev;
	unsigned int index;

	if (unlikely(!st))
		return kev_raise_recursive();
	__kev_stat_inc(KEV_STAT_RAISED);
	if (unlikely(!watching || !kev_raise_known(src, id) || !kev_raise_nmi_safe(context))) {
		__kev_stat_inc(KEV_STAT_REFUSED);
		kev_stage_leave(st, context);
		return NULL;
	}
	index = kev_source_index(src, id);
	count = this_cpu_ptr(src->count);
	local_inc(&count->raised);
	if (!(flags & KEV_CLOSING) && !kev_rate_admit(&src->rate[index])) {
		local_inc(&count->suppressed[index]);
		__kev_stat_inc(KEV_STAT_SUPPRESSED);
		kev_stage_leave(st, context);
		return NULL;
	}
	/* Nobody else's: a raise at this level inside this one is refused */
	ev = &st->capture[context];
	ev->source = src->number;
	ev->id = id;
	ev->len = 0;
	ev->flags = flags;
	ev->level = 0;
	ev->context = context;
	ev->values = 0;
	return ev;
}

/* Not inlined, or it would leave out one entry too many */
static noinline void kev_raise_stack(struct kev_event *ev)
{
	unsigned long entries[KEV_STACK_MAX];
	unsigned int n = stack_trace_save(entries, ARRAY_SIZE(entries), 2);

	kev_value_put(ev, KEV_TYPE_STACK, entries, n * sizeof(*entries));
}

/* Who and where; nothing here follows a pointer of the caller's */
static __always_inline void kev_raise_fill(const struct kev_source *src, struct kev_event *ev)
{
	ev->cgroup_id = kev_raise_cgroup();
	ev->pid = current->pid;
	/* The values of kuid_t are those of the initial namespace */
	ev->uid = __kuid_val(current_uid());
	memcpy(ev->comm, current->comm, sizeof(ev->comm));
	/* In an interrupt it is nobody's; and a burst's end is kevnotifyd's to tell */
	if (unlikely(kev_mark_here()) && ev->context == KEV_TASK && !(ev->flags & KEV_CLOSING))
		ev->flags |= KEV_NOTIFY_NONE;
	if (unlikely(READ_ONCE(src->stack)))
		kev_raise_stack(ev);
}

/* No room. That kevnotifyd watches a window depends on having seen an event of it. */
static noinline void kev_raise_full(const struct kev_source *src, const struct kev_event *ev)
{
	struct kev_rate *rate = &src->rate[kev_source_index(src, ev->id)];

	__kev_stat_inc(KEV_STAT_REFUSED);
	if (!READ_ONCE(rate->unseen))
		WRITE_ONCE(rate->unseen, true);
}

/* Hand the event to the collector: kev_log_collect() takes it from here */
static __always_inline void kev_raise_end(const struct kev_source *src, struct kev_event *ev)
{
	struct kev_stage *st = this_cpu_ptr(&kev_stages);

	kev_raise_fill(src, ev);
	if (unlikely(!kev_stage_put(st, ev)))
		kev_raise_full(src, ev);
	kev_stage_leave(st, ev->context);
}

/* NULL when there is no room; one that is too long is cut. No string: no field. */
static __always_inline u8 *kev_raise_string(struct kev_event *ev, u8 *at, const char *s)
{
	ssize_t room = min_t(ssize_t, kev_value_room(ev, at), KEVNOTIFY_VALUE_MAX + 1), len;

	if (unlikely(room <= 0))
		return NULL;
	if (unlikely(!s))
		return kev_value_seal(at, KEV_TYPE_NONE, 0);
	/* Where the value goes, a word at a time, with a NUL */
	len = strscpy(kev_value_bytes(at), s, room);
	if (unlikely(len < 0)) {
		if (room <= KEVNOTIFY_VALUE_MAX)
			return NULL;
		ev->flags |= KEV_TRUNCATED;
		len = KEVNOTIFY_VALUE_MAX;
	}
	return kev_value_seal(at, KEVNOTIFY_TYPE_STR, len);
}

/* A value belongs to the key at its place, so none may be left out before others */
static __always_inline void kev_raise_values(struct kev_event *ev,
					     const struct kevnotify_value *values, unsigned int n)
{
	const struct kevnotify_value *v, *end = values + n;
	u8 *at = ev->data, *next;

	for (v = values; v != end; v++) {
		if (likely(v->type != KEVNOTIFY_TYPE_STR)) {
			if (unlikely(kev_value_room(ev, at) < (ssize_t)sizeof(v->num)))
				break;
			memcpy(kev_value_bytes(at), &v->num, sizeof(v->num));
			at = kev_value_seal(at, v->type, sizeof(v->num));
			continue;
		}
		next = kev_raise_string(ev, at, v->str);
		if (unlikely(!next))
			break;
		at = next;
	}
	if (unlikely(v != end))
		ev->flags |= KEV_TRUNCATED;
	kev_value_end(ev, at, v - values);
}

/* Does the current task have the name that the operator asked for? */
static bool kev_raise_filtered(const struct kev_source *src)
{
	return unlikely(READ_ONCE(src->filtered)) &&
	       strncmp(src->comm, current->comm, sizeof(src->comm));
}

/**
 * __kevnotify_raise() - raise an event; use kevnotify_raise()
 * @src: the source, which is on
 * @id: which of its events
 * @values: the values of its fields; copied
 * @n: how many
 *
 * Context: any, NMI and the scheduler's locks included.
 */
void __kevnotify_raise(struct kevnotify_source *src, unsigned int id,
		       const struct kevnotify_value *values, unsigned int n)
{
	struct kev_source *s = kev_source_of(src);
	struct kev_event *ev;

	if (kev_raise_filtered(s))
		return;
	ev = kev_raise_begin(s, id, 0);
	if (!ev)
		return;
	kev_raise_values(ev, values, n);
	kev_raise_end(s, ev);
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
	struct kev_source *s;
	struct kev_event *ev;
	va_list args;
	int len;

	if (!kevnotify_source_on(src))
		return;
	s = kev_source_of(src);
	if (kev_raise_filtered(s))
		return;
	ev = kev_raise_begin(s, id, 0);
	if (!ev)
		return;
	va_start(args, fmt);
	len = vsnprintf(kev_value_bytes(ev->data), KEVNOTIFY_MESSAGE_MAX + 1, fmt, args);
	va_end(args);
	if (len > KEVNOTIFY_MESSAGE_MAX) {
		ev->flags |= KEV_TRUNCATED;
		len = KEVNOTIFY_MESSAGE_MAX;
	}
	kev_value_end(ev, kev_value_seal(ev->data, KEV_TYPE_MESSAGE, len), 1);
	kev_raise_end(s, ev);
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
	bool quiet = src->rate[kev_source_index(src, id)].quiet;
	struct kev_event *ev;

	ev = kev_raise_begin(src, id, KEV_CLOSING | (quiet ? KEV_NOTIFY_NONE : 0));

	if (ev)
		kev_raise_end(src, ev);
}
