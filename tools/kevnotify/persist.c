// SPDX-License-Identifier: GPL-2.0-only
/*
 * /etc/modprobe.d/kevnotify.conf. Other lines, comments and other words of a line stay;
 * of a parameter that is there, the last value is the one that counts.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "files.h"
#include "persist.h"
#include "stop.h"
#include "whole.h"

static int persist_failed(const char *path, int err)
{
	fprintf(stderr, "kevnotify: %s: %s\n", path, strerror(-err));
	return STATUS_FAILED;
}

int persist_read(struct persist *p)
{
	char real[PATH_MAX];
	struct stat st;
	ssize_t len;

	/* A link stays one. */
	snprintf(p->path, sizeof(p->path), "%s",
		 realpath(PERSIST_FILE, real) ? real : PERSIST_FILE);
	p->mode = 0644;
	p->len = 0;
	if (stat(p->path, &st))
		return errno == ENOENT ? STATUS_OK : persist_failed(p->path, -errno);
	p->mode = st.st_mode & 07777;
	if (!S_ISREG(st.st_mode))
		return persist_failed(p->path, -EISDIR);
	if (st.st_size >= PERSIST_BYTES / 2)
		return persist_failed(p->path, -EFBIG);
	len = files_read(p->text, sizeof(p->text), "%s", p->path);
	if (len < 0)
		return persist_failed(p->path, len);
	p->len = len;
	return STATUS_OK;
}

/* The end of a line, where one that ends in a backslash goes on */
static char *persist_line_end(char *at, char *end)
{
	while (at < end && (*at != '\n' || at[-1] == '\\'))
		at++;
	return at;
}

static int persist_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\\';
}

/* The next word behind @at, in which quotes keep blanks together; NULL: none */
static char *persist_word(char *at, char *end, char **word_end)
{
	int quoted = 0;
	char *p;

	while (at < end && persist_blank(*at))
		at++;
	for (p = at; p < end && (quoted || !persist_blank(*p)); p++)
		if (*p == '"')
			quoted = !quoted;
	*word_end = p;
	return p > at ? at : NULL;
}

/* As modprobe has it, "-" and "_" are one. */
static int persist_same(const char *word, size_t len, const char *name)
{
	size_t i;

	if (strlen(name) != len)
		return 0;
	for (i = 0; i < len; i++)
		if ((word[i] == '-' ? '_' : word[i]) != name[i])
			return 0;
	return 1;
}

/* The word of a parameter in one line, if it is one of our options */
static char *persist_in_line(char *line, char *end, const char *name, char **found_end)
{
	char *word, *word_end, *found = NULL, *equals;

	word = persist_word(line, end, &word_end);
	if (!word || !persist_same(word, word_end - word, "options"))
		return NULL;
	word = persist_word(word_end, end, &word_end);
	if (!word || !persist_same(word, word_end - word, "kevnotify"))
		return NULL;
	while ((word = persist_word(word_end, end, &word_end))) {
		equals = memchr(word, '=', word_end - word);
		if (equals && persist_same(word, equals - word, name)) {
			found = word;
			*found_end = word_end;
		}
	}
	return found;
}

/* The last word that sets a parameter, or NULL */
static char *persist_find(struct persist *p, const char *name, char **found_end)
{
	char *line, *end = p->text + p->len, *line_end, *word, *found = NULL;

	for (line = p->text; line < end; line = line_end + 1) {
		line_end = persist_line_end(line, end);
		word = persist_in_line(line, line_end, name, found_end);
		if (word)
			found = word;
	}
	return found;
}

static int persist_replace(struct persist *p, size_t at, size_t old, const char *new)
{
	size_t len = strlen(new);

	if (p->len - old + len >= sizeof(p->text)) {
		persist_failed(p->path, -EFBIG);
		return 0;
	}
	memmove(p->text + at + len, p->text + at + old, p->len - at - old);
	memcpy(p->text + at, new, len);
	p->len += len - old;
	return 1;
}

int persist_set(struct persist *p, const char *name, const char *value)
{
	const char *quote = strpbrk(value, " \t") ? "\"" : "";
	char *found, *found_end = NULL;
	char *text;
	int ok;

	if (strpbrk(value, "\"\\\n")) {
		fprintf(stderr, "kevnotify: %s: no file of modprobe.d can hold \"%.80s\"\n", name,
			value);
		return 0;
	}
	found = persist_find(p, name, &found_end);
	/* A last line without its end gets it. */
	if (asprintf(&text, "%s%s%s=%s%s%s%s",
		     !found && p->len && p->text[p->len - 1] != '\n' ? "\n" : "",
		     found ? "" : "options kevnotify ", name, quote, value, quote,
		     found ? "" : "\n") < 0)
		return 0;
	ok = found ? persist_replace(p, found - p->text, found_end - found, text) :
		     persist_replace(p, p->len, 0, text);
	free(text);
	return ok;
}

int persist_has(const char *name, const char *value)
{
	static struct persist p;
	char *found, *found_end = NULL;

	found = persist_read(&p) ? NULL : persist_find(&p, name, &found_end);
	if (!found)
		return 0;
	found += strlen(name) + 1;
	return (size_t)(found_end - found) == strlen(value) &&
	       !strncmp(found, value, found_end - found);
}

int persist_write(const struct persist *p)
{
	const char *name;
	int fd, err;

	if (stop_asked())
		return persist_failed(p->path, -EINTR);
	fd = whole_dir(p->path, &name);
	if (fd < 0)
		return persist_failed(p->path, fd);
	err = whole_write(fd, name, p->mode, p->text, p->len, 1);
	if (!err && fsync(fd))
		err = -errno;
	close(fd);
	return err ? persist_failed(p->path, err) : STATUS_OK;
}
