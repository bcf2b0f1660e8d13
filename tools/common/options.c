// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "options.h"

#define OPTIONS_BYTES	1024	/* of a handler, in which the line stands */
#define OPTIONS_LINE	"# kevnotify:"

/*
 * From /etc/passwd alone: name services may need a network and memory, and trouble is
 * not the time for them.
 */
static int options_user(struct handler *h, const char *name)
{
	int fd = files_open(O_RDONLY, "/etc/passwd");
	struct files_lines lines;
	size_t len = strlen(name);
	char *line, *uid;
	int found = 0;

	if (fd < 0)
		return 0;
	files_lines(&lines, fd);
	while (!found && (line = files_line(&lines))) {
		if (strncmp(line, name, len) || line[len] != ':')
			continue;
		uid = strchr(line + len + 1, ':');
		found = uid && sscanf(uid, ":%u:%u:", &h->uid, &h->gid) == 2;
	}
	close(fd);
	return found;
}

static int options_seconds(struct handler *h, const char *number)
{
	unsigned long seconds;
	char *end;

	seconds = strtoul(number, &end, 10);
	if (!isdigit((unsigned char)*number) || *end || !seconds || seconds > OPTIONS_SECONDS_MAX)
		return 0;
	h->seconds = seconds;
	return 1;
}

static int options_one(struct handler *h, const char *word, char *why, size_t size)
{
	if (!strncmp(word, "user=", 5)) {
		if (options_user(h, word + 5))
			return 0;
		snprintf(why, size, "its option \"%.80s\": not in /etc/passwd", word);
	} else if (!strncmp(word, "timeout=", 8)) {
		if (options_seconds(h, word + 8))
			return 0;
		snprintf(why, size, "its option \"%.80s\": not a number of seconds from 1 to %u",
			 word, OPTIONS_SECONDS_MAX);
	} else {
		snprintf(why, size, "its option \"%.80s\" is neither user= nor timeout=", word);
	}
	return -1;
}

int options_read(struct handler *h, char *why, size_t size)
{
	char buf[OPTIONS_BYTES], *line, *word, *at;
	ssize_t n = files_read(buf, sizeof(buf), "%s", h->path);

	if (n <= 2 || memcmp(buf, "#!", 2))
		return 0;
	line = strstr(buf, "\n" OPTIONS_LINE);
	if (!line)
		return 0;
	line += strlen("\n" OPTIONS_LINE);
	line[strcspn(line, "\n")] = '\0';
	for (word = strtok_r(line, " \t,", &at); word; word = strtok_r(NULL, " \t,", &at))
		if (options_one(h, word, why, size))
			return -1;
	return 0;
}
