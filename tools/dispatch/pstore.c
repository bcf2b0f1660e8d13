// SPDX-License-Identifier: GPL-2.0-only
/*
 * pstore has a dump in parts, a file each: the first holds the end of the log. A part
 * begins with a line "Panic#2 Part1". Which parts are one dump only their names and
 * these lines tell.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "pstore.h"
#include "state.h"

#define PSTORE_FILES	2048	/* that are looked at: the newest */
#define PSTORE_DEPTH	3
#define PSTORE_PARTS	1000	/* of a dump */
#define PSTORE_NAME	"dmesg-"
#define PSTORE_PANIC	"Kernel panic - not syncing: "
#define PSTORE_OURS	"kevnotify: record "

/* The first is the kernel's: what it says of a file's time is the dump's */
static const char *const roots[] = { "/sys/fs/pstore", "/var/lib/systemd/pstore", NULL };

/**
 * struct part - a file
 * @root: which of the above
 * @id: the number in its name
 * @backend: in @path, what keeps it
 * @number: of the dump in that boot; 0: the file cannot be read
 * @part: of the dump; 0: not known
 * @panic: it is no other dump's
 * @mtime: of the file
 */
struct part {
	unsigned int		root, number, part, panic;
	unsigned long long	id;
	long long		mtime;
	const char		*backend;
	size_t			backend_len;
	char			path[PSTORE_VALUE];
};

struct group {
	unsigned int	first, n;
	long long	time;
};

static struct part *parts;
static struct group *groups;
static unsigned int parts_n, groups_n;

/* --- The files */

/* dmesg-BACKEND-ID, and .enc.z behind it if it is compressed */
static int pstore_name(struct part *p, const char *name)
{
	const char *id = strrchr(name, '-');
	char *end;

	if (strncmp(name, PSTORE_NAME, strlen(PSTORE_NAME)) || id < name + strlen(PSTORE_NAME))
		return 0;
	p->backend = name + strlen(PSTORE_NAME);
	p->backend_len = id - p->backend;
	p->id = strtoull(id + 1, &end, 10);
	return end != id + 1 && (!*end || *end == '.');
}

static int pstore_of_efi(const struct part *p)
{
	return p->backend_len >= 3 && !strncmp(p->backend, "efi", 3);
}

/* The ids of EFI and ERST have the second of the dump, and in ERST's that of its first part. */
static int pstore_has_time(const struct part *p)
{
	return pstore_of_efi(p) || (p->backend_len == 4 && !strncmp(p->backend, "erst", 4));
}

static long long pstore_id_time(const struct part *p)
{
	return pstore_of_efi(p) ? p->id / 100000 : p->id >> 32;
}

/* What stands in its first line, unless it is compressed or is none of pstore's */
static void pstore_head(struct part *p)
{
	char line[64], kind[16];

	p->number = 0;
	p->part = pstore_of_efi(p) ? p->id / 1000 % 100 : 0;
	if (files_read(line, sizeof(line), "%s", p->path) <= 0)
		return;
	if (sscanf(line, "%15[A-Za-z]#%u Part%u", kind, &p->number, &p->part) != 3 ||
	    p->part > PSTORE_PARTS)
		p->number = 0;
	p->panic = p->number && !strcmp(kind, "Panic");
}

/* The place of one more: when there is none left, that of the oldest if it is newer */
static struct part *pstore_place(long long mtime)
{
	struct part *p, *oldest = parts;

	if (parts_n < PSTORE_FILES)
		return &parts[parts_n++];
	for (p = parts; p < parts + parts_n; p++)
		if (p->mtime < oldest->mtime)
			oldest = p;
	return oldest->mtime < mtime ? oldest : NULL;
}

static void pstore_add(unsigned int root, const char *path, long long mtime)
{
	struct part p = { .root = root }, *place;
	const char *name = strrchr(path, '/') + 1;

	if (strlen(path) >= sizeof(p.path) || !pstore_name(&p, name))
		return;
	place = pstore_place(mtime);
	if (!place)
		return;
	*place = p;
	strcpy(place->path, path);
	place->mtime = mtime;
	place->backend = place->path + (p.backend - path);
	pstore_head(place);
}

