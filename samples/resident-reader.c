// SPDX-License-Identifier: GPL-2.0-only
/*
 * resident-reader FILE: a reader for pipe mode with linger=0. It has all the memory
 * that it will ever need before the trouble comes, and appends each record to FILE
 * as it is. Build: cc -O2 -static -o resident-reader resident-reader.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* A read gives one record at most, and those have less than 16 KiB */
static char record[1 << 14];

static int append(int fd, const char *from, size_t len)
{
	ssize_t n;

	for (; len; from += n, len -= n) {
		n = write(fd, from, len);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n < 0)
			n = 0;
	}
	return fdatasync(fd);
}

int main(int argc, char **argv)
{
	ssize_t n;
	int fd;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FILE\n", argv[0]);
		return 2;
	}
	fd = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	/* Nothing of it is read from a disk again, or pushed out */
	if (fd < 0 || mlockall(MCL_CURRENT | MCL_FUTURE)) {
		perror(argv[1]);
		return 1;
	}
	while ((n = read(STDIN_FILENO, record, sizeof(record)))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || append(fd, record, n)) {
			perror(argv[1]);
			return 1;
		}
	}
	return 0;
}
