// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pipe mode: the helper's standard input. The file knows the number of its run;
 * when another one has the helper's cursor, it is at its end for ever.
 */
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "feed.h"
#include "fifo.h"
#include "inject.h"
#include "stdin.h"
#include "stream.h"

/**
 * struct kev_stdin - the standard input of a run
 * @fifo: its inode's
 * @stream: how it is read; one for all files that are open on it
 * @run: the run that it belongs to
 */
struct kev_stdin {
	struct kev_fifo		fifo;
	struct kev_stream	stream;
	u64			run;
};

static atomic_t kev_stdins;

/* The run that is active. Words that stand alone, written by kevnotifyd and by its reads. */
static struct {
	bool		eof;
	unsigned long	progress;	/* jiffies */
} kev_stdin_now;

static void kev_stdin_progress(void)
{
	/* The clock, then the word; pairs with kev_stdin_look() */
	smp_store_release(&kev_stdin_now.progress, jiffies);
}

static u64 kev_stdin_run(struct kev_stream *s)
{
	return container_of(s, struct kev_stdin, stream)->run;
}

static int kev_stdin_take(struct kev_stream *s)
{
	int err;

	/* Not in a file of a run before, which is at its end anyway */
	if (READ_ONCE(kev_stdin_now.eof))
		return 0;
	do {
		err = kev_feed_take(kev_stdin_run(s), false, &s->record, &s->notes);
		cond_resched();
	} while (err == -EAGAIN);
	return err == -ENODATA ? -EAGAIN : err;
}

static bool kev_stdin_mine(struct kev_stream *s)
{
	return kev_feed_mine(kev_stdin_run(s));
}

static bool kev_stdin_given(struct kev_stream *s, bool whole)
{
	if (!kev_stdin_mine(s))
		return false;
	if (!READ_ONCE(kev_stdin_now.eof))
		kev_stdin_progress();
	return !whole || kev_feed_pass(kev_stdin_run(s), &s->record, KEV_STAT_DELIVERED);
}

static bool kev_stdin_ready(struct kev_stream *s)
{
	return READ_ONCE(kev_stdin_now.eof) || kev_feed_ready(kev_stdin_run(s));
}

static void kev_stdin_end(struct kev_stream *s)
{
	kev_feed_detach(kev_stdin_run(s));
}

static const struct kev_stream_ops kev_stdin_ops = {
	.take	= kev_stdin_take,
	.mine	= kev_stdin_mine,
	.given	= kev_stdin_given,
	.ready	= kev_stdin_ready,
	.end	= kev_stdin_end,
};

static struct kev_stdin *kev_stdin_of(struct file *file)
{
	return container_of(kev_fifo_of(file), struct kev_stdin, fifo);
}

static ssize_t kev_stdin_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	return kev_stream_read(&kev_stdin_of(file)->stream, file, to, count);
}

static __poll_t kev_stdin_poll(struct file *file, poll_table *wait)
{
	return kev_stream_poll(&kev_stdin_of(file)->stream, file, wait);
}

static void kev_stdin_release(struct kev_fifo *fifo)
{
	struct kev_stdin *in = container_of(fifo, struct kev_stdin, fifo);

	kev_stdin_end(&in->stream);
	kvfree(in);
	atomic_dec(&kev_stdins);
}

static const struct file_operations kev_stdin_fops = {
	.owner		= THIS_MODULE,
	.open		= stream_open,
	.read		= kev_stdin_read,
	.poll		= kev_stdin_poll,
};

/*
 * The file pins the module until the helper and all its children have closed it. It
 * has no offset: a shell that could seek would give back what it read ahead.
 */
struct file *kev_stdin_open(u64 run)
{
	struct kev_stdin *in;
	struct file *file;

	if (kev_inject_fails(KEV_INJECT_ALLOC))
		return ERR_PTR(-ENOMEM);
	in = kvzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return ERR_PTR(-ENOMEM);
	in->fifo.release = kev_stdin_release;
	kev_stream_init(&in->stream, &kev_stdin_ops);
	in->stream.troubled_ds = true;
	in->run = run;
	file = kev_fifo_open(&in->fifo, "kevnotify-stdin", O_RDONLY, &kev_stdin_fops);
	if (IS_ERR(file)) {
		kvfree(in);
		return file;
	}
	atomic_inc(&kev_stdins);
	return file;
}

/* A run begins, whose number was never used before: the helper's cursor is its own */
void kev_stdin_start(u64 run)
{
	WRITE_ONCE(kev_stdin_now.eof, false);
	kev_stdin_progress();
	kev_feed_attach(run);
}

/*
 * Tell the run that there is no more. The rest of a record that it is reading still
 * comes first.
 */
void kev_stdin_stop(void)
{
	if (!kev_stdin_now.eof) {
		kev_stdin_progress();
		WRITE_ONCE(kev_stdin_now.eof, true);
	}
	kev_stream_wake();
}

void kev_stdin_look(struct kev_stdin_state *state)
{
	state->got = kev_feed_got(&state->empty);
	state->eof = kev_stdin_now.eof;
	/* Before the clock is read again; pairs with kev_stdin_progress() */
	state->progress = smp_load_acquire(&kev_stdin_now.progress);
}

/* How many pipes are open; each pins the module */
unsigned int kev_stdin_count(void)
{
	return atomic_read(&kev_stdins);
}
