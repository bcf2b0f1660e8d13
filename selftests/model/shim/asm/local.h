/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic against this thread's own signals and no more: an atomic of the
 * compiler's would be a barrier on x86 and hide that one is missing.
 */
#ifndef _SHIM_ASM_LOCAL_H
#define _SHIM_ASM_LOCAL_H

#include <linux/compiler.h>
#include <linux/types.h>

typedef struct {
	long	counter;
} local_t;

static inline void local_add(long n, local_t *l)
{
#ifdef __x86_64__
	__asm__ __volatile__("addq %1, %0" : "+m" (l->counter) : "er" (n) : "cc");
#else
	__atomic_fetch_add(&l->counter, n, __ATOMIC_RELAXED);
#endif
}

static inline u32 cmpxchg_local(u32 *p, u32 old, u32 new)
{
#ifdef __x86_64__
	__asm__ __volatile__("cmpxchgl %2, %1"
			     : "+a" (old), "+m" (*p) : "r" (new) : "memory", "cc");
#else
	__atomic_compare_exchange_n(p, &old, new, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
#endif
	return old;
}

#define local_inc(l)	local_add(1, l)
#define local_read(l)	READ_ONCE((l)->counter)

#endif /* _SHIM_ASM_LOCAL_H */
