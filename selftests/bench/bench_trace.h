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
	TP_printk("%llu %llu %llu 0x%llx %.80s", __entry->numbers[0], __entry->numbers[1],
		  __entry->numbers[2], __entry->numbers[3], __entry->text)
);

/* The same, where the string's length is not known: as __string() does it on 6.1 */
TRACE_EVENT(bench_string,
	TP_PROTO(const u64 *numbers, const char *text),
	TP_ARGS(numbers, text),
	TP_STRUCT__entry(
		__array(u64, numbers, 4)
		__dynamic_array(char, text, strlen(text) + 1)
	),
	TP_fast_assign(
		memcpy(__entry->numbers, numbers, sizeof(__entry->numbers));
		strcpy(__get_str(text), text);
	),
	TP_printk("%llu %llu %llu 0x%llx %s", __entry->numbers[0], __entry->numbers[1],
		  __entry->numbers[2], __entry->numbers[3], __get_str(text))
);

/* The numbers alone */
TRACE_EVENT(bench_numbers,
	TP_PROTO(const u64 *numbers),
	TP_ARGS(numbers),
	TP_STRUCT__entry(
		__array(u64, numbers, 4)
	),
	TP_fast_assign(
		memcpy(__entry->numbers, numbers, sizeof(__entry->numbers));
	),
	TP_printk("%llu", __entry->numbers[0])
);

/* For a BPF program, which copies what it is given; its pointers alone are passed */
TRACE_EVENT(bench_bpf,
	TP_PROTO(const u64 *numbers, const char *text),
	TP_ARGS(numbers, text),
	TP_STRUCT__entry(
		__field(u64, number)
	),
	TP_fast_assign(
		__entry->number = numbers[0];
	),
	TP_printk("%llu", __entry->number)
);

#endif /* _BENCH_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE bench_trace
#include <trace/define_trace.h>
