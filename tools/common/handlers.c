// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "handlers.h"
#include "options.h"
#include "paths.h"
#include "rules.h"
#include "say.h"
#include "state.h"

/* Behind all numbers: handlers without one; and those of all sources behind those of one */
#define HANDLERS_LAST	100
#define HANDLERS_ALL	1000
/* Room for what is masked or breaks a rule, too */
#define HANDLERS_FOUND	256

struct handlers_found {
	unsigned int	n;
	struct handler	at[HANDLERS_FOUND];
};

/* In the order in which they are looked at: a later one takes an earlier one's place */
static const char *const trees[] = { "/usr/lib", "/etc", NULL };

static unsigned int handlers_order(const char *name)
{
	if (isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) && name[2] == '-')
		return 10 * (name[0] - '0') + name[1] - '0';
	return HANDLERS_LAST;
}

/* The place of that name, or one that is free, or NULL */
static struct handler *handlers_place(struct handlers_found *all, const char *name)
{
	unsigned int i;

	for (i = 0; i < all->n; i++)
		if (!strcmp(all->at[i].name, name))
			return &all->at[i];
	return all->n < HANDLERS_FOUND ? &all->at[all->n++] : NULL;
}

static void handlers_add(struct handlers_found *all, const char *tree, const char *sub,
			 const char *file)
{
	struct handler h = { .seconds = OPTIONS_SECONDS }, *place;

	if (strlen(file) >= HANDLERS_NAME) {
		say(LOG_WARNING, "%s%s/%s%.20s...: not run: its name has %u bytes or more", tree,
		    PATH_HANDLERS, sub, file, HANDLERS_NAME);
		return;
	}
	snprintf(h.name, sizeof(h.name), "%.31s%.63s", sub, file);
	snprintf(h.path, sizeof(h.path), "%s" PATH_HANDLERS "/%s", tree, h.name);
	h.order = handlers_order(file) + (*sub ? 0 : HANDLERS_ALL);
	h.hash = state_hash(h.name, strlen(h.name));
	place = handlers_place(all, h.name);
	if (place)
		*place = h;
	else
		rules_unseen(&h, HANDLERS_FOUND);
}

static int handlers_is_directory(const char *name)
{
	size_t len = strlen(name);

	return len > 2 && !strcmp(name + len - 2, ".d");
}

/* @sub is "", or a source's directory with a slash behind it */
static void handlers_list(struct handlers_found *all, const char *tree, const char *sub)
{
	const struct dirent64 *entry;
	struct files_list list;
	char path[HANDLERS_PATH];
	int fd;

	snprintf(path, sizeof(path), "%s" PATH_HANDLERS "/%s", tree, sub);
	path[strlen(path) - 1] = '\0';
	fd = rules_directory(path);
	if (fd < 0)
		return;
	files_list(&list, fd);
	while ((entry = files_next(&list)))
		if (rules_name(entry->d_name) && (*sub || !handlers_is_directory(entry->d_name)))
			handlers_add(all, tree, sub, entry->d_name);
	close(fd);
}

static int handlers_before(const struct handler *a, const struct handler *b)
{
	return a->order != b->order ? a->order < b->order : strcmp(a->name, b->name) < 0;
}

/* Behind those that are there, in order; where it is full the last one is left out. */
static void handlers_insert(struct handlers *all, const struct handler *h)
{
	const struct handler *last = &all->at[HANDLERS_MAX - 1];
	unsigned int i;

	if (all->n == HANDLERS_MAX) {
		rules_too_many(handlers_before(h, last) ? last : h);
		if (!handlers_before(h, last))
			return;
		all->n--;
	}
	for (i = all->n; i && handlers_before(h, &all->at[i - 1]); i--)
		all->at[i] = all->at[i - 1];
	all->at[i] = *h;
	all->n++;
}

void handlers_find(struct handlers *all, const char *source)
{
	static struct handlers_found found;
	char sub[40];
	const char *const *tree;
	unsigned int i;

	found.n = 0;
	snprintf(sub, sizeof(sub), "%s.d/", source);
	for (tree = trees; *tree; tree++) {
		/* A record's source has no slash, but the stream is not trusted for that. */
		if (!strchr(source, '/') && *source != '.')
			handlers_list(&found, *tree, sub);
		handlers_list(&found, *tree, "");
	}
	all->n = 0;
	for (i = 0; i < found.n; i++)
		if (rules_handler(&found.at[i]))
			handlers_insert(all, &found.at[i]);
}
