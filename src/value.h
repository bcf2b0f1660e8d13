/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_VALUE_H
#define _KEV_VALUE_H

#include <linux/string.h>

#include "event.h"
#include "include/kevnotify.h"

/* Beside the public types */
#define KEV_TYPE_NONE		63	/* a field that this event does not have */
#define KEV_TYPE_MESSAGE	64	/* a string that is the message itself */
#define KEV_TYPE_STACK		65	/* return addresses */

#define KEV_STACK_MAX		16

/*
 * In struct kev_event.data a value is one byte of type, one of length, and
 * the bytes: eight of a number, or a string's without its NUL.
 */
#define KEV_VALUE_HEAD		2

/**
 * kev_value_room() - how long a value may be
 * @ev: the event
 * @at: where the value goes
 *
 * Context: any.
 * Return: bytes; negative where there is no room for any value.
 */
static __always_inline ssize_t kev_value_room(const struct kev_event *ev, const u8 *at)
{
	return ev->data + sizeof(ev->data) - KEV_VALUE_HEAD - at;
}

/**
 * kev_value_bytes() - where a value's bytes go
 * @at: where the value goes
 *
 * Context: any.
 * Return: the place.
 */
static __always_inline char *kev_value_bytes(u8 *at)
{
	return (char *)at + KEV_VALUE_HEAD;
}

/**
 * kev_value_seal() - finish a value whose bytes are in their place
 * @at: where the value goes
 * @type: its type
 * @len: its length, at most 255
 *
 * Context: any.
 * Return: where the next value goes.
 */
static __always_inline u8 *kev_value_seal(u8 *at, u8 type, size_t len)
{
	at[0] = type;
	at[1] = len;
	return at + KEV_VALUE_HEAD + len;
}

/**
 * kev_value_end() - tell an event of its values
 * @ev: the event
 * @at: where the next value would go
 * @n: how many there are
 *
 * Context: any.
 */
static __always_inline void kev_value_end(struct kev_event *ev, const u8 *at, unsigned int n)
{
	ev->len = at - ev->data;
	ev->values = n;
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
	u8 *at = ev->data + ev->len;

	if (unlikely(kev_value_room(ev, at) < (ssize_t)len)) {
		ev->flags |= KEV_TRUNCATED;
		return false;
	}
	memcpy(kev_value_bytes(at), bytes, len);
	kev_value_end(ev, kev_value_seal(at, type, len), ev->values + 1);
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
