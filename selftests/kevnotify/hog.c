// SPDX-License-Identifier: GPL-2.0-only
/*
 * hog [-n NAME] [-u UID] MIB: takes so much memory (0: all that there is) and
 * keeps it until it is killed, as the kernel's favourite victim.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PAGE		(4UL << 10)
#define HUGE_PAGE	(2UL << 20)
#define EVERYTHING	(1UL << 40)

static int be_the_victim(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	return fd < 0 || write(fd, "1000", 4) != 4;
}

/* By huge pages where there are such: a page fault is slow in an emulator */
static void take(size_t bytes)
{
	char *p = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t i;

	if (p == MAP_FAILED)
		exit(3);
	p += HUGE_PAGE - (unsigned long)p % HUGE_PAGE;
	madvise(p, bytes, MADV_HUGEPAGE);
	for (i = 0; i < bytes; i += PAGE)
		p[i] = 1;
}

int main(int argc, char **argv)
{
	size_t mib;
	int option;

	/* First, as after setuid() the files in /proc are root's */
	if (be_the_victim())
		return 2;
	while ((option = getopt(argc, argv, "n:u:")) != -1) {
		if (option == 'n')
			prctl(PR_SET_NAME, optarg);
		else if (option != 'u' || setuid(atoi(optarg)))
			return 2;
	}
	if (optind >= argc)
		return 2;
	mib = strtoul(argv[optind], NULL, 10);
	take(mib ? mib << 20 : EVERYTHING);
	for (;;)
		pause();
}
