// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user can write entries with any field that has no "_" in front. So only those of
 * root's processes are taken, and of this machine's journal only the system's part.
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "journal.h"
#include "screen.h"

#define JOURNAL_VALUE	4096	/* of a field, beyond which it is cut */
#define JOURNAL_WAIT_MS	5000	/* where the kernel does not tell of new entries */
#define JOURNAL_OTHERS	10000	/* that are passed on the way back to the last records */

static sd_journal *journal;
static int at;		/* the entry where it stands is the next one */
static int watched;	/* the kernel tells of new entries */

static int journal_ours(void)
{
	int err = journal_match("SYSLOG_IDENTIFIER", "kevnotify");

	return err ? err : journal_match("_UID", "0");
}

int journal_open(const char *directory)
{
	uint64_t bytes = 0;
	int err;

	if (directory)
		err = sd_journal_open_directory(&journal, directory, 0);
	else
		err = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (err < 0)
		return err;
	sd_journal_set_data_threshold(journal, 0);
	/* Files that may not be read are left out, and it is empty then. */
	err = sd_journal_get_usage(journal, &bytes);
	if (err >= 0 && !bytes)
		err = -ENODATA;
	if (err >= 0)
		err = journal_ours();
	if (err < 0)
		journal_close();
	return err < 0 ? err : 0;
}

void journal_close(void)
{
	sd_journal_close(journal);
	journal = NULL;
	watched = 0;
}

int journal_match(const char *key, const char *value)
{
	char match[256];
	int n = snprintf(match, sizeof(match), "%s=%s", key, value);

	if (n < 0 || (size_t)n >= sizeof(match))
		return -EINVAL;
	n = sd_journal_add_match(journal, match, n);
	return n < 0 ? n : 0;
}

int journal_all(void)
{
	at = 0;
	return sd_journal_seek_head(journal);
}

/* What the command says in a unit is under the same name. */
static int journal_numbered(void)
{
	const void *data;
	size_t len;

	return sd_journal_get_data(journal, "KEVNOTIFY_SEQ", &data, &len) >= 0;
}

int journal_last(unsigned int n)
{
	unsigned int others = 0, left = n;
	int err = sd_journal_seek_tail(journal);

	at = 0;
	if (err < 0)
		return err;
	do {
		err = sd_journal_previous(journal);
		if (err > 0 && left && journal_numbered())
			left--;
		else
			others++;
	} while (err > 0 && left && others < JOURNAL_OTHERS);
	at = n && err > 0;
	/* Behind the tail nothing would ever come. */
	if (!err)
		err = sd_journal_seek_head(journal);
	return err < 0 ? err : 0;
}

int journal_since(uint64_t usec)
{
	at = 0;
	return sd_journal_seek_realtime_usec(journal, usec);
}

int journal_from(const char *cursor)
{
	at = 0;
	return sd_journal_seek_cursor(journal, cursor);
}

int journal_after(const char *cursor)
{
	int err = sd_journal_seek_cursor(journal, cursor);

	at = 0;
	if (err < 0)
		return err;
	err = sd_journal_next(journal);
	/* Its own entry may have gone; then it stands at the one behind. */
	at = err > 0 && sd_journal_test_cursor(journal, cursor) <= 0;
	return err < 0 ? err : 0;
}

/* Data ends with its length, and with no NUL. */
static int journal_is(const char *data, size_t len, const char *key)
{
	size_t n = strlen(key);

	return len > n && !memcmp(data, key, n) && data[n] == '=';
}

/* What a record is made of: our fields, and which boot of which machine it was */
static int journal_wants(const char *data, size_t len)
{
	return *data != '_' || journal_is(data, len, "_BOOT_ID") ||
	       journal_is(data, len, "_HOSTNAME");
}

