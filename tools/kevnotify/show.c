// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "journal.h"
#include "object.h"
#include "records.h"
#include "screen.h"
#include "sysfs.h"
#include "text.h"
#include "times.h"

#define SHOW_VALUE	26	/* column of values */
#define SHOW_END	3600	/* seconds in which a handler's end is looked for */

/*
 * Numbers begin again with each load of the module. It is the record of the present one
 * that is meant, or the newest of those before.
 */
static int show_find(const struct record **found)
{
	static struct record records[2];
	char present[64] = "";
	const char *instance;
	int n, err = records_all(), slot = 0;

	*found = NULL;
	sysfs_read(present, sizeof(present), SYSFS_KERNEL "/instance");
	while (!err && (n = records_next(&records[slot])) != 0) {
		if (n < 0)
			return n;
		*found = &records[slot];
		instance = record_get(*found, "KEVNOTIFY_INSTANCE");
		if (records_from_device() || (instance && !strcmp(instance, present)))
			break;
		slot = !slot;
	}
	return err;
}

static void show_field(const char *key, const char *value)
{
	if (!strncmp(key, "KEVNOTIFY_", 10))
		key += 10;
	screen_add(DIM, "  %s", key);
	screen_tab(SHOW_VALUE);
	screen_add(PLAIN, "%s", value);
	screen_end();
}

/* What is said above, or is the journal's own */
static int show_hides(const char *key)
{
	static const char *const keys[] = {
		"MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER", "KEVNOTIFY_SNAPSHOT",
		"KEVNOTIFY_SOURCE", "KEVNOTIFY_SEQ", "KEVNOTIFY_TIME", NULL
	};
	unsigned int i;

	for (i = 0; keys[i]; i++)
		if (!strcmp(keys[i], key))
			return 1;
	return !strncmp(key, "__", 2);
}

static void show_line(enum screen_style style, const char *what, const char *value)
{
	screen_add(DIM, "%s", what);
	screen_tab(10);
	screen_add(style, "%s", value);
	screen_end();
}

/* Of the lines of the service: only what went wrong has one. */
static int show_handler(const char *line, void *arg)
{
	const char *seq = arg, *end = strstr(line, " for record ");
	size_t len = strlen(seq);

	if (!end || strncmp(end + 12, seq, len) || end[12 + len] != ':')
		return 0;
	if (!strncmp(line, "kevnotify-dispatch: ", 20))
		line += 20;
	screen_add(DIM, "handler");
	screen_tab(10);
	screen_add(WARN, "%.*s:%s", (int)(end - line), line, end + 12 + len + 1);
	screen_end();
	return 1;
}

static void show_handlers(const struct record *r)
{
	const char *instance = record_get(r, "KEVNOTIFY_INSTANCE");
	const char *boot = record_get(r, "_BOOT_ID"), *seq = record_get(r, "KEVNOTIFY_SEQ");
	uint64_t when = times_of(r), to = when + SHOW_END * 1000000ULL;
	int n;

	if (records_from_device() || !instance || !boot)
		return;
	/* Of the lines nothing says which module's record it was. */
	to = journal_other(instance, seq, when, to);
	n = journal_lines("kevnotify-dispatch", boot, when, to, show_handler, (void *)seq);
	if (!n)
		show_line(PLAIN, "handlers", "the journal tells of none that failed");
}

static void show_screen(const struct record *r)
{
	const char *snapshot = record_get(r, "KEVNOTIFY_SNAPSHOT");
	char when[64], text[TEXT_BYTES], head[TEXT_BYTES];
	unsigned int i;

	times_text(when, sizeof(when), "%a %b %e %H:%M:%S %Y", times_of(r));
	snprintf(head, sizeof(head), "%s, %s", text_source(r), args_level_name(text_level(r)));
	screen_line(BOLD, "record %s, %s", record_get(r, "KEVNOTIFY_SEQ"), when);
	show_line(text_style(text_level(r)), "source", head);
	text_what(text, r);
	show_line(PLAIN, "what", text);
	text_limit(text, r);
	if (*text)
		show_line(PLAIN, "", text);
	text_memory(text, r);
	if (*text)
		show_line(PLAIN, "", text);
	if (snapshot)
		show_line(PLAIN, "snapshot", snapshot);
	/* The files of a snapshot are swept away when there are many. */
	if (snapshot && access(snapshot, F_OK) && errno == ENOENT)
		show_line(WARN, "", "(it is not there any more)");
	show_handlers(r);
	screen_line(PLAIN, "%s", "");
	for (i = 0; i < r->fields; i++)
		if (!show_hides(r->field[i].key))
			show_field(r->field[i].key, r->field[i].value);
}

static int show_one(const struct records *which, int json)
{
	const struct record *r;
	int err;

	if (!records_open(which))
		return STATUS_FAILED;
	err = show_find(&r);
	if (!err && r && json)
		err = object_print(r);
	else if (!err && r)
		show_screen(r);
	if (err)
		fprintf(stderr, "kevnotify show: the records: %s\n", strerror(-err));
	else if (!r)
		fprintf(stderr, "kevnotify show: there is no record %s in %s\n", which->seq,
			records_from_device() ? "the module's log" : "the journal");
	return err || !r ? STATUS_FAILED : STATUS_OK;
}

int show_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' }, { "device", no_argument, NULL, 'd' },
		{ "directory", required_argument, NULL, 'D' }, ARGS_HELP, { }
	};
	struct records which = { .level = 7 };
	unsigned long long number;
	int c, json = 0;
	char seq[32];

	while ((c = getopt_long(argc, argv, "D:h", options, NULL)) != -1) {
		if (c == 'j')
			json = 1;
		else if (c == 'd')
			which.device = 1;
		else if (c == 'D')
			which.directory = optarg;
		else
			return args_usage(c);
	}
	if (optind != argc - 1)
		return args_usage('?');
	if (!args_number("SEQ", argv[optind], 0, ~0ULL, &number))
		return STATUS_USAGE;
	snprintf(seq, sizeof(seq), "%llu", number);
	which.seq = seq;
	return show_one(&which, json);
}
