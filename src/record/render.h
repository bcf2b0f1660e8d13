/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_RENDER_H
#define _KEV_RENDER_H

#include <linux/types.h>

#include "log.h"
#include "value.h"

/* Room for any record: every byte of text, name and values escaped, and the fixed strings */
#define KEV_RENDER_BYTES	10240
/* The most strings a record is: fixed ones, notes, the source's own, the stack */
#define KEV_RENDER_STRINGS	(14 + 4 + KEVNOTIFY_FIELDS_MAX + 1)

/**
 * struct kev_notes - what a cursor knows of a record beyond the record
 * @lost: records overwritten before this one was reached
 * @delayed_ms: how long the record was held
 * @fixed_only: leave out the source's own fields, and say so
 */
struct kev_notes {
	u64	lost;
	u64	delayed_ms;
	bool	fixed_only;
};

size_t kev_render_record(const struct kev_record *rec, const struct kev_notes *notes,
			 char *buf, size_t size);
size_t kev_render_stream(const struct kev_record *rec, const struct kev_notes *notes,
			 bool troubled_ds, char *buf, size_t size);
void kev_render_escaped(const char *text, char *buf, size_t size);
const char *kev_render_parse(const char *template, const char *const *keys, char *to);
size_t kev_render_message(const struct kev_event *ev, const struct kev_origin *origin,
			  char *buf, size_t size);

#endif /* _KEV_RENDER_H */
