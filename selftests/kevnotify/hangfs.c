// SPDX-License-Identifier: GPL-2.0-only
/*
 * hangfs DIR: a FUSE server that takes each request and answers none. Who asked
 * sleeps deaf to SIGKILL from then on, until this program ends.
 */
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for the largest request that the kernel may send */
static union {
	char			bytes[1 << 17];
	struct fuse_in_header	header;
} request;

/* The mount is of use from here on */
static int answer_init(int fd)
{
	struct fuse_init_out init = {
		.major		= FUSE_KERNEL_VERSION,
		.minor		= FUSE_KERNEL_MINOR_VERSION,
		.max_write	= 4096,
	};
	struct fuse_out_header header = {
		.len	= sizeof(header) + sizeof(init),
		.unique	= request.header.unique,
	};
	struct iovec out[] = { { &header, sizeof(header) }, { &init, sizeof(init) } };

	return writev(fd, out, 2) == header.len ? 0 : -1;
}

int main(int argc, char **argv)
{
	char options[64];
	int fd = open("/dev/fuse", O_RDWR);

	snprintf(options, sizeof(options), "fd=%d,rootmode=40755,user_id=0,group_id=0", fd);
	if (argc != 2 || fd < 0 || mount("hangfs", argv[1], "fuse", 0, options)) {
		perror("hangfs");
		return 1;
	}
	while (read(fd, &request, sizeof(request)) > 0)
		if (request.header.opcode == FUSE_INIT && answer_init(fd))
			return 1;
	return 0;
}
