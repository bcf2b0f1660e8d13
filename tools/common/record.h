/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>

/* The module's longest record has 10432 bytes (KEV_STREAM_BYTES) and 47 lines */
#define RECORD_BYTES	16384
#define RECORD_FIELDS	64

/**
 * struct record - one record of the stream
 * @fields: how many there are
 * @len: bytes in @text
 * @field: keys and values, in their order; they are in @text
 * @text: the lines, each "=" and each newline a NUL
 */
struct record {
	unsigned int	fields;
	size_t		len;
	struct {
		const char	*key, *value;
	} field[RECORD_FIELDS];
	char		text[RECORD_BYTES];
};

/* NULL: it has none */
const char *record_get(const struct record *r, const char *key);

/* Has this value instead, or if that is NULL, the field no more; @r's text stays as it is */
void record_put(struct record *r, const char *key, const char *value);

/* Of r->len bytes in r->text, one whole record; 0 or -EBADMSG */
int record_parse(struct record *r);
/* The same of a text that was taken apart before */
int record_reparse(struct record *r);
/* A decimal number that fills the value; false if there is no such */
int record_number(const struct record *r, const char *key, unsigned long long *number);

#endif /* RECORD_H */
