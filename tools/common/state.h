/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STATE_H
#define STATE_H

#include <stdint.h>

#include "record.h"

#define STATE_RUNS	8	/* records whose handlers run */
#define STATE_WAITS	1024	/* records whose handlers have not been started */
#define STATE_LEFT	128	/* records that a helper may have read and not looked at */
#define STATE_ENDED	33	/* handlers of a record */

/**
 * struct state - what one of us has done; it outlives a process, and not the machine
 * @instance: of the module whose records these are
 * @slice: our control group; empty: not known
 * @seq: all records up to this one were taken over, or journalled
 * @runs: how many of @run are in use
 * @waits: how many of @wait are in use
 * @lefts: how many of @left are in use
 * @left: those of the last records that are the helper's: the kernel had given them to it
 * @run: records whose handlers run, and the hashes of those that have ended, and of those
 *	that our end has cut short
 * @wait: records that wait; for a helper's journal: those that it has journalled last, as
 *	pairs from and to
 */
struct state {
	char		instance[40];
	char		slice[256];
	uint64_t	seq;
	uint32_t	runs, waits, lefts;
	uint64_t	left[STATE_LEFT];
	struct state_run {
		uint64_t	seq;
		uint64_t	n;
		uint64_t	ended[STATE_ENDED];
		uint64_t	cuts;
		uint64_t	cut[STATE_ENDED];
	} run[STATE_RUNS];
	uint64_t	wait[STATE_WAITS];
};

/* Where all of it lies, which is made if it is not there: 0 or -errno */
int state_init(const char *path);

/* A lock that one process has at a time: a descriptor or -errno */
int state_lock_open(const char *name);
/* 0, -EBUSY if another process has it, or -errno */
int state_lock_try(int fd);
void state_lock_drop(int fd);
/* As state_lock_try(); held until the process ends */
int state_lock(const char *name);

/* 0, -ENOENT, -EBADMSG if it is torn, or -errno; all zeroes unless it is 0 */
int state_load(const char *name, struct state *s);
/* Whole or not at all: 0 or -errno */
int state_save(const char *name, const struct state *s);

/* A record that was taken over: 0 or -errno */
int state_keep(const char *name, uint64_t seq, const struct record *r);
int state_kept(const char *name, uint64_t seq, struct record *r);
void state_forget(const char *name, uint64_t seq);
/* Removes those that @s does not know of */
void state_sweep(const char *name, const struct state *s);

uint64_t state_hash(const void *bytes, size_t len);

#endif /* STATE_H */
