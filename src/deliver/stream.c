// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the log as a stream: any number of bytes at a time, at most one record
 * a read. So a reader that dies loses at most the record that it was processing,
 * and the time between two reads is that of one record, even where it buffers.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "inject.h"
#include "stream.h"

/* All readers, as a record is for each of them */
static DECLARE_WAIT_QUEUE_HEAD(kev_stream_wait);

/* Have a record in s->text; 1, or as @take */
static int kev_stream_fill(struct kev_stream *s)
{
	int err;

	if (s->at < s->len && (!s->ops->mine || s->ops->mine(s)))
		return 1;
	s->at = 0;
	s->len = 0;
	err = s->ops->take(s);
	if (err != 1)
		return err;
	s->len = kev_render_stream(&s->record, &s->notes, s->troubled_ds, s->text,
				   sizeof(s->text));
	return 1;
}

static ssize_t kev_stream_give(struct kev_stream *s, char __user *to, size_t count)
{
	bool whole;
	int err;

	if (s->broken)
		return -EPIPE;
	err = kev_stream_fill(s);
	if (err != 1)
		return err;
	count = min(count, s->len - s->at);
	if (copy_to_user(to, s->text + s->at, count))
		return -EFAULT;
	s->at += count;
	whole = s->at == s->len;
	if (s->ops->given(s, whole))
		return count;
	/* Taken away meanwhile: what was copied is not told of */
	s->at = 0;
	s->len = 0;
	return 0;
}

static void kev_stream_break(struct kev_stream *s)
{
	s->broken = true;
	s->at = 0;
	s->len = 0;
	if (s->ops->end)
		s->ops->end(s);
}

static ssize_t kev_stream_try(struct kev_stream *s, char __user *to, size_t count, bool wait)
{
	ssize_t n;

	/* A task that holds it may sleep in a fault */
	if (wait ? mutex_lock_killable(&s->mutex) : !mutex_trylock(&s->mutex))
		return wait ? -EINTR : -EAGAIN;
	n = kev_stream_give(s, to, count);
	mutex_unlock(&s->mutex);
	return n;
}

/*
 * Sleeps until there is a record, and while another task reads the same file, unless
 * O_NONBLOCK. Returns bytes; 0 at the end of file; -EAGAIN, -EFAULT, -EINTR,
 * -ERESTARTSYS, -EPIPE.
 */
ssize_t kev_stream_read(struct kev_stream *s, struct file *file, char __user *to, size_t count)
{
	bool wait = !(file->f_flags & O_NONBLOCK);
	ssize_t n;

	if (!count)
		return 0;
	if (kev_inject_fails(KEV_INJECT_DISCONNECT)) {
		if (mutex_lock_killable(&s->mutex))
			return -EINTR;
		kev_stream_break(s);
		mutex_unlock(&s->mutex);
	}
	while ((n = kev_stream_try(s, to, count, wait)) == -EAGAIN && wait) {
		n = wait_event_interruptible(kev_stream_wait, s->ops->ready(s));
		if (n)
			break;
	}
	return n;
}

/* What is left of a record that was read by half is not given. -EINTR, or 0. */
int kev_stream_seek(struct kev_stream *s, u64 to)
{
	if (mutex_lock_killable(&s->mutex))
		return -EINTR;
	s->at = 0;
	s->len = 0;
	s->ops->seek(s, to);
	mutex_unlock(&s->mutex);
	/* A task may wait in a read of the same file */
	kev_stream_wake();
	return 0;
}

/* Is there something to read? 1, or as @take */
static int kev_stream_look(struct kev_stream *s)
{
	int err;

	/*
	 * A task that holds it is reading, and may sleep in there for long. A record that it has
	 * not got to its end is there to read, though until then a read may give -EAGAIN.
	 */
	if (!mutex_trylock(&s->mutex))
		return s->ops->ready(s) ? 1 : -EAGAIN;
	err = s->broken ? -EPIPE : kev_stream_fill(s);
	mutex_unlock(&s->mutex);
	return err;
}

/* Takes the next record, so that "readable" is not said of one which the reader does not get */
__poll_t kev_stream_poll(struct kev_stream *s, struct file *file, poll_table *wait)
{
	poll_wait(file, &kev_stream_wait, wait);
	switch (kev_stream_look(s)) {
	case 1:
		return EPOLLIN | EPOLLRDNORM;
	case 0:
		return EPOLLIN | EPOLLRDNORM | EPOLLHUP;
	case -EPIPE:
		return EPOLLIN | EPOLLRDNORM | EPOLLHUP | EPOLLERR;
	default:
		return 0;
	}
}

/* Have all readers look again */
void kev_stream_wake(void)
{
	wake_up_all(&kev_stream_wait);
}

/* @s is zeroed memory */
void kev_stream_init(struct kev_stream *s, const struct kev_stream_ops *ops)
{
	mutex_init(&s->mutex);
	s->ops = ops;
}
