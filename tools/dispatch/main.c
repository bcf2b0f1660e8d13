// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lives.h"
#include "paths.h"
#include "say.h"

static const struct option options[] = {
	{ "service",	no_argument,		NULL, 's' },
	{ "device",	required_argument,	NULL, 'd' },
	{ "textfile",	required_argument,	NULL, 't' },
	{ "help",	no_argument,		NULL, 'h' },
	{ "version",	no_argument,		NULL, 'v' },
	{ },
};

static int usage(FILE *to, int status)
{
	fputs("usage: kevnotify-dispatch --service [--device PATH] [--textfile DIR]\n"
	      "       kevnotify-dispatch < RECORDS\n"
	      "Runs the handlers of /usr/lib/kevnotify/handlers.d and /etc/kevnotify/handlers.d\n"
	      "for the records of " PATH_DEVICE ", or as the module's helper; and journals them.\n"
	      "  --service       until it is told to stop, from the device\n"
	      "  --device PATH   instead of " PATH_DEVICE "\n"
	      "  --textfile DIR  for a text for Prometheus, instead of " PATH_TEXTFILE "\n"
	      "  -h, --help      this\n"
	      "      --version   the version\n",
	      to);
	return status;
}

int main(int argc, char **argv)
{
	const char *device = PATH_DEVICE, *textfile = PATH_TEXTFILE;
	int c, service = 0;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 's')
			service = 1;
		else if (c == 'd')
			device = optarg;
		else if (c == 't' && *optarg == '/')
			textfile = optarg;
		else if (c == 'v')
			return printf("kevnotify-dispatch " VERSION "\n") < 0;
		else
			return usage(c == 'h' ? stdout : stderr, c == 'h' ? 0 : 2);
	}
	if (optind < argc || (!service && isatty(STDIN_FILENO)))
		return usage(stderr, 2);
	say_init();
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		say(LOG_WARNING, "cannot lock the memory: %s", strerror(errno));
	return service ? service_live(device, textfile) : helper_live();
}
