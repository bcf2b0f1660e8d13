/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_STDIN_H
#define _KEV_STDIN_H

#include <linux/types.h>

/**
 * struct kev_stdin_state - how the run in pipe mode that is active gets on
 * @eof: it is told that there is no more
 * @empty: there is nothing for it
 * @got: records that it has read
 * @progress: jiffies when it last read something, or was told of the end
 */
struct kev_stdin_state {
	bool		eof;
	bool		empty;
	u64		got;
	unsigned long	progress;
};

struct file *kev_stdin_open(u64 run);
void kev_stdin_start(u64 run);
void kev_stdin_stop(void);
void kev_stdin_look(struct kev_stdin_state *state);
unsigned int kev_stdin_count(void);

#endif /* _KEV_STDIN_H */
