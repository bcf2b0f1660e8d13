// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "cgroup.h"
#include "message.h"
#include "snapshot.h"
#include "subject.h"

/* A victim's group, and not that of the task whose want of memory has killed it */
int subject_below(const struct record *r, const char *slice)
{
	const char *path = record_get(r, "KEVNOTIFY_VICTIM_CGROUP");

	if (!path && !record_get(r, "KEVNOTIFY_VICTIM_PID"))
		path = record_get(r, "KEVNOTIFY_CGROUP");
	return cgroup_below(path, slice);
}

void subject_snapshot(const struct record *r, char *path, size_t size)
{
	if (snapshot_path(r, path, size) || access(path, F_OK))
		*path = '\0';
}

void subject_take_snapshot(const struct record *r)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");
	struct names names;
	char file[256];

	if (!source || !snapshot_wanted(source))
		return;
	message_names(r, &names);
	snapshot_take(r, &names, file, sizeof(file));
}
