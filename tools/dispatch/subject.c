// SPDX-License-Identifier: GPL-2.0-only
#include <unistd.h>

#include "cgroup.h"
#include "cgtree.h"
#include "message.h"
#include "snapshot.h"
#include "subject.h"
#include "whose.h"

int subject_below(const struct record *r, const char *slice)
{
	char path[CGTREE_PATH];
	struct whose w;

	if (!*slice)
		return 0;
	whose_find(r, &w);
	if (w.path && *w.path == '/')
		return cgroup_below(w.path, slice);
	return w.id && !cgtree_path(path, sizeof(path), w.id) && cgroup_below(path, slice);
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
