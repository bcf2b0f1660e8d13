/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_VALUE_H
#define _KEV_VALUE_H

#include <linux/string.h>

#include "event.h"
#include "include/kevnotify.h"

/* Beside the public types */
#define KEV_TYPE_MESSAGE	64	/* a string that is the message itself */
#define KEV_TYPE_STACK		65	/* return addresses */

#define KEV_STACK_MAX		16

/*
 * In struct kev_event.data a value is one byte of type, one of length, and
 * the bytes: eight of a number, or a string's without its NUL.
 */
#define KEV_VALUE_HEAD		2

/**
 * kev_value_room() - how long the next value may be
 * @ev: the event
 *
 * Context: any.
 * Return: bytes; 0 where there is no room for any value.
 */
static __always_inline size_t kev_value_room(const struct kev_event *ev)
{
	size_t used = ev->len + KEV_VALUE_HEAD;

	return used < sizeof(ev->data) ? sizeof(ev->data) - used : 0;
}

/**
 * kev_value_at() - where the bytes of the next value go
 * @ev: the event
 *
 * Context: any.
 * Return: the place, with kev_value_room() bytes.
 */
static __always_inline char *kev_value_at(struct kev_event *ev)
{
	return (char *)ev->data + ev->len + KEV_VALUE_HEAD;
}

/**
 * kev_value_add() - append a value whose bytes are in their place
 * @ev: to this event, in which there is room for it
 * @type: the value's type
 * @len: its length, at most 255
 *
 * Context: any.
 */
static __always_inline void kev_value_add(struct kev_event *ev, u8 type, size_t len)
{
	u8 *p = ev->data + ev->len;

	p[0] = type;
	p[1] = len;
	ev->len += KEV_VALUE_HEAD + len;
	ev->values++;
}

/**
 * kev_value_put() - append a value
 * @ev: to this event
 * @type: the value's type
 * @bytes: the value, copied
 * @len: its length, at most 255
 *
 * Context: any.
 * Return: false when there is no room. The values behind it must stay out too,
 * or they would stand in its place, under its key.
 */
static __always_inline bool kev_value_put(struct kev_event *ev, u8 type, const void *bytes,
					  size_t len)
{
	if (unlikely(ev->len + KEV_VALUE_HEAD + len > sizeof(ev->data))) {
		ev->flags |= KEV_TRUNCATED;
		return false;
	}
	memcpy(kev_value_at(ev), bytes, len);
	kev_value_add(ev, type, len);
	return true;
}

/**
 * struct kev_value - a value in an event
 * @type: its type
 * @len: its length
 * @bytes: the event's own bytes
 */
struct kev_value {
	u8		type;
	u8		len;
	const u8	*bytes;
};

/**
 * kev_value_next() - the next value of an event
 * @ev: the event
 * @at: where to look; 0 at first, moved on
 * @value: filled
 *
 * Context: any.
 * Return: false when there is none, or what is there is torn.
 */
static inline bool kev_value_next(const struct kev_event *ev, unsigned int *at,
				  struct kev_value *value)
{
	unsigned int end = min_t(unsigned int, ev->len, sizeof(ev->data));

	if (*at + KEV_VALUE_HEAD > end)
		return false;
	value->type = ev->data[*at];
	value->len = ev->data[*at + 1];
	value->bytes = ev->data + *at + KEV_VALUE_HEAD;
	*at += KEV_VALUE_HEAD + value->len;
	return *at <= end;
}

#endif /* _KEV_VALUE_H */
