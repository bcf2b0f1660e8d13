// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the kernel has killed a process, its command line is gone. So the largest ones
 * are noted before, when tasks begin to wait for memory: the kernel tells, and nothing
 * is polled while the machine is well.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aside.h"
#include "files.h"
#include "recorder.h"

/* Some task waited for memory for 150 ms of 2 s. */
#define RECORDER_TRIGGER	"some 150000 2000000"
#define RECORDER_PAUSE		5	/* seconds between rounds */
#define RECORDER_PATIENCE	1	/* seconds for the command lines of a round */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct recorder_round rounds[RECORDER_ROUNDS];	/* under lock */
static unsigned int taken;				/* the same */

static time_t recorder_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

int recorder_init(void)
{
	int fd = files_open(O_RDWR, "/proc/pressure/memory"), ret;

	if (fd < 0)
		return fd;
	if (write(fd, RECORDER_TRIGGER, sizeof(RECORDER_TRIGGER)) >= 0)
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

static void recorder_cmdline(char *line, int pid)
{
	ssize_t len = files_read(line, RECORDER_CMDLINE, "/proc/%d/cmdline", pid), i;

	for (i = 0; i < len; i++)
		if (!line[i])
			line[i] = ' ';
}

void recorder_event(void)
{
	static struct recorder_round round;
	static time_t next;
	time_t now = recorder_seconds();
	unsigned int i;

	if (now < next)
		return;
	memset(&round, 0, sizeof(round));
	round.time = time(NULL);
	round.n = largest(round.process);
	for (i = 0; i < round.n && recorder_seconds() - now <= RECORDER_PATIENCE; i++)
		recorder_cmdline(round.cmdline[i], round.process[i].pid);
	next = recorder_seconds() + RECORDER_PAUSE;
	/* The lock is held for a copy, and no file is read under it. */
	pthread_mutex_lock(&lock);
	rounds[taken++ % RECORDER_ROUNDS] = round;
	pthread_mutex_unlock(&lock);
}

int recorder_get(struct recorder_round *round, unsigned int n)
{
	unsigned int first;
	int found;

	pthread_mutex_lock(&lock);
	first = taken > RECORDER_ROUNDS ? taken - RECORDER_ROUNDS : 0;
	found = n < taken - first;
	if (found)
		*round = rounds[(first + n) % RECORDER_ROUNDS];
	pthread_mutex_unlock(&lock);
	return found;
}

static void *recorder_thread(void *arg)
{
	struct pollfd poll_for = { .fd = (int)(intptr_t)arg, .events = POLLPRI };

	while (poll(&poll_for, 1, -1) >= 0 || errno == EINTR) {
		/* The kernel has taken the file away. */
		if (poll_for.revents & (POLLERR | POLLNVAL))
			break;
		if (poll_for.revents & POLLPRI)
			recorder_event();
	}
	close(poll_for.fd);
	return NULL;
}

int recorder_start(void)
{
	int fd = recorder_init(), ret;

	if (fd < 0)
		return fd;
	ret = aside_start(recorder_thread, (void *)(intptr_t)fd);
	if (ret)
		close(fd);
	return ret;
}
