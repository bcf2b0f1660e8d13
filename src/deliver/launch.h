/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_LAUNCH_H
#define _KEV_LAUNCH_H

#include <linux/types.h>

#include "path.h"
#include "render.h"

struct key;
struct kev_launch;

/* How a run ended */
enum kev_outcome {
	KEV_EXITED,	/* code: exit status */
	KEV_SIGNALED,	/* code: signal */
	KEV_TIMEDOUT,	/* ended by us; code: 0 */
	KEV_STUCK,	/* survived SIGKILL */
	KEV_NOEXEC,	/* never began; code: errno */
	KEV_BLOCKED,	/* the kernel said yes, and nothing ran */
	KEV_BUSY,	/* user-mode helpers are off */
	KEV_OUTCOMES,
};

extern const char *const kev_outcome_names[KEV_OUTCOMES];

/**
 * struct kev_result - what came of a launch
 * @outcome: how it ended
 * @code: see enum kev_outcome
 * @pid: its pid, in the initial pid namespace; 0: none was made
 * @refused: the check of the path said no, and @code is its errno
 * @execed: when exec succeeded, in ns of CLOCK_MONOTONIC; 0: it did not
 * @ended: when its process ended, likewise
 */
struct kev_result {
	enum kev_outcome	outcome;
	int			code;
	int			pid;
	bool			refused;
	u64			execed;
	u64			ended;
};

struct kev_launch *kev_launch_create(void);
void kev_launch_destroy(struct kev_launch *l);
bool kev_launch_run(struct kev_launch *l, unsigned int run, const char *path, u64 pipe,
		    const struct kev_record *rec, const struct kev_notes *notes);
bool kev_launch_check(struct kev_launch *l, const char *path);
bool kev_launch_began(const struct kev_launch *l, unsigned long *when);
u64 kev_launch_execed(const struct kev_launch *l);
bool kev_launch_over(const struct kev_launch *l);
void kev_launch_result(const struct kev_launch *l, bool killed, struct kev_result *res);
bool kev_launch_looked(const struct kev_launch *l, int *err, const char **why);
int kev_launch_pid(const struct kev_launch *l);
u64 kev_launch_seq(const struct kev_launch *l);
const struct key *kev_launch_mark(const struct kev_launch *l);
void kev_launch_kill(struct kev_launch *l, int sig);
void kev_launch_cancel(struct kev_launch *l);
void kev_launch_finish(struct kev_launch *l);

int kev_launch_init(void);
void kev_launch_exit(void);

#endif /* _KEV_LAUNCH_H */
