// SPDX-License-Identifier: GPL-2.0-only
/*
 * readers N: so many processes that read each record which comes from now on. Ends
 * when its standard input does, and has written a line when all have begun.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

static int reader(int fd)
{
	static char buffer[65536];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	perror("/dev/kevnotify");
	return 1;
}

int main(int argc, char **argv)
{
	int n = argc == 2 ? atoi(argv[1]) : 0, fd;
	char byte;

	while (n-- > 0) {
		fd = open("/dev/kevnotify", O_RDONLY);
		if (fd < 0 || lseek(fd, 0, SEEK_END) < 0) {
			perror("/dev/kevnotify");
			return 1;
		}
		switch (fork()) {
		case 0:
			return reader(fd);
		case -1:
			perror("fork");
			return 1;
		}
		close(fd);
	}
	puts("ready");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
