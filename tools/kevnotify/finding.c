// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "finding.h"
#include "screen.h"

#define FINDING_MAX	256
#define FINDING_INDENT	6

static struct finding {
	enum finding_level	level;
	char			*what, *type;
} findings[FINDING_MAX];
static unsigned int n;

static const struct {
	const char		*word, *json;
	enum screen_style	style;
} levels[FINDING_LEVELS] = {
	[FINDING_OK]	= { "ok", "ok", GOOD },
	[FINDING_WARN]	= { "warn", "warning", WARN },
	[FINDING_FAIL]	= { "FAIL", "problem", BAD },
};

void finding_add(enum finding_level level, const char *type, const char *format, ...)
{
	struct finding *f = &findings[n];
	va_list args;

	if (n == FINDING_MAX)
		return;
	va_start(args, format);
	if (vasprintf(&f->what, format, args) < 0)
		f->what = NULL;
	va_end(args);
	f->level = level;
	f->type = type ? strdup(type) : NULL;
	n += !!f->what;
}

static unsigned int finding_count(enum finding_level level)
{
	unsigned int i, count = 0;

	for (i = 0; i < n; i++)
		count += findings[i].level == level;
	return count;
}

int finding_status(void)
{
	if (finding_count(FINDING_FAIL))
		return 2;
	return finding_count(FINDING_WARN) ? 1 : 0;
}

/* How much of a text a line takes that has @room; it ends at a blank if one is there */
static size_t finding_fits(const char *text, size_t room)
{
	size_t len = strlen(text), at;

	if (len <= room)
		return len;
	for (at = room; at && text[at] != ' '; at--)
		;
	return at ? at : room;
}

static void finding_wrap(const char *text)
{
	unsigned int width = screen_width();
	size_t room = width > 2 * FINDING_INDENT ? width - FINDING_INDENT : 4096, len;

	for (;;) {
		len = finding_fits(text, room);
		screen_add(PLAIN, "%.*s", (int)len, text);
		screen_end();
		text += len;
		while (*text == ' ')
			text++;
		if (!*text)
			return;
		screen_tab(FINDING_INDENT);
	}
}

static void finding_one(const struct finding *f)
{
	screen_add(levels[f->level].style, "%s", levels[f->level].word);
	screen_tab(FINDING_INDENT);
	finding_wrap(f->what);
	if (!f->type)
		return;
	/* Whole on any terminal, as it is to be copied */
	screen_bytes("      -> ", 9);
	screen_bytes(f->type, strlen(f->type));
	screen_end();
}

static void finding_sum(void)
{
	unsigned int fails = finding_count(FINDING_FAIL), warns = finding_count(FINDING_WARN);

	if (!fails && !warns)
		screen_line(PLAIN, "All is well.");
	else
		screen_line(PLAIN, "%u problem%s, %u warning%s.  Exit status %d.", fails,
			    fails == 1 ? "" : "s", warns, warns == 1 ? "" : "s", finding_status());
}

void finding_print(void)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		finding_one(&findings[i]);
	finding_sum();
}

static json_t *finding_text(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : json_string("?");
}

void finding_json(void)
{
	json_t *all = json_object(), *list = json_array(), *one;
	unsigned int i;

	for (i = 0; i < n; i++) {
		one = json_object();
		json_object_set_new(one, "result", json_string(levels[findings[i].level].json));
		json_object_set_new(one, "what", finding_text(findings[i].what));
		if (findings[i].type)
			json_object_set_new(one, "type", finding_text(findings[i].type));
		json_array_append_new(list, one);
	}
	json_object_set_new(all, "status", json_integer(finding_status()));
	json_object_set_new(all, "findings", list);
	dump_json(all);
}
