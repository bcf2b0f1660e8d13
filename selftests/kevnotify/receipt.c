// SPDX-License-Identifier: GPL-2.0-only
/*
 * A helper that gives a receipt: a line "SEQ SOURCE ID CONTEXT SERIAL MESSAGE" at
 * the end of /run/receipts. Fails if what it was given contradicts itself.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "-";
}

int main(int argc, char **argv)
{
	char line[1024];
	int fd, len;

	if (argc != 3 || strcmp(argv[1], env("KEVNOTIFY_SOURCE")) ||
	    strcmp(argv[2], env("KEVNOTIFY_SEQ")))
		return 2;
	len = snprintf(line, sizeof(line), "%s %s %s %s %s %s\n", argv[2], argv[1],
		       env("TROUBLED_DS"), env("KEVNOTIFY_CONTEXT"), env("KEVNOTIFY_SERIAL"),
		       env("MESSAGE"));
	fd = open("/run/receipts", O_WRONLY | O_APPEND | O_CREAT, 0600);
	return fd < 0 || write(fd, line, len) != len;
}
