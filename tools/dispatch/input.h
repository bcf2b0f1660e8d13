/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>

#include "names.h"
#include "record.h"

#define INPUT_FIELDS	(RECORD_FIELDS + 12)
#define INPUT_TEXT	(RECORD_BYTES + 2048)
#define INPUT_JSON	61440	/* less than a pipe holds */

/**
 * struct input - what a handler gets: the record and what we know beside it
 * @fields: how many there are
 * @env: its environment, ended by NULL
 * @text: which @env is in
 * @json: an object of strings, and a newline
 * @json_len: its length
 */
struct input {
	unsigned int	fields;
	char		*env[INPUT_FIELDS];
	size_t		len;
	char		text[INPUT_TEXT];
	char		json[INPUT_JSON];
	size_t		json_len;
};

/* @names, @snapshot: NULL if there is none */
void input_make(struct input *in, const struct record *r, const struct names *names,
		const char *snapshot);

/* One more variable, which the JSON has not */
void input_add(struct input *in, const char *key, const char *value);

#endif /* INPUT_H */