static void journal_add(struct record *r, const char *data, size_t len)
{
	size_t i;

	if (!journal_wants(data, len) || len > JOURNAL_VALUE || r->fields == RECORD_FIELDS ||
	    len + 2 > sizeof(r->text) - r->len)
		return;
	/* A record has no lines in its values. */
	for (i = 0; i < len; i++)
		r->text[r->len++] = data[i] && data[i] != '\n' ? data[i] : ' ';
	r->text[r->len++] = '\n';
	r->fields++;
}

static int journal_record(struct record *r)
{
	char stamp[64];
	const void *data;
	uint64_t usec;
	size_t len;
	int err;

	r->fields = 0;
	r->len = 0;
	err = sd_journal_get_realtime_usec(journal, &usec);
	if (err < 0)
		return err;
	len = snprintf(stamp, sizeof(stamp), "__REALTIME_TIMESTAMP=%llu", (unsigned long long)usec);
	memcpy(r->text, stamp, len);
	r->text[len] = '\n';
	r->len = len + 1;
	r->fields = 1;
	sd_journal_restart_data(journal);
	while ((err = sd_journal_enumerate_available_data(journal, &data, &len)) > 0)
		journal_add(r, data, len);
	if (err < 0)
		return err;
	r->text[r->len++] = '\n';
	return record_parse(r);
}

int journal_next(struct record *r)
{
	int n;

	do {
		n = at ? 1 : sd_journal_next(journal);
		at = 0;
		if (n <= 0)
			return n;
		n = journal_record(r);
		/* An entry that is torn, or that the journal dropped meanwhile, is none. */
	} while (n == -EBADMSG || n == -EADDRNOTAVAIL || (!n && !record_get(r, "KEVNOTIFY_SEQ")));
	return n < 0 ? n : 1;
}

char *journal_cursor(void)
{
	char *cursor;

	return sd_journal_get_cursor(journal, &cursor) < 0 ? NULL : cursor;
}

static void journal_export_field(const char *data, size_t len)
{
	const char *value = memchr(data, '=', len);
	uint64_t size;

	if (!value)
		return;
	value++;
	size = htole64(len - (value - data));
	if (memchr(data, '\n', len)) {
		screen_bytes(data, value - 1 - data);
		screen_bytes("\n", 1);
		screen_bytes(&size, sizeof(size));
		screen_bytes(value, len - (value - data));
	} else {
		screen_bytes(data, len);
	}
	screen_bytes("\n", 1);
}

/* What the journal knows of an entry beside its fields */
static int journal_export_address(void)
{
	char *cursor = journal_cursor();
	uint64_t real, mono;
	char line[512];
	sd_id128_t boot;
	int n;

	if (!cursor || sd_journal_get_realtime_usec(journal, &real) < 0 ||
	    sd_journal_get_monotonic_usec(journal, &mono, &boot) < 0) {
		free(cursor);
		return -EADDRNOTAVAIL;
	}
	n = snprintf(line, sizeof(line), "__CURSOR=%s\n__REALTIME_TIMESTAMP=%llu\n"
		     "__MONOTONIC_TIMESTAMP=%llu\n_BOOT_ID=" SD_ID128_FORMAT_STR "\n", cursor,
		     (unsigned long long)real, (unsigned long long)mono, SD_ID128_FORMAT_VAL(boot));
	free(cursor);
	screen_bytes(line, n);
	return 0;
}

int journal_export(void)
{
	const void *data;
	size_t len;
	int err = journal_export_address();

	if (err)
		return err;
	sd_journal_restart_data(journal);
	while ((err = sd_journal_enumerate_available_data(journal, &data, &len)) > 0)
		if (!journal_is(data, len, "_BOOT_ID"))
			journal_export_field(data, len);
	screen_bytes("\n", 1);
	return err;
}

int journal_wait(void)
{
	struct pollfd fds[2] = {
		{ .fd = sd_journal_get_fd(journal) },
		{ .fd = STDOUT_FILENO },
	};
	uint64_t usec = 0;
	int n;

	n = sd_journal_get_events(journal);
	if (fds[0].fd < 0 || n < 0)
		return fds[0].fd < 0 ? fds[0].fd : n;
	/* What came before it was watched is still to be read. */
	if (!watched) {
		watched = 1;
		return 1;
	}
	fds[0].events = n;
	sd_journal_get_timeout(journal, &usec);
	poll(fds, 2, usec == UINT64_MAX ? -1 : usec ? JOURNAL_WAIT_MS : 0);
	if (fds[1].revents & (POLLERR | POLLHUP | POLLNVAL))
		return 0;
	n = sd_journal_process(journal);
	return n < 0 ? n : 1;
}

