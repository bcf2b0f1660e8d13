// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records come here that no reader has acknowledged in time: the service is not there,
 * or does not get on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claim.h"
#include "clock.h"
#include "device.h"
#include "events.h"
#include "files.h"
#include "job.h"
#include "journal.h"
#include "lives.h"
#include "message.h"
#include "paths.h"
#include "say.h"
#include "signals.h"
#include "snapshot.h"
#include "state.h"
#include "subject.h"

#define HELPER_TIMEOUT_MS	30000	/* the module's default */
#define HELPER_SPARE_MS		4000	/* of it, to end what runs and to say so */
#define HELPER_JOURNAL_MS	2000	/* that a journal which does not read is waited for */

static struct device input = { .fd = STDIN_FILENO };
static struct record record;
static struct state service, journalled, notes;
static int keeps;
static uint64_t budget;	/* ms from one read to the next; 0: no limit */

/* The module ends us, and all that we have started, when no read has had data so long. */
static void helper_budget(void)
{
	char buf[32];
	unsigned long ms = HELPER_TIMEOUT_MS;

	if (files_read(buf, sizeof(buf), PATH_TIMEOUT) > 0)
		ms = strtoul(buf, NULL, 10);
	budget = ms > 2 * HELPER_SPARE_MS ? ms - HELPER_SPARE_MS : ms / 2;
}

static int helper_is_among(uint64_t seq, const uint64_t *list, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n && list[i] != seq; i++)
		;
	return i < n;
}

/*
 * Has the service taken it over? One that waits there was not acknowledged: it would not
 * have come here. One that it left came here before it could acknowledge it.
 */
static int helper_is_services(const char *instance, uint64_t seq)
{
	if (state_load("state", &service) || strcmp(service.instance, instance))
		return 0;
	return seq <= service.seq && !helper_is_among(seq, service.wait, service.waits) &&
	       !helper_is_among(seq, service.left, service.lefts);
}

static int helper_is_journalled(const char *instance, uint64_t seq)
{
	return !state_load("journal", &journalled) && !strcmp(journalled.instance, instance) &&
	       seq <= journalled.seq;
}

/* The service reads this before it journals a record. Numbers in a row are one pair. */
static void helper_note(const char *instance, uint64_t seq)
{
	if (strcmp(notes.instance, instance)) {
		memset(&notes, 0, sizeof(notes));
		snprintf(notes.instance, sizeof(notes.instance), "%s", instance);
	}
	if (!notes.waits || notes.wait[notes.waits - 1] + 1 != seq) {
		if (notes.waits == STATE_WAITS) {
			notes.waits -= 2;
			memmove(&notes.wait[0], &notes.wait[2],
				notes.waits * sizeof(notes.wait[0]));
		}
		notes.wait[notes.waits] = seq;
		notes.waits += 2;
	}
	notes.wait[notes.waits - 1] = seq;
	if (keeps && state_save("helper-journal", &notes))
		say(LOG_ERR, "cannot note that record %llu is journalled", (unsigned long long)seq);
}

static void helper_send(const struct record *r, const struct names *n, const char *file,
			const char *instance, uint64_t seq)
{
	struct timespec step = { 0, 50000000 };
	uint64_t end = clock_ms() + HELPER_JOURNAL_MS;
	int err;

	while ((err = journal_send(r, n, file, 0)) && clock_ms() < end)
		nanosleep(&step, NULL);
	if (err)
		say(LOG_ERR, "record %llu is not in the journal: %s", (unsigned long long)seq,
		    strerror(-err));
	else
		helper_note(instance, seq);
}

/* A service that has journalled before us tells what is missing, and shall be the only one. */
static const struct record *helper_entry(const struct record *r, const char *instance)
{
	static struct record entry;

	if (!record_get(r, "KEVNOTIFY_LOST") || strcmp(journalled.instance, instance))
		return r;
	entry = *r;
	record_put(&entry, "KEVNOTIFY_LOST", NULL);
	return &entry;
}

static void helper_journal(const struct record *r, const char *instance, uint64_t seq)
{
	static struct names names;
	char file[256];

	if (helper_is_journalled(instance, seq))
		return;
	message_names(r, &names);
	subject_snapshot(r, file, sizeof(file));
	claim_take();
	if (!helper_is_journalled(instance, seq))
		helper_send(helper_entry(r, instance), &names, file, instance, seq);
	claim_drop();
}

static void helper_take(const struct record *r)
{
	const char *instance = record_get(r, "KEVNOTIFY_INSTANCE");
	unsigned long long seq;
	int err, mine, muted;

	if (!instance || !record_number(r, "KEVNOTIFY_SEQ", &seq)) {
		say(LOG_ERR, "left out a record without KEVNOTIFY_SEQ or KEVNOTIFY_INSTANCE");
		return;
	}
	events_begin(instance);
	/* What a helper before us took over had been given to it. */
	events_settle();
	mine = !helper_is_services(instance, seq);
	muted = !mine || subject_below(r, service.slice);
	if (!muted)
		subject_take_snapshot(r);
	helper_journal(r, instance, seq);
	if (events_known(seq))
		return;
	err = events_take(r, seq, muted);
	/* A record that was read is not given again. */
	if (err && !muted)
		err = events_take_unkept(r, seq);
	if (err)
		say(LOG_ERR, "record %llu: its handlers do not run: %s", (unsigned long long)seq,
		    strerror(-err));
}

/* False at the end of the input */
static int helper_read(void)
{
	int n = 1;

	while (events_room() && (n = device_next(&input, &record)) == 1) {
		if (budget)
			events_until(clock_ms() + budget);
		helper_take(&record);
	}
	if (n < 0 && n != -EAGAIN)
		say(LOG_ERR, "standard input: %s", strerror(-n));
	return n == 1 || n == -EAGAIN;
}

/* True if we are to stop */
static int helper_wait(int reading, int ms)
{
	struct pollfd fds[2] = {
		{ .fd = signals_fd(), .events = POLLIN },
		{ .fd = reading && events_room() ? STDIN_FILENO : -1, .events = POLLIN },
	};

	poll(fds, 2, ms);
	return signals_stop();
}

static int helper_init(void)
{
	int err = job_init(0);

	if (!err)
		err = signals_init();
	if (!err)
		err = journal_init();
	if (err)
		return err;
	/* Without it the handlers run all the same. */
	err = state_init(PATH_STATE);
	if (!err)
		err = state_lock("helper");
	keeps = !err;
	if (!err || err == -EBUSY)
		claim_init();
	events_init(keeps ? "helper" : "helper-2", STATE_RUNS);
	if (keeps)
		state_load("helper-journal", &notes);
	else
		say(LOG_WARNING, PATH_STATE ": %s: what is done now is not noted",
		    err == -EBUSY ? "another helper has not ended" : strerror(-err));
	err = snapshot_init(PATH_SNAPSHOTS, SNAPSHOT_ALL);
	if (err)
		say(LOG_WARNING, "no snapshots: " PATH_SNAPSHOTS ": %s", strerror(-err));
	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	helper_budget();
	return 0;
}

int helper_live(void)
{
	int err = helper_init(), reading = 1, stop = 0, ms;

	if (err) {
		say(LOG_ERR, "cannot start: %s", strerror(-err));
		return 1;
	}
	while (!stop) {
		if (reading)
			reading = helper_read();
		ms = events_run(clock_ms());
		if (!reading && (events_idle() || (ms < 0 && !job_running())))
			break;
		stop = helper_wait(reading, ms);
	}
	if (!events_idle())
		say(LOG_WARNING, "some handlers have not ended");
	return !events_idle();
}
