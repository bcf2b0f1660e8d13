// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipe mode: the helper's standard input. The file knows the number of its run;
 * when another one has the helper's cursor, it is at its end for ever.
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "feed.h"
#include "inject.h"
#include "pipe.h"
#include "stream.h"

/**
 * struct kev_pipe - an open pipe
 * @stream: how it is read
 * @run: the run that it belongs to
 */
struct kev_pipe {
	struct kev_stream	stream;
	u64			run;
};

static atomic_t kev_pipes;

static u64 kev_pipe_run(struct kev_stream *s)
{
	return container_of(s, struct kev_pipe, stream)->run;
}

static int kev_pipe_take(struct kev_stream *s)
{
	int err;

	do {
		err = kev_feed_take(kev_pipe_run(s), false, &s->record, &s->notes);
		cond_resched();
	} while (err == -EAGAIN);
	return err == -ENODATA ? -EAGAIN : err;
}

static bool kev_pipe_mine(struct kev_stream *s)
{
	return kev_feed_mine(kev_pipe_run(s));
}

static bool kev_pipe_given(struct kev_stream *s, bool whole)
{
	return kev_feed_progress(kev_pipe_run(s)) &&
	       (!whole || kev_feed_pass(kev_pipe_run(s), &s->record, KEV_STAT_DELIVERED));
}

static bool kev_pipe_ready(struct kev_stream *s)
{
	return kev_feed_ready(kev_pipe_run(s));
}

static void kev_pipe_end(struct kev_stream *s)
{
	kev_feed_detach(kev_pipe_run(s));
}

static const struct kev_stream_ops kev_pipe_ops = {
	.take	= kev_pipe_take,
	.mine	= kev_pipe_mine,
	.given	= kev_pipe_given,
	.ready	= kev_pipe_ready,
	.end	= kev_pipe_end,
};

static ssize_t kev_pipe_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct kev_pipe *pipe = file->private_data;

	return kev_stream_read(&pipe->stream, file, to, count);
}

static __poll_t kev_pipe_poll(struct file *file, poll_table *wait)
{
	struct kev_pipe *pipe = file->private_data;

	return kev_stream_poll(&pipe->stream, file, wait);
}

static int kev_pipe_release(struct inode *inode, struct file *file)
{
	struct kev_pipe *pipe = file->private_data;

	kev_pipe_end(&pipe->stream);
	kvfree(pipe);
	atomic_dec(&kev_pipes);
	return 0;
}

static const struct file_operations kev_pipe_fops = {
	.owner		= THIS_MODULE,
	.read		= kev_pipe_read,
	.poll		= kev_pipe_poll,
	.release	= kev_pipe_release,
};

/**
 * kev_pipe_open() - make the standard input of a run in pipe mode
 * @run: the run's number, see kev_feed_attach()
 *
 * The file pins the module until the helper and all its children have closed it.
 * Like all anonymous ones it has no offset: a shell that could seek would give
 * back what it read ahead.
 *
 * Context: task; may sleep.
 * Return: the file, the caller's to put; or an ERR_PTR.
 */
struct file *kev_pipe_open(u64 run)
{
	struct kev_pipe *pipe;
	struct file *file;

	if (kev_inject(KEV_INJECT_ALLOC))
		return ERR_PTR(-ENOMEM);
	pipe = kvzalloc(sizeof(*pipe), GFP_KERNEL);
	if (!pipe)
		return ERR_PTR(-ENOMEM);
	kev_stream_init(&pipe->stream, &kev_pipe_ops);
	pipe->stream.troubled_ds = true;
	pipe->run = run;
	file = anon_inode_getfile("[kevnotify-pipe]", &kev_pipe_fops, pipe, O_RDONLY);
	if (IS_ERR(file)) {
		kvfree(pipe);
		return file;
	}
	atomic_inc(&kev_pipes);
	return file;
}

/**
 * kev_pipe_count() - how many pipes are open
 *
 * Context: any.
 * Return: the number; each pins the module.
 */
unsigned int kev_pipe_count(void)
{
	return atomic_read(&kev_pipes);
}
