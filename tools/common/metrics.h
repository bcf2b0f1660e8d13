/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "counts.h"

#define METRICS_SOURCES	COUNTS_SOURCES
#define METRICS_BYTES	(48 << 10)	/* room for all that many sources have */

/**
 * struct metrics - what is known of the module and the service
 * @stream: can /dev/kevnotify be read?
 * @counts: of the service
 * @instance: of the module whose numbers @source has
 * @n: how many of @source are in use
 * @source: in the order in which they were seen first
 *
 * All zeroes to begin with. One that is kept never counts backwards within an instance,
 * but for a source that registered again.
 */
struct metrics {
	int		stream;
	struct counts	counts;
	char		instance[40];
	unsigned int	n;
	struct metrics_source {
		char			name[24];
		int			there, available;
		unsigned long long	raised, events, suppressed;
		unsigned long long	last;	/* µs since 1970; 0: never */
	} source[METRICS_SOURCES];
};

/* A source had a record then, in µs since 1970 */
void metrics_last(struct metrics *m, const char *source, unsigned long long when);

/*
 * All of it as Prometheus' text format, the classic one: the length, or 0 if @size does
 * not do. Reads sysfs, allocates nothing.
 */
size_t metrics_print(struct metrics *m, char *buf, size_t size);

#endif /* METRICS_H */
