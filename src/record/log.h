/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_LOG_H
#define _KEV_LOG_H

#include <linux/types.h>

#include "event.h"

#define KEV_RECORD_BYTES	2048
#define KEV_RECORD_TEXT		(KEV_RECORD_BYTES - KEV_EVENT_BYTES - 72)
#define KEV_RECORD_NAME		24

/**
 * struct kev_record - an event in the log
 * @stamp: low half of @seq while the record is whole; written by the log alone
 * @cpu: where it was raised
 * @seq: its sequence number, from 1
 * @real: CLOCK_REALTIME in ns
 * @suppressed: events of the same (source, id) suppressed since the last one
 * @withheld: those that only records not for the helper have told of since the last
 *	one that is
 * @message: the length of the message
 * @used: bytes of @text
 * @source: the source's name
 * @event: the event as it was staged
 * @text: the message, and then the keys of the event's values, each ended by NUL
 */
struct kev_record {
	u32			stamp;
	u32			cpu;
	u64			seq;
	u64			real;
	u64			suppressed;
	u64			withheld;
	u32			message;
	u32			used;
	char			source[KEV_RECORD_NAME];
	struct kev_event	event;
	char			text[KEV_RECORD_TEXT];
};

/**
 * struct kev_origin - what a source knows of an event beyond what was staged
 * @name: the source's name
 * @message: the template of the message, from kev_render_parse()
 * @keys: keys of the values, each ended by NUL
 * @keys_len: their bytes
 * @suppressed: events of the same (source, id) suppressed since the last one
 * @withheld: see struct kev_record
 * @level: syslog level
 * @quiet: it is not for the helper
 */
struct kev_origin {
	const char	*name;
	const char	*message;
	const char	*keys;
	size_t		keys_len;
	u64		suppressed;
	u64		withheld;
	u8		level;
	bool		quiet;
};

/* Fills in the origin of an event that becomes record seq; called under rcu_read_lock(). */
typedef void kev_resolve_fn(const struct kev_event *ev, u64 seq, struct kev_origin *origin);

/* 128 bits in hex, new at each load: SEQ starts anew with it */
extern char kev_log_instance[33];
/* Which boot this is, in hex as well; empty where that cannot be read */
extern char kev_log_boot[33];

unsigned int kev_log_collect(kev_resolve_fn *resolve);
int kev_log_copy(u64 seq, struct kev_record *rec);
u8 kev_log_level(u64 seq);
u64 kev_log_mono(u64 seq);
u64 kev_log_first(void);
u64 kev_log_next(void);

int kev_log_init(unsigned int records);
void kev_log_exit(void);

#endif /* _KEV_LOG_H */
