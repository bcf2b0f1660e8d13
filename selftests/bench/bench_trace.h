/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kevnotify_bench

#if !defined(_BENCH_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _BENCH_TRACE_H

#include <linux/tracepoint.h>

/*
 * The payload of bench_raise(). A string of known length, as an event with
 * __string() would first have to measure it: this is ftrace at its cheapest.
 */
TRACE_EVENT(bench_event,
	TP_PROTO(const u64 *numbers, const char *text),
	TP_ARGS(numbers, text),
	TP_STRUCT__entry(
		__array(u64, numbers, 4)
		__array(char, text, 80)
	),
	TP_fast_assign(
		memcpy(__entry->numbers, numbers, sizeof(__entry->numbers));
		memcpy(__entry->text, text, sizeof(__entry->text));
	),
	TP_printk("%llu %.80s", __entry->numbers[0], __entry->text)
);

#endif /* _BENCH_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE bench_trace
#include <trace/define_trace.h>
