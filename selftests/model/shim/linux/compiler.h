/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_COMPILER_H
#define _SHIM_LINUX_COMPILER_H

/* __always_inline */
#include <sys/cdefs.h>

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define noinline		__attribute__((__noinline__))
#define ____cacheline_aligned	__attribute__((__aligned__(64)))

static inline void barrier(void)
{
	__asm__ __volatile__("" : : : "memory");
}

#endif /* _SHIM_LINUX_COMPILER_H */