static int journal_begin(const char *instance)
{
	int err;

	sd_journal_flush_matches(journal);
	err = journal_ours();
	if (!err)
		err = journal_match("KEVNOTIFY_INSTANCE", instance);
	return err;
}

int journal_has(const char *instance)
{
	int n = journal_begin(instance);

	if (!n)
		n = sd_journal_seek_tail(journal);
	if (!n)
		n = sd_journal_previous(journal);
	sd_journal_flush_matches(journal);
	journal_ours();
	return n > 0;
}

char *journal_first(const char *instance)
{
	char *cursor = NULL;

	if (!journal_begin(instance) && !sd_journal_seek_head(journal) &&
	    sd_journal_next(journal) > 0)
		cursor = journal_cursor();
	sd_journal_flush_matches(journal);
	journal_ours();
	return cursor;
}

uint64_t journal_other(const char *instance, const char *seq, uint64_t from, uint64_t to)
{
	const void *data;
	uint64_t usec;
	size_t len;

	sd_journal_flush_matches(journal);
	if (journal_ours() || journal_match("KEVNOTIFY_SEQ", seq) ||
	    sd_journal_seek_realtime_usec(journal, from))
		return to;
	while (sd_journal_next(journal) > 0 && !sd_journal_get_realtime_usec(journal, &usec) &&
	       usec < to)
		if (sd_journal_get_data(journal, "KEVNOTIFY_INSTANCE", &data, &len) >= 0 &&
		    (len != strlen("KEVNOTIFY_INSTANCE=") + strlen(instance) ||
		     memcmp((const char *)data + strlen("KEVNOTIFY_INSTANCE="), instance,
			    strlen(instance))))
			return usec;
	return to;
}

int journal_lines(const char *name, const char *boot, uint64_t from, uint64_t to,
		  int (*line)(const char *text, void *arg), void *arg)
{
	char text[1024];
	const void *data;
	uint64_t usec;
	size_t len;
	int n = 0;

	sd_journal_flush_matches(journal);
	if (journal_match("SYSLOG_IDENTIFIER", name) || journal_match("_UID", "0") ||
	    journal_match("_BOOT_ID", boot) || sd_journal_seek_realtime_usec(journal, from))
		return 0;
	while (sd_journal_next(journal) > 0 && !sd_journal_get_realtime_usec(journal, &usec) &&
	       usec < to) {
		if (sd_journal_get_data(journal, "MESSAGE", &data, &len) < 0)
			continue;
		snprintf(text, sizeof(text), "%.*s", (int)len - 8, (const char *)data + 8);
		n += line(text, arg);
	}
	return n;
}

/* Entries with this field are few: those that it has no value for are not looked at. */
unsigned long long journal_lacks(const char *instance)
{
	unsigned long long sum = 0, n;
	const void *data;
	char value[32];
	size_t len;

	if (sd_journal_query_unique(journal, "KEVNOTIFY_LOST") < 0)
		return 0;
	SD_JOURNAL_FOREACH_UNIQUE(journal, data, len) {
		snprintf(value, sizeof(value), "%.*s", (int)(len - strlen("KEVNOTIFY_LOST=")),
			 (const char *)data + strlen("KEVNOTIFY_LOST="));
		n = strtoull(value, NULL, 10);
		if (journal_begin(instance) || journal_match("KEVNOTIFY_LOST", value) ||
		    sd_journal_seek_head(journal))
			break;
		while (sd_journal_next(journal) > 0)
			sum += n;
	}
	sd_journal_flush_matches(journal);
	journal_ours();
	return sum;
}
