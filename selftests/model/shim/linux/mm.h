/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_MM_H
#define _SHIM_LINUX_MM_H

#include <stdlib.h>

#define GFP_KERNEL				0
#define __GFP_RETRY_MAYFAIL			0
#define __GFP_NOWARN				0
#define array_size(n, size)			((n) * (size))
#define kvzalloc_node(size, flags, node)	calloc(1, size)
#define kvfree(p)				free(p)

#endif /* _SHIM_LINUX_MM_H */
