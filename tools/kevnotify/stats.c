// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "args.h"
#include "commands.h"
#include "counts.h"
#include "dump.h"
#include "files.h"
#include "screen.h"
#include "sysfs.h"

#define STATS_DIR	SYSFS_KERNEL "/stats"
#define STATS_MAX	64

static struct stats {
	char		name[40];
	long long	value;
} stats[STATS_MAX];
static unsigned int n;

static int stats_before(const void *a, const void *b)
{
	return strcmp(((const struct stats *)a)->name, ((const struct stats *)b)->name);
}

/* Of all files that are there: a module of another version has other ones */
static int stats_read(void)
{
	int fd = files_open(O_RDONLY | O_DIRECTORY, STATS_DIR), err;
	const struct dirent64 *entry;
	struct files_list list;

	if (fd < 0)
		return sysfs_unread(fd, STATS_DIR);
	files_list(&list, fd);
	while (n < STATS_MAX && (entry = files_next(&list))) {
		if (strlen(entry->d_name) >= sizeof(stats[n].name))
			continue;
		err = sysfs_number(&stats[n].value, STATS_DIR "/%s", entry->d_name);
		if (err) {
			close(fd);
			return sysfs_unread(err, STATS_DIR);
		}
		strcpy(stats[n++].name, entry->d_name);
	}
	close(fd);
	qsort(stats, n, sizeof(stats[0]), stats_before);
	return STATUS_OK;
}

static json_t *stats_service(const struct counts *c)
{
	json_t *object = json_object();
	unsigned int i;

	json_object_set_new(object, "lost", json_integer(c->lost));
	json_object_set_new(object, "handler_ms", json_integer(c->ms));
	for (i = 0; i < COUNTS_OUTCOMES; i++)
		json_object_set_new(object, counts_outcomes[i], json_integer(c->runs[i]));
	return object;
}

static void stats_json(const struct counts *c)
{
	json_t *all = json_object(), *module = json_object();
	unsigned int i;

	for (i = 0; i < n; i++)
		json_object_set_new(module, stats[i].name, json_integer(stats[i].value));
	json_object_set_new(all, "module", module);
	if (c)
		json_object_set_new(all, "service", stats_service(c));
	dump_json(all);
}

static void stats_text(const struct counts *c)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		screen_line(PLAIN, "%-16s %lld", stats[i].name, stats[i].value);
	if (!c)
		return;
	screen_line(PLAIN, "service_lost     %llu", (unsigned long long)c->lost);
	screen_line(PLAIN, "handler_ms       %llu", (unsigned long long)c->ms);
	for (i = 0; i < COUNTS_OUTCOMES; i++)
		screen_line(PLAIN, "handler_%-8s %llu", counts_outcomes[i],
			    (unsigned long long)c->runs[i]);
}

int stats_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		ARGS_HELP,
		{ }
	};
	static struct counts counts;
	int c, json = 0, status, counted;

	while ((c = getopt_long(argc, argv, "hj", options, NULL)) != -1) {
		if (c != 'j')
			return args_usage(c);
		json = 1;
	}
	if (optind < argc)
		return args_usage('?');
	if (!sysfs_there())
		return STATUS_FAILED;
	status = stats_read();
	if (status)
		return status;
	counted = !counts_load(&counts);
	if (json)
		stats_json(counted ? &counts : NULL);
	else
		stats_text(counted ? &counts : NULL);
	return STATUS_OK;
}
