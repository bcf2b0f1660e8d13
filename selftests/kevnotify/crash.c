// SPDX-License-Identifier: GPL-2.0-only
/*
 * crash [-c] [-u UID] [N]: writes to address 0 in a child, N times, as user UID. With -c the
 * signal is caught, and none dies of it.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int *nowhere;

static void caught(int sig)
{
	_exit(0);
}

static int crash(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		*nowhere = 0;
	return pid < 0 || waitpid(pid, &status, 0) < 0;
}

int main(int argc, char **argv)
{
	int opt, n;

	while ((opt = getopt(argc, argv, "cu:")) != -1) {
		if (opt == 'c')
			signal(SIGSEGV, caught);
		else if (opt != 'u' || setuid(atoi(optarg)))
			return 2;
	}
	for (n = argv[optind] ? atoi(argv[optind]) : 1; n > 0; n--)
		if (crash())
			return 1;
	return 0;
}
