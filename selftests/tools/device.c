// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into kevnotify-dispatch: a stand-in for /dev/kevnotify, made of files in
 * /mnt/device.
 *
 *   records  what is there to read; more may be written behind it
 *   acks     what was acknowledged, a SEQ a line
 *   given    what the helper has, a SEQ a line: ESTALE
 *   stop     if it is there: removed, and the process is stopped before an ack
 *   send     if it is there: removed, and the process is stopped before it sends anything
 *   sleep    if it is there: named "asleep", and a process that sleeps does so until "awake" is
 *            there
 *   gone     if it is there: no such device
 *   cgroup   if it is there: read for /proc/self/cgroup
 *   slow     while it is there: no snapshot gets its name
 *   deaf     while it is there: no signal reaches a process
 *   raised   if it is there: takes the place of that counter while the process sleeps
 *
 * An open file is an inotify descriptor, so that poll() works on it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define DIR	"/mnt/device/"
#define FDS	64

static struct reader {
	int			open, block;
	off_t			at;	/* of the present record */
	size_t			given;	/* bytes of it */
	unsigned long long	seq;	/* the last one that was read */
	unsigned long long	from;	/* the first one that the next ack is for */
} readers[FDS];

static int (*real_open)(const char *path, int flags, ...);
static ssize_t (*real_read)(int fd, void *to, size_t count);
static ssize_t (*real_write)(int fd, const void *from, size_t count);
static int (*real_close)(int fd);
static off_t (*real_lseek)(int fd, off_t to, int whence);
static ssize_t (*real_sendto)(int fd, const void *from, size_t count, int flags,
			      const struct sockaddr *to, socklen_t len);

static int (*real_renameat)(int from, const char *old, int to, const char *new);
static int (*real_kill)(pid_t pid, int sig);
static long (*real_syscall)(long number, ...);

__attribute__((constructor))
static void find(void)
{
	real_open = dlsym(RTLD_NEXT, "open");
	real_read = dlsym(RTLD_NEXT, "read");
	real_write = dlsym(RTLD_NEXT, "write");
	real_close = dlsym(RTLD_NEXT, "close");
	real_lseek = dlsym(RTLD_NEXT, "lseek");
	real_sendto = dlsym(RTLD_NEXT, "sendto");
	real_renameat = dlsym(RTLD_NEXT, "renameat");
	real_kill = dlsym(RTLD_NEXT, "kill");
	real_syscall = dlsym(RTLD_NEXT, "syscall");
}

static int there(const char *name)
{
	return !access(name, F_OK);
}

static int open_device(int flags)
{
	int fd;

	if (there(DIR "gone")) {
		errno = ENOENT;
		return -1;
	}
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0 || fd >= FDS || inotify_add_watch(fd, DIR, IN_MODIFY | IN_CREATE) < 0)
		abort();
	readers[fd] = (struct reader){ .open = 1, .block = !(flags & O_NONBLOCK) };
	return fd;
}

int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	if (!strcmp(path, "/dev/kevnotify"))
		return open_device(flags);
	if (!strcmp(path, "/proc/self/cgroup") && there(DIR "cgroup"))
		path = DIR "cgroup";
	return real_open(path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

/* A piece of the present record, or 0 if there is none yet */
static ssize_t give_from(struct reader *r, char *to, size_t count, const char *buf, ssize_t n)
{
	char *end = n > 0 ? memmem(buf, n, "\n\n", 2) : NULL, *seq;
	size_t len;

	if (!end)
		return 0;
	len = end + 2 - buf;
	if (count > len - r->given)
		count = len - r->given;
	memcpy(to, buf + r->given, count);
	r->given += count;
	if (r->given == len) {
		seq = memmem(buf, len, "\nKEVNOTIFY_SEQ=", 15);
		r->seq = seq ? strtoull(seq + 15, NULL, 10) : r->seq;
		r->from = r->from ? r->from : r->seq;
		r->at += len;
		r->given = 0;
	}
	return count;
}

static ssize_t give(struct reader *r, char *to, size_t count)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static char buf[1 << 15];
	int fd = real_open(DIR "records", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	pthread_mutex_lock(&lock);
	n = pread(fd, buf, sizeof(buf), r->at);
	n = give_from(r, to, count, buf, n);
	pthread_mutex_unlock(&lock);
	real_close(fd);
	return n;
}

ssize_t read(int fd, void *to, size_t count)
{
	struct pollfd wake = { .fd = fd, .events = POLLIN };
	char events[4096];
	ssize_t n;

	if (fd < 0 || fd >= FDS || !readers[fd].open)
		return real_read(fd, to, count);
	for (;;) {
		while (real_read(fd, events, sizeof(events)) > 0)
			;
		if (there(DIR "gone")) {
			errno = ENODEV;
			return -1;
		}
		n = give(&readers[fd], to, count);
		if (n)
			return n;
		if (!readers[fd].block) {
			errno = EAGAIN;
			return -1;
		}
		poll(&wake, 1, -1);
	}
}

/* Where that record begins, or the end behind the one before it; -1: there is neither */
static off_t place_of(unsigned long long seq)
{
	FILE *f = fopen(DIR "records", "re");
	off_t begin = 0, place = -1;
	unsigned long long n;
	char line[4096];

	while (f && place < 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "KEVNOTIFY_SEQ=%llu", &n) == 1 && n == seq)
			place = begin;
		else if (*line == '\n')
			begin = ftell(f);
		if (sscanf(line, "KEVNOTIFY_SEQ=%llu", &n) != 1 || n != seq - 1)
			continue;
		while (fgets(line, sizeof(line), f) && *line != '\n')
			;
		place = ftell(f);
	}
	if (f)
		fclose(f);
	return place;
}

