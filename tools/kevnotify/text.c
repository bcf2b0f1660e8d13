// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "size.h"
#include "text.h"

const char *text_source(const struct record *r)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");

	return source ? source : "?";
}

int text_level(const struct record *r)
{
	unsigned long long level;

	return record_number(r, "PRIORITY", &level) && level < 8 ? level : 8;
}

enum screen_style text_style(int level)
{
	return level <= 3 ? BAD : level == 4 ? WARN : PLAIN;
}

/* The nearest name that there is */
static const char *text_whose(const struct record *r, const char **kind)
{
	static const char *const keys[][2] = {
		{ "KEVNOTIFY_POD", "pod " }, { "KEVNOTIFY_CONTAINER", "container " },
		{ "KEVNOTIFY_USER_UNIT", "" }, { "KEVNOTIFY_UNIT", "" }, { }
	};
	const char *name;
	unsigned int i;

	for (i = 0; keys[i][0]; i++) {
		name = record_get(r, keys[i][0]);
		if (name) {
			*kind = keys[i][1];
			return name;
		}
	}
	return NULL;
}

/* Its resident memory, or 0 */
static unsigned long long text_resident(const struct record *r)
{
	unsigned long long anon = 0, file = 0, shmem = 0;

	record_number(r, "KEVNOTIFY_VICTIM_ANON_KB", &anon);
	record_number(r, "KEVNOTIFY_VICTIM_FILE_KB", &file);
	record_number(r, "KEVNOTIFY_VICTIM_SHMEM_KB", &shmem);
	return anon + file + shmem;
}

/* All in one go: an entry's values may be longer than @buf. */
static void text_killed(char buf[TEXT_BYTES], const struct record *r, const char *pid)
{
	const char *comm = record_get(r, "KEVNOTIFY_VICTIM_COMM"), *kind = "";
	const char *whose = text_whose(r, &kind);
	unsigned long long kb = text_resident(r);
	char size[32] = "";

	if (kb)
		size_text(size, sizeof(size), kb);
	snprintf(buf, TEXT_BYTES, "killed %s[%s]%s%s%s%s%s", comm ? comm : "?", pid,
		 whose ? " of " : "", kind, whose ? whose : "", kb ? ", " : "", size);
}

void text_what(char buf[TEXT_BYTES], const struct record *r)
{
	const char *said = record_get(r, "MESSAGE"), *pid = record_get(r, "KEVNOTIFY_VICTIM_PID");
	const char *snapshot = record_get(r, "KEVNOTIFY_SNAPSHOT");
	char *end;

	if (pid) {
		text_killed(buf, r, pid);
		return;
	}
	snprintf(buf, TEXT_BYTES, "%s", said ? said : "(no text)");
	/* The journal's text names it, and we do elsewhere. */
	end = strstr(buf, "; snapshot ");
	if (end && snapshot)
		*end = '\0';
}

void text_limit(char buf[TEXT_BYTES], const struct record *r)
{
	const char *group = record_get(r, "KEVNOTIFY_LIMIT_CGROUP");
	unsigned long long kb;
	char size[32];

	buf[0] = '\0';
	if (!record_number(r, "KEVNOTIFY_LIMIT_KB", &kb))
		return;
	size_text(size, sizeof(size), kb);
	snprintf(buf, TEXT_BYTES, "limit %s%s%s", size, group ? " in " : "", group ? group : "");
}

void text_memory(char buf[TEXT_BYTES], const struct record *r)
{
	static const char *const parts[][2] = {
		{ "anon", "KEVNOTIFY_VICTIM_ANON_KB" }, { "file", "KEVNOTIFY_VICTIM_FILE_KB" },
		{ "shmem", "KEVNOTIFY_VICTIM_SHMEM_KB" }, { "swap", "KEVNOTIFY_VICTIM_SWAP_KB" },
		{ }
	};
	const char *comm = record_get(r, "KEVNOTIFY_COMM"), *pid = record_get(r, "KEVNOTIFY_PID");
	unsigned long long kb;
	unsigned int i;
	char size[32];
	int n;

	buf[0] = '\0';
	if (!record_get(r, "KEVNOTIFY_VICTIM_PID") || !comm || !pid)
		return;
	n = snprintf(buf, TEXT_BYTES, "asked for by %s[%s]", comm, pid);
	for (i = 0; parts[i][0]; i++)
		if (record_number(r, parts[i][1], &kb) && kb && n < TEXT_BYTES - 64) {
			size_text(size, sizeof(size), kb);
			n += snprintf(buf + n, TEXT_BYTES - n, "%s%s %s",
				      strchr(buf, ';') ? ", " : "; ", parts[i][0], size);
		}
}
