// SPDX-License-Identifier: GPL-2.0-only
/*
 * An event goes the whole way. The module asks whatever takes it over; then the journal
 * is looked at, and what the service says of the handlers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "await.h"
#include "change.h"
#include "clock.h"
#include "commands.h"
#include "handlers.h"
#include "run.h"
#include "screen.h"
#include "service.h"
#include "sysfs.h"

#define TEST_CONTROL	SYSFS_KERNEL "/control/test"
#define TEST_RECORD_MS	15000	/* from the trouble to its record */
#define TEST_JOURNAL_MS	10000
#define TEST_HANDLERS_MS 120000

static char instance[64];
static int failures;
static uint64_t ended;	/* handlers that had, before there was a test */

static double test_since(const struct timespec *begin)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - begin->tv_sec) * 1e3 + (now.tv_nsec - begin->tv_nsec) / 1e6;
}

static void test_fail(const char *what, const char *why)
{
	screen_line(BAD, "FAIL  %s: %s", what, why);
	failures++;
}

/* As sysfs-kernel-kevnotify has it */
static const char *test_why(int err)
{
	switch (err) {
	case EIO:	return "the helper failed";
	case ETIMEDOUT:	return "the helper was ended by timeout, is stuck, or has no outcome yet";
	case ENODATA:	return "the helper ended and read nothing";
	case EOPNOTSUPP: return "the kernel runs a static user-mode helper alone";
	case EBUSY:	return "user-mode helpers are off";
	case ENXIO:	return "the service does not take it over, and there is no helper";
	case EAGAIN:	return "no run may start: paused, or grace";
	case EDEADLK:	return "this is a process of a run of the helper itself";
	case ENOBUFS:	return "the event was suppressed or refused";
	case ENOMSG:	return "the record was filtered: see helper_level";
	case ETIME:	return "the record expired: see hold";
	case ECANCELED:	return "the record was skipped or overwritten";
	default:	return strerror(err);
	}
}

/* control/test: the record's number, or 0 */
static uint64_t test_control(void)
{
	char outcome[128] = "";
	struct timespec begin;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	err = sysfs_write("1", TEST_CONTROL);
	if (err == -EACCES || err == -EPERM || err == -ENOENT) {
		sysfs_unwritten(err, TEST_CONTROL);
		failures++;
		return 0;
	}
	sysfs_read(outcome, sizeof(outcome), TEST_CONTROL);
	if (err)
		test_fail(change_errno(-err), test_why(-err));
	else
		screen_line(GOOD, "ok    record %s after %.1f ms", outcome, test_since(&begin));
	return err ? 0 : strtoull(outcome, NULL, 10);
}

static long long test_last(const char *source)
{
	long long last = 0;

	sysfs_number(&last, SYSFS_KERNEL "/sources/%s/last", source);
	return last;
}

/* The record of trouble that @begin has made: its number, or 0 */
static uint64_t test_record(const char *source, long long before)
{
	uint64_t end = clock_ms() + TEST_RECORD_MS;

	while (test_last(source) == before) {
		if (clock_ms() >= end) {
			test_fail(source, "no event of it was recorded");
			return 0;
		}
		poll(NULL, 0, 10);
	}
	screen_line(GOOD, "ok    record %lld of the source %s", test_last(source), source);
	return test_last(source);
}

static uint64_t test_manual(void)
{
	long long before = test_last("manual");
	int err = sysfs_write("<6>a test by kevnotify test", SYSFS_KERNEL "/control/raise");

	if (!err)
		return test_record("manual", before);
	sysfs_unwritten(err, SYSFS_KERNEL "/control/raise");
	failures++;
	return 0;
}

/* A process in a unit of its own takes more memory than that has, and is killed alone. */
static uint64_t test_oom(void)
{
	long long before = test_last("oom");
	char out[1024];
	int status;

	status = run_words(out, sizeof(out), "systemd-run", "--quiet", "--no-block", "--collect",
			   "--unit=kevnotify-test-oom", "-p", "MemoryMax=16M",
			   "-p", "MemorySwapMax=0", "-p", "OOMScoreAdjust=1000",
			   "-p", "RuntimeMaxSec=10",
			   "/bin/sh", "-c", "x=x; while :; do x=$x$x; done");
	/* It does not wait for the end, as that needs a message bus. */
	if (!status)
		return test_record("oom", before);
	test_fail("oom", status == RUN_ABSENT ?
		  "there is no systemd-run, which a kill without harm needs" : run_last(out));
	return 0;
}

