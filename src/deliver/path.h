/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_PATH_H
#define _KEV_PATH_H

#include <linux/limits.h>
#include <linux/types.h>

#define KEV_WHY_BYTES	192

/* A walk along a path, which changes as links are followed */
struct kev_walk {
	char	done[PATH_MAX];	/* what has been looked at; holds no link */
	char	rest[PATH_MAX];	/* what has not */
	char	next[PATH_MAX];	/* the rest to be, when a link is put in */
	int	links;
	char	*why;
	size_t	size;
};

int kev_path_check(struct kev_walk *w, const char *path, char *why, size_t size);

/* The name of a program that another one needs, see interp.c */
#define KEV_INTERP_BYTES	128

void kev_interp_missing(const char *path, char *head, size_t size, char *missing);

#endif /* _KEV_PATH_H */
