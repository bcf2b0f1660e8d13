// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "journal.h"
#include "message.h"
#include "paths.h"
#include "records.h"
#include "screen.h"
#include "service.h"
#include "sysfs.h"

#define RECORDS_DEVICE	"device"	/* a cursor of the device: this, the instance, the SEQ */

static const struct records *which;
static int from_device;
static struct device device;

/* From the device: where they begin, and what of a record was not in it */
static uint64_t since;
static unsigned long long skip, after;
static char after_instance[40];
/* In the journal: the first entry of that instance; if there is none, the last one of all */
static char *after_entry;
static int after_last;
static struct names names;
static char text[1536];

static int records_match(void)
{
	char level[2] = "0";
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < which->sources; i++)
		err = journal_match("KEVNOTIFY_SOURCE", which->source[i]);
	for (; !err && which->level < 7 && *level <= '0' + which->level; ++*level)
		err = journal_match("PRIORITY", level);
	return err || !which->seq ? err : journal_match("KEVNOTIFY_SEQ", which->seq);
}

/*
 * Has the journal what the module has recorded? The service writes it there, and the
 * helper. A journal of a machine where neither is set up has none of the module's.
 */
static int records_journalled(void)
{
	char instance[64];
	long long next;

	if (which->directory || service_runs() ||
	    sysfs_read(instance, sizeof(instance), SYSFS_KERNEL "/instance") <= 0)
		return 1;
	return journal_has(instance) ||
	       (!sysfs_number(&next, SYSFS_KERNEL "/stats/next") && next <= 1);
}

/* A cursor of the device? Then it says behind which record. */
static int records_parse_cursor(void)
{
	char end;

	after_instance[0] = '\0';
	if (which->cursor && sscanf(which->cursor, RECORDS_DEVICE " %39[0-9a-f] %llu%c",
				    after_instance, &after, &end) == 2)
		return 1;
	after_instance[0] = '\0';
	return 0;
}

/* The journal goes on where the device was left: false if it does not know that instance */
static int records_find_entry(void)
{
	char instance[64] = "";

	if (!*after_instance)
		return 1;
	/* The end is found before the first one is looked for: none can come between. */
	after_last = 0;
	if (!journal_last(0))
		after_entry = journal_cursor();
	if (journal_has(after_instance)) {
		free(after_entry);
		after_entry = journal_first(after_instance);
		return !!after_entry;
	}
	after_last = 1;
	sysfs_read(instance, sizeof(instance), SYSFS_KERNEL "/instance");
	return !strcmp(instance, after_instance);
}

static int records_open_journal(void)
{
	int err = journal_open(which->directory);

	if (err)
		return err;
	if (!records_journalled() && (!which->cursor || *after_instance)) {
		journal_close();
		return -ENODATA;
	}
	return records_find_entry() ? records_match() : -ESTALE;
}

static int records_open_device(void)
{
	from_device = 1;
	return device_open(&device, PATH_DEVICE, O_RDONLY | O_NONBLOCK);
}

int records_open(const struct records *of)
{
	int err = -ENODATA;

	which = of;
	from_device = 0;
	if (which->cursor && !records_parse_cursor() && which->device) {
		fputs("kevnotify: the cursor is not of the device: leave --device out, or remove\n"
		      "  the cursor's file to begin with the first event\n", stderr);
		return 0;
	}
	if (!which->device)
		err = records_open_journal();
	if (!err)
		return 1;
	if (which->directory && err != -ESTALE) {
		fprintf(stderr, "kevnotify: %s: %s\n", which->directory,
			err == -ENODATA ? "there is no journal in it that may be read" :
			strerror(-err));
		return 0;
	}
	if (err == -ESTALE) {
		fputs("kevnotify: the cursor is of a load of the module that the journal has\n"
		      "  nothing of: remove the cursor's file to begin with the first event\n",
		      stderr);
		return 0;
	}
	if (which->cursor && !*after_instance) {
		fprintf(stderr, "kevnotify: the cursor is of a journal that cannot be read (%s):\n"
			"  be root, or in the group adm\n", strerror(-err));
		return 0;
	}
	err = records_open_device();
	if (err == -EACCES || err == -EPERM)
		fputs("kevnotify: neither the journal nor " PATH_DEVICE
		      " may be read: be root, or in the group adm\n", stderr);
	else if (err == -ENOENT || err == -ENXIO || err == -ENODEV)
		fputs("kevnotify: no journal that may be read, and no " PATH_DEVICE
		      ":\n  be root, or in the group adm; is the module loaded?\n", stderr);
	else if (err)
		sysfs_unread(err, PATH_DEVICE);
	return !err;
}

