// SPDX-License-Identifier: GPL-2.0-only
/* fsdown DIR: shuts the file system down, of ext4 or xfs, in which that is. */
#include <fcntl.h>
#include <linux/types.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define FS_GOING_DOWN	_IOR('X', 125, __u32)
/* Without writing what is in its journal */
#define NOLOGFLUSH	2

int main(int argc, char **argv)
{
	__u32 how = NOLOGFLUSH;
	int fd;

	if (argc != 2)
		return 2;
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || ioctl(fd, FS_GOING_DOWN, &how)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
