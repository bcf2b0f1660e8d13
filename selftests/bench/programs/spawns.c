// SPDX-License-Identifier: GPL-2.0-only
/* spawns COUNT PROGRAM: start it so often, one after another, as cheaply as user space can */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int spawn(char *program)
{
	char *const args[] = { program, NULL };
	char *const env[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	pid_t pid = vfork();
	int status;

	if (!pid) {
		execve(program, args, env);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

int main(int argc, char **argv)
{
	int n;

	for (n = argc == 3 ? atoi(argv[1]) : 0; n > 0; n--) {
		if (spawn(argv[2])) {
			perror(argv[2]);
			return 1;
		}
	}
	return 0;
}
