/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_HELPER_H
#define _KEV_HELPER_H

#include <linux/types.h>

#include "render.h"

struct seq_file;

/* At most so many runs may be written off and not yet gone */
#define KEV_STUCK_MAX	4

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
 * struct kev_result - what came of a run
 * @outcome: how it ended
 * @code: see enum kev_outcome
 * @pid: its pid, in the initial pid namespace; 0: none was made
 * @execed: when exec succeeded, in ns of CLOCK_MONOTONIC; 0: it did not
 */
struct kev_result {
	enum kev_outcome	outcome;
	int			code;
	int			pid;
	u64			execed;
};

bool kev_helper_ready(void);
void kev_helper_start(const char *path, u64 pipe, const struct kev_record *rec,
		      const struct kev_notes *notes);
u64 kev_helper_execed(void);
bool kev_helper_ended(bool killed, struct kev_result *res);
void kev_helper_kill(int sig);
void kev_helper_write_off(struct kev_result *res);
void kev_helper_reap(void);
unsigned int kev_helper_stuck(void);
void kev_helper_show(struct seq_file *m);

int kev_helper_init(void);
void kev_helper_exit(void);

#endif /* _KEV_HELPER_H */
