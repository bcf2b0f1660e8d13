// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "json.h"

#define JSON_BYTES	(4u << 20)	/* of one file */

/* Inside of a string */
static void json_quoted(struct json *json, char c)
{
	if (json->escaped) {
		json->escaped = 0;
	} else if (c == '\\') {
		json->escaped = 1;
		json->odd = 1;
	} else if (c == '"') {
		json->quoted = 0;
		json->whole = 1;
		json->text[json->odd ? 0 : json->len] = '\0';
	} else if (json->len < JSON_STRING - 1) {
		json->text[json->len++] = c;
	} else {
		json->odd = 1;
	}
}

static void json_nested(struct json *json, int step)
{
	if (step > 0)
		json->depth++;
	else if (json->depth)
		json->depth--;
	if (step > 0 && json->depth <= JSON_DEPTH)
		json->key[json->depth][0] = '\0';
}

/* Between strings: what the last one was, and what follows */
static int json_between(struct json *json, char c, void *arg)
{
	int found = 0;

	if (strchr(" \t\r\n", c))
		return 0;
	if (json->whole && json->depth <= JSON_DEPTH) {
		if (c == ':')
			strcpy(json->key[json->depth], json->text);
		else
			found = json->value(json, arg);
	}
	json->whole = 0;
	if (c == '"') {
		json->quoted = 1;
		json->odd = 0;
		json->len = 0;
	} else if (c == '{' || c == '[') {
		json_nested(json, 1);
	} else if (c == '}' || c == ']') {
		json_nested(json, -1);
	}
	return found;
}

int json_scan(struct json *json, int fd, void *arg)
{
	char buf[512];
	size_t left;
	ssize_t n, i;

	for (left = JSON_BYTES; left >= sizeof(buf); left -= n) {
		n = read(fd, buf, sizeof(buf));
		if (n <= 0)
			return 0;
		for (i = 0; i < n; i++)
			if (json->quoted)
				json_quoted(json, buf[i]);
			else if (json_between(json, buf[i], arg))
				return 1;
	}
	return 0;
}
