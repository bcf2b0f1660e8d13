// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "whose.h"

/* It has another's fields, and so is not about the task that raised it. */
static int whose_other(const struct record *r, struct whose *w)
{
	w->path = record_get(r, "KEVNOTIFY_VICTIM_CGROUP");
	if (record_number(r, "KEVNOTIFY_VICTIM_CGROUP_ID", &w->id) || w->path)
		return 1;
	return record_get(r, "KEVNOTIFY_VICTIM_PID") ||
	       record_number(r, "KEVNOTIFY_TASK_CGROUP_ID", &w->id);
}

void whose_find(const struct record *r, struct whose *w)
{
	const char *context = record_get(r, "KEVNOTIFY_CONTEXT");

	memset(w, 0, sizeof(*w));
	/* An interrupt comes to whatever task is running there. */
	if (!whose_other(r, w) && context && !strcmp(context, "task"))
		record_number(r, "KEVNOTIFY_CGROUP_ID", &w->id);
}
