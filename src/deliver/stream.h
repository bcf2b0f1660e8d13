/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_STREAM_H
#define _KEV_STREAM_H

#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/types.h>

#include "render.h"

struct kev_stream;

/**
 * struct kev_stream_ops - whose cursor it is, and what becomes of a record
 * @take: fill in the stream's record and notes; 1, 0 at the end of file, or
 *	-EAGAIN if there is no record yet
 * @mine: is the record that it took still the reader's? NULL: nothing takes it away
 * @given: bytes of the record have been copied to the reader, the last one with
 *	@whole; false if the record is the reader's no more
 * @ready: is @take worth a try?
 * @end: the reader gets nothing any more; a record that it took is pending again; NULL:
 *	there is nothing to do
 * @seek: the reader goes on with another record; NULL: it cannot
 */
struct kev_stream_ops {
	int (*take)(struct kev_stream *s);
	bool (*mine)(struct kev_stream *s);
	bool (*given)(struct kev_stream *s, bool whole);
	bool (*ready)(struct kev_stream *s);
	void (*end)(struct kev_stream *s);
	void (*seek)(struct kev_stream *s, u64 to);
};

/* A record, and the strings that only a stream has */
#define KEV_STREAM_BYTES	(KEV_RENDER_BYTES + 192)

/**
 * struct kev_stream - an open file that reads the log
 * @mutex: one read at a time; never held while waiting for a record
 * @ops: see there
 * @troubled_ds: each record has a line TROUBLED_DS=
 * @broken: a fault was injected: every read fails
 * @len: bytes in @text
 * @at: how many of them the reader has got
 * @record: the present record
 * @notes: what the cursor adds to it
 * @text: it, rendered
 */
struct kev_stream {
	struct mutex			mutex;		/* see above */
	const struct kev_stream_ops	*ops;
	bool				troubled_ds;
	bool				broken;
	size_t				len;
	size_t				at;
	struct kev_record		record;
	struct kev_notes		notes;
	char				text[KEV_STREAM_BYTES];
};

void kev_stream_init(struct kev_stream *s, const struct kev_stream_ops *ops);
ssize_t kev_stream_read(struct kev_stream *s, struct file *file, char __user *to, size_t count);
int kev_stream_seek(struct kev_stream *s, u64 to);
__poll_t kev_stream_poll(struct kev_stream *s, struct file *file, poll_table *wait);
void kev_stream_wake(void);

#endif /* _KEV_STREAM_H */
