/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_EVENT_H
#define _KEV_EVENT_H

#include <linux/sched.h>
#include <linux/types.h>

/* The context an event was raised in; also the nesting level of raise on a CPU. */
enum kev_context {
	KEV_TASK,
	KEV_SOFTIRQ,
	KEV_HARDIRQ,
	KEV_NMI,
	KEV_CONTEXTS,
};

/* struct kev_event.flags */
#define KEV_TRUNCATED	0x02	/* some value did not fit */
#define KEV_NOTIFY_NONE	0x04	/* for readers; never given to the helper */
#define KEV_CLOSING	0x08	/* tells how many events of this (source, id) were suppressed */
#define KEV_ECHO	0x10	/* a run of the helper may be the cause: few of these go to it */
#define KEV_SUBJECT	0x20	/* the subject has decided on the two, and not the current task */
#define KEV_STACKED	0x80	/* return addresses are behind the values */

#define KEV_EVENT_BYTES	1024
#define KEV_DATA_WORDS	((KEV_EVENT_BYTES - 56) / sizeof(u64))
#define KEV_DATA_BYTES	(KEV_DATA_WORDS * sizeof(u64))

/* Source numbers start at 1 and are never reused; 0 marks a slot whose writer died. */
#define KEV_SOURCE_NONE	0

/**
 * struct kev_event - one occurrence, as captured at the raise site
 * @mono: CLOCK_MONOTONIC in ns, stamped when the slot is reserved
 * @cgroup_id: cgroup v2 id of the current task
 * @source: number of the source
 * @id: which event of the source
 * @pid: the current task, in the initial pid namespace
 * @uid: its user, in the initial user namespace
 * @len: bytes of @data in use
 * @flags: KEV_* bits
 * @level: syslog level
 * @context: enum kev_context
 * @words: number of words of the values
 * @unused: makes the layout the same everywhere
 * @comm: the current task's name
 * @data: the values, see value.h; no pointer is ever stored
 */
struct kev_event {
	u64	mono;
	u64	cgroup_id;
	u32	source;
	u32	id;
	s32	pid;
	u32	uid;
	u16	len;
	u8	flags;
	u8	level;
	u8	context;
	u8	words;
	u8	unused[2];
	char	comm[TASK_COMM_LEN];
	u64	data[KEV_DATA_WORDS];
};

#endif /* _KEV_EVENT_H */
