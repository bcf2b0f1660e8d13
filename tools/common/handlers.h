/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef HANDLERS_H
#define HANDLERS_H

#include <stdint.h>
#include <sys/types.h>

#define HANDLERS_MAX	32	/* of a record */
#define HANDLERS_NAME	64
#define HANDLERS_PATH	192

/**
 * struct handler - a program that is run for a record
 * @name: in its directory; with that, if it is of one source
 * @path: where it was found
 * @unit: it is no program, but this unit is to be started; empty: it is one
 * @order: those with the same are started together, those with a higher one after them
 * @seconds: it may take
 * @uid: of the user that it runs as
 * @gid: of that user's group
 * @hash: of @name
 */
struct handler {
	char		name[HANDLERS_NAME + 32];
	char		path[HANDLERS_PATH];
	char		unit[HANDLERS_NAME];
	unsigned int	order, seconds;
	uid_t		uid;
	gid_t		gid;
	uint64_t	hash;
};

struct handlers {
	unsigned int	n;
	struct handler	at[HANDLERS_MAX];
};

/* Those for a source's records, as they lie there now and in their order. For one thread */
void handlers_find(struct handlers *all, const char *source);

#endif /* HANDLERS_H */
