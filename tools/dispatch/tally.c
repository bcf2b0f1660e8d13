// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aside.h"
#include "clock.h"
#include "metrics.h"
#include "say.h"
#include "tally.h"
#include "whole.h"

#define TALLY_FILE	"kevnotify.prom"
#define TALLY_EVENT_MS	1000	/* from one text to the next, at events */
#define TALLY_IDLE_MS	60000	/* without an event */
#define TALLY_JITTER_MS	10000	/* more, so that not all machines do it at one time */

/* Of the other threads, under the lock; nothing is waited for with it. */
static struct tally {
	int		stream;
	struct counts	counts;
} tally;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int wake = -1;

/* The thread's own */
static const char *directory;
static struct tally copy;
static struct metrics metrics;
static char text[METRICS_BYTES];

static void tally_wake(void)
{
	uint64_t one = 1;

	if (wake >= 0 && write(wake, &one, sizeof(one)) < 0)
		return;	/* it is awake */
}

void tally_stream(int yes)
{
	pthread_mutex_lock(&lock);
	tally.stream = yes;
	pthread_mutex_unlock(&lock);
	tally_wake();
}

static void tally_last(const char *source, unsigned long long when)
{
	struct counts_last *last = tally.counts.last, *end = last + COUNTS_SOURCES;

	while (last < end && last->source[0] && strcmp(last->source, source))
		last++;
	if (last == end || strlen(source) >= sizeof(last->source))
		return;
	strcpy(last->source, source);
	if (when > last->when)
		last->when = when;
}

void tally_record(const struct record *r, int first)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");
	unsigned long long when = 0, lost = 0;

	record_number(r, "__REALTIME_TIMESTAMP", &when);
	if (first)
		record_number(r, "KEVNOTIFY_LOST", &lost);
	pthread_mutex_lock(&lock);
	if (source)
		tally_last(source, when);
	tally.counts.lost += lost;
	pthread_mutex_unlock(&lock);
	tally_wake();
}

void tally_lost(uint64_t records)
{
	pthread_mutex_lock(&lock);
	tally.counts.lost += records;
	pthread_mutex_unlock(&lock);
	tally_wake();
}

static void tally_ended(const char *instance, uint64_t seq, const char *name,
			enum counts_outcome outcome, uint64_t ms)
{
	struct counts_ended *end = &tally.counts.ended[tally.counts.n++ % COUNTS_ENDED];

	memset(end, 0, sizeof(*end));
	snprintf(end->instance, sizeof(end->instance), "%s", instance);
	snprintf(end->name, sizeof(end->name), "%s", name);
	end->seq = seq;
	end->outcome = outcome;
	end->ms = ms > UINT32_MAX ? UINT32_MAX : ms;
}

void tally_handler(const char *instance, uint64_t seq, const char *name,
		   enum counts_outcome outcome, uint64_t ms)
{
	pthread_mutex_lock(&lock);
	tally.counts.runs[outcome]++;
	tally.counts.ms += ms;
	tally_ended(instance, seq, name, outcome, ms);
	pthread_mutex_unlock(&lock);
	tally_wake();
}

void tally_over(const char *instance, uint64_t seq)
{
	pthread_mutex_lock(&lock);
	tally_ended(instance, seq, "", COUNTS_OK, 0);
	pthread_mutex_unlock(&lock);
	tally_wake();
}

/* Said once, until it goes well again */
static void tally_told(int err, int *said, const char *what)
{
	if (err && !*said)
		say(LOG_ERR, "cannot write %s: %s", what, strerror(-err));
	*said = !!err;
}

/* What a clock that was ahead has left would be the last event for as long as that. */
static void tally_ahead(void)
{
	struct counts_last *last = tally.counts.last;
	uint64_t now = clock_wall_us();

	for (; last < tally.counts.last + COUNTS_SOURCES; last++)
		if (last->when > now)
			last->when = now;
}

static size_t tally_text(void)
{
	size_t len;

	pthread_mutex_lock(&lock);
	tally_ahead();
	copy = tally;
	pthread_mutex_unlock(&lock);
	metrics.stream = copy.stream;
	metrics.counts = copy.counts;
	len = metrics_print(&metrics, text, sizeof(text));
	pthread_mutex_lock(&lock);
	copy.counts.fallback = metrics.counts.fallback;
	tally.counts.fallback = metrics.counts.fallback;
	pthread_mutex_unlock(&lock);
	return len;
}

/* That of a collector, unless there is none; one that is a link is not followed. */
static int tally_directory(int *said)
{
	int dir = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int err = dir < 0 ? -errno : 0;
	struct stat st;

	if (err == -ENOTDIR && !lstat(directory, &st) && S_ISLNK(st.st_mode))
		err = -ELOOP;
	if (err == -ELOOP && !*said)
		say(LOG_ERR, "no text for Prometheus: %s is a link, and has to be a directory",
		    directory);
	else if (err && err != -ENOENT && !*said)
		say(LOG_ERR, "no text for Prometheus: %s: %s", directory, strerror(-err));
	*said = err && err != -ENOENT;
	return dir;
}

/* True if there is a directory, where the text has to be kept fresh */
static int tally_write(void)
{
	static int counts_said, text_said, directory_said;
	size_t len = tally_text();
	int dir;

	tally_told(counts_save(&copy.counts), &counts_said, "what was counted");
	dir = tally_directory(&directory_said);
	if (dir < 0)
		return 0;
	tally_told(len ? whole_write(dir, TALLY_FILE, 0644, text, len, 0) : -ENOBUFS,
		   &text_said, "the text for Prometheus");
	close(dir);
	return 1;
}

static int tally_jitter(void)
{
	unsigned int n;

	if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != sizeof(n))
		n = clock_ms();
	return n % TALLY_JITTER_MS;
}

/* Without a directory an idle machine is not woken: it is looked for at the next event. */
static void *tally_run(void *unused)
{
	struct pollfd fd = { .fd = wake, .events = POLLIN };
	uint64_t n, next;
	int fresh;

	(void)unused;
	for (;;) {
		/* What comes behind this is told of next time */
		if (read(wake, &n, sizeof(n)) < 0)
			n = 0;
		fresh = tally_write();
		next = clock_ms() + TALLY_EVENT_MS;
		poll(&fd, 1, fresh ? TALLY_IDLE_MS + tally_jitter() : -1);
		n = clock_ms();
		if (n < next)
			poll(NULL, 0, next - n);
	}
	return NULL;
}

int tally_start(const char *textfile)
{
	int err;

	directory = textfile;
	/* An end of ours is no reason to count from 0 */
	err = counts_load(&tally.counts);
	if (err && err != -ENOENT)
		say(LOG_NOTICE, "what was counted before is ignored: %s", strerror(-err));
	wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake < 0)
		return -errno;
	return aside_start(tally_run, NULL);
}
