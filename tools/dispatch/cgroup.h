/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGROUP_H
#define CGROUP_H

#include <stddef.h>

/*
 * The control groups below our own, one for each handler that runs. They are made only
 * where the service manager has given the tree below us away, and version 2 of control
 * groups is there; else there are none.
 */

/* Reads our own; with @leaves makes those of JOBS_MAX handlers: 0 or -errno */
int cgroup_init(int leaves);

/* kevnotify.slice, or our own group elsewhere; "" if that is the root, or not known */
const char *cgroup_slice(void);

/* Is @path, whole and from the root, @slice or below it? */
int cgroup_below(const char *path, const char *slice);

/* A descriptor of a leaf's directory, which is made if it is not there yet, or -errno */
int cgroup_leaf(unsigned int leaf);

/* Kills what is in a leaf. Is it empty? */
int cgroup_kill(unsigned int leaf);

#endif /* CGROUP_H */
