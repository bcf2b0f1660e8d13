/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include <linux/bitops.h>
#include <linux/types.h>

/* No option is set */
#define IS_ENABLED(...)	0

#define pr_err(...)		fprintf(stderr, __VA_ARGS__)
#define BUILD_BUG_ON(wrong)	_Static_assert(!(wrong), #wrong)

static inline size_t round_up(size_t n, size_t size)
{
	return (n + size - 1) / size * size;
}

#endif /* _SHIM_LINUX_KERNEL_H */
