// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the machine looked like when there was trouble. Nothing is started for it, and
 * nothing allocated. The trouble may be the disk, or a lock that /proc or cgroupfs
 * take: so a thread of its own does it, for which the caller waits but a while, and no
 * file is synced.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "aside.h"
#include "cgtree.h"
#include "files.h"
#include "largest.h"
#include "recorder.h"
#include "say.h"
#include "snapshot.h"
#include "whole.h"

#define SNAPSHOT_LOG	(48u << 10)	/* of the kernel's log */
#define SNAPSHOT_WAIT	2	/* seconds */
#define SNAPSHOT_NEW	".new"
#define SNAPSHOT_END	".txt"

struct group {
	unsigned long long	kb;
	char			path[CGTREE_PATH];
};

static char where[256];
static size_t bytes_max;
static int dir = -1;

/* What one snapshot needs: the thread's while @busy, else the caller's */
static struct {
	struct record		record;
	struct names		names;
	char			text[SNAPSHOT_BYTES];
	size_t			len;
	char			file[64 << 10];	/* what is read */
	struct process		process[LARGEST];
	struct group		group[LARGEST];
	unsigned int		groups;
	struct recorder_round	round;
} snap;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t begun = PTHREAD_COND_INITIALIZER, ended = PTHREAD_COND_INITIALIZER;
static int busy, result;	/* under lock */

int snapshot_wanted(const char *source)
{
	static const char *const wanted[] = { "oom", "oops", "hung", "block" };
	unsigned int i;

	for (i = 0; source && i < sizeof(wanted) / sizeof(*wanted); i++)
		if (!strcmp(source, wanted[i]))
			return 1;
	return 0;
}

/* The text so far, and this; what does not fit is left out. */
static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
	size_t left = sizeof(snap.text) - snap.len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(snap.text + snap.len, left, format, args);
	va_end(args);
	if (n > 0)
		snap.len += (size_t)n < left ? (size_t)n : left - 1;
}

/* The same for what others wrote: a terminal obeys none of it. */
static void put_foreign(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len && snap.len < sizeof(snap.text) - 5; i++)
		if ((unsigned char)s[i] >= ' ' && s[i] != 0x7f)
			snap.text[snap.len++] = s[i];
		else if (s[i] == '\n')
			snap.text[snap.len++] = '\n';
		else
			snap.len += sprintf(snap.text + snap.len, "\\x%02x", (unsigned char)s[i]);
	snap.text[snap.len] = '\0';
}

static void put_line(const char *s)
{
	put_foreign(s, strlen(s));
	put("\n");
}

static void put_file(const char *path)
{
	ssize_t len = files_read(snap.file, sizeof(snap.file), "%s", path);

	if (len <= 0)
		return;
	put("\n%s\n", path);
	put_foreign(snap.file, len);
}

static void put_name(const char *what, const char *name)
{
	if (name[0])
		put("%s=%s\n", what, name);
}

static void put_record(const struct record *r, const struct names *n)
{
	unsigned int i;

	for (i = 0; i < r->fields; i++) {
		put("%s=", r->field[i].key);
		put_line(r->field[i].value);
	}
	put_name("UNIT", n->unit);
	put_name("USER_UNIT", n->user_unit);
	put_name("CONTAINER", n->container);
	put_name("POD", n->pod);
	put_name("USER", n->user);
}

static void put_process(const struct process *p)
{
	put("%8d %10lu %10lu %5d  ", p->pid, p->rss_kb, p->swap_kb, p->oom_score_adj);
	put_foreign(p->comm, strlen(p->comm));
	put("  ");
	put_line(p->cgroup);
}

static void put_processes(void)
{
	unsigned int n = largest(snap.process), i;

	put("\nThe largest processes\n");
	put("     pid      rss kB    swap kB   adj  comm, control group\n");
	for (i = 0; i < n; i++)
		put_process(&snap.process[i]);
}

static int snapshot_group(const char *path, unsigned long long id, void *arg)
{
	unsigned long long kb;
	unsigned int i;
	char buf[32];

	(void)id;
	(void)arg;
	/* The root has no such file. */
	if (files_read(buf, sizeof(buf), "%s%s/memory.current", cgtree_mount(), path) <= 0)
		return 0;
	kb = strtoull(buf, NULL, 10) >> 10;
	if (snap.groups == LARGEST && kb <= snap.group[LARGEST - 1].kb)
		return 0;
	i = snap.groups < LARGEST ? snap.groups++ : LARGEST - 1;
	for (; i && snap.group[i - 1].kb < kb; i--)
		snap.group[i] = snap.group[i - 1];
	snap.group[i].kb = kb;
	snprintf(snap.group[i].path, sizeof(snap.group[i].path), "%s", path);
	return 0;
}

