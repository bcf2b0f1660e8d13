/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_CPUMASK_H
#define _SHIM_LINUX_CPUMASK_H

#include <linux/atomic.h>
#include <linux/bitops.h>

#include "../shim.h"

struct cpumask {
	unsigned long	bits;
};

static inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *mask)
{
	return READ_ONCE(mask->bits) & BIT(cpu);
}

/* No order is promised, as in the kernel; on x86 both are full barriers all the same */
static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask)
{
	__atomic_fetch_or(&mask->bits, BIT(cpu), __ATOMIC_RELAXED);
}

static inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *mask)
{
	__atomic_fetch_and(&mask->bits, ~BIT(cpu), __ATOMIC_RELAXED);
}

static inline unsigned int cpumask_next(int cpu, const struct cpumask *mask)
{
	do {
		cpu++;
	} while (cpu < SHIM_CPUS && !cpumask_test_cpu(cpu, mask));
	return cpu;
}

#define for_each_cpu(cpu, mask) \
	for ((cpu) = -1; (cpu) = cpumask_next(cpu, mask), (cpu) < SHIM_CPUS;)
#define for_each_possible_cpu(cpu) \
	for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)
#define cpu_online(cpu)		((cpu) < SHIM_CPUS)
#define cpu_active(cpu)		cpu_online(cpu)
#define cpu_to_node(cpu)	(cpu)
#define num_possible_cpus()	SHIM_CPUS

#endif /* _SHIM_LINUX_CPUMASK_H */
