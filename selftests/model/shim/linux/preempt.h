/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_PREEMPT_H
#define _SHIM_LINUX_PREEMPT_H

#include <linux/compiler.h>

#include "../shim.h"

/* A thread never changes its CPU */
#define preempt_disable_notrace()	barrier()
#define preempt_enable_notrace()	barrier()

#define in_task()		(shim_level == SHIM_TASK)
#define in_nmi()		(shim_level == SHIM_NMI)
#define hardirq_count()		(shim_level == SHIM_HARDIRQ)
#define in_serving_softirq()	(shim_level == SHIM_SOFTIRQ)

#endif /* _SHIM_LINUX_PREEMPT_H */
