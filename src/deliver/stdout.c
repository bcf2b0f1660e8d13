// SPDX-License-Identifier: GPL-2.0-only
/*
 * The helper's standard output and error: a file that can only be written,
 * whose lines go to the kernel log with the run's SEQ, a limited number of
 * them. (/dev/kmsg refuses long writes, and drops silently.)
 */
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "fifo.h"
#include "inject.h"
#include "stat.h"

/* The run's name is the prefix */
#undef pr_fmt
#define pr_fmt(fmt) fmt

#define KEV_STDOUT_LINES	100	/* of one run */
#define KEV_STDOUT_BYTES	240	/* of one line; longer ones are split */

/**
 * struct kev_stdout - what a run and its children write to
 * @fifo: its inode's
 * @lock: orders writers; never held while waiting for anything but memory
 * @seq: the record that the run is for
 * @lines: lines so far
 * @len: bytes in @line
 * @line: the line that is being written
 */
struct kev_stdout {
	struct kev_fifo	fifo;
	struct mutex	lock;		/* see above */
	u64		seq;
	unsigned long	lines;
	size_t		len;
	char		line[KEV_STDOUT_BYTES];
};

static atomic_t kev_stdouts;

static void kev_stdout_line(struct kev_stdout *out)
{
	size_t len = out->len;

	out->len = 0;
	if (++out->lines <= KEV_STDOUT_LINES) {
		kev_stat_inc(KEV_STAT_OUTPUT_LINES);
		pr_info("kevnotify[%llu]: %*pEhp\n", out->seq, (int)len, out->line);
	} else {
		kev_stat_inc(KEV_STAT_OUTPUT_DROPPED);
	}
}

static void kev_stdout_bytes(struct kev_stdout *out, const char *s, size_t len)
{
	for (; len; s++, len--) {
		/* A full line waits for what follows: a newline ends it, and starts no other */
		if (*s == '\n' || out->len == sizeof(out->line))
			kev_stdout_line(out);
		if (*s != '\n')
			out->line[out->len++] = *s;
	}
}

static struct kev_stdout *kev_stdout_of(struct file *file)
{
	return container_of(kev_fifo_of(file), struct kev_stdout, fifo);
}

static ssize_t kev_stdout_write(struct file *file, const char __user *from, size_t count,
				loff_t *pos)
{
	struct kev_stdout *out = kev_stdout_of(file);
	char part[64];
	size_t done = 0, n;

	if (mutex_lock_killable(&out->lock))
		return -EINTR;
	while (done < count) {
		n = min(count - done, sizeof(part));
		if (copy_from_user(part, from + done, n))
			break;
		kev_stdout_bytes(out, part, n);
		done += n;
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	mutex_unlock(&out->lock);
	return done || !count ? done : -EFAULT;
}

/* There is always room, and never anything to read */
static __poll_t kev_stdout_poll(struct file *file, poll_table *wait)
{
	return EPOLLOUT | EPOLLWRNORM;
}

static void kev_stdout_release(struct kev_fifo *fifo)
{
	struct kev_stdout *out = container_of(fifo, struct kev_stdout, fifo);

	if (out->len)
		kev_stdout_line(out);
	if (out->lines > KEV_STDOUT_LINES)
		pr_info("kevnotify[%llu]: %lu more lines dropped\n", out->seq,
			out->lines - KEV_STDOUT_LINES);
	kfree(out);
	atomic_dec(&kev_stdouts);
}

static const struct file_operations kev_stdout_fops = {
	.owner		= THIS_MODULE,
	.open		= stream_open,
	.write		= kev_stdout_write,
	.poll		= kev_stdout_poll,
};

/*
 * The file pins the module until the helper and all its children have closed it.
 * @seq is the record that the run is for.
 */
struct file *kev_stdout_open(u64 seq)
{
	struct kev_stdout *out;
	struct file *file;

	if (kev_inject_fails(KEV_INJECT_ALLOC))
		return ERR_PTR(-ENOMEM);
	out = kzalloc(sizeof(*out), GFP_KERNEL);
	if (!out)
		return ERR_PTR(-ENOMEM);
	out->fifo.release = kev_stdout_release;
	mutex_init(&out->lock);
	out->seq = seq;
	file = kev_fifo_open(&out->fifo, "kevnotify-stdout", O_WRONLY, &kev_stdout_fops);
	if (IS_ERR(file))
		kfree(out);
	else
		atomic_inc(&kev_stdouts);
	return file;
}

/* How many outputs are open; each pins the module */
unsigned int kev_stdout_count(void)
{
	return atomic_read(&kev_stdouts);
}
