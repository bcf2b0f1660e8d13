/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_KERNEL_H
#define _SHIM_LINUX_KERNEL_H

#include <errno.h>

#include <linux/bitops.h>
#include <linux/types.h>

#define round_up(n, size)	(((n) + (size) - 1) / (size) * (size))
#define BUILD_BUG_ON(wrong)	_Static_assert(!(wrong), #wrong)

#endif /* _SHIM_LINUX_KERNEL_H */
