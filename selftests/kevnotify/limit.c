// SPDX-License-Identifier: GPL-2.0-only
/* limit PID FILES: how many files a process may open from now on */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/resource.h>

int main(int argc, char **argv)
{
	struct rlimit limit;

	if (argc != 3)
		return 2;
	limit.rlim_cur = atoi(argv[2]);
	limit.rlim_max = limit.rlim_cur;
	return prlimit(atoi(argv[1]), RLIMIT_NOFILE, &limit, NULL) != 0;
}
