/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RUN_H
#define RUN_H

#include <stddef.h>

#define RUN_ABSENT	127	/* there is no such program */

/*
 * Runs a program of the system's, looked for in the usual directories and not in ours.
 * What it writes stands in @out, as far as there is room, without the last newline.
 * Its exit status, or 128 and the signal
 */
int run_program(char *out, size_t size, const char *const argv[]);

/* The same of words */
#define run_words(out, size, ...) run_program(out, size, (const char *const[]){ __VA_ARGS__, NULL })

/* The last line of a text, or a better word for an empty one */
const char *run_last(const char *out);

#endif /* RUN_H */
