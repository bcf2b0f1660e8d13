// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "screen.h"

void dump_json(json_t *json)
{
	char *text = json_dumps(json, JSON_INDENT(2));

	if (text) {
		screen_bytes(text, strlen(text));
		screen_bytes("\n", 1);
	}
	free(text);
	json_decref(json);
}
