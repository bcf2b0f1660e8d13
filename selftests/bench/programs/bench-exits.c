// SPDX-License-Identifier: GPL-2.0-only
/* The smallest program: it only exits. Without a libc. */
#include <sys/syscall.h>

void _start(void)
{
	__asm__ volatile("syscall" : : "a"(SYS_exit_group), "D"(0) : "rcx", "r11", "memory");
	__builtin_unreachable();
}
