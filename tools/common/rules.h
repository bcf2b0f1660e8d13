/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RULES_H
#define RULES_H

#include "handlers.h"

/*
 * What may be run as a handler. What breaks a rule is told of by one line, once, with
 * the rule and the culprit.
 */

/* May a directory's files be run? Opens it: a descriptor, or less than 0 */
int rules_directory(const char *path);

/* Is this name a handler's at all? If not, no line is said of it. */
int rules_name(const char *name);

/* Looks at h->path and fills in the rest: 1 to run it, 0 not to */
int rules_handler(struct handler *h);

/* One more than may be run for a record */
void rules_too_many(const struct handler *h);

/* One more than are looked at */
void rules_unseen(const struct handler *h, unsigned int most);

#endif /* RULES_H */
