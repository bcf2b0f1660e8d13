// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "commands.h"
#include "screen.h"
#include "times.h"

#define MAIN_DIRECTORY	"  -D, --directory=DIR  the journal in DIR\n"

#define MAIN_WHERE	MAIN_DIRECTORY \
	"  --device             not from the journal, but what the module has\n"

static const struct command commands[] = {
	{ "status", status_run, "one screen: was anything lost, and what happened last",
	  "[OPTION...]\n"
	  "  --motd               a line, if there was one of level 3 in the last day\n"
	  MAIN_DIRECTORY },
	{ "follow", follow_run, "events as they come, and those of before",
	  "[OPTION...]\n"
	  "  --since=TIME         " TIMES_HELP "\n"
	  "  -n, --lines=N        the last N, and then new ones (10)\n"
	  "  --source=NAME,...    of these sources alone\n"
	  "  --level=LEVEL        of this level or more urgent: 0 (emerg) to 7 (debug)\n"
	  "  --json               an object a line\n"
	  "  --export             the export format, for systemd-journal-remote\n"
	  "  --cursor-file=FILE   go on where the last call with this file ended\n"
	  "  --no-follow          end at the last one\n"
	  MAIN_WHERE },
	{ "show", show_run, "all that is known of one event",
	  "[OPTION...] SEQ\n"
	  "  --json               as an object\n"
	  MAIN_WHERE },
	{ "top", top_run, "how much each source raises now, and what becomes of it",
	  "[OPTION...]\n"
	  "  --once               once, and end\n"
	  "  --interval=SECONDS   between two pictures (2)\n" },
	{ "doctor", doctor_run, "why nothing arrives, and what to type",
	  "[--json] [--test]\n"
	  "  -j, --json  as JSON\n"
	  "  -t, --test  with a test event, for which handlers run\n"
	  "Exit status: 0 all is well, 1 with warnings, 2 with problems\n" },
	{ "metrics", metrics_run, "what Prometheus collects", "\n" },
	{ "raise", raise_run, "raise an event of the source manual",
	  "[LEVEL] MESSAGE\n"
	  "  LEVEL  0 (emerg) to 7 (debug), by default 5 (notice)\n" },
	{ "reload", reload_run, "load the installed module in the place of the loaded one",
	  "\n" },
	{ "set", set_run, "give parameters of the module other values",
	  "NAME=VALUE... [--persist]\n"
	  "  -p, --persist  for later loads too, in /etc/modprobe.d/kevnotify.conf\n" },
	{ "sources", sources_run, "list the sources, or change them",
	  "[--json]\n"
	  "       kevnotify sources enable|disable NAME... [--persist]\n"
	  "       kevnotify sources set NAME ATTRIBUTE=VALUE...\n"
	  "  -j, --json     as JSON\n"
	  "  -p, --persist  for later loads too, in /etc/modprobe.d/kevnotify.conf\n" },
	{ "stats", stats_run, "all counters of the module and the service",
	  "[--json]\n"
	  "  -j, --json  as JSON\n" },
	{ "test", test_run, "have an event go the whole way, and say how long it took",
	  "[SOURCE]\n"
	  "  SOURCE  oom: kills a process of its own; manual; others: what would run\n" },
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
