// SPDX-License-Identifier: GPL-2.0-only
/* openfiles N: opens so many files, and keeps them until it is killed. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int n;

	if (argc != 2)
		return 2;
	for (n = atoi(argv[1]); n > 0; n--)
		if (open("/dev/null", O_RDONLY) < 0)
			return 1;
	pause();
	return 0;
}
