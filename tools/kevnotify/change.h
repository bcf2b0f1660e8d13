/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHANGE_H
#define CHANGE_H

#include <stddef.h>

#define CHANGE_MAX	32
#define CHANGE_VALUE	4096	/* what one write to sysfs takes */

/**
 * struct change - values of sysfs that are changed together, or not at all
 * @n: how many
 * @one: each: its file, what it is called, what it was and is to be
 */
struct change {
	unsigned int	n;
	struct change_one {
		char		path[192];
		char		what[64];
		const char	*value;
		char		old[CHANGE_VALUE];
	} one[CHANGE_MAX];
};

/* One more; @what as the module calls it. False and a line if there are too many */
int change_add(struct change *c, const char *path, const char *what, const char *value);

/*
 * Writes all. If one is refused, or a signal asks to stop, those before it are put back,
 * and a line has the errno and the rule: the exit status
 */
int change_apply(struct change *c);

/* Puts back all, the last one first; a line for each that does not let itself be */
void change_undo(struct change *c);

/* "ERANGE" */
const char *change_errno(int err);

#endif /* CHANGE_H */
