// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "object.h"
#include "screen.h"

json_t *object_string(const char *value)
{
	json_t *string = json_string(value);
	char *ascii, *p;

	if (string)
		return string;
	ascii = strdup(value);
	for (p = ascii; p && *p; p++)
		if (*p & 0x80)
			*p = '?';
	string = json_string(ascii);
	free(ascii);
	return string;
}

int object_write(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));

	json_decref(object);
	if (!text)
		return -ENOMEM;
	screen_bytes(text, strlen(text));
	screen_bytes("\n", 1);
	free(text);
	return 0;
}

int object_print(const struct record *r)
{
	json_t *object = json_object();
	unsigned int i;

	for (i = 0; object && i < r->fields; i++)
		json_object_set_new(object, r->field[i].key, object_string(r->field[i].value));
	return object_write(object);
}