static void put_groups(void)
{
	char max[32];
	unsigned int i;

	snap.groups = 0;
	cgtree_walk(snapshot_group, NULL);
	if (snap.groups)
		put("\nThe largest control groups\n        kB      limit  path\n");
	for (i = 0; i < snap.groups; i++) {
		files_read(max, sizeof(max), "%s%s/memory.max", cgtree_mount(), snap.group[i].path);
		if (isdigit((unsigned char)max[0]))
			snprintf(max, sizeof(max), "%llu", strtoull(max, NULL, 10) >> 10);
		else
			strcpy(max, "none");
		put("%10llu %10s  ", snap.group[i].kb, max);
		put_line(snap.group[i].path);
	}
}

static void put_round(const struct recorder_round *round)
{
	unsigned int i;
	struct tm tm;
	time_t time = round->time;
	char stamp[32];

	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&time, &tm));
	put("\nMemory was short at %s\n     pid      rss kB  started, command line\n", stamp);
	for (i = 0; i < round->n; i++) {
		const struct process *p = &round->process[i];

		put("%8d %10lu  %llu ", p->pid, p->rss_kb, p->start);
		put_line(round->cmdline[i][0] ? round->cmdline[i] : p->comm);
	}
}

/* The kernel gives the end of its log; the first of these lines is seldom whole. */
static void put_log(void)
{
	int len = klogctl(3, snap.file, SNAPSHOT_LOG);

	if (len <= 0)
		return;
	put("\nThe end of the kernel's log\n");
	put_foreign(snap.file, len);
}

static void snapshot_fill(const struct record *r, const struct names *n)
{
	unsigned int i;

	snap.len = 0;
	put_record(r, n);
	put_file("/proc/pressure/memory");
	put_file("/proc/pressure/io");
	put_file("/proc/pressure/cpu");
	put_file("/proc/meminfo");
	put_processes();
	put_groups();
	for (i = 0; recorder_get(&snap.round, i); i++)
		put_round(&snap.round);
	put_log();
}

/*
 * DATETIME-SOURCE-SEQ.txt: by its time, which has microseconds, no other record has the
 * same name, and names sort by age.
 */
static int snapshot_name(const struct record *r, char *name, size_t size)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");
	unsigned long long us, seq;
	char stamp[24];
	struct tm tm;
	time_t time;
	int n;

	if (!source || strspn(source, "abcdefghijklmnopqrstuvwxyz0123456789_-") != strlen(source) ||
	    !record_number(r, "__REALTIME_TIMESTAMP", &us) ||
	    !record_number(r, "KEVNOTIFY_SEQ", &seq))
		return -EBADMSG;
	/* Of a year with four digits */
	if (us >= 253402300800000000)
		return -EBADMSG;
	time = us / 1000000;
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", gmtime_r(&time, &tm));
	n = snprintf(name, size, "%s.%06lluZ-%s-%llu" SNAPSHOT_END, stamp, us % 1000000, source,
		     seq);
	return (size_t)n < size ? 0 : -ENAMETOOLONG;
}

int snapshot_path(const struct record *r, char *path, size_t size)
{
	char name[128];
	int ret = snapshot_name(r, name, sizeof(name));

	if (ret)
		return ret;
	return (size_t)snprintf(path, size, "%s/%s", where, name) < size ? 0 : -ENAMETOOLONG;
}

static int snapshot_is_ours(const char *name)
{
	size_t len = strlen(name), end = strlen(SNAPSHOT_END);

	return len > 24 && name[8] == 'T' && name[22] == 'Z' && name[23] == '-' &&
	       !strcmp(name + len - end, SNAPSHOT_END);
}

