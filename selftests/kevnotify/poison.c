// SPDX-License-Identifier: GPL-2.0-only
/* poison: has the kernel take a page of its own for broken memory, and never uses it again */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE	4096

/* So the kernel tells that the page has gone */
static void lost(int sig)
{
	_exit(0);
}

int main(void)
{
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 2;
	*p = 1;
	signal(SIGBUS, lost);
	if (!madvise(p, PAGE, MADV_HWPOISON))
		return 0;
	perror("madvise");
	return 1;
}
