/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TIMES_H
#define TIMES_H

#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* What --since takes */
#define TIMES_HELP	"2h, 30min, 1d (ago), 14:30, \"2026-11-26 14:30\""

uint64_t times_now(void);

/* A moment in microseconds since 1970, or false and a line that names the option */
int times_parse(const char *option, const char *said, uint64_t *usec);

/* When a record's event was, in microseconds since 1970; 0: not known */
uint64_t times_of(const struct record *r);

/* In the local time: a format of strftime() */
void times_text(char *buf, size_t size, const char *format, uint64_t usec);
/* "3 s", "11 h": how long that is, in one unit */
void times_span(char *buf, size_t size, uint64_t usec);

#endif /* TIMES_H */
