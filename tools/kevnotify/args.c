// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"

static const struct command *command;
static char name[64];

/* As the journal calls them, and each by its short name */
static const char *const levels[] = {
	"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"
};

void args_init(const struct command *c, char **argv)
{
	command = c;
	snprintf(name, sizeof(name), "kevnotify %s", c->name);
	/* getopt_long() begins its lines with it. */
	argv[0] = name;
}

int args_usage(int c)
{
	FILE *to = c == 'h' ? stdout : stderr;

	fprintf(to, "usage: %s %s", name, command->usage);
	return c == 'h' ? STATUS_OK : STATUS_USAGE;
}

int args_number(const char *option, const char *text, unsigned long long min,
		unsigned long long max, unsigned long long *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (isdigit((unsigned char)*text) && !*end && !errno && *number >= min && *number <= max)
		return 1;
	fprintf(stderr, "%s: %s: \"%.40s\" is no number from %llu to %llu\n", name, option, text,
		min, max);
	return 0;
}

int args_level(const char *option, const char *text, int *level)
{
	for (*level = 0; *level < 8; ++*level)
		if (!strcmp(levels[*level], text) || (text[0] == '0' + *level && !text[1]))
			return 1;
	if (!strcmp(text, "warning")) {
		*level = 4;
		return 1;
	}
	fprintf(stderr, "%s: %s: \"%.40s\" is no level: 0 (emerg) to 7 (debug)\n", name, option,
		text);
	return 0;
}

const char *args_level_name(int level)
{
	return level >= 0 && level < 8 ? levels[level] : "?";
}
