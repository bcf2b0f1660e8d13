// SPDX-License-Identifier: GPL-2.0-only
/* calls GOOD BAD: calls of getsid that succeed, and then such that fail with ESRCH */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int good, bad;

	if (argc != 3)
		return 2;
	for (good = atoi(argv[1]); good; good--)
		if (syscall(SYS_getsid, 0) < 0)
			return 1;
	for (bad = atoi(argv[2]); bad; bad--)
		if (syscall(SYS_getsid, -1) >= 0 || errno != ESRCH)
			return 1;
	return 0;
}
