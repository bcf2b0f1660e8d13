// SPDX-License-Identifier: GPL-2.0-only
/*
 * hog [-a ADJ] [-b NODE] [-f FILE] [-n NAME] [-s SHAPE] [-u UID] MIB: takes so much
 * memory (0: all that there is) and keeps it until it is killed; with -b from that
 * node alone, and with -f it makes that file then. It is the kernel's favourite
 * victim, or has ADJ. Its shape: "orphan", a thread whose main thread has ended;
 * "threads", eight that take; "twin", two processes with one memory. In the end it
 * ends even if it is not killed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE		(4UL << 10)
#define HUGE_PAGE	(2UL << 20)
#define EVERYTHING	(1UL << 40)
#define THREADS		8
#define PATIENCE	500
#define MPOL_BIND	2

static size_t bytes;

static int adjust(const char *adj)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	return fd < 0 || write(fd, adj, strlen(adj)) < 0;
}

static int bind_to(unsigned int node)
{
	unsigned long nodes = 1UL << node;

	return syscall(SYS_set_mempolicy, MPOL_BIND, &nodes, 8 * sizeof(nodes));
}

/* By huge pages where there are such: a page fault is slow in an emulator */
static void take(void)
{
	char *p = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i;

	if (p == MAP_FAILED)
		exit(3);
	p += HUGE_PAGE - (unsigned long)p % HUGE_PAGE;
	madvise(p, bytes, MADV_HUGEPAGE);
	for (i = 0; i < bytes; i += PAGE)
		p[i] = 1;
}

static void *thread(void *unused)
{
	take();
	return unused;
}

/* Has the main thread ended? */
static int orphaned(void)
{
	char path[64], stat[256] = "";
	char *state;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, stat, sizeof(stat) - 1) < 0)
		exit(4);
	close(fd);
	state = strrchr(stat, ')');
	return state && state[2] == 'Z';
}

static void *orphan(void *unused)
{
	prctl(PR_SET_NAME, "worker");
	while (!orphaned())
		usleep(10000);
	take();
	return unused;
}

static int twin(void *unused)
{
	alarm(PATIENCE);
	pause();
	return 0;
}

static void take_as(const char *shape)
{
	static char stack[65536];
	pthread_t id;
	int i;

	if (!strcmp(shape, "orphan")) {
		pthread_create(&id, NULL, orphan, NULL);
		pthread_exit(NULL);
	}
	for (i = 1; i < THREADS && !strcmp(shape, "threads"); i++)
		pthread_create(&id, NULL, thread, NULL);
	if (!strcmp(shape, "twin"))
		clone(twin, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	take();
}

int main(int argc, char **argv)
{
	const char *file = NULL, *shape = "";
	int option;

	alarm(PATIENCE);
	/* First, as after setuid() the files in /proc are root's */
	if (adjust("1000"))
		return 2;
	while ((option = getopt(argc, argv, "a:b:f:n:s:u:")) != -1) {
		if (option == 'a' && !adjust(optarg))
			continue;
		if (option == 'b' && !bind_to(atoi(optarg)))
			continue;
		if (option == 'f')
			file = optarg;
		else if (option == 'n')
			prctl(PR_SET_NAME, optarg);
		else if (option == 's')
			shape = optarg;
		else if (option != 'u' || setuid(atoi(optarg)))
			return 2;
	}
	if (optind >= argc)
		return 2;
	bytes = strtoul(argv[optind], NULL, 10) << 20;
	if (!bytes)
		bytes = EVERYTHING;
	take_as(shape);
	if (file)
		open(file, O_CREAT | O_WRONLY, 0600);
	for (;;)
		pause();
}
