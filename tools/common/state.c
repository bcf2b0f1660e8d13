// SPDX-License-Identifier: GPL-2.0-only
/*
 * A state is a file that another takes the place of, so that it is whole whenever a
 * process ends. The records are files beside it, written before a state names them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "state.h"
#include "whole.h"

#define STATE_MAGIC	"kevstat1"
#define STATE_NAME	64

struct state_head {
	char		magic[8];
	uint64_t	size;	/* of what follows */
	uint64_t	sum;
};

static int dir = -1;

int state_init(const char *path)
{
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -errno : 0;
}

int state_lock_open(const char *name)
{
	char lock[STATE_NAME];
	int fd;

	snprintf(lock, sizeof(lock), "%s.lock", name);
	fd = openat(dir, lock, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

/* Of this kind, as a handler that has not come to its exec does not share it */
static int state_lock_set(int fd, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	if (!fcntl(fd, F_SETLK, &whole))
		return 0;
	return errno == EACCES || errno == EAGAIN ? -EBUSY : -errno;
}

int state_lock_try(int fd)
{
	return state_lock_set(fd, F_WRLCK);
}

void state_lock_drop(int fd)
{
	state_lock_set(fd, F_UNLCK);
}

int state_lock(const char *name)
{
	int fd = state_lock_open(name), err;

	if (fd < 0)
		return fd;
	err = state_lock_try(fd);
	if (err)
		close(fd);
	return err;
}

/* FNV-1a */
uint64_t state_hash(const void *bytes, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325;
	const unsigned char *p = bytes;

	while (len--)
		hash = (hash ^ *p++) * 0x100000001b3;
	return hash;
}

static size_t state_size(const struct state *s)
{
	return offsetof(struct state, wait) + s->waits * sizeof(s->wait[0]);
}

int state_save(const char *name, const struct state *s)
{
	struct state_head head = { .magic = STATE_MAGIC, .size = state_size(s) };
	struct iovec part[] = { { &head, sizeof(head) }, { (void *)s, head.size } };

	head.sum = state_hash(s, head.size);
	return whole_writev(dir, name, 0600, part, 2, 0);
}

static int state_sound(const struct state *s, const struct state_head *head, ssize_t n)
{
	unsigned int i;

	if (n < (ssize_t)(sizeof(*head) + offsetof(struct state, wait)) ||
	    memcmp(head->magic, STATE_MAGIC, sizeof(head->magic)) ||
	    s->waits > STATE_WAITS || s->runs > STATE_RUNS || s->lefts > STATE_LEFT)
		return 0;
	if (head->size != state_size(s) || (size_t)n != sizeof(*head) + head->size ||
	    head->sum != state_hash(s, head->size))
		return 0;
	for (i = 0; i < s->runs; i++)
		if (s->run[i].n > STATE_ENDED || s->run[i].cuts > STATE_ENDED)
			return 0;
	return !s->instance[sizeof(s->instance) - 1] && !s->slice[sizeof(s->slice) - 1];
}

int state_load(const char *name, struct state *s)
{
	struct state_head head = {};
	struct iovec part[] = { { &head, sizeof(head) }, { s, sizeof(*s) } };
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : 0;
	ssize_t n;

	memset(s, 0, sizeof(*s));
	if (err)
		return err;
	n = readv(fd, part, 2);
	if (n < 0)
		err = -errno;
	else if (!state_sound(s, &head, n))
		err = -EBADMSG;
	close(fd);
	if (err)
		memset(s, 0, sizeof(*s));
	return err;
}

int state_keep(const char *name, uint64_t seq, const struct record *r)
{
	char file[STATE_NAME];

	snprintf(file, sizeof(file), "%s.%llu", name, (unsigned long long)seq);
	return whole_write(dir, file, 0600, r->text, r->len, 0);
}

int state_kept(const char *name, uint64_t seq, struct record *r)
{
	char file[STATE_NAME];
	ssize_t n;
	int fd;

	snprintf(file, sizeof(file), "%s.%llu", name, (unsigned long long)seq);
	fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, r->text, sizeof(r->text));
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	r->len = n;
	return record_reparse(r);
}

void state_forget(const char *name, uint64_t seq)
{
	char file[STATE_NAME];

	snprintf(file, sizeof(file), "%s.%llu", name, (unsigned long long)seq);
	unlinkat(dir, file, 0);
}

static int state_knows(const struct state *s, uint64_t seq)
{
	unsigned int i;

	for (i = 0; i < s->runs; i++)
		if (s->run[i].seq == seq)
			return 1;
	for (i = 0; i < s->waits; i++)
		if (s->wait[i] == seq)
			return 1;
	return 0;
}

void state_sweep(const char *name, const struct state *s)
{
	const struct dirent64 *entry;
	struct files_list list;
	size_t len = strlen(name);
	char *end;
	uint64_t seq;

	lseek(dir, 0, SEEK_SET);
	files_list(&list, dir);
	while ((entry = files_next(&list))) {
		if (strncmp(entry->d_name, name, len) || entry->d_name[len] != '.')
			continue;
		seq = strtoull(entry->d_name + len + 1, &end, 10);
		if (end == entry->d_name + len + 1 || (*end && strcmp(end, WHOLE_NEW)))
			continue;
		if (*end || !state_knows(s, seq))
			unlinkat(dir, entry->d_name, 0);
	}
}
