// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "await.h"
#include "clock.h"
#include "paths.h"
#include "state.h"

#define AWAIT_STEP_MS	50
#define AWAIT_COUNTS_MS	3000

/* Of the entry at which the journal is: from the event to there */
static double await_late(sd_journal *j)
{
	unsigned long long event = 0, rest = 0;
	const void *data;
	uint64_t entry;
	char text[40];
	size_t len;

	if (sd_journal_get_realtime_usec(j, &entry) ||
	    sd_journal_get_data(j, "KEVNOTIFY_TIME", &data, &len))
		return 0;
	/* Seconds, a point and six digits; no text has its end there */
	snprintf(text, sizeof(text), "%.*s", (int)len, (const char *)data);
	if (sscanf(text, "KEVNOTIFY_TIME=%llu.%6llu", &event, &rest) != 2)
		return 0;
	event = event * 1000000 + rest;
	return entry > event ? (entry - event) / 1000.0 : 0;
}

static int await_match(sd_journal *j, const char *instance, uint64_t seq)
{
	char match[96];
	int err;

	snprintf(match, sizeof(match), "KEVNOTIFY_INSTANCE=%.60s", instance);
	err = sd_journal_add_match(j, match, 0);
	snprintf(match, sizeof(match), "KEVNOTIFY_SEQ=%llu", (unsigned long long)seq);
	if (!err)
		err = sd_journal_add_match(j, match, 0);
	/* Anybody may write an entry with these fields. */
	return err ? err : sd_journal_add_match(j, "_UID=0", 0);
}

static int await_entry(sd_journal *j, uint64_t wait_ms, double *ms)
{
	uint64_t end = clock_ms() + wait_ms, now;
	int n;

	if (!sd_journal_has_runtime_files(j) && !sd_journal_has_persistent_files(j))
		return -ENOENT;
	for (;;) {
		n = sd_journal_next(j);
		if (n > 0)
			*ms = await_late(j);
		if (n)
			return n < 0 ? n : 0;
		now = clock_ms();
		if (now >= end)
			return -ETIME;
		n = sd_journal_wait(j, (end - now) * 1000);
		if (n < 0)
			return n;
	}
}

int await_journal(const char *instance, uint64_t seq, uint64_t wait_ms, double *ms)
{
	sd_journal *j;
	int err = sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY);

	if (err < 0)
		return err;
	err = await_match(j, instance, seq);
	if (!err)
		err = await_entry(j, wait_ms, ms);
	sd_journal_close(j);
	return err;
}

static int await_ended(const struct counts *c, const char *instance, uint64_t seq)
{
	unsigned int i;

	for (i = 0; i < COUNTS_ENDED; i++)
		if (c->ended[i].seq == seq && !*c->ended[i].name &&
		    !strcmp(c->ended[i].instance, instance))
			return 1;
	return 0;
}

/* By what the service keeps for itself, which only root may read, and which forgets nothing */
static int await_done(const char *instance, uint64_t seq)
{
	static struct state s;
	static int open;
	unsigned int i;

	open = open || !state_init(PATH_STATE);
	if (!open || state_load("state", &s) || strcmp(s.instance, instance) || seq > s.seq)
		return 0;
	for (i = 0; i < s.runs; i++)
		if (s.run[i].seq == seq)
			return 0;
	for (i = 0; i < s.waits; i++)
		if (s.wait[i] == seq)
			return 0;
	return 1;
}

int await_handlers(const char *instance, uint64_t seq, uint64_t wait_ms, struct counts *c)
{
	uint64_t end = clock_ms() + wait_ms, now;
	int done = 0;

	for (;;) {
		if (!counts_load(c) && await_ended(c, instance, seq))
			return 0;
		now = clock_ms();
		/* What is counted is written a second later at most. */
		if (!done && await_done(instance, seq)) {
			done = 1;
			end = now + AWAIT_COUNTS_MS;
		}
		if (now >= end)
			return done ? 1 : -ETIME;
		poll(NULL, 0, AWAIT_STEP_MS);
	}
}
