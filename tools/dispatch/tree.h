/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TREE_H
#define TREE_H

#include <sys/types.h>

/*
 * A handler's processes where it has no control group. What they start comes to us when
 * its parent ends, so that all of them are below us.
 */

/* 0 or -errno */
int tree_init(void);

/* Is this child of ours the main process of a handler? */
extern int (*tree_main)(pid_t pid);

/*
 * Sends SIGKILL to the handler's main process, unless that is 0, and to all below it, of
 * its session, or with "KEVNOTIFY_JOB=@mark" in the environment; a NULL mark: to all that
 * is below us and below no handler's main process. Returns how many were found.
 */
unsigned int tree_kill(pid_t main, pid_t session, const char *mark);

#endif /* TREE_H */
