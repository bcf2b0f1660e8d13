/* SPDX-License-Identifier: GPL-2.0-only */
/* A tracepoint that otherwise comes with the module xfs, which the guests do not have. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kevnotify_test

#if !defined(_TROUBLE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TROUBLE_TRACE_H

#include <linux/tracepoint.h>

struct xfs_mount;

TRACE_EVENT(xfs_force_shutdown,
	TP_PROTO(struct xfs_mount *mount, int tag, int flags, const char *file, int line),
	TP_ARGS(mount, tag, flags, file, line),
	TP_STRUCT__entry(__field(int, line)),
	TP_fast_assign(__entry->line = line;),
	TP_printk("line %d", __entry->line)
);

#endif /* _TROUBLE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trouble_trace
#include <trace/define_trace.h>