static void pstore_list(unsigned int root, const char *path, unsigned int depth)
{
	int fd = files_open(O_RDONLY | O_DIRECTORY, "%s", path);
	const struct dirent64 *entry;
	struct files_list list;
	char below[FILES_PATH];
	struct stat st;

	if (fd < 0)
		return;
	files_list(&list, fd);
	while ((entry = files_next(&list))) {
		if (fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		if (S_ISREG(st.st_mode))
			pstore_add(root, below, st.st_mtime);
		else if (S_ISDIR(st.st_mode) && depth > 1)
			pstore_list(root, below, depth - 1);
	}
	close(fd);
}

/* --- The dumps */

static int pstore_same_backend(const struct part *a, const struct part *b)
{
	return a->root == b->root && a->backend_len == b->backend_len &&
	       !memcmp(a->backend, b->backend, a->backend_len);
}

static int pstore_before(const void *one, const void *other)
{
	const struct part *a = one, *b = other;
	int order;

	if (a->root != b->root)
		return a->root < b->root ? -1 : 1;
	order = strncmp(a->backend, b->backend,
			a->backend_len < b->backend_len ? a->backend_len : b->backend_len);
	if (order || a->backend_len != b->backend_len)
		return order ? order : a->backend_len < b->backend_len ? -1 : 1;
	return a->id == b->id ? 0 : a->id < b->id ? -1 : 1;
}

/* Is @p of the dump that @last is of, and whose @number is 0 as long as none is known? */
static int pstore_goes_on(const struct part *p, const struct part *last, unsigned int number)
{
	if (!pstore_same_backend(p, last) || p->part == 1)
		return 0;
	if (p->number && number && p->number != number)
		return 0;
	if (p->part && last->part && p->part <= last->part)
		return 0;
	if (pstore_has_time(p))
		return pstore_id_time(p) == pstore_id_time(last);
	return p->number || p->id == last->id + 1;
}

/* Where no name has it, the kernel's own files have it. */
static long long pstore_time(const struct part *p)
{
	return pstore_has_time(p) ? pstore_id_time(p) : p->root ? 0 : p->mtime;
}

/* Dumps of panics, and such of which nothing can be read */
static void pstore_group(unsigned int first, unsigned int n)
{
	unsigned int i, readable = 0, panics = 0;
	struct group *g = &groups[groups_n];

	for (i = first; i < first + n; i++) {
		readable += !!parts[i].number;
		panics += parts[i].panic;
	}
	if (readable && !panics)
		return;
	g->first = first;
	g->n = n;
	g->time = pstore_time(&parts[first]);
	if (!g->time)
		g->time = parts[first].mtime;
	groups_n++;
}

static void pstore_group_all(void)
{
	unsigned int i, first = 0, number = 0;

	for (i = 0; i < parts_n; i++) {
		if (i > first && !pstore_goes_on(&parts[i], &parts[i - 1], number)) {
			pstore_group(first, i - first);
			first = i;
			number = 0;
		}
		if (parts[i].number)
			number = parts[i].number;
	}
	if (parts_n)
		pstore_group(first, parts_n - first);
}

static int pstore_older(const void *one, const void *other)
{
	const struct group *a = one, *b = other;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->first < b->first ? -1 : 1;
}

int pstore_open(void)
{
	unsigned int root;

	parts_n = 0;
	groups_n = 0;
	parts = calloc(PSTORE_FILES, sizeof(*parts));
	groups = calloc(PSTORE_FILES, sizeof(*groups));
	if (!parts || !groups) {
		pstore_close();
		return -ENOMEM;
	}
	for (root = 0; roots[root]; root++)
		pstore_list(root, roots[root], PSTORE_DEPTH);
	qsort(parts, parts_n, sizeof(*parts), pstore_before);
	/* They were moved */
	for (root = 0; root < parts_n; root++)
		parts[root].backend = strrchr(parts[root].path, '/') + 1 + strlen(PSTORE_NAME);
	pstore_group_all();
	qsort(groups, groups_n, sizeof(*groups), pstore_older);
	return groups_n;
}

void pstore_close(void)
{
	free(parts);
	free(groups);
	parts = NULL;
	groups = NULL;
}

uint64_t pstore_key(int n)
{
	const struct part *p = &parts[groups[n].first];
	const char *name = strrchr(p->path, '/') + 1;
	uint64_t part[2] = { state_hash(name, strlen(name)), 0 };
	int fd = files_open(O_RDONLY, "%s", p->path);
	char buf[2048];
	ssize_t len;

	while (fd >= 0 && (len = read(fd, buf, sizeof(buf))) > 0) {
		part[1] = state_hash(buf, len);
		part[0] = state_hash(part, sizeof(part));
	}
	if (fd >= 0)
		close(fd);
	return part[0];
}

/* --- What one says */

/* Printable, and with all that is not as \xNN; a text of the module's has that already */
static void pstore_print(char *to, size_t size, const char *from, int escaped)
{
	size_t n = 0;

	for (; *from && n + 5 <= size; from++)
		if (*from < ' ' || *from > '~' || (*from == '\\' && !escaped))
			n += snprintf(to + n, size - n, "\\x%02x", (unsigned char)*from);
		else
			to[n++] = *from;
	to[n] = '\0';
}

/* Behind what stands in brackets at the beginning, if there is such */
static const char *pstore_behind(const char *line, char open, char close)
{
	const char *end = *line == open ? strchr(line, close) : NULL;

	return end ? end + 1 : line;
}

/* Behind "<6>", the time and, on some kernels, what printed it */
static const char *pstore_text(const char *line, char *time, size_t size)
{
	const char *at;

	line = pstore_behind(line, '<', '>');
	at = line + strspn(line, "[ ");
	snprintf(time, size, "%.*s", (int)strspn(at, "0123456789."), at);
	line = pstore_behind(line, '[', ']');
	line = pstore_behind(line, '[', ']');
	return line + (*line == ' ');
}

/* @record: what the module has printed of one */
static void pstore_record(struct pstore_dump *d, const char *record)
{
	if (d->records == PSTORE_RECORDS)
		memmove(d->record[0], d->record[1], sizeof(d->record) - sizeof(d->record[0]));
	else
		d->records++;
	pstore_print(d->record[d->records - 1], PSTORE_VALUE, record, 1);
}

static void pstore_line(struct pstore_dump *d, const char *line)
{
	char time[sizeof(d->uptime)];
	const char *text = pstore_text(line, time, sizeof(time));

	if (!strncmp(text, PSTORE_OURS, strlen(PSTORE_OURS)))
		pstore_record(d, text + strlen(PSTORE_OURS));
	if (strncmp(text, PSTORE_PANIC, strlen(PSTORE_PANIC)))
		return;
	pstore_print(d->panic, sizeof(d->panic), text + strlen(PSTORE_PANIC), 0);
	strcpy(d->uptime, time);
	/* The module's come behind it. */
	d->records = 0;
}

/* Does it end as the kernel ends what it writes? */
static int pstore_whole(int fd)
{
	char last = 0;

	return lseek(fd, -1, SEEK_END) >= 0 && read(fd, &last, 1) == 1 && last == '\n';
}

static void pstore_part(struct pstore_dump *d, const struct part *p)
{
	int fd = p->number ? files_open(O_RDONLY, "%s", p->path) : -1;
	static struct files_lines lines;
	const char *line;

	if (fd < 0)
		return;
	d->read++;
	files_lines(&lines, fd);
	while ((line = files_line(&lines)))
		pstore_line(d, line);
	d->torn += !pstore_whole(fd);
	close(fd);
}

void pstore_read(int n, struct pstore_dump *dump)
{
	const struct group *g = &groups[n];
	const struct part *p;
	unsigned int last = g->n;

	memset(dump, 0, sizeof(*dump));
	dump->time = pstore_time(&parts[g->first]);
	pstore_print(dump->file, sizeof(dump->file), parts[g->first].path, 0);
	/* The oldest lines are in the part with the highest number. */
	for (p = parts + g->first + g->n; p-- > parts + g->first;) {
		pstore_part(dump, p);
		if (p->part > last)
			last = p->part;
	}
	dump->lost = last - dump->read;
}