/* The bytes of all, and the name of the oldest one */
static unsigned long long snapshot_sum(char *oldest, size_t size)
{
	unsigned long long sum = 0;
	const struct dirent64 *entry;
	struct files_list list;
	struct stat st;

	oldest[0] = '\0';
	lseek(dir, 0, SEEK_SET);
	files_list(&list, dir);
	while ((entry = files_next(&list))) {
		if (!snapshot_is_ours(entry->d_name) ||
		    fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		sum += st.st_size;
		if (!oldest[0] || strcmp(entry->d_name, oldest) < 0)
			snprintf(oldest, size, "%s", entry->d_name);
	}
	return sum;
}

static int snapshot_room(size_t len)
{
	char oldest[256];

	if (len > bytes_max)
		return -EFBIG;
	while (snapshot_sum(oldest, sizeof(oldest)) + len > bytes_max)
		if (unlinkat(dir, oldest, 0) && errno != ENOENT)
			return -errno;
	return 0;
}

/* Whole or not at all, and for the group that may look into the directory */
static int snapshot_store(const char *name)
{
	struct stat st;
	char new[32];
	int fd, ret;

	/* The helper may be at it too, so the name is ours alone, and whole_write()'s is not. */
	snprintf(new, sizeof(new), ".%d" SNAPSHOT_NEW, (int)getpid());
	fd = openat(dir, new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return -errno;
	ret = whole_fill(fd, snap.text, snap.len);
	if (!ret && (fstat(dir, &st) || fchown(fd, -1, st.st_gid)))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && renameat(dir, new, dir, name))
		ret = -errno;
	if (ret)
		unlinkat(dir, new, 0);
	return ret;
}

static int snapshot_make(void)
{
	char name[128];
	int ret = snapshot_name(&snap.record, name, sizeof(name));

	if (ret)
		return ret;
	if (!faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW))
		return 0;
	snapshot_fill(&snap.record, &snap.names);
	ret = snapshot_room(snap.len);
	return ret ? ret : snapshot_store(name);
}

/* Its event goes on without. */
static void snapshot_say(const struct record *r, int err)
{
	const char *seq = record_get(r, "KEVNOTIFY_SEQ");

	if (err)
		say(LOG_WARNING, "record %s has no snapshot: %s", seq ? seq : "?", strerror(-err));
}

static void *snapshot_thread(void *arg)
{
	int ret;

	(void)arg;
	pthread_mutex_lock(&lock);
	for (;;) {
		while (!busy)
			pthread_cond_wait(&begun, &lock);
		pthread_mutex_unlock(&lock);
		ret = snapshot_make();
		snapshot_say(&snap.record, ret);
		pthread_mutex_lock(&lock);
		result = ret;
		busy = 0;
		pthread_cond_signal(&ended);
	}
	return NULL;
}

/* What processes began and did not end, by a power cut say */
static void snapshot_forget(void)
{
	const struct dirent64 *entry;
	struct files_list list;
	char *rest;
	long pid;

	files_list(&list, dir);
	while ((entry = files_next(&list))) {
		pid = strtol(entry->d_name + 1, &rest, 10);
		if (entry->d_name[0] == '.' && pid > 0 && !strcmp(rest, SNAPSHOT_NEW) &&
		    kill(pid, 0) && errno == ESRCH)
			unlinkat(dir, entry->d_name, 0);
	}
}

int snapshot_init(const char *path, size_t max)
{
	int ret;

	/* Loads the time zone now; gmtime_r() needs none and would all the same. */
	tzset();
	if (snprintf(where, sizeof(where), "%s", path) >= (int)sizeof(where))
		return -ENAMETOOLONG;
	if (mkdir(path, 0750) && errno != EEXIST)
		return -errno;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	bytes_max = max;
	snapshot_forget();
	ret = aside_start(snapshot_thread, NULL);
	if (ret) {
		close(dir);
		dir = -1;
	}
	return ret;
}

/* A record's fields point into its text. */
static void snapshot_copy(struct record *to, const struct record *from)
{
	ptrdiff_t apart = to->text - from->text;
	unsigned int i;

	*to = *from;
	for (i = 0; i < to->fields; i++) {
		to->field[i].key += apart;
		to->field[i].value += apart;
	}
}

static int snapshot_wait(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SNAPSHOT_WAIT;
	while (busy)
		if (pthread_cond_clockwait(&ended, &lock, CLOCK_MONOTONIC, &until))
			return -EINPROGRESS;
	return result;
}

int snapshot_take(const struct record *r, const struct names *n, char *path, size_t size)
{
	int ret = snapshot_path(r, path, size);

	if (ret || dir < 0)
		return ret ? ret : -ENOENT;
	pthread_mutex_lock(&lock);
	if (busy) {
		ret = -EBUSY;
		snapshot_say(r, ret);
	} else {
		snapshot_copy(&snap.record, r);
		memset(&snap.names, 0, sizeof(snap.names));
		if (n)
			snap.names = *n;
		busy = 1;
		pthread_cond_signal(&begun);
		ret = snapshot_wait();
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

int snapshot_in_progress(const struct record *r)
{
	char name[128], other[128];
	int yes;

	if (snapshot_name(r, name, sizeof(name)))
		return 0;
	pthread_mutex_lock(&lock);
	yes = busy && !snapshot_name(&snap.record, other, sizeof(other)) && !strcmp(name, other);
	pthread_mutex_unlock(&lock);
	return yes;
}
