// SPDX-License-Identifier: GPL-2.0-only
/*
 * twice PID FILE: takes memory until that process is gone, as the machine has no
 * more; then enters the cgroup of that cgroup.procs and goes on until it is killed
 * itself, which it may be from then on.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define MIB		(1024 * 1024)
#define PATIENCE	500

static void take(void)
{
	char *p = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(3);
	memset(p, 1, MIB);
}

/* ms that the other one has to go when the machine is full, or there would be a second victim */
static int patience(void)
{
	struct sysinfo info;

	return !sysinfo(&info) && info.freeram * info.mem_unit < 32UL * MIB ? 5 : 0;
}

static int write_to(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0;
}

int main(int argc, char **argv)
{
	struct pollfd gone = { .events = POLLIN };
	int procs, adj;

	if (argc != 3)
		return 2;
	gone.fd = syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	procs = open(argv[2], O_WRONLY);
	adj = open("/proc/self/oom_score_adj", O_WRONLY);
	if (gone.fd < 0 || procs < 0 || write_to(adj, "-1000"))
		return 2;
	alarm(PATIENCE);
	while (!poll(&gone, 1, patience()))
		take();
	if (write_to(procs, "0") || write_to(adj, "0"))
		return 4;
	for (;;)
		take();
}
