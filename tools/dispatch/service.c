// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two threads with a cursor each on the device: a journal that has stopped delays no
 * handler, and the kernel's log is the only queue. They share one number.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aside.h"
#include "cgroup.h"
#include "claim.h"
#include "clock.h"
#include "device.h"
#include "events.h"
#include "files.h"
#include "job.h"
#include "journal.h"
#include "lives.h"
#include "message.h"
#include "notify.h"
#include "panic.h"
#include "paths.h"
#include "recorder.h"
#include "say.h"
#include "signals.h"
#include "snapshot.h"
#include "state.h"
#include "subject.h"
#include "tally.h"

#define SERVICE_STACK		(64 << 10)
#define SERVICE_READ_MS		100
#define SERVICE_RETRY_MS	1000	/* the device, the state, the journal */
#define SERVICE_SNAPSHOT_MS	8000	/* that the journal waits for a snapshot */
#define SERVICE_STOP_MS		5000	/* that handlers have when we are to stop */

static const char *path;
static atomic_ullong passed;	/* by the thread of the handlers: the snapshot is taken */

/* --- The thread of the handlers */

static struct device handlers_device = { .fd = -1 };
static struct record handlers_record;
static int held;	/* handlers_record is read and not taken over yet */
static int more;	/* there may be records that were not read yet */
static int waiting;	/* the device is not there, and that was said */
static unsigned int helpers;	/* records that were the helper's, and are not told of yet */
static unsigned long long last_helpers;

/* After a while without us there may be thousands, and one line tells of those in a row. */
static void service_tell_helpers(void)
{
	if (helpers == 1)
		say(LOG_NOTICE, "record %llu was given to the helper meanwhile", last_helpers);
	else if (helpers)
		say(LOG_NOTICE,
		    "%u records, the last of them %llu, were given to the helper meanwhile",
		    helpers, last_helpers);
	helpers = 0;
}

/*
 * It was taken over: the kernel is told, and says whether the helper has it. An ack is for
 * all that were read since the last one, so each record that is read has its own.
 */
static int service_ack(uint64_t seq)
{
	int err = device_ack(&handlers_device, seq);

	if (err == -ESTALE) {
		helpers++;
		last_helpers = seq;
		return err;
	}
	service_tell_helpers();
	if (err)
		say(LOG_ERR, "cannot acknowledge record %llu: %s", (unsigned long long)seq,
		    strerror(-err));
	return err;
}

static void service_settle(uint64_t seq)
{
	if (service_ack(seq) == -ESTALE)
		events_drop(seq);
	events_settle();
}

/* False if the record cannot be taken over now */
static int service_take(const struct record *r)
{
	const char *instance = record_get(r, "KEVNOTIFY_INSTANCE");
	unsigned long long seq;
	int err, muted = subject_below(r, cgroup_slice());

	if (!instance || !record_number(r, "KEVNOTIFY_SEQ", &seq)) {
		say(LOG_ERR, "left out a record without KEVNOTIFY_SEQ or KEVNOTIFY_INSTANCE");
		return 1;
	}
	events_begin(instance);
	tally_record(r, !events_known(seq));
	if (events_known(seq)) {
		if (seq == events_unsettled())
			service_settle(seq);
		else
			device_ack(&handlers_device, seq);
		atomic_store(&passed, seq);
		return 1;
	}
	/* That one is not in the log any more. */
	events_settle();
	if (events_take(r, seq, muted))
		return 0;
	err = service_ack(seq);
	if (err == -ESTALE)
		events_drop(seq);
	else if (!muted)
		subject_take_snapshot(r);
	atomic_store(&passed, seq);
	return 1;
}

/* As many records as there are and have room, for a while: handlers have to be looked at, too */
static void service_read(void)
{
	uint64_t end = clock_ms() + SERVICE_READ_MS;
	int n = 1;

	if (held)
		held = !service_take(&handlers_record);
	more = 0;
	while (!held && events_room()) {
		more = clock_ms() >= end;
		if (more)
			break;
		n = device_next(&handlers_device, &handlers_record);
		if (n != 1)
			break;
		held = !service_take(&handlers_record);
	}
	if (n == 1 || n == -EAGAIN)
		return;
	say(LOG_ERR, "%s: %s: opening it again", path, n ? strerror(-n) : "it has an end");
	device_close(&handlers_device);
	tally_stream(0);
}

