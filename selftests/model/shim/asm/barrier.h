/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_ASM_BARRIER_H
#define _SHIM_ASM_BARRIER_H

#include <linux/compiler.h>

#include "../shim.h"

#define SHIM_PRODUCERS	1
#define SHIM_SLEEPER	2

/* A mutation: whose smp_mb() holds the compiler alone */
#ifndef SHIM_NO_MB
#define SHIM_NO_MB	0
#endif

static inline void smp_mb(void)
{
	unsigned int who = shim_cpu == SHIM_COLLECTOR ? SHIM_SLEEPER : SHIM_PRODUCERS;

	if (who == SHIM_NO_MB)
		barrier();
	else
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#define smp_mb__after_atomic()	smp_mb()
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)

#endif /* _SHIM_ASM_BARRIER_H */
