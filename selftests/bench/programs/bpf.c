// SPDX-License-Identifier: GPL-2.0-only
/*
 * bpf FILE: print what reading a file gives while a BPF program copies the bench's events,
 * and how many it copied
 */
#include <fcntl.h>
#include <stdlib.h>

#include "bpf.h"

int main(int argc, char **argv)
{
	char text[128] = "";
	unsigned long long sum = 0;
	int fd;

	if (argc != 2 || bpf_open() < 0) {
		perror("bpf");
		return 1;
	}
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0) {
		perror(argv[1]);
		return 1;
	}
	text[strcspn(text, "\n")] = '\0';
	printf("%s %u\n", text, bpf_drain(&sum));
	return 0;
}
