// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

/* Of a line that the journal takes: the kernel's log and a terminal have none */
static int levels;
static void (*say_take)(int level, const char *line);

void say_init(void)
{
	levels = !!getenv("JOURNAL_STREAM");
}

void say_to(void (*take)(int level, const char *line))
{
	say_take = take;
}

/* A journal that has stopped reads nothing any more, and must hold up nothing here. */
static void say_write(const char *line, size_t len)
{
	struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno != ENOTSOCK)
		return;
	if (poll(&room, 1, 0) == 1 && write(STDERR_FILENO, line, len) < 0)
		return;
}

void say(int level, const char *format, ...)
{
	char line[1024];
	size_t len = 0, begin, i;
	va_list args;

	if (levels)
		len = snprintf(line, sizeof(line), "<%d>", level);
	/* Our name is the caller's choice, and may be longer than the line. */
	len += snprintf(line + len, sizeof(line) - len, "%.64s: ",
			program_invocation_short_name);
	begin = len;
	va_start(args, format);
	len += vsnprintf(line + len, sizeof(line) - len, format, args);
	va_end(args);
	if (len > sizeof(line) - 2)
		len = sizeof(line) - 2;
	/* Names of files and values come from elsewhere, and end no line. */
	for (i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	if (say_take) {
		line[len] = '\0';
		say_take(level, line + begin);
		return;
	}
	line[len++] = '\n';
	say_write(line, len);
}
