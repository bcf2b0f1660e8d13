// SPDX-License-Identifier: GPL-2.0-only
/*
 * A helper that gives a receipt. In the directory where it lies it keeps its
 * environment, as it was given, in got/SEQ, and adds a line
 * "SEQ SOURCE ID CONTEXT SERIAL MESSAGE" to receipts. Then it does what the message
 * says: "exit N", "exec PROGRAM ARG…", "wait FILE" until there is such a file,
 * anything else is nothing. Fails if what it was given contradicts itself.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS	16

enum {
	CONTRADICTION = 120,
	NO_DIRECTORY,
	NOT_KEPT,
	NO_RECEIPT,
	NO_PROGRAM,
};

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "-";
}

static int keep(const char *seq)
{
	FILE *file = fopen("unfinished", "w");
	char name[32];
	char **string;

	if (!file)
		return -1;
	for (string = environ; *string; string++)
		fwrite(*string, strlen(*string) + 1, 1, file);
	/* Under a name of its own until it is whole */
	snprintf(name, sizeof(name), "got/%s", seq);
	return fclose(file) || rename("unfinished", name);
}

/* One write, so that lines stay whole */
static int give_receipt(char **argv)
{
	int fd = open("receipts", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	char *line;
	int len;

	len = asprintf(&line, "%s %s %s %s %s %s\n", argv[2], argv[1], env("TROUBLED_DS"),
		       env("KEVNOTIFY_CONTEXT"), env("KEVNOTIFY_SERIAL"), env("MESSAGE"));
	return fd < 0 || len < 0 || write(fd, line, len) != len;
}

/* Its own directory is the first in which it looks */
static int execute(char **word)
{
	char *path;

	if (asprintf(&path, "%s:%s", get_current_dir_name(), env("PATH")) < 0)
		return NO_PROGRAM;
	setenv("PATH", path, 1);
	execvp(word[0], word);
	return NO_PROGRAM;
}

static int obey(char *message)
{
	char *word[WORDS + 1] = { NULL };
	int n;

	for (n = 0; n < WORDS && (word[n] = strsep(&message, " ")); n++)
		;
	if (n < 2)
		return 0;
	if (!strcmp(word[0], "exit"))
		return atoi(word[1]);
	if (!strcmp(word[0], "exec"))
		return execute(word + 1);
	if (!strcmp(word[0], "wait"))
		while (access(word[1], F_OK))
			usleep(20000);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3 || strcmp(argv[1], env("KEVNOTIFY_SOURCE")) ||
	    strcmp(argv[2], env("KEVNOTIFY_SEQ")))
		return CONTRADICTION;
	if (chdir(dirname(strdup(argv[0]))))
		return NO_DIRECTORY;
	if (keep(argv[2]))
		return NOT_KEPT;
	if (give_receipt(argv))
		return NO_RECEIPT;
	return obey(strdup(env("MESSAGE")));
}
