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

#include "raise.h"
#include "source.h"
#include "stage.h"
#include "stats.h"
#include "value.h"

/* A raise under way */
struct kev_raise {
	struct kev_source	*src;
	struct kev_stage	*stage;
	struct kev_event	*event;
	unsigned int		context;
};

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
static noinline bool kev_raise_recursive(void)
{
	kev_stat_inc(KEV_STAT_RAISED);
	kev_stat_inc(KEV_STAT_REFUSED);
	return false;
}

static bool kev_raise_possible(const struct kev_source *src, unsigned int id)
{
	/* Where RCU does not watch, unregistration would not wait for us */
	if (!rcu_is_watching() || !kev_raise_known(src, id))
		return false;
	return IS_ENABLED(CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG) || !in_nmi();
}

/*
 * Count the event and see whether it may be staged. True: preemption is off
 * until kev_raise_end(). False: it has been counted as suppressed or refused.
 */
static __always_inline bool kev_raise_begin(struct kev_raise *r, struct kev_source *src,
					    unsigned int id, u8 flags)
{
	unsigned int index = kev_source_index(src, id);
	struct kev_source_count *count;
	bool full = false;

	r->context = kev_stage_context();
	r->stage = kev_stage_enter(r->context);
	if (unlikely(!r->stage))
		return kev_raise_recursive();
	__kev_stat_inc(KEV_STAT_RAISED);
	if (unlikely(!kev_raise_possible(src, id))) {
		__kev_stat_inc(KEV_STAT_REFUSED);
		kev_stage_leave(r->stage, r->context);
		return false;
	}
	count = this_cpu_ptr(src->count);
	local_inc(&count->raised);
	if (!(flags & KEV_CLOSING) && !kev_rate_admit(&src->rate[index], &full)) {
		local_inc(&count->suppressed[index]);
		__kev_stat_inc(KEV_STAT_SUPPRESSED);
		kev_stage_leave(r->stage, r->context);
		return false;
	}
	r->src = src;
	/* Nobody else's: a raise at this level inside this one is refused */
	r->event = &r->stage->capture[r->context];
	r->event->source = src->number;
	r->event->id = id;
	r->event->flags = flags | (full ? KEV_FULL : 0);
	r->event->len = 0;
	r->event->values = 0;
	return true;
}

/* Not inlined, or it would leave out one entry too many */
static noinline void kev_raise_stack(struct kev_event *ev)
{
	unsigned long entries[KEV_STACK_MAX];
	unsigned int n = stack_trace_save(entries, ARRAY_SIZE(entries), 2);

	kev_value_put(ev, KEV_TYPE_STACK, entries, n * sizeof(*entries));
}

/* Who and where; nothing here follows a pointer of the caller's */
static __always_inline void kev_raise_fill(struct kev_raise *r)
{
	struct kev_event *ev = r->event;

	ev->cgroup_id = kev_raise_cgroup();
	ev->pid = current->pid;
	/* The values of kuid_t are those of the initial namespace */
	ev->uid = __kuid_val(current_uid());
	ev->context = r->context;
	ev->level = 0;
	memcpy(ev->comm, current->comm, sizeof(ev->comm));
	if (unlikely(r->src->stack))
		kev_raise_stack(ev);
}

/* Hand the event to the collector: kev_log_collect() takes it from here */
static __always_inline void kev_raise_end(struct kev_raise *r)
{
	struct kev_slot *slot;
	u32 ticket;

	kev_raise_fill(r);
	slot = kev_stage_reserve(r->stage, &ticket, &r->event->mono);
	if (slot) {
		memcpy(&slot->event, r->event, offsetof(struct kev_event, data) + r->event->len);
		kev_stage_commit(r->stage, slot, ticket);
	} else {
		__kev_stat_inc(KEV_STAT_REFUSED);
	}
	kev_stage_leave(r->stage, r->context);
}

static bool kev_raise_string(struct kev_event *ev, const char *s)
{
	size_t room = min_t(size_t, kev_value_room(ev), KEVNOTIFY_VALUE_MAX + 1);
	/* Where the value goes, a word at a time, with a NUL */
	ssize_t len = strscpy(kev_value_at(ev), s ? s : "", room);

	if (len < 0) {
		ev->flags |= KEV_TRUNCATED;
		if (room <= KEVNOTIFY_VALUE_MAX)
			return false;
		len = KEVNOTIFY_VALUE_MAX;
	}
	kev_value_add(ev, KEVNOTIFY_TYPE_STR, len);
	return true;
}

static __always_inline bool kev_raise_value(struct kev_event *ev,
					    const struct kevnotify_value *value)
{
	if (value->type == KEVNOTIFY_TYPE_STR)
		return kev_raise_string(ev, value->str);
	return kev_value_put(ev, value->type, &value->num, sizeof(value->num));
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
	struct kev_raise r;
	unsigned int i;

	if (kev_raise_filtered(s) || !kev_raise_begin(&r, s, id, 0))
		return;
	for (i = 0; i < n && kev_raise_value(r.event, &values[i]); i++)
		;
	kev_raise_end(&r);
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
	struct kev_raise r;
	va_list args;
	int len;

	if (!kevnotify_source_on(src))
		return;
	s = kev_source_of(src);
	if (kev_raise_filtered(s) || !kev_raise_begin(&r, s, id, 0))
		return;
	va_start(args, fmt);
	len = vsnprintf(kev_value_at(r.event), KEVNOTIFY_MESSAGE_MAX + 1, fmt, args);
	va_end(args);
	if (len > KEVNOTIFY_MESSAGE_MAX) {
		r.event->flags |= KEV_TRUNCATED;
		len = KEVNOTIFY_MESSAGE_MAX;
	}
	kev_value_add(r.event, KEV_TYPE_MESSAGE, len);
	kev_raise_end(&r);
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
	struct kev_raise r;

	if (!kev_raise_begin(&r, src, id, KEV_CLOSING))
		return;
	kev_raise_end(&r);
}
