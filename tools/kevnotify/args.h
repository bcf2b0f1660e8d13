/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ARGS_H
#define ARGS_H

#include <getopt.h>

/* Exit statuses of all commands but doctor */
#define STATUS_OK	0
#define STATUS_FAILED	1
#define STATUS_USAGE	2

/**
 * struct command - what may stand behind "kevnotify"
 * @name: of it
 * @run: does it: an exit status
 * @help: what it does, in one line
 * @usage: its arguments, and a line for each option
 */
struct command {
	const char	*name;
	int		(*run)(int argc, char **argv);
	const char	*help;
	const char	*usage;
};

/* A row that each command's table of options has */
#define ARGS_HELP	{ "help", no_argument, NULL, 'h' }

/* What is said of a command's arguments names it from here on. */
void args_init(const struct command *c, char **argv);

/*
 * For what getopt_long() returned and the command has no use for, and for arguments that
 * it does not take: the help, or how to use it. The exit status
 */
int args_usage(int c);

/* A decimal number from @min to @max, or false and a line that names the option */
int args_number(const char *option, const char *text, unsigned long long min,
		unsigned long long max, unsigned long long *number);

/* A level: 0 to 7, or its name; or false and a line */
int args_level(const char *option, const char *text, int *level);
/* "crit" for 2; "?" if it is none */
const char *args_level_name(int level);

#endif /* ARGS_H */
