// SPDX-License-Identifier: GPL-2.0-only
/* spawns COUNT PROGRAM: start it so often, one after another, as cheaply as user space can */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char *const args[] = { argv[2], NULL };
	char *const env[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	int n = argc == 3 ? atoi(argv[1]) : 0, status;
	pid_t pid;

	while (n-- > 0) {
		pid = vfork();
		if (!pid) {
			execve(argv[2], args, env);
			_exit(127);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
			perror(argv[2]);
			return 1;
		}
	}
	return 0;
}
