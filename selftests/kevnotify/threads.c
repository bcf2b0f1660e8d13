// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a helper may do with its processes and threads, so that its end is not plain.
 * A FILE is waited for until it is there.
 *
 * wait FILE CODE             exits with CODE
 * two GO END CODE            the leader leaves; the other thread exits with CODE
 * two GO END CODE FILE       the leader leaves; the other thread execs "wait FILE CODE"
 * fork GO END CODE           exits with CODE; a grandchild that lets go of its files stays
 * crash                      dumps core
 * orphan                     waits with a child, deaf to SIGTERM, whose leader has left
 * trace PID READY END        no helper: traces PID and does not reap it; makes READY
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <unistd.h>

static char **word;

static void await(const char *file)
{
	while (access(file, F_OK))
		usleep(20000);
}

static void *other(void *unused)
{
	await(word[3]);
	if (!word[5])
		exit(atoi(word[4]));
	execlp(word[0], word[0], "wait", word[5], word[4], NULL);
	exit(2);
}

static void *forever(void *unused)
{
	while (pause())
		;
	return NULL;
}

static int leave(void *(*thread)(void *))
{
	pthread_t id;

	if (pthread_create(&id, NULL, thread, NULL))
		return 2;
	if (thread == other)
		await(word[2]);
	pthread_exit(NULL);
}

static int have_grandchild(void)
{
	if (fork()) {
		await(word[2]);
		return atoi(word[4]);
	}
	if (fork())
		_exit(1);
	setsid();
	close(0);
	close(1);
	close(2);
	prctl(PR_SET_NAME, "kevgrandchild");
	await(word[3]);
	return 1;
}

static int crash(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_CORE, &all))
		return 2;
	return raise(SIGSEGV);
}

static int have_orphan(void)
{
	if (fork())
		forever(NULL);
	signal(SIGTERM, SIG_IGN);
	prctl(PR_SET_NAME, "kevorphan");
	return leave(forever);
}

static int trace(void)
{
	if (ptrace(PTRACE_SEIZE, atoi(word[2]), NULL, NULL))
		return 2;
	if (creat(word[3], 0600) < 0)
		return 2;
	await(word[4]);
	return 0;
}

int main(int argc, char **argv)
{
	word = argv;
	if (argc == 4 && !strcmp(argv[1], "wait")) {
		await(argv[2]);
		return atoi(argv[3]);
	}
	if ((argc == 5 || argc == 6) && !strcmp(argv[1], "two"))
		return leave(other);
	if (argc == 5 && !strcmp(argv[1], "fork"))
		return have_grandchild();
	if (argc == 2 && !strcmp(argv[1], "crash"))
		return crash();
	if (argc == 2 && !strcmp(argv[1], "orphan"))
		return have_orphan();
	if (argc == 5 && !strcmp(argv[1], "trace"))
		return trace();
	return 2;
}
