// SPDX-License-Identifier: GPL-2.0-only
/*
 * toggle N FILE…: writes 0 and then 1 to each of them, N times, all side by side. Prints
 * how long a pair took.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int toggle(const char *path, int n)
{
	struct timespec start, end;
	int fd = open(path, O_WRONLY);
	int left;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (left = n; left; left--)
		if (pwrite(fd, "0", 1, 0) != 1 || pwrite(fd, "1", 1, 0) != 1)
			break;
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("# %s: %d of %d, each in %ld us\n", path, n - left, n,
	       ((end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000) / n);
	fflush(stdout);
	return left > 0;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 0;
	int i, status, bad = n < 1;

	for (i = 2; !bad && i < argc; i++)
		if (!fork())
			_exit(toggle(argv[i], n));
	while (wait(&status) > 0)
		bad |= status != 0;
	return bad;
}
