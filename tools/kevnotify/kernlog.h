/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KERNLOG_H
#define KERNLOG_H

#include <stddef.h>

/*
 * The module says in the kernel's log which rule a refused value breaks. A descriptor
 * for what comes from now on, or less than 0
 */
int kernlog_open(void);

/* The last line since then that is about @what, as "interval" or "control/raise": 1, or 0 */
int kernlog_find(int fd, const char *what, char *line, size_t size);

#endif /* KERNLOG_H */