off_t lseek(int fd, off_t to, int whence)
{
	off_t place;

	if (fd < 0 || fd >= FDS || !readers[fd].open)
		return real_lseek(fd, to, whence);
	place = whence == SEEK_SET ? place_of(to) : -1;
	if (place < 0) {
		errno = EINVAL;
		return -1;
	}
	readers[fd].at = place;
	readers[fd].given = 0;
	return to;
}

off_t lseek64(int fd, off_t to, int whence) __attribute__((alias("lseek")));

/* The first one from @from to @to that the helper has, or 0 */
static unsigned long long first_given(unsigned long long from, unsigned long long to)
{
	FILE *f = fopen(DIR "given", "re");
	unsigned long long n, first = 0;

	while (f && fscanf(f, "%llu", &n) == 1)
		if (n >= from && n <= to && (!first || n < first))
			first = n;
	if (f)
		fclose(f);
	return first;
}

static ssize_t ack(struct reader *r, const char *line, size_t count)
{
	unsigned long long seq, from, given;
	int fd;

	if (!unlink(DIR "stop"))
		raise(SIGSTOP);	/* this thread takes no further step */
	if (sscanf(line, "ack %llu\n", &seq) != 1 || !seq || seq > r->seq) {
		errno = EINVAL;
		return -1;
	}
	from = r->from < seq ? r->from : seq;
	given = first_given(from, seq);
	if (given) {
		if (given == from && r->from <= given)
			r->from = given + 1;
		errno = ESTALE;
		return -1;
	}
	r->from = r->from > seq ? r->from : seq + 1;
	fd = real_open(DIR "acks", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	dprintf(fd, "%llu\n", seq);
	real_close(fd);
	return count;
}

ssize_t write(int fd, const void *from, size_t count)
{
	if (fd < 0 || fd >= FDS || !readers[fd].open)
		return real_write(fd, from, count);
	return ack(&readers[fd], from, count);
}

int renameat(int from, const char *old, int to, const char *new)
{
	struct timespec step = { 0, 10000000 };

	while (strstr(new, ".txt") && !access(DIR "slow", F_OK))
		nanosleep(&step, NULL);
	return real_renameat(from, old, to, new);
}

ssize_t sendto(int fd, const void *from, size_t count, int flags, const struct sockaddr *to,
	       socklen_t len)
{
	if (!unlink(DIR "send"))
		raise(SIGSTOP);
	return real_sendto(fd, from, count, flags, to, len);
}

int kill(pid_t pid, int sig)
{
	return there(DIR "deaf") ? 0 : real_kill(pid, sig);
}

long syscall(long number, ...)
{
	va_list args;
	long arg[6];
	int i;

	va_start(args, number);
	for (i = 0; i < 6; i++)
		arg[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_pidfd_send_signal && there(DIR "deaf"))
		return 0;
	return real_syscall(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	if (!rename(DIR "sleep", DIR "asleep"))
		while (!there(DIR "awake"))
			clock_nanosleep(CLOCK_MONOTONIC, 0, time, NULL);
	if (!rename(DIR "raised", "/sys/kernel/kevnotify/stats/raised"))
		return 0;
	return clock_nanosleep(CLOCK_MONOTONIC, 0, time, left) ? -1 : 0;
}

int close(int fd)
{
	if (fd >= 0 && fd < FDS)
		readers[fd].open = 0;
	return real_close(fd);
}
