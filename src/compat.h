/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels 5.10 to 7.3, and the only version tests.
 * The rest of the source is written for the newest kernel.
 */
#ifndef _KEV_COMPAT_H
#define _KEV_COMPAT_H

#include <linux/fs_struct.h>
#include <linux/sched.h>
#include <linux/sysctl.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error kevnotify needs Linux 5.10 or later
#endif

/* 2026-11: hex digits have left linux/kernel.h, for good in 7.2 */
#ifdef KEV_HAVE_HEX_H
#include <linux/hex.h>
#endif

/* 2026-11: kernel threads see the initial root by themselves up to 7.2 */
#ifndef scoped_with_init_fs
#define scoped_with_init_fs()
#endif

/* 2026-11: since 6.6 a table's empty last entry must not be counted, before it must be there */
#ifdef register_sysctl
#define kev_register_sysctl(path, table) \
	register_sysctl_sz(path, table, ARRAY_SIZE(table) - 1)
#else
#define kev_register_sysctl(path, table) register_sysctl(path, table)
#endif

/* 2026-11: a proc_handler's table is const since 6.11 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define KEV_CTL_TABLE const struct ctl_table
#else
#define KEV_CTL_TABLE struct ctl_table
#endif

/* 2026-11: an exact count has been there since 6.17; Kbuild looks for it */
#ifdef KEV_HAVE_MM_COUNTER_SUM
#define kev_mm_counter(mm, member) get_mm_counter_sum(mm, member)
#else
#define kev_mm_counter(mm, member) get_mm_counter(mm, member)
#endif

/* 2026-11: a frozen task looks like one in state D; the flag went, and the state came, in 6.1 */
#ifdef PF_FROZEN
#define kev_task_frozen(t) (!!((t)->flags & PF_FROZEN))
#else
#define kev_task_frozen(t) (!!(READ_ONCE((t)->__state) & TASK_FROZEN))
#endif

/* 2026-11: error_report_end tells of a WARN() since 5.18; Kbuild looks for it */
#ifdef KEV_HAVE_DETECTOR_WARN
#define kev_detector_warns(detector) ((detector) == ERROR_DETECTOR_WARN)
#else
#define kev_detector_warns(detector) false
#endif

/* 2026-11: del_timer_sync() has this name since 6.2, and in most stable kernels too */
#ifdef KEV_HAVE_TIMER_DELETE
#define kev_timer_delete_sync(timer) timer_delete_sync(timer)
#else
#define kev_timer_delete_sync(timer) del_timer_sync(timer)
#endif

/*
 * Does function fn have the prototype of tracepoint name's probes? Decided
 * from the header alone: the tracepoints themselves are not exported.
 */
#define KEV_PROBES(name, fn)							\
	__builtin_types_compatible_p(typeof(&check_trace_callback_type_##name),	\
				     void (*)(typeof(&(fn))))

/*
 * 2026-11: a probe for a tracepoint that no header declares: its arguments are the same
 * in 5.10 to 7.3, by those kernels' BTF. Of a newer one nothing is known.
 */
#define KEV_PROBE_UNDECLARED(fn) \
	(LINUX_VERSION_CODE < KERNEL_VERSION(7, 4, 0) ? (void *)(fn) : NULL)

/* 2026-11: a request's disk was its own up to 5.16 */
#ifdef KEV_HAVE_RQ_DISK
#define kev_rq_disk(rq) ((rq)->rq_disk)
#else
#define kev_rq_disk(rq) ((rq)->q->disk)
#endif

/* 2026-11: an instance had its probe as a member up to 5.13 */
#ifdef KEV_HAVE_GET_KRETPROBE
#define kev_kretprobe(ri) get_kretprobe(ri)
#else
#define kev_kretprobe(ri) ((ri)->rp)
#endif

/* 2026-11: what reads and writes a binary attribute gets it const, in 7.2 at the latest */
#ifdef KEV_HAVE_CONST_BIN_ATTRIBUTE
#define KEV_BIN_ATTRIBUTE const struct bin_attribute
#else
#define KEV_BIN_ATTRIBUTE struct bin_attribute
#endif

#endif /* _KEV_COMPAT_H */
