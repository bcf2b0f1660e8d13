/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SMP_H
#define _SHIM_LINUX_SMP_H

#include "../shim.h"

#define on_each_cpu(fn, info, wait)	shim_call(fn, info)

#endif /* _SHIM_LINUX_SMP_H */
