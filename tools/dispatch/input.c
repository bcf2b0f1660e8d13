// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "input.h"

/* A piece of the object, or nothing of it if there is no room */
static int input_put(struct input *in, const char *bytes, size_t len)
{
	if (len > sizeof(in->json) - in->json_len)
		return 0;
	memcpy(in->json + in->json_len, bytes, len);
	in->json_len += len;
	return 1;
}

/* The length of the valid UTF-8 character there, or 0 */
static size_t input_character(const char *from)
{
	const unsigned char *s = (const unsigned char *)from;
	unsigned int i, len, c;

	if (s[0] < 0x80)
		return 1;
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	c = s[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	/* Longer than need be, half of a pair, or above all */
	if ((len == 3 && c < 0x800) || (len == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c < 0xe000))
		return 0;
	return len;
}

static int input_string(struct input *in, const char *s)
{
	char escape[8];
	size_t len;
	int ok = input_put(in, "\"", 1);

	for (; ok && *s; s += len ? len : 1) {
		len = input_character(s);
		if (!len)
			ok = input_put(in, "\\ufffd", 6);
		else if (*s == '"' || *s == '\\')
			ok = input_put(in, "\\", 1) && input_put(in, s, 1);
		else if ((unsigned char)*s < ' ')
			ok = input_put(in, escape, snprintf(escape, sizeof(escape), "\\u%04x", *s));
		else
			ok = input_put(in, s, len);
	}
	return ok && input_put(in, "\"", 1);
}

/* A pair that has no room is left out; room for the end is kept. */
static void input_pair(struct input *in, const char *key, const char *value)
{
	size_t before = in->json_len;

	if ((before == 1 || input_put(in, ",", 1)) && input_string(in, key) &&
	    input_put(in, ":", 1) && input_string(in, value) &&
	    sizeof(in->json) - in->json_len >= 2)
		return;
	in->json_len = before;
}

void input_add(struct input *in, const char *key, const char *value)
{
	size_t size = strlen(key) + strlen(value) + 2;

	if (in->fields >= INPUT_FIELDS - 1 || size > sizeof(in->text) - in->len)
		return;
	in->env[in->fields++] = in->text + in->len;
	in->env[in->fields] = NULL;
	in->len += snprintf(in->text + in->len, size, "%s=%s", key, value) + 1;
}

static void input_both(struct input *in, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	input_add(in, key, value);
	input_pair(in, key, value);
}

void input_make(struct input *in, const struct record *r, const struct names *names,
		const char *snapshot)
{
	unsigned int i;

	in->fields = 0;
	in->len = 0;
	in->json_len = 0;
	input_add(in, "HOME", "/");
	input_add(in, "PATH", "/sbin:/bin:/usr/sbin:/usr/bin");
	input_put(in, "{", 1);
	for (i = 0; i < r->fields; i++) {
		/* As a helper has it: those of the stream's own are no variables */
		if (r->field[i].key[0] != '_')
			input_add(in, r->field[i].key, r->field[i].value);
		input_pair(in, r->field[i].key, r->field[i].value);
	}
	if (names) {
		input_both(in, "KEVNOTIFY_UNIT", names->unit);
		input_both(in, "KEVNOTIFY_USER_UNIT", names->user_unit);
		input_both(in, "KEVNOTIFY_CONTAINER", names->container);
		input_both(in, "KEVNOTIFY_POD", names->pod);
		input_both(in, "KEVNOTIFY_USER", names->user);
	}
	input_both(in, "KEVNOTIFY_SNAPSHOT", snapshot);
	input_put(in, "}\n", 2);
}
