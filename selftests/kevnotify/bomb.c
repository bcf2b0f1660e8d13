// SPDX-License-Identifier: GPL-2.0-only
/*
 * bomb N: N chains of processes, deaf to SIGTERM, each of which forks its successor
 * in a session of its own and exits. Their number stays the same, their pids do not.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void chain(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			_exit(0);
		if (!pid)
			setsid();
		usleep(2000);
	}
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1;

	signal(SIGTERM, SIG_IGN);
	/* Its output is not what keeps the module */
	close(1);
	close(2);
	while (n--)
		if (!fork())
			chain();
	for (;;)
		pause();
}