/* Of the module that is there */
static int service_instance(char instance[40])
{
	if (files_read(instance, 40, PATH_INSTANCE) <= 0)
		return 0;
	instance[strcspn(instance, "\n")] = '\0';
	return 1;
}

/* How far a thread had come with this module's records, by the state of that name: 0: not at all */
static uint64_t service_place(const char *name, struct state *s)
{
	char instance[40];

	if (!service_instance(instance) || state_load(name, s) || strcmp(s->instance, instance))
		return 0;
	return s->seq;
}

/* Before the first record of the module, which has to be there: the state is an instance's */
static void service_panic(void)
{
	const struct record *r = panic_record(PANIC_HANDLERS);
	char instance[40];

	if (!r || !service_instance(instance))
		return;
	events_begin(instance);
	if (!events_under_way(0) && events_take(r, 0, 0))
		return;
	tally_record(r, 0);
	panic_told(PANIC_HANDLERS);
}

static void service_open(void)
{
	static struct state before;
	int err = device_open(&handlers_device, path, O_RDWR | O_NONBLOCK);

	/* The last one may never have been acknowledged, those before it were. */
	if (!err) {
		atomic_store(&passed, service_place("state", &before));
		device_seek(&handlers_device, atomic_load(&passed));
	}
	if (!err && waiting)
		say(LOG_NOTICE, "%s is there", path);
	if (err && !waiting)
		say(LOG_WARNING, "%s: %s: waiting for it", path, strerror(-err));
	waiting = !!err;
	if (!err)
		tally_stream(1);
}

static int service_wait(int ms)
{
	struct pollfd fds[2] = {
		{ .fd = signals_fd(), .events = POLLIN },
		{ .fd = held || !events_room() ? -1 : handlers_device.fd, .events = POLLIN },
	};

	if (more)
		ms = 0;
	else
		service_tell_helpers();
	if ((held || handlers_device.fd < 0 || panic_record(PANIC_HANDLERS)) &&
	    (ms < 0 || ms > SERVICE_RETRY_MS))
		ms = SERVICE_RETRY_MS;
	poll(fds, 2, ms);
	return signals_stop();
}

/* What runs has a while to end; what is ended then runs again at the next start. */
static void service_stop(void)
{
	uint64_t begin = clock_ms(), now = begin;
	struct job_end end;
	int ended = 0;

	events_until(now);
	for (; job_running() && now < begin + 2 * SERVICE_STOP_MS; now = clock_ms()) {
		if (!ended)
			events_run(now);
		else
			job_tick(now);
		/* What was ended so is not noted. */
		while (ended && job_over(&end))
			;
		if (now >= begin + SERVICE_STOP_MS && !ended) {
			job_end_all(now);
			ended = 1;
		}
		service_wait(job_next(now) < 0 ? 0 : 10);
	}
}

static void *service_handlers(void *unused)
{
	int ms, stop = 0;

	(void)unused;
	while (!stop) {
		if (handlers_device.fd < 0)
			service_open();
		if (handlers_device.fd >= 0) {
			service_panic();
			service_read();
		}
		ms = events_run(clock_ms());
		/* Room may have come while no one looked at the device */
		stop = service_wait(ms);
	}
	service_stop();
	return NULL;
}

/* --- The thread of the journal */

static struct device journal_device;
static struct record journal_record;
static struct state journalled, by_helper;

