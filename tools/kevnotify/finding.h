/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FINDING_H
#define FINDING_H

/*
 * What doctor finds: whether it is well, what it is, and what to type.
 */

enum finding_level { FINDING_OK, FINDING_WARN, FINDING_FAIL, FINDING_LEVELS };

/* @type: the command line that mends it; NULL: none is needed */
void finding_add(enum finding_level level, const char *type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* All of them, in their order */
void finding_print(void);
void finding_json(void);

/* 0: all is well, 1: there are warnings, 2: there are problems */
int finding_status(void);

#endif /* FINDING_H */
