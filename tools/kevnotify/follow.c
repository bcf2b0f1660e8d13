// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "message.h"
#include "object.h"
#include "records.h"
#include "screen.h"
#include "text.h"
#include "times.h"
#include "whole.h"

#define FOLLOW_LINES	10		/* that are shown of what was before */
#define FOLLOW_TEXT	24		/* column of what happened */

/**
 * struct follow - what was asked for
 * @lines: how many of the last ones; -1: from the beginning
 * @ends: at the last one
 * @most: at the latest after so many; 0: not given
 * @since: from then on, in microseconds since 1970, if @from_time
 * @cursor_file: NULL: none
 * @print: a record
 */
static struct follow {
	struct records	which;
	long long	lines;
	int		ends;
	uint64_t	most;
	int		from_time;
	uint64_t	since;
	const char	*cursor_file;
	int		(*print)(const struct record *r);
} follow;

/* Of records on a screen: the day of the last one */
static char day[32];

static void follow_more(const char *line)
{
	if (!line[0])
		return;
	screen_tab(FOLLOW_TEXT);
	screen_add(DIM, "%s", line);
	screen_end();
}

static void follow_day(uint64_t when)
{
	char text[32];

	times_text(text, sizeof(text), "%a %b %e %Y", when);
	if (strcmp(text, day))
		screen_line(BOLD, "%s", text);
	snprintf(day, sizeof(day), "%s", text);
}

static int follow_line(const struct record *r)
{
	const char *hidden = record_get(r, "KEVNOTIFY_SUPPRESSED");
	const char *lost = record_get(r, "KEVNOTIFY_LOST");
	char when[32], text[TEXT_BYTES];
	int level = text_level(r);

	follow_day(times_of(r));
	times_text(when, sizeof(when), "%H:%M:%S", times_of(r));
	if (lost)
		screen_line(BAD, "%s %s records are lost here", when, lost);
	screen_add(PLAIN, "%s %-7s", when, text_source(r));
	if (hidden) {
		screen_add(WARN, " ····   %s more suppressed", hidden);
		screen_end();
		/* One that closes a burst says no more than that. */
		if (message_closes(r))
			return 0;
		screen_add(PLAIN, "%s %-7s", when, text_source(r));
	}
	screen_add(text_style(level), " %-6s", args_level_name(level));
	text_what(text, r);
	screen_tab(FOLLOW_TEXT);
	screen_add(PLAIN, "%s", text);
	screen_end();
	text_limit(text, r);
	follow_more(text);
	text_memory(text, r);
	follow_more(text);
	return 0;
}

static int follow_json(const struct record *r)
{
	return object_print(r);
}

/* The file is whole at any time: it has the old cursor, or the new one. */
static int follow_keep(const char *cursor)
{
	char line[RECORDS_CURSOR + 1];
	const char *name;
	int dir = whole_dir(follow.cursor_file, &name), err;

	if (dir < 0)
		return dir;
	snprintf(line, sizeof(line), "%s\n", cursor);
	err = whole_write(dir, name, 0644, line, strlen(line), 1);
	close(dir);
	return err;
}