static void service_sleep(void)
{
	struct timespec ts = { SERVICE_RETRY_MS / 1000, SERVICE_RETRY_MS % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* A record of another instance: what was journalled of that one says nothing of this */
static void service_journal_begin(const char *instance)
{
	int err;

	if (!strcmp(journalled.instance, instance))
		return;
	err = journalled.instance[0] ? -ENOENT : state_load("journal", &journalled);
	if (err == -EBADMSG)
		say(LOG_WARNING, "the journal's state is ignored: it is torn");
	if (!err && !strcmp(journalled.instance, instance))
		return;
	memset(&journalled, 0, sizeof(journalled));
	snprintf(journalled.instance, sizeof(journalled.instance), "%s", instance);
}

static int service_journal_helper(const char *instance, uint64_t seq)
{
	unsigned int i;

	if (state_load("helper-journal", &by_helper) || strcmp(by_helper.instance, instance))
		return 0;
	for (i = 0; i + 1 < by_helper.waits; i += 2)
		if (by_helper.wait[i] <= seq && seq <= by_helper.wait[i + 1])
			return 1;
	return 0;
}

/* Until the other thread has passed the record, and the snapshot that it began is there */
static void service_journal_await(const struct record *r, uint64_t seq)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");
	static uint64_t late = UINT64_MAX;
	struct timespec step = { 0, 10000000 };
	uint64_t until = clock_ms() + SERVICE_SNAPSHOT_MS;

	/* One that does not get on is not waited for again and again. */
	if (!source || !snapshot_wanted(source) || late == atomic_load(&passed))
		return;
	while ((atomic_load(&passed) < seq || snapshot_in_progress(r)) && clock_ms() < until)
		nanosleep(&step, NULL);
	if (clock_ms() >= until)
		say(LOG_WARNING, "record %llu is journalled without its snapshot: none after %d s",
		    (unsigned long long)seq, SERVICE_SNAPSHOT_MS / 1000);
	late = atomic_load(&passed) < seq ? atomic_load(&passed) : UINT64_MAX;
}

/* That it is in the journal; a panic is no record of this module, and has no number */
static void service_journal_note(uint64_t seq)
{
	static int unsaved;
	int err;

	if (!seq)
		return;
	journalled.seq = seq;
	err = state_save("journal", &journalled);
	if (err && !unsaved)
		say(LOG_ERR, "cannot save the journal's state: %s", strerror(-err));
	unsaved = !!err;
}

/* Unless the helper has done so, also meanwhile */
static void service_journal_send(const struct record *r, const char *instance, uint64_t seq)
{
	static struct names names;
	char file[256];
	int err, said = 0;

	message_names(r, &names);
	subject_snapshot(r, file, sizeof(file));
	for (;;) {
		claim_take();
		err = service_journal_helper(instance, seq) ? 0 : journal_send(r, &names, file, 1);
		if (!err)
			service_journal_note(seq);
		claim_drop();
		if (!err)
			break;
		if (!said++)
			say(LOG_ERR, "the journal: %s: trying again", strerror(-err));
		service_sleep();
	}
}

/* Records after @after and before @seq that the helper has not journalled */
static uint64_t service_journal_missed(const char *instance, uint64_t after, uint64_t seq)
{
	uint64_t missed = seq - after - 1, from, to;
	unsigned int i;

	if (state_load("helper-journal", &by_helper) || strcmp(by_helper.instance, instance))
		return missed;
	for (i = 0; i + 1 < by_helper.waits; i += 2) {
		from = by_helper.wait[i] > after ? by_helper.wait[i] : after + 1;
		to = by_helper.wait[i + 1] < seq ? by_helper.wait[i + 1] : seq - 1;
		if (from <= to)
			missed -= to - from + 1 < missed ? to - from + 1 : missed;
	}
	return missed;
}

/*
 * An open file tells what its reader has lost, and the helper may have journalled some of
 * that. What was overwritten while it was not open it cannot know: the first record that is
 * read then tells of it.
 */
static void service_journal_gap(struct record *r, const char *instance, uint64_t seq, int first)
{
	unsigned long long told = 0, missed;
	uint64_t after = journalled.seq;
	static char lost[24];

	if (!record_number(r, "KEVNOTIFY_LOST", &told) && !first)
		return;
	/* What there was before our first record is no loss, but for what the file tells. */
	if (!after && told < seq)
		after = seq - told - 1;
	missed = service_journal_missed(instance, after, seq);
	if (missed && !told) {
		say(LOG_WARNING,
		    "%llu records before record %llu are lost: the log came round meanwhile",
		    missed, (unsigned long long)seq);
		tally_lost(missed);
	}
	snprintf(lost, sizeof(lost), "%llu", missed);
	record_put(r, "KEVNOTIFY_LOST", missed ? lost : NULL);
}

static void service_journal_one(struct record *r, int first)
{
	const char *instance = record_get(r, "KEVNOTIFY_INSTANCE");
	unsigned long long seq;

	if (!instance || !record_number(r, "KEVNOTIFY_SEQ", &seq))
		return;
	service_journal_begin(instance);
	if (seq <= journalled.seq)
		return;
	service_journal_gap(r, instance, seq, first);
	service_journal_await(r, seq);
	service_journal_send(r, instance, seq);
}

static void service_journal_panic(void)
{
	const struct record *r = panic_record(PANIC_JOURNAL);

	if (!r)
		return;
	service_journal_send(r, record_get(r, "KEVNOTIFY_INSTANCE"), 0);
	panic_told(PANIC_JOURNAL);
}

static void *service_journal(void *unused)
{
	int first;

	(void)unused;
	service_journal_panic();
	for (;;) {
		/* The other thread says what is wrong with it */
		while (device_open(&journal_device, path, O_RDONLY))
			service_sleep();
		device_seek(&journal_device, service_place("journal", &by_helper) + 1);
		for (first = 1; device_next(&journal_device, &journal_record) == 1; first = 0)
			service_journal_one(&journal_record, first);
		device_close(&journal_device);
		service_sleep();
	}
	return NULL;
}

/* --- Both */

static int service_thread(pthread_t *thread, void *(*run)(void *))
{
	pthread_attr_t attr;
	int err = pthread_attr_init(&attr);

	if (!err)
		err = pthread_attr_setstacksize(&attr, aside_stack(SERVICE_STACK));
	if (!err)
		err = pthread_create(thread, &attr, run, NULL);
	return -err;
}

static int service_init(const char *textfile)
{
	int err = cgroup_init(1), leaves = !err;

	if (err)
		say(LOG_NOTICE, "no control groups (%s): handlers have no limits",
		    strerror(-err));
	err = job_init(leaves);
	if (!err)
		err = signals_init();
	if (!err)
		err = journal_init();
	if (err)
		return err;
	err = state_init(PATH_STATE);
	if (!err)
		err = state_lock("state");
	if (err) {
		say(LOG_ERR, PATH_STATE ": %s",
		    err == -EBUSY ? "there is a service already" : strerror(-err));
		return err;
	}
	err = claim_init();
	if (err)
		say(LOG_WARNING, "an entry may come twice, from the helper too: " PATH_STATE ": %s",
		    strerror(-err));
	events_init("state", STATE_WAITS);
	err = snapshot_init(PATH_SNAPSHOTS, SNAPSHOT_ALL);
	if (err)
		say(LOG_WARNING, "no snapshots: " PATH_SNAPSHOTS ": %s", strerror(-err));
	panic_find();
	err = recorder_start();
	if (err)
		say(LOG_NOTICE, "the biggest processes are not known before a kill: %s",
		    strerror(-err));
	err = tally_start(textfile);
	if (err)
		say(LOG_WARNING, "nothing is counted: %s", strerror(-err));
	return 0;
}

int service_live(const char *device, const char *textfile)
{
	pthread_t handlers, journal;
	int err;

	path = device;
	err = service_init(textfile);
	if (!err)
		err = service_thread(&journal, service_journal);
	if (!err)
		err = service_thread(&handlers, service_handlers);
	if (err) {
		say(LOG_ERR, "cannot start: %s", strerror(-err));
		return 1;
	}
	notify_send("READY=1\n");
	pthread_join(handlers, NULL);
	return 0;
}
