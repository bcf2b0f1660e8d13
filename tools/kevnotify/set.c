// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "change.h"
#include "commands.h"
#include "persist.h"
#include "screen.h"
#include "sysfs.h"

#define SET_PARAMETERS	SYSFS_MODULE "/parameters"

/* A module is not loaded at all with a value of these that it refuses. */
static const struct set_load {
	const char		*name;
	unsigned long long	min, max;
} set_loads[] = {
	{ "log_records", 16, 1048576 },
	{ "stage_slots", 8, 4096 },
	{ }
};

struct set {
	char			name[64];
	const char		*value;
	const struct set_load	*load;	/* one that is set at load alone */
};

static struct set sets[CHANGE_MAX];
static unsigned int n;
static struct change change;
static struct persist persist;

static int set_bad(const char *format, const char *text)
{
	fputs("kevnotify set: ", stderr);
	fprintf(stderr, format, text);
	fputc('\n', stderr);
	return 0;
}

static const struct set_load *set_load(const char *name)
{
	const struct set_load *load;

	for (load = set_loads; load->name && strcmp(load->name, name); load++)
		;
	return load->name ? load : NULL;
}

/* "NAME=VALUE" */
static int set_parse(char *text)
{
	char *equals = strchr(text, '='), path[256];
	unsigned long long number;
	struct set *s = &sets[n];
	size_t len = equals ? equals - text : 0;

	if (!len || len >= sizeof(s->name))
		return set_bad("\"%.80s\" is not NAME=VALUE", text);
	if (n == CHANGE_MAX)
		return set_bad("%s is one value too much", text);
	memcpy(s->name, text, len);
	s->name[len] = '\0';
	s->value = equals + 1;
	if (strspn(s->name, "abcdefghijklmnopqrstuvwxyz_") != len)
		return set_bad("\"%.80s\" is no parameter's name", s->name);
	if (strlen(s->value) >= CHANGE_VALUE || strchr(s->value, '\n'))
		return set_bad("%s: the value is too long, or has more than one line", s->name);
	snprintf(path, sizeof(path), SET_PARAMETERS "/%s", s->name);
	if (access(path, F_OK))
		return set_bad("there is no parameter %s; ls " SET_PARAMETERS " has all", s->name);
	s->load = set_load(s->name);
	if (s->load && !args_number(s->name, s->value, s->load->min, s->load->max, &number))
		return 0;
	n++;
	return 1;
}

/* What is to be kept: of a list that was changed, the whole of it */
static int set_keep(const struct set *s)
{
	char now[CHANGE_VALUE];

	if (strcmp(s->name, "sources") ||
	    sysfs_read(now, sizeof(now), SET_PARAMETERS "/%s", s->name) < 0)
		return persist_set(&persist, s->name, s->value);
	return persist_set(&persist, s->name, now);
}

static int set_persist(void)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!set_keep(&sets[i]))
			return STATUS_FAILED;
	return persist_write(&persist);
}

static void set_tell(int keep)
{
	char now[CHANGE_VALUE];
	unsigned int i;

	for (i = 0; i < change.n; i++) {
		if (sysfs_read(now, sizeof(now), "%s", change.one[i].path) < 0)
			continue;
		screen_line(PLAIN, "%s=%s (was %s)", change.one[i].what, now,
			    *change.one[i].old ? change.one[i].old : "empty");
	}
	for (i = 0; i < n; i++)
		if (sets[i].load)
			screen_line(PLAIN, "%s=%s from the next load on: kevnotify reload",
				    sets[i].name, sets[i].value);
	if (keep)
		screen_line(PLAIN, "kept in %s", persist.path);
}

static int set_apply(int keep)
{
	unsigned int i;
	char path[256];
	int status;

	for (i = 0; i < n; i++) {
		if (sets[i].load && !keep) {
			fprintf(stderr,
				"kevnotify: %s is set when the module is loaded: use --persist\n",
				sets[i].name);
			return STATUS_FAILED;
		}
		snprintf(path, sizeof(path), SET_PARAMETERS "/%.63s", sets[i].name);
		if (!sets[i].load)
			change_add(&change, path, sets[i].name, sets[i].value);
	}
	/* One that cannot be read is found out before anything is changed. */
	status = keep ? persist_read(&persist) : STATUS_OK;
	if (!status)
		status = change_apply(&change);
	if (status || !keep)
		return status;
	status = set_persist();
	if (status) {
		change_undo(&change);
		fputs("kevnotify: nothing is changed\n", stderr);
	}
	return status;
}

int set_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "persist", no_argument, NULL, 'p' },
		ARGS_HELP,
		{ }
	};
	int c, keep = 0, status;

	while ((c = getopt_long(argc, argv, "hp", options, NULL)) != -1) {
		if (c != 'p')
			return args_usage(c);
		keep = 1;
	}
	if (optind == argc)
		return args_usage('?');
	if (!sysfs_there())
		return STATUS_FAILED;
	for (; optind < argc; optind++)
		if (!set_parse(argv[optind]))
			return STATUS_USAGE;
	status = set_apply(keep);
	if (!status)
		set_tell(keep);
	return status;
}