/* 1 if there was one, 0, or -errno */
static int follow_kept(char cursor[RECORDS_CURSOR])
{
	int fd = open(follow.cursor_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	n = read(fd, cursor, RECORDS_CURSOR - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n <= 0)
		return n;
	cursor[n] = '\0';
	cursor[strcspn(cursor, "\n")] = '\0';
	return 1;
}

static int follow_failed(const char *what, int err)
{
	fprintf(stderr, "kevnotify follow: %s: %s\n", what, strerror(-err));
	return STATUS_FAILED;
}

/* Behind the cursor; without one where else was asked for, and if nothing was, from the first */
static int follow_begin(void)
{
	int err;

	if (follow.which.cursor) {
		err = records_after(follow.which.cursor);
		return err ? follow_failed(follow.cursor_file, err) : 0;
	}
	if (follow.from_time)
		err = records_since(follow.since);
	else if (follow.lines < 0)
		err = records_all();
	else
		err = records_last(follow.lines);
	return err ? follow_failed("the records", err) : 0;
}

/* What is to be read, from where that was read before */
static int follow_open(void)
{
	static char cursor[RECORDS_CURSOR];
	int n = follow.cursor_file ? follow_kept(cursor) : 0;

	if (n < 0)
		return follow_failed(follow.cursor_file, n);
	follow.which.cursor = n ? cursor : NULL;
	return records_open(&follow.which) ? follow_begin() : STATUS_FAILED;
}

/*
 * One record is out, and the cursor behind it is kept: 0, -EPIPE if the reader has gone,
 * -errno, or an exit status if the reason was said
 */
static int follow_one(const struct record *r)
{
	char cursor[RECORDS_CURSOR];
	int err = follow.print(r);

	if (err)
		return err;
	if (!screen_flush())
		return -EPIPE;
	if (!follow.cursor_file)
		return 0;
	records_cursor(r, cursor);
	err = *cursor ? follow_keep(cursor) : 0;
	return err ? follow_failed(follow.cursor_file, err) : 0;
}

static int follow_all(void)
{
	static struct record r;
	int n;

	for (;;) {
		while ((n = records_next(&r)) == 1) {
			n = follow_one(&r);
			if (n || (follow.most && !--follow.most))
				return n;
		}
		if (n || follow.ends)
			return n;
		n = records_wait();
		if (n <= 0)
			return n;
	}
}

static int follow_source(char *list)
{
	char *name, *at;

	for (name = strtok_r(list, ",", &at); name; name = strtok_r(NULL, ",", &at)) {
		if (follow.which.sources == RECORDS_SOURCES || strlen(name) > 31) {
			fprintf(stderr,
				"kevnotify follow: --source: at most %d, of 31 bytes each\n",
				RECORDS_SOURCES);
			return 0;
		}
		follow.which.source[follow.which.sources++] = name;
	}
	return follow.which.sources > 0;
}

static int follow_export(const struct record *r)
{
	return records_export(r);
}

/* False if its value is none, and that was said */
static int follow_option(int c, char *value)
{
	unsigned long long n;

	switch (c) {
	case 's':
		follow.from_time = 1;
		return times_parse("--since", value, &follow.since);
	case 'S':
		return follow_source(value);
	case 'l':
		return args_level("--level", value, &follow.which.level);
	case 'n':
		if (!args_number("--lines", value, 0, 1000000, &n))
			return 0;
		follow.lines = n;
		return 1;
	case 'm':
		if (!args_number("--most", value, 1, 1000000, &n))
			return 0;
		follow.most = n;
		return 1;
	case 'c':
		follow.cursor_file = value;
		return *value != '\0';
	case 'D':
		follow.which.directory = value;
		return 1;
	case 'd':
		follow.which.device = 1;
		return 1;
	}
	return 0;
}

static int follow_parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "since",		required_argument,	NULL, 's' },
		{ "source",		required_argument,	NULL, 'S' },
		{ "level",		required_argument,	NULL, 'l' },
		{ "lines",		required_argument,	NULL, 'n' },
		{ "most",		required_argument,	NULL, 'm' },
		{ "json",		no_argument,		NULL, 'j' },
		{ "export",		no_argument,		NULL, 'x' },
		{ "cursor-file",	required_argument,	NULL, 'c' },
		{ "no-follow",		no_argument,		NULL, 'N' },
		{ "device",		no_argument,		NULL, 'd' },
		{ "directory",		required_argument,	NULL, 'D' },
		ARGS_HELP, { }
	};
	int c;

	while ((c = getopt_long(argc, argv, "n:D:h", options, NULL)) != -1) {
		if (c == 'j')
			follow.print = follow_json;
		else if (c == 'x')
			follow.print = follow_export;
		else if (c == 'N')
			follow.ends = 1;
		else if (c == '?' || c == 'h')
			return args_usage(c);
		else if (!follow_option(c, optarg))
			return STATUS_USAGE;
	}
	return optind < argc ? args_usage('?') : -1;
}

int follow_run(int argc, char **argv)
{
	int status;

	follow.which.level = 7;
	follow.lines = -2;
	follow.print = follow_line;
	status = follow_parse(argc, argv);
	if (status >= 0)
		return status;
	if (follow.from_time && follow.lines >= 0) {
		fputs("kevnotify follow: --since and --lines exclude each other;"
		      " --most=N ends after the first N\n", stderr);
		return STATUS_USAGE;
	}
	/* What goes to another program is to be whole. */
	if (follow.lines == -2)
		follow.lines = follow.cursor_file ? -1 : FOLLOW_LINES;
	status = follow_open();
	if (status)
		return status;
	status = follow_all();
	if (status == -EPIPE)
		return follow.print == follow_export ? STATUS_FAILED : STATUS_OK;
	return status < 0 ? follow_failed("the records", status) : status;
}
