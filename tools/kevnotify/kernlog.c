// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernlog.h"

int kernlog_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

/* A read gives one entry: "numbers;text", and perhaps lines of fields behind it */
int kernlog_find(int fd, const char *what, char *line, size_t size)
{
	char entry[2048], begin[96], *text;
	int found = 0;
	ssize_t n;

	snprintf(begin, sizeof(begin), "kevnotify: %s: ", what);
	while (fd >= 0) {
		n = read(fd, entry, sizeof(entry) - 1);
		/* Entries were overwritten meanwhile */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			break;
		entry[n] = '\0';
		text = strchr(entry, ';');
		if (!text || strncmp(text + 1, begin, strlen(begin)))
			continue;
		text += 1 + strlen("kevnotify: ");
		text[strcspn(text, "\n")] = '\0';
		snprintf(line, size, "%s", text);
		found = 1;
	}
	return found;
}
