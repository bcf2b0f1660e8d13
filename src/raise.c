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
	unsigned int		context;
	struct kev_event	event;
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

static bool kev_raise_refuse(void)
{
	kev_stat_inc(KEV_STAT_REFUSED);
	return false;
}

/*
 * Count the event and see whether it may be staged. True: preemption is off
 * until kev_raise_end(). False: it has been counted as suppressed or refused.
 */
static __always_inline bool kev_raise_begin(struct kev_raise *r, struct kev_source *src,
					    unsigned int id, u8 flags)
{
	unsigned int index = kev_source_index(src, id);
	bool full = false;

	kev_stat_inc(KEV_STAT_RAISED);
	/* Where RCU does not watch, unregistration would not wait for us */
	if (!rcu_is_watching() || !kev_raise_known(src, id))
		return kev_raise_refuse();
#ifndef CONFIG_ARCH_HAVE_NMI_SAFE_CMPXCHG
	if (in_nmi())
		return kev_raise_refuse();
#endif
	r->context = kev_stage_context();
	r->stage = kev_stage_enter(r->context);
	if (!r->stage)
		return kev_raise_refuse();
	local_inc(&this_cpu_ptr(src->count)->raised);
	if (!(flags & KEV_CLOSING) && !kev_rate_admit(&src->rate[index], &full)) {
		local_inc(&this_cpu_ptr(src->count)->suppressed[index]);
		kev_stat_inc(KEV_STAT_SUPPRESSED);
		kev_stage_leave(r->stage, r->context);
		return false;
	}
	r->src = src;
	r->event.source = src->number;
	r->event.id = id;
	r->event.flags = flags | (full ? KEV_FULL : 0);
	r->event.len = 0;
	r->event.values = 0;
	return true;
}

static void kev_raise_stack(struct kev_event *ev)
{
	unsigned long entries[KEV_STACK_MAX];
	unsigned int n = stack_trace_save(entries, ARRAY_SIZE(entries), 2);

	kev_value_put(ev, KEV_TYPE_STACK, entries, n * sizeof(*entries));
}

/* Who and where; nothing here follows a pointer of the caller's */
static __always_inline void kev_raise_fill(struct kev_raise *r)
{
	struct kev_event *ev = &r->event;

	ev->cgroup_id = kev_raise_cgroup();
	ev->pid = current->pid;
	/* The values of kuid_t are those of the initial namespace */
	ev->uid = __kuid_val(current_uid());
	ev->context = r->context;
	ev->level = 0;
	memcpy(ev->comm, current->comm, sizeof(ev->comm));
	if (unlikely(READ_ONCE(r->src->stack)))
		kev_raise_stack(ev);
}

/* No room. Where this event was to tell of suppressed ones, kevnotifyd sees to it. */
static void kev_raise_full(const struct kev_raise *r)
{
	kev_stat_inc(KEV_STAT_REFUSED);
	if (r->event.flags & (KEV_FULL | KEV_CLOSING))
		WRITE_ONCE(r->src->rate[kev_source_index(r->src, r->event.id)].unseen, true);
}

/* Hand the event to the collector: kev_log_collect() takes it from here */
static __always_inline void kev_raise_end(struct kev_raise *r)
{
	struct kev_slot *slot;
	u32 ticket;

	kev_raise_fill(r);
	slot = kev_stage_reserve(r->stage, &ticket, &r->event.mono);
	if (slot) {
		memcpy(&slot->event, &r->event, offsetof(struct kev_event, data) + r->event.len);
		kev_stage_commit(r->stage, slot, ticket);
	} else {
		kev_raise_full(r);
	}
	kev_stage_leave(r->stage, r->context);
}

static bool kev_raise_string(struct kev_event *ev, const char *s)
{
	size_t len = s ? strnlen(s, KEVNOTIFY_VALUE_MAX + 1) : 0;

	if (len > KEVNOTIFY_VALUE_MAX) {
		ev->flags |= KEV_TRUNCATED;
		len = KEVNOTIFY_VALUE_MAX;
	}
	return kev_value_put(ev, KEVNOTIFY_TYPE_STR, s, len);
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
	for (i = 0; i < n && kev_raise_value(&r.event, &values[i]); i++)
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
	char message[KEVNOTIFY_MESSAGE_MAX + 1];
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
	len = vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	if (len > KEVNOTIFY_MESSAGE_MAX) {
		r.event.flags |= KEV_TRUNCATED;
		len = KEVNOTIFY_MESSAGE_MAX;
	}
	kev_value_put(&r.event, KEV_TYPE_MESSAGE, message, len);
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
