// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <time.h>

#include "claim.h"
#include "clock.h"
#include "state.h"

#define CLAIM_MS	2000

static int fd = -1;
static int stuck;	/* the last one was not had: the next is not waited for */

int claim_init(void)
{
	fd = state_lock_open("journalling");
	return fd < 0 ? fd : 0;
}

void claim_take(void)
{
	struct timespec step = { 0, 1000000 };
	uint64_t end = clock_ms() + CLAIM_MS;
	int err;

	if (fd < 0)
		return;
	while ((err = state_lock_try(fd)) && !stuck && clock_ms() < end)
		nanosleep(&step, NULL);
	stuck = !!err;
}

void claim_drop(void)
{
	if (fd >= 0 && !stuck)
		state_lock_drop(fd);
}
