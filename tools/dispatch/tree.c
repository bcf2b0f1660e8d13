// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "files.h"
#include "tree.h"

#define TREE_MAX	4096

int (*tree_main)(pid_t pid);

static pid_t found[TREE_MAX];
static unsigned int founds;

int tree_init(void)
{
	return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ? -errno : 0;
}

static void tree_children_of(pid_t pid, const char *task)
{
	char buf[8192], *p = buf, *end;
	long child;

	if (files_read(buf, sizeof(buf), "/proc/%d/task/%s/children", pid, task) <= 0)
		return;
	for (; founds < TREE_MAX; p = end) {
		child = strtol(p, &end, 10);
		if (end == p || child <= 0)
			return;
		found[founds++] = child;
	}
}

/* Those that any of its threads has started, behind what was found */
static void tree_children(pid_t pid)
{
	const struct dirent64 *entry;
	struct files_list list;
	int fd = files_open(O_RDONLY | O_DIRECTORY, "/proc/%d/task", pid);

	if (fd < 0)
		return;
	files_list(&list, fd);
	while ((entry = files_next(&list)))
		tree_children_of(pid, entry->d_name);
	close(fd);
}

static int tree_session(pid_t pid, pid_t session)
{
	return getsid(pid) == session;
}

static int tree_marked(pid_t pid, const char *mark)
{
	static char buf[32768];
	char line[64];
	ssize_t n = files_read(buf, sizeof(buf), "/proc/%d/environ", pid);
	size_t len = snprintf(line, sizeof(line), "KEVNOTIFY_JOB=%s", mark);

	return n > 0 && memmem(buf, n, line, len + 1);
}

unsigned int tree_kill(pid_t main, pid_t session, const char *mark)
{
	unsigned int i, roots, kept = 0;

	founds = 0;
	tree_children(getpid());
	roots = founds;
	for (i = 0; i < roots; i++)
		if (found[i] == main ||
		    (!tree_main(found[i]) &&
		     (!mark || tree_session(found[i], session) || tree_marked(found[i], mark))))
			found[kept++] = found[i];
	founds = kept;
	for (i = 0; i < founds; i++)
		tree_children(found[i]);
	for (i = 0; i < founds; i++)
		kill(found[i], SIGKILL);
	return founds;
}
