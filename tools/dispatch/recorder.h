/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RECORDER_H
#define RECORDER_H

#include "largest.h"

#define RECORDER_ROUNDS		8
#define RECORDER_CMDLINE	256

/**
 * struct recorder_round - the largest processes when memory was short
 * @time: of CLOCK_REALTIME, in seconds; 0 for a round that was not yet
 * @cmdline: the arguments, each followed by a blank; of a long line the beginning
 */
struct recorder_round {
	long long	time;
	unsigned int	n;
	struct process	process[LARGEST];
	char		cmdline[LARGEST][RECORDER_CMDLINE];
};

/* A descriptor to poll for POLLPRI, or -errno where the kernel has no PSI */
int recorder_init(void);

/*
 * When it fired: notes the largest processes, unless it did so within 5 s. Reading a
 * command line waits for a process that changes its memory map, which takes its time
 * when memory is short: no thread that must go on should call it.
 */
void recorder_event(void);

/* recorder_init(), and a thread that waits for it: 0 or -errno */
int recorder_start(void);

/* Copies of what there is, the newest last; for any thread. False at the end */
int recorder_get(struct recorder_round *round, unsigned int n);

#endif /* RECORDER_H */
