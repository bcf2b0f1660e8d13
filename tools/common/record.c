// SPDX-License-Identifier: GPL-2.0-only
/*
 * A record as the stream has it: lines KEY=value and an empty one. No value holds a
 * newline, the kernel escapes those.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

const char *record_get(const struct record *r, const char *key)
{
	unsigned int i;

	for (i = 0; i < r->fields; i++)
		if (!strcmp(r->field[i].key, key))
			return r->field[i].value;
	return NULL;
}

void record_put(struct record *r, const char *key, const char *value)
{
	unsigned int i = 0;

	while (i < r->fields && strcmp(r->field[i].key, key))
		i++;
	if (value && i < RECORD_FIELDS) {
		r->field[i].key = key;
		r->field[i].value = value;
		r->fields += i == r->fields;
	} else if (i < r->fields) {
		r->fields--;
		memmove(&r->field[i], &r->field[i + 1], (r->fields - i) * sizeof(r->field[0]));
	}
}

int record_number(const struct record *r, const char *key, unsigned long long *number)
{
	const char *value = record_get(r, key);
	char *end;

	if (!value || !isdigit((unsigned char)*value))
		return 0;
	errno = 0;
	*number = strtoull(value, &end, 10);
	return !*end && !errno;
}

/* [A-Z_][A-Z0-9_]*: what may be the name of a variable and of a field of the journal */
static int record_key(const char *key)
{
	const char *p;

	for (p = key; *p; p++)
		if (!isupper((unsigned char)*p) && *p != '_' &&
		    (p == key || !isdigit((unsigned char)*p)))
			return 0;
	return p != key;
}

static int record_line(struct record *r, char *line)
{
	char *equals = strchr(line, '=');

	if (!equals || r->fields == RECORD_FIELDS)
		return -EBADMSG;
	*equals = '\0';
	if (!record_key(line))
		return -EBADMSG;
	r->field[r->fields].key = line;
	r->field[r->fields++].value = equals + 1;
	return 0;
}

int record_parse(struct record *r)
{
	char *line = r->text, *end = r->text + r->len, *newline;

	r->fields = 0;
	if (r->len < 2 || r->len > sizeof(r->text) || memcmp(end - 2, "\n\n", 2) ||
	    memchr(r->text, '\0', r->len))
		return -EBADMSG;
	for (; line < end - 1; line = newline + 1) {
		newline = memchr(line, '\n', end - line);
		*newline = '\0';
		if (record_line(r, line))
			return -EBADMSG;
	}
	return r->fields ? 0 : -EBADMSG;
}

int record_reparse(struct record *r)
{
	char *p, *end = r->text + r->len;
	int value = 0;

	if (r->len < 2 || r->len > sizeof(r->text))
		return -EBADMSG;
	for (p = r->text; p < end - 1; p++)
		if (!*p) {
			*p = value ? '\n' : '=';
			value = !value;
		}
	return record_parse(r);
}