int records_from_device(void)
{
	return from_device;
}

int records_all(void)
{
	return from_device ? 0 : journal_all();
}

int records_since(uint64_t usec)
{
	since = usec;
	return from_device ? 0 : journal_since(usec);
}

static int records_wanted(const struct record *r)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");
	const char *priority = record_get(r, "PRIORITY"), *seq = record_get(r, "KEVNOTIFY_SEQ");
	unsigned int i;

	if (!source || !seq || (priority && atoi(priority) > which->level) ||
	    (which->seq && strcmp(which->seq, seq)))
		return 0;
	for (i = 0; i < which->sources && strcmp(source, which->source[i]); i++)
		;
	return !which->sources || i < which->sources;
}

/* Was it before the cursor? */
static int records_known(const struct record *r)
{
	const char *instance = record_get(r, "KEVNOTIFY_INSTANCE");
	unsigned long long seq = 0;

	record_number(r, "KEVNOTIFY_SEQ", &seq);
	return instance && !strcmp(instance, after_instance) && seq <= after;
}

static int records_device_wanted(const struct record *r)
{
	unsigned long long usec = 0;

	record_number(r, "__REALTIME_TIMESTAMP", &usec);
	return usec >= since && !records_known(r) && records_wanted(r);
}

/* The last ones of those that are there now */
int records_last(unsigned int n)
{
	static struct record r;
	unsigned long long all = 0;
	int err;

	if (!from_device)
		return journal_last(n);
	while ((err = device_next(&device, &r)) == 1)
		all += records_device_wanted(&r);
	device_close(&device);
	skip = all > n ? all - n : 0;
	return err && err != -EAGAIN ? err : records_open_device();
}

int records_after(const char *cursor)
{
	if (from_device)
		return 0;
	if (!*after_instance)
		return journal_after(cursor);
	if (!after_entry)
		return journal_all();
	return after_last ? journal_after(after_entry) : journal_from(after_entry);
}

static void records_add(struct record *r, const char *key, const char *value)
{
	if (!*value || r->fields == RECORD_FIELDS)
		return;
	r->field[r->fields].key = key;
	r->field[r->fields++].value = value;
}

/* As the service writes it to the journal */
static void records_name(struct record *r)
{
	unsigned int i;

	message_names(r, &names);
	message_text(text, sizeof(text), r, &names, NULL);
	for (i = 0; i < r->fields; i++)
		if (!strcmp(r->field[i].key, "MESSAGE"))
			r->field[i].value = text;
	records_add(r, "KEVNOTIFY_UNIT", names.unit);
	records_add(r, "KEVNOTIFY_USER_UNIT", names.user_unit);
	records_add(r, "KEVNOTIFY_CONTAINER", names.container);
	records_add(r, "KEVNOTIFY_POD", names.pod);
	records_add(r, "KEVNOTIFY_USER", names.user);
}

int records_next(struct record *r)
{
	int n;

	if (!from_device) {
		while ((n = journal_next(r)) == 1 && (records_known(r) || !records_wanted(r)))
			;
		return n;
	}
	do {
		n = device_next(&device, r);
		if (n != 1)
			return n == -EAGAIN ? 0 : n;
	} while (!records_device_wanted(r) || (skip && skip--));
	records_name(r);
	return 1;
}

int records_wait(void)
{
	struct pollfd fds[2] = {
		{ .fd = device.fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	if (!from_device)
		return journal_wait();
	poll(fds, 2, -1);
	return !(fds[1].revents & (POLLERR | POLLHUP | POLLNVAL));
}

void records_cursor(const struct record *r, char cursor[RECORDS_CURSOR])
{
	const char *instance = record_get(r, "KEVNOTIFY_INSTANCE");
	const char *seq = record_get(r, "KEVNOTIFY_SEQ");
	char *of;

	cursor[0] = '\0';
	if (from_device) {
		if (instance && seq)
			snprintf(cursor, RECORDS_CURSOR, RECORDS_DEVICE " %s %s", instance, seq);
		return;
	}
	of = journal_cursor();
	if (of && strlen(of) < RECORDS_CURSOR)
		strcpy(cursor, of);
	free(of);
}

int records_export(const struct record *r)
{
	unsigned int i;

	if (!from_device)
		return journal_export();
	for (i = 0; i < r->fields; i++) {
		screen_bytes(r->field[i].key, strlen(r->field[i].key));
		screen_bytes("=", 1);
		screen_bytes(r->field[i].value, strlen(r->field[i].value));
		screen_bytes("\n", 1);
	}
	screen_bytes("\n", 1);
	return 0;
}
