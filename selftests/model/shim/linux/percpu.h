/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_PERCPU_H
#define _SHIM_LINUX_PERCPU_H

#include <linux/compiler.h>

#include "../shim.h"

#define DECLARE_PER_CPU(type, name)		extern typeof(type) name[SHIM_CPUS]
#define DECLARE_PER_CPU_ALIGNED(type, name)	DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU(type, name)		typeof(type) name[SHIM_CPUS]
#define DEFINE_PER_CPU_ALIGNED(type, name)	\
	typeof(type) name[SHIM_CPUS] ____cacheline_aligned

#define per_cpu(name, cpu)	((name)[cpu])
#define per_cpu_ptr(ptr, cpu)	(&(*(ptr))[cpu])
#define this_cpu_ptr(ptr)	per_cpu_ptr(ptr, shim_cpu)

#endif /* _SHIM_LINUX_PERCPU_H */