static void test_journal(uint64_t seq)
{
	double ms;
	int err = await_journal(instance, seq, TEST_JOURNAL_MS, &ms);

	if (!err)
		screen_line(GOOD, "ok    in the journal after %.1f ms", ms);
	else if (err == -ENOENT)
		screen_line(PLAIN, "-     there is no journal that may be read");
	else if (err == -ETIME)
		test_fail("journal", "it has no entry of the record");
	else
		test_fail("journal", strerror(-err));
}

static void test_handlers(uint64_t seq)
{
	static struct counts counts;
	const struct counts_ended *end;
	unsigned int n = 0;
	int ret = await_handlers(instance, seq, TEST_HANDLERS_MS, &counts);
	uint64_t i;

	if (ret < 0) {
		test_fail("handlers", "they have not ended");
		return;
	}
	if (ret) {
		screen_line(PLAIN,
			    "-     the service is through with it, and does not remember which handlers ran: kevnotify show %llu",
			    (unsigned long long)seq);
		return;
	}
	for (i = counts.n > COUNTS_ENDED ? counts.n - COUNTS_ENDED : 0; i < counts.n; i++) {
		end = &counts.ended[i % COUNTS_ENDED];
		if (end->seq != seq || !*end->name || strcmp(end->instance, instance))
			continue;
		n++;
		failures += end->outcome != COUNTS_OK;
		screen_line(end->outcome == COUNTS_OK ? GOOD : BAD, "%-5s handler %s: %s, %u ms",
			    end->outcome == COUNTS_OK ? "ok" : "FAIL", end->name,
			    counts_outcomes[end->outcome], end->ms);
	}
	if (counts.n - ended > COUNTS_ENDED)
		screen_line(PLAIN,
			    "-     more handlers have ended meanwhile than are remembered, and perhaps some of this record");
	else if (!n)
		screen_line(PLAIN, "-     no handlers for this record");
}

/* An event cannot be made of each source; what would run for one can be told. */
static void test_would(const char *source)
{
	static struct handlers all;
	unsigned int i;

	screen_line(PLAIN,
		    "-     without trouble there is no event of %s: the way was tested with one of helper",
		    source);
	handlers_find(&all, source);
	for (i = 0; i < all.n; i++)
		screen_line(PLAIN, "-     handler %s would run", all.at[i].name);
	if (!all.n)
		screen_line(PLAIN, "-     no handlers for events of %s", source);
}

static int test_is_on(const char *source)
{
	char state[256];

	if (strchr(source, '/') || *source == '.' || !*source ||
	    sysfs_read(state, sizeof(state), SYSFS_KERNEL "/sources/%.60s/state", source) < 0) {
		fprintf(stderr,
			"kevnotify test: there is no source \"%.60s\"; kevnotify sources has all\n",
			source);
		return -1;
	}
	if (!strncmp(state, "on", 2))
		return 1;
	test_fail(source, state);
	return 0;
}

static int test_all(const char *source)
{
	static struct counts counts;
	uint64_t seq;

	if (!counts_load(&counts))
		ended = counts.n;
	if (sysfs_read(instance, sizeof(instance), SYSFS_KERNEL "/instance") < 0)
		return STATUS_FAILED;
	if (!strcmp(source, "manual"))
		seq = test_manual();
	else if (!strcmp(source, "oom"))
		seq = test_oom();
	else
		seq = test_control();
	screen_flush();
	if (seq && service_runs()) {
		test_journal(seq);
		screen_flush();
		test_handlers(seq);
	} else if (seq) {
		screen_line(WARN,
			    "-     kevnotify.service does not run: the helper is what has it");
	}
	if (strcmp(source, "manual") && strcmp(source, "oom") && strcmp(source, "helper"))
		test_would(source);
	return failures ? STATUS_FAILED : STATUS_OK;
}

int test_run(int argc, char **argv)
{
	static const struct option options[] = { ARGS_HELP, { } };
	int c = getopt_long(argc, argv, "h", options, NULL), on;
	const char *source;

	if (c != -1 || optind + 1 < argc)
		return args_usage(c == -1 ? '?' : c);
	source = optind < argc ? argv[optind] : "helper";
	if (geteuid()) {
		fputs("kevnotify test: only root may raise events\n", stderr);
		return STATUS_FAILED;
	}
	if (!sysfs_there())
		return STATUS_FAILED;
	on = test_is_on(source);
	if (on <= 0)
		return on ? STATUS_USAGE : STATUS_FAILED;
	return test_all(source);
}
