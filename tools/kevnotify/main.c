// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "screen.h"

static const struct command commands[] = {
	{ }
};

static int main_usage(FILE *to, int status)
{
	const struct command *c;

	fputs("usage: kevnotify COMMAND [ARGUMENT...]\n"
	      "       kevnotify COMMAND --help\n"
	      "       kevnotify --version\n", to);
	for (c = commands; c->name; c++)
		fprintf(to, "  %-9s %s\n", c->name, c->help);
	return status;
}

static int main_command(const char *name, int argc, char **argv)
{
	const struct command *c;

	for (c = commands; c->name && strcmp(c->name, name); c++)
		;
	if (!c->name) {
		fprintf(stderr, "kevnotify: there is no command \"%.40s\"; see kevnotify --help\n",
			name);
		return STATUS_USAGE;
	}
	args_init(c, argv);
	return c->run(argc, argv);
}

static int main_run(int argc, char **argv)
{
	if (argc < 2)
		return main_usage(stderr, STATUS_USAGE);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return main_usage(stdout, STATUS_OK);
	if (strcmp(argv[1], "--version"))
		return main_command(argv[1], argc - 1, argv + 1);
	puts("kevnotify " VERSION);
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	screen_init();
	return screen_close(main_run(argc, argv));
}
