/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef AWAIT_H
#define AWAIT_H

#include <stdint.h>

#include "counts.h"

/* Until something has become of a record. @instance: of the module that has it */

/*
 * Until the journal has it: 0 and how long after the event that was, -ENOENT if there is
 * no journal, -ETIME if it does not come, or -errno
 */
int await_journal(const char *instance, uint64_t seq, uint64_t wait_ms, double *ms);

/*
 * Until the service is through with it, and all its handlers have ended: 0, or -ETIME. 1:
 * what became of them is not in @c, as more have ended since than it holds, or none ran.
 */
int await_handlers(const char *instance, uint64_t seq, uint64_t wait_ms, struct counts *c);

#endif /* AWAIT_H */
