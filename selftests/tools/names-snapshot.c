// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the tests of names, snapshots and the recorder call, with all files of the
 * machine below ROOT:
 *   ROOT names PATH ID          the fields that are known, one a line
 *   ROOT path ID                a control group's path
 *   ROOT snapshot DIR MAX N     N snapshots of the record on standard input, its SEQ
 *                               counted up; the paths
 *   ROOT record N               N rounds of the recorder, of 20 processes each
 *   ROOT trigger                is there a file to wait for?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/common/cgtree.h"
#include "../../tools/common/files.h"
#include "../../tools/common/names.h"
#include "../../tools/common/record.h"
#include "../../tools/dispatch/recorder.h"
#include "../../tools/dispatch/snapshot.h"

static void show(const char *what, const char *name)
{
	if (name[0])
		printf("%s=%s\n", what, name);
}

static int names(const char *path, const char *id)
{
	struct names n;

	names_resolve(&n, path[0] ? path : NULL, strtoull(id, NULL, 10));
	show("unit", n.unit);
	show("user_unit", n.user_unit);
	show("container", n.container);
	show("pod", n.pod);
	show("user", n.user);
	return 0;
}

static int path(const char *id)
{
	char buf[CGTREE_PATH];
	int ret = cgtree_path(buf, sizeof(buf), strtoull(id, NULL, 10));

	if (!ret)
		puts(buf);
	return -ret;
}

/* The text is taken apart anew for each, with another number in the same place. */
static int snapshot(const char *dir, size_t max, unsigned int count)
{
	static struct record r;
	static char text[RECORD_BYTES];
	static struct names n;
	char to[512], *seq;
	unsigned int i;
	int ret;

	r.len = fread(text, 1, sizeof(text) - 1, stdin);
	names_resolve(&n, "/system.slice/shop.service", 0);
	ret = snapshot_init(dir, max);
	for (i = 0; !ret && i < count; i++) {
		seq = strstr(text, "SEQ=");
		if (i && seq) {
			seq[5] = '0' + i / 10 % 10;
			seq[6] = '0' + i % 10;
		}
		memcpy(r.text, text, r.len);
		ret = record_parse(&r);
		if (!ret)
			ret = snapshot_take(&r, &n, to, sizeof(to));
		if (!ret)
			puts(to);
	}
	if (ret)
		fprintf(stderr, "%s\n", strerror(-ret));
	return ret != 0;
}

static int record(unsigned int rounds)
{
	static struct recorder_round round;
	unsigned int i, k;

	for (i = 0; i < rounds; i++)
		recorder_event();
	for (i = 0; recorder_get(&round, i); i++)
		for (k = 0; k < round.n; k++)
			printf("%u %d %lu %llu %s %s %s\n", i, round.process[k].pid,
			       round.process[k].rss_kb, round.process[k].start,
			       round.process[k].comm, round.process[k].cgroup, round.cmdline[k]);
	return 0;
}

int main(int argc, char **argv)
{
	int fd;

	if (argc < 3)
		return 2;
	files_root(argv[1]);
	if (argc == 5 && !strcmp(argv[2], "names"))
		return names(argv[3], argv[4]);
	if (argc == 4 && !strcmp(argv[2], "path"))
		return path(argv[3]);
	if (argc == 6 && !strcmp(argv[2], "snapshot"))
		return snapshot(argv[3], strtoul(argv[4], NULL, 10), atoi(argv[5]));
	if (argc == 4 && !strcmp(argv[2], "record"))
		return record(atoi(argv[3]));
	if (strcmp(argv[2], "trigger"))
		return 2;
	fd = recorder_init();
	if (fd < 0)
		fprintf(stderr, "%s\n", strerror(-fd));
	return fd < 0;
}
