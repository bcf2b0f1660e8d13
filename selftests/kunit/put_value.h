/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of an event that nobody raised, laid as a raise lays them. */
#ifndef _KEV_PUT_VALUE_H
#define _KEV_PUT_VALUE_H

#include <linux/string.h>

#include "value.h"

/* One more word behind the others; the strings make room. False where there is none. */
static bool put_word(struct kev_event *ev, u8 type, u64 word)
{
	unsigned int n = ev->words, heads = kev_value_heads(n), more = kev_value_heads(n + 1);
	size_t from = (heads + n) * sizeof(u64), to = (more + n + 1) * sizeof(u64);
	u8 *data = (u8 *)ev->data;

	if (n == KEVNOTIFY_WORDS_MAX || ev->len + to - from > KEV_DATA_BYTES)
		return false;
	memmove(data + to, data + from, ev->len - from);
	memmove(data + more * sizeof(u64), data + heads * sizeof(u64), n * sizeof(u64));
	if (more != heads)
		ev->data[heads] = 0;
	data[n] = type;
	ev->data[more + n] = word;
	ev->words = n + 1;
	ev->len += to - from;
	return true;
}

static inline bool put_bytes(struct kev_event *ev, u8 type, const void *bytes, size_t len)
{
	if (!put_word(ev, type, len) || ev->len + len > KEV_DATA_BYTES)
		return false;
	memcpy((u8 *)ev->data + ev->len, bytes, len);
	ev->len += len;
	return true;
}

/* The last that is put */
static inline void put_stack(struct kev_event *ev, const unsigned long *entries, size_t len)
{
	memcpy((u8 *)ev->data + ev->len, entries, len);
	ev->len += len;
	ev->flags |= KEV_STACKED;
}

#endif /* _KEV_PUT_VALUE_H */
