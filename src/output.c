// SPDX-License-Identifier: GPL-2.0-only
/*
 * The helper's standard output and error: a file that can only be written,
 * whose lines go to the kernel log with the run's SEQ, a limited number of
 * them. (/dev/kmsg refuses long writes, and drops silently.)
 */
#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "inject.h"
#include "output.h"
#include "stats.h"

/* The run's name is the prefix */
#undef pr_fmt
#define pr_fmt(fmt) fmt

#define KEV_OUTPUT_LINES	100	/* of one run */
#define KEV_OUTPUT_BYTES	240	/* of one line; longer ones are split */

/**
 * struct kev_output - what a run and its children write to
 * @lock: orders writers; never held while waiting for anything but memory
 * @seq: the record that the run is for
 * @lines: lines so far
 * @len: bytes in @line
 * @line: the line that is being written
 */
struct kev_output {
	struct mutex	lock;		/* see above */
	u64		seq;
	unsigned long	lines;
	size_t		len;
	char		line[KEV_OUTPUT_BYTES];
};

static atomic_t kev_outputs;

static void kev_output_line(struct kev_output *out)
{
	size_t len = out->len;

	out->len = 0;
	if (++out->lines <= KEV_OUTPUT_LINES) {
		kev_stat_inc(KEV_STAT_OUTPUT_LINES);
		pr_info("kevnotify[%llu]: %*pEhp\n", out->seq, (int)len, out->line);
	} else {
		kev_stat_inc(KEV_STAT_OUTPUT_DROPPED);
	}
}

static void kev_output_bytes(struct kev_output *out, const char *s, size_t len)
{
	for (; len; s++, len--) {
		/* A full line waits for what follows: a newline ends it, and starts no other */
		if (*s == '\n' || out->len == sizeof(out->line))
			kev_output_line(out);
		if (*s != '\n')
			out->line[out->len++] = *s;
	}
}

static ssize_t kev_output_write(struct file *file, const char __user *from, size_t count,
				loff_t *pos)
{
	struct kev_output *out = file->private_data;
	char part[64];
	size_t done = 0, n;

	if (mutex_lock_killable(&out->lock))
		return -EINTR;
	while (done < count) {
		n = min(count - done, sizeof(part));
		if (copy_from_user(part, from + done, n))
			break;
		kev_output_bytes(out, part, n);
		done += n;
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	mutex_unlock(&out->lock);
	return done || !count ? done : -EFAULT;
}

static int kev_output_release(struct inode *inode, struct file *file)
{
	struct kev_output *out = file->private_data;

	if (out->len)
		kev_output_line(out);
	if (out->lines > KEV_OUTPUT_LINES)
		pr_info("kevnotify[%llu]: %lu more lines dropped\n", out->seq,
			out->lines - KEV_OUTPUT_LINES);
	kfree(out);
	atomic_dec(&kev_outputs);
	return 0;
}

static const struct file_operations kev_output_fops = {
	.owner		= THIS_MODULE,
	.write		= kev_output_write,
	.release	= kev_output_release,
	.llseek		= noop_llseek,
};

/**
 * kev_output_open() - make a run's output
 * @seq: the record that the run is for
 *
 * The file pins the module until the helper and all its children have closed it.
 *
 * Context: task; may sleep.
 * Return: the file, the caller's to put; or an ERR_PTR.
 */
struct file *kev_output_open(u64 seq)
{
	struct kev_output *out;
	struct file *file;

	if (kev_inject(KEV_INJECT_ALLOC))
		return ERR_PTR(-ENOMEM);
	out = kzalloc(sizeof(*out), GFP_KERNEL);
	if (!out)
		return ERR_PTR(-ENOMEM);
	mutex_init(&out->lock);
	out->seq = seq;
	file = anon_inode_getfile("[kevnotify-output]", &kev_output_fops, out, O_WRONLY);
	if (IS_ERR(file))
		kfree(out);
	else
		atomic_inc(&kev_outputs);
	return file;
}

/**
 * kev_output_count() - how many outputs are open
 *
 * Context: any.
 * Return: the number; each pins the module.
 */
unsigned int kev_output_count(void)
{
	return atomic_read(&kev_outputs);
}
