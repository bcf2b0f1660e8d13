/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAY_H
#define SAY_H

#include <syslog.h>

/* Once, before there are threads */
void say_init(void);

/* Lines go there, without a program's name and a newline; for one thread */
void say_to(void (*take)(int level, const char *line));

/* A line on standard error. It never waits: what has no room there is left out. */
void say(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* SAY_H */
