/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CGTREE_H
#define CGTREE_H

#include <stddef.h>

#define CGTREE_PATH	512

/* The tree of control groups, version 2. Any thread may call these. */

/* The path of a group from the tree's root: 0 or -errno */
int cgtree_path(char *path, size_t size, unsigned long long id);

/*
 * Each group by its path from the root, "" for the root itself, and its id, until a
 * call returns not 0 or there were CGTREE_GROUPS. What the last call returned.
 */
int cgtree_walk(int (*group)(const char *path, unsigned long long id, void *arg), void *arg);

/* Where it is mounted */
const char *cgtree_mount(void);

#endif /* CGTREE_H */
