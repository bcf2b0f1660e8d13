/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef JOB_H
#define JOB_H

#include <stddef.h>
#include <stdint.h>

#include "handlers.h"
#include "input.h"

#define JOBS_MAX	8	/* at once */
#define JOBS_ALL	32	/* with those that no signal ends, which are no more of the 8 */

/* How a job ended. JOB_AGAIN: it was not begun, and may be later */
enum job_outcome { JOB_EXITED, JOB_SIGNALED, JOB_TIMEDOUT, JOB_STUCK, JOB_NOEXEC, JOB_AGAIN };

/**
 * struct job_end - one that is over
 * @event: as it was started with
 * @handler: the same
 * @outcome: how
 * @value: exit status, signal or errno
 * @ms: that it took
 */
struct job_end {
	unsigned int		event, handler;
	enum job_outcome	outcome;
	int			value;
	uint64_t		ms;
};

/*
 * One handler's run is a job: its process and all that this has started. For one thread,
 * whose end ends them.
 */

/* With @leaves they have control groups; else sessions: 0 or -errno */
int job_init(int leaves);

/*
 * Starts @h, which may take so many milliseconds: 0, or -errno, -EAGAIN if none is free,
 * -EBUSY if no signal has ended an earlier run of it. @event and @handler come back at its
 * end.
 */
int job_start(const struct handler *h, struct input *in, const char *source, uint64_t seq,
	      uint64_t ms, unsigned int event, unsigned int handler);

/* Does what is due, after SIGCHLD too */
void job_tick(uint64_t now);

/* Milliseconds until there is more to do, or -1 */
int job_next(uint64_t now);

/* The next one that is over: 1, or 0 */
int job_over(struct job_end *end);

/* How many could be started, and how many have not ended or been given up */
unsigned int job_free(void);
unsigned int job_running(void);

/* From now on all that run are ended. */
void job_end_all(uint64_t now);

#endif /* JOB_H */
