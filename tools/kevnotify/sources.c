// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "dump.h"
#include "persist.h"
#include "screen.h"
#include "sysfs.h"

#define SOURCES_DIR	SYSFS_KERNEL "/sources"
#define SOURCES_PARAMETER	SYSFS_MODULE "/parameters/sources"

static struct change change;
static struct persist persist;

static long long sources_number(const char *name, const char *file)
{
	long long number = 0;

	sysfs_number(&number, SOURCES_DIR "/%s/%s", name, file);
	return number;
}

/* --- The list */

/* "on", and why it lacks something; the one is cut off */
static const char *sources_state(const char *name, char *state, size_t size)
{
	char *colon;

	if (sysfs_read(state, size, SOURCES_DIR "/%s/state", name) < 0)
		snprintf(state, size, "?");
	colon = strstr(state, ": ");
	if (!colon)
		return "";
	*colon = '\0';
	return colon + 2;
}

/* A blank, and what is unusual about the source */
__attribute__((format(printf, 3, 4)))
static void sources_note(char *notes, size_t size, const char *format, ...)
{
	size_t len = strlen(notes);
	va_list args;

	if (len && len < size - 1)
		notes[len++] = ' ';
	va_start(args, format);
	vsnprintf(notes + len, size - len, format, args);
	va_end(args);
}

static void sources_notes(const char *name, char *notes, size_t size)
{
	long long level = sources_number(name, "level");
	long long threshold = sources_number(name, "threshold");
	char comm[32];

	if (level >= 0)
		sources_note(notes, size, "level=%lld", level);
	if (sysfs_read(comm, sizeof(comm), SOURCES_DIR "/%s/comm", name) > 0)
		sources_note(notes, size, "comm=%s", comm);
	if (sources_number(name, "stack"))
		sources_note(notes, size, "stack=1");
	if (threshold)
		sources_note(notes, size, "threshold=%lld clear=%lld", threshold,
			     sources_number(name, "clear"));
}

static void sources_line(const char *name)
{
	char state[512], notes[1024] = "";
	const char *why = sources_state(name, state, sizeof(state));
	enum screen_style style = !strcmp(state, "on") ? PLAIN : DIM;

	if (*why)
		sources_note(notes, sizeof(notes), "%s", why);
	sources_notes(name, notes, sizeof(notes));
	screen_add(style, "%s", name);
	screen_tab(13);
	screen_add(style, "%s", !strcmp(state, "unavailable") ? "n/a" : state);
	screen_tab(17);
	screen_add(style, "%8lld", sources_number(name, "raised"));
	screen_tab(26);
	screen_add(style, "%10lld", sources_number(name, "suppressed"));
	if (*notes)
		screen_add(style, "  %s", notes);
	screen_end();
}

static json_t *sources_object(const char *name)
{
	static const char *const numbers[] = {
		"raised", "suppressed", "last", "level", "stack", "threshold", "clear",
		"dispatch", NULL
	};
	json_t *object = json_object();
	const char *const *file;
	char state[512], comm[32];
	const char *why = sources_state(name, state, sizeof(state));
	long long number;

	json_object_set_new(object, "state", json_string(state));
	if (*why)
		json_object_set_new(object, "why", json_string(why));
	if (sysfs_read(comm, sizeof(comm), SOURCES_DIR "/%s/comm", name) > 0)
		json_object_set_new(object, "comm", json_string(comm));
	for (file = numbers; *file; file++)
		if (!sysfs_number(&number, SOURCES_DIR "/%s/%s", name, *file))
			json_object_set_new(object, *file, json_integer(number));
	return object;
}

static int sources_list(int json)
{
	static struct sysfs_list list;
	int err = sysfs_list(&list, SOURCES_DIR);
	json_t *all;
	unsigned int i;

	if (err)
		return sysfs_unread(err, SOURCES_DIR);
	if (!json) {
		screen_line(BOLD, "source       state  raised suppressed");
		for (i = 0; i < list.n; i++)
			sources_line(list.name[i]);
		return STATUS_OK;
	}
	all = json_object();
	for (i = 0; i < list.n; i++)
		json_object_set_new(all, list.name[i], sources_object(list.name[i]));
	dump_json(all);
	return STATUS_OK;
}

/* --- Changes */

static int sources_known(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), SOURCES_DIR "/%.60s/state", name);
	if (*name && !strchr(name, '/') && *name != '.' && !access(path, F_OK))
		return 1;
	fprintf(stderr,
		"kevnotify sources: there is no source \"%.60s\"; kevnotify sources has all\n",
		name);
	return 0;
}

