/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_VALUE_H
#define _KEV_VALUE_H

#include <linux/kernel.h>
#include <linux/string.h>

#include "event.h"
#include "include/kevnotify.h"

/* Beside the public types: a string that is the message itself */
#define KEV_TYPE_MESSAGE	0x82
/* Not in an event, but what kev_value_next() finds there */
#define KEV_TYPE_NONE		0x7e	/* a field that this event does not have */
#define KEV_TYPE_STACK		0x7f	/* return addresses */

#define KEV_STACK_MAX		16

/*
 * In struct kev_event.data there are the types of the values, a byte for each of their
 * words, and zeroes up to a whole number of u64; the words; the bytes of the strings,
 * without NUL; and the stack. The word of a string is its length, or this.
 */
#define KEV_STRING_NONE		U64_MAX

/* Which bytes of a u64 of types say that their word is a string's, lowest first: their top bits */
static __always_inline u64 kev_value_strings(u64 types)
{
	return le64_to_cpu((__force __le64)types) & 0x8080808080808080ULL;
}

/* How many u64 the types of so many words take */
static __always_inline unsigned int kev_value_heads(unsigned int words)
{
	return DIV_ROUND_UP(words, sizeof(u64));
}

/**
 * struct kev_value - a value in an event
 * @type: its type
 * @len: the length of @bytes
 * @num: the value of a number
 * @bytes: the event's own bytes, of all others
 */
struct kev_value {
	u8		type;
	u8		len;
	u64		num;
	const u8	*bytes;
};

/* Where kev_value_next() is: at first all zero */
struct kev_value_at {
	unsigned int	values;	/* passed so far */
	unsigned int	word;
	unsigned int	byte;	/* behind the words */
};

/*
 * The next value at @at, which is moved on; false when there is none, or what is
 * there is torn.
 */
static inline bool kev_value_next(const struct kev_event *ev, struct kev_value_at *at,
				  struct kev_value *value)
{
	unsigned int words = min_t(unsigned int, ev->words, KEVNOTIFY_WORDS_MAX);
	unsigned int end = min_t(unsigned int, ev->len, KEV_DATA_BYTES);
	unsigned int heads = kev_value_heads(words);
	unsigned int i = at->word, from = (heads + words) * sizeof(u64) + at->byte;
	const u8 *types = (const u8 *)ev->data;

	while (i < words && types[i] == KEVNOTIFY_TYPE_MORE)
		i++;
	at->word = i + 1;
	at->values++;
	if (from > end || i > words || (i == words && !(ev->flags & KEV_STACKED)))
		return false;
	value->bytes = types + from;
	value->len = 0;
	if (i == words) {
		value->type = KEV_TYPE_STACK;
		value->len = min_t(size_t, end - from, KEV_STACK_MAX * sizeof(long));
		return true;
	}
	value->type = types[i];
	value->num = ev->data[heads + i];
	if (value->type & KEVNOTIFY_TYPE_STR) {
		if (value->num == KEV_STRING_NONE)
			value->type = KEV_TYPE_NONE;
		else
			value->len = value->num;
		at->byte += value->len;
	} else if (value->type == KEVNOTIFY_TYPE_COMM) {
		value->bytes = (const u8 *)&ev->data[heads + i];
		value->len = strnlen((const char *)value->bytes, TASK_COMM_LEN);
		return true;
	}
	return value->len <= end - from;
}

#endif /* _KEV_VALUE_H */
