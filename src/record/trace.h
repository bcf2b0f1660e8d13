/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kevnotify

#if !defined(_KEV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _KEV_TRACE_H

#include <linux/tracepoint.h>

#define KEV_TRACE_MESSAGE	128	/* bytes of a message, with its NUL */

/*
 * Strings are fixed arrays: __assign_str() has changed its arguments. What is behind
 * their ends is zeroed, as readers of the raw buffer would see what lay there before.
 */

/* An event became a record. Fired at collection, never under raise; @message is escaped. */
TRACE_EVENT(kevnotify_record,
	TP_PROTO(u64 seq, const char *source, unsigned int id, unsigned int level,
		 const char *message),
	TP_ARGS(seq, source, id, level, message),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(unsigned int, id)
		__field(unsigned int, level)
		__array(char, source, 24)
		__array(char, message, KEV_TRACE_MESSAGE)
	),
	TP_fast_assign(
		__entry->seq = seq;
		__entry->id = id;
		__entry->level = level;
		strscpy_pad(__entry->source, source, 24);
		strscpy_pad(__entry->message, message, KEV_TRACE_MESSAGE);
	),
	TP_printk("seq=%llu source=%s id=%u level=%u message=%s", __entry->seq,
		  __entry->source, __entry->id, __entry->level, __entry->message)
);

/* A run of the helper ended, or never began. */
TRACE_EVENT(kevnotify_run,
	TP_PROTO(u64 seq, int pid, const char *outcome, int code, u64 ns),
	TP_ARGS(seq, pid, outcome, code, ns),
	TP_STRUCT__entry(
		__field(u64, seq)
		__field(u64, ns)
		__field(int, pid)
		__field(int, code)
		__array(char, outcome, 12)
	),
	TP_fast_assign(
		__entry->seq = seq;
		__entry->ns = ns;
		__entry->pid = pid;
		__entry->code = code;
		strscpy_pad(__entry->outcome, outcome, 12);
	),
	TP_printk("seq=%llu pid=%d outcome=%s code=%d ns=%llu", __entry->seq,
		  __entry->pid, __entry->outcome, __entry->code, __entry->ns)
);

#endif /* _KEV_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