/* The module's words for a refused value begin with the source. */
static int sources_add(const char *name, const char *file, const char *value)
{
	char path[192];

	snprintf(path, sizeof(path), SOURCES_DIR "/%.60s/%.30s", name, file);
	if (!access(path, F_OK))
		return change_add(&change, path, name, value);
	fprintf(stderr, "kevnotify sources: %s has no \"%.60s\"\n", name, file);
	return 0;
}

/* "ATTRIBUTE=VALUE" */
static int sources_attribute(const char *name, char *text)
{
	static const char *const may[] = {
		"enabled", "level", "comm", "stack", "threshold", "clear", "dispatch", NULL
	};
	char *equals = strchr(text, '=');
	unsigned int i;

	if (!equals || strlen(equals) >= CHANGE_VALUE || strchr(equals, '\n')) {
		fprintf(stderr, "kevnotify sources: \"%.60s\" is not ATTRIBUTE=VALUE in one line\n",
			text);
		return 0;
	}
	*equals = '\0';
	for (i = 0; may[i]; i++)
		if (!strcmp(may[i], text))
			return sources_add(name, text, equals + 1);
	fprintf(stderr,
		"kevnotify sources: \"%.60s\" is not enabled, level, comm, stack, threshold, clear or dispatch\n",
		text);
	return 0;
}

/* Is it in the list "oom,block"? */
static int sources_in(const char *list, const char *name)
{
	size_t len = strlen(name), word;

	for (; *list; list += word + !!list[word]) {
		word = strcspn(list, ",");
		if (word == len && !strncmp(list, name, len))
			return 1;
	}
	return 0;
}

/*
 * Does the parameter hold what was changed, of which @now is on? One that is off is on no
 * list: then the parameter says whether it knows the name.
 */
static int sources_holds(const struct change_one *one, const char *now)
{
	char word[80];

	if (!strcmp(one->value, "1"))
		return sources_in(now, one->what);
	snprintf(word, sizeof(word), "-%.60s", one->what);
	return sysfs_write(word, SOURCES_PARAMETER) != -EINVAL;
}

/* Which are on is kept as the parameter has it. */
static int sources_keep(void)
{
	char now[CHANGE_VALUE];
	ssize_t len = sysfs_read(now, sizeof(now), SOURCES_PARAMETER);
	unsigned int i;

	if (len < 0)
		return sysfs_unread(len, SOURCES_PARAMETER);
	for (i = 0; i < change.n; i++)
		if (!sources_holds(&change.one[i], now)) {
			fprintf(stderr,
				"kevnotify sources: %s is another module's source: the parameter sources does not hold it, and it cannot be kept\n",
				change.one[i].what);
			return STATUS_FAILED;
		}
	if (!persist_set(&persist, "sources", now))
		return STATUS_FAILED;
	return persist_write(&persist);
}

static int sources_apply(int keep)
{
	int status = keep ? persist_read(&persist) : STATUS_OK;

	if (!status)
		status = change_apply(&change);
	if (status || !keep)
		return status;
	status = sources_keep();
	if (status) {
		change_undo(&change);
		fputs("kevnotify: nothing is changed\n", stderr);
	} else {
		screen_line(PLAIN, "kept in %s", persist.path);
	}
	return status;
}

static int sources_enable(int argc, char **argv, const char *value, int keep)
{
	int i;

	if (!argc)
		return args_usage('?');
	for (i = 0; i < argc; i++)
		if (!sources_known(argv[i]) || !sources_add(argv[i], "enabled", value))
			return STATUS_USAGE;
	return sources_apply(keep);
}

static int sources_set(int argc, char **argv)
{
	int i;

	if (argc < 2)
		return args_usage('?');
	if (!sources_known(argv[0]))
		return STATUS_USAGE;
	for (i = 1; i < argc; i++)
		if (!sources_attribute(argv[0], argv[i]))
			return STATUS_USAGE;
	return sources_apply(0);
}

static int sources_do(int argc, char **argv, int json, int keep)
{
	if (!argc && !keep)
		return sources_list(json);
	if (!argc || json)
		return args_usage('?');
	if (!strcmp(argv[0], "enable"))
		return sources_enable(argc - 1, argv + 1, "1", keep);
	if (!strcmp(argv[0], "disable"))
		return sources_enable(argc - 1, argv + 1, "0", keep);
	if (!strcmp(argv[0], "set") && !keep)
		return sources_set(argc - 1, argv + 1);
	return args_usage('?');
}

int sources_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "persist", no_argument, NULL, 'p' },
		ARGS_HELP,
		{ }
	};
	int c, json = 0, keep = 0;

	while ((c = getopt_long(argc, argv, "hjp", options, NULL)) != -1) {
		if (c == 'j')
			json = 1;
		else if (c == 'p')
			keep = 1;
		else
			return args_usage(c);
	}
	if (!sysfs_there())
		return STATUS_FAILED;
	return sources_do(argc - optind, argv + optind, json, keep);
}
