// SPDX-License-Identifier: GPL-2.0-only
/*
 * write_errno FILE [TEXT]: one write of TEXT, and the errno that it got as exit
 * status. Without TEXT: of one byte at an address where there is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *text = argc > 2 ? argv[2] : (const char *)1;
	size_t len = argc > 2 ? strlen(text) : 1;
	int fd = argc > 1 ? open(argv[1], O_WRONLY) : -1;

	if (fd < 0)
		return 255;
	return write(fd, text, len) < 0 ? errno : 0;
}
