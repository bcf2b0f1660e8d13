/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WHOSE_H
#define WHOSE_H

#include "record.h"

/**
 * struct whose - the control group that an event befell
 * @path: as the record has it, escapes included, perhaps cut at its front; NULL: not there
 * @id: 0: not known
 */
struct whose {
	const char		*path;
	unsigned long long	id;
};

/* The victim's, else the stuck task's, else that of the task that raised it, if one did */
void whose_find(const struct record *r, struct whose *w);

#endif /* WHOSE_H */
