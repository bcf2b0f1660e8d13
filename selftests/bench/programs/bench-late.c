// SPDX-License-Identifier: GPL-2.0-only
/* A helper that notes its event's source and level, and for how many us that waited for it */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char *value(const char *name)
{
	const char *text = getenv(name);

	return text ? text : "?";
}

int main(void)
{
	long long raised, sec = 0, us = 0;
	struct timespec now;
	char line[80];
	int len, fd;

	clock_gettime(CLOCK_REALTIME, &now);
	if (sscanf(value("KEVNOTIFY_TIME"), "%lld.%lld", &sec, &us) != 2)
		return 1;
	raised = sec * 1000000 + us;
	len = snprintf(line, sizeof(line), "%s %s %lld\n", value("KEVNOTIFY_SOURCE"),
		       value("PRIORITY"), now.tv_sec * 1000000LL + now.tv_nsec / 1000 - raised);
	fd = open("/root/late", O_WRONLY | O_CREAT | O_APPEND, 0600);
	return write(fd, line, len) != len;
}
