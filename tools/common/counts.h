/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COUNTS_H
#define COUNTS_H

#include <stdint.h>

#define COUNTS_NAME	"counts"	/* in PATH_STATE; all may read it */
#define COUNTS_ENDED	64
#define COUNTS_SOURCES	64
#define COUNTS_HANDLER	96		/* bytes of a handler's name */

enum counts_outcome { COUNTS_OK, COUNTS_FAILED, COUNTS_TIMEOUT, COUNTS_STUCK, COUNTS_OUTCOMES };

extern const char *const counts_outcomes[COUNTS_OUTCOMES];

/**
 * struct counts - what the service counts, which the module cannot know
 * @lost: records that the log came round on before the service had read them
 * @runs: handlers that ended, by outcome
 * @ms: that they took together
 * @n: entries that @ended ever had
 * @ended: the last ones: handlers that ended; and without a name, records all of whose
 *	handlers have
 * @last: when each source had its last record, in µs since 1970; the rest has no names
 * @fallback: runs of the helper while "fallback" was on; @seen of all runs, in @instance
 *
 * A file of it is for programs of this version alone: its size is its version.
 */
struct counts {
	uint64_t	lost, runs[COUNTS_OUTCOMES], ms, n;
	struct counts_ended {
		char		instance[40];
		uint64_t	seq;
		uint32_t	ms, outcome;
		char		name[COUNTS_HANDLER];
	} ended[COUNTS_ENDED];
	struct counts_last {
		char		source[24];
		uint64_t	when;
	} last[COUNTS_SOURCES];
	struct counts_fallback {
		char		instance[40];
		uint64_t	runs, seen;
		uint32_t	on, unused;
	} fallback;
};

/* 0 or -errno; all zeroes unless it is 0 */
int counts_load(struct counts *c);
/* Whole or not at all: 0 or -errno */
int counts_save(const struct counts *c);

#endif /* COUNTS_H */
