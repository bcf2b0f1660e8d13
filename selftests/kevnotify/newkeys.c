// SPDX-License-Identifier: GPL-2.0-only
/* newkeys PROGRAM ARG…: runs it in a session keyring of its own. */
#define _GNU_SOURCE
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0)
		perror("keyctl");
	else
		execvp(argv[1], argv + 1);
	return 1;
}
