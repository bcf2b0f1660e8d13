// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/kevnotify: the log as a stream, for any number of readers. Each open file has a
 * cursor of its own and pins the module. What a reader has taken over it acknowledges
 * by a write: then the helper need not have it.
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "cursor.h"
#include "device.h"
#include "feed.h"
#include "helper.h"
#include "inject.h"
#include "log.h"
#include "param.h"
#include "stream.h"

/* What is written is this, at most 20 digits and a line end */
static const char kev_device_ack[] = "ack ";
#define KEV_DEVICE_WORD	(sizeof(kev_device_ack) - 1)
#define KEV_DEVICE_LINE	(KEV_DEVICE_WORD + 20 + 1)

/**
 * struct kev_reader - an open file
 * @stream: how it is read
 * @node: in kev_device_list
 * @pid: the process that opened it
 * @lock: what follows
 * @cursor: the next record for it
 * @first: the first record that it was given since it was opened or sought; 0: none was
 * @last: the last one, of which it has read all
 * @from: those before this one are acknowledged, or the helper had them
 */
struct kev_reader {
	struct kev_stream	stream;
	struct list_head	node;
	pid_t			pid;
	spinlock_t		lock;		/* see above */
	struct kev_cursor	cursor;
	u64			first;
	u64			last;
	u64			from;
};

/* Held over a few words, so that no reader waits for another */
static DEFINE_MUTEX(kev_device_mutex);
static LIST_HEAD(kev_device_list);
static unsigned int kev_device_count;

static struct kev_reader *kev_device_reader(struct kev_stream *s)
{
	return container_of(s, struct kev_reader, stream);
}

/* Go over what is not in the log any more, and over what lies before @first */
static u64 kev_device_next(struct kev_reader *r, u64 first, u64 *lost)
{
	u64 seq;

	spin_lock(&r->lock);
	kev_cursor_overrun(&r->cursor, max(first, kev_log_first()));
	seq = r->cursor.next;
	*lost = r->cursor.lost;
	spin_unlock(&r->lock);
	return seq;
}

static int kev_device_take(struct kev_stream *s)
{
	struct kev_reader *r = kev_device_reader(s);
	u64 seq = kev_device_next(r, 0, &s->notes.lost);
	int err;

	/* One that is being overwritten is lost: to wait for its end is to wait for kevnotifyd */
	while ((err = kev_log_copy(seq, &s->record)) == -EPIPE)
		seq = kev_device_next(r, seq + 1, &s->notes.lost);
	return err ? -EAGAIN : 1;
}

static bool kev_device_given(struct kev_stream *s, bool whole)
{
	struct kev_reader *r = kev_device_reader(s);

	if (!whole)
		return true;
	spin_lock(&r->lock);
	r->last = r->cursor.next;
	if (!r->first) {
		r->first = r->last;
		r->from = r->last;
	}
	kev_cursor_pass(&r->cursor, r->last, true);
	r->cursor.lost = 0;
	spin_unlock(&r->lock);
	return true;
}

static bool kev_device_ready(struct kev_stream *s)
{
	struct kev_reader *r = kev_device_reader(s);
	bool ready;

	spin_lock(&r->lock);
	ready = r->cursor.next < kev_log_next();
	spin_unlock(&r->lock);
	return ready;
}

static void kev_device_seek(struct kev_stream *s, u64 to)
{
	struct kev_reader *r = kev_device_reader(s);

	spin_lock(&r->lock);
	kev_cursor_seek(&r->cursor, to);
	r->first = 0;
	spin_unlock(&r->lock);
}

static const struct kev_stream_ops kev_device_ops = {
	.take	= kev_device_take,
	.given	= kev_device_given,
	.ready	= kev_device_ready,
	.seek	= kev_device_seek,
};

static ssize_t kev_device_read(struct file *file, char __user *to, size_t count, loff_t *pos)
{
	struct kev_reader *r = file->private_data;

	return kev_stream_read(&r->stream, file, to, count);
}

/* A write never waits */
static __poll_t kev_device_poll(struct file *file, poll_table *wait)
{
	struct kev_reader *r = file->private_data;
	__poll_t mask = kev_stream_poll(&r->stream, file, wait);

	return file->f_mode & FMODE_WRITE ? mask | EPOLLOUT | EPOLLWRNORM : mask;
}

/* As with /dev/kmsg there is no place to ask for: so shells read byte by byte */
static loff_t kev_device_llseek(struct file *file, loff_t offset, int whence)
{
	struct kev_reader *r = file->private_data;
	u64 to = offset;
	int err;

	if (whence == SEEK_END && !offset)
		to = kev_log_next();
	else if (whence != SEEK_SET || offset < 0 || to < kev_log_first() || to > kev_log_next())
		return -EINVAL;
	err = kev_stream_seek(&r->stream, to);
	return err ?: to;
}

static int kev_device_acknowledge(struct kev_reader *r, u64 seq)
{
	struct kev_helper helper;
	/* Without "fallback" a helper gets them all */
	bool helpers = !kev_param(KEV_FALLBACK) && kev_helper_get(&helper);
	int err = -EINVAL;
	u64 from;

	spin_lock(&r->lock);
	if (r->first && seq >= r->first && seq <= r->last) {
		/* One that was acknowledged before is asked for alone */
		from = min(r->from, seq);
		err = helpers ? -ESTALE : kev_feed_acknowledge(&from, seq);
		r->from = max(r->from, helpers ? seq + 1 : from);
	}
	spin_unlock(&r->lock);
	return err;
}

/* "ack SEQ" and a line end, and nothing else */
static int kev_device_parse(const char *line, size_t len, u64 *seq)
{
	const char *digits = line + KEV_DEVICE_WORD;

	if (strlen(line) != len || line[len - 1] != '\n' ||
	    strncmp(line, kev_device_ack, KEV_DEVICE_WORD) || !isdigit(*digits) ||
	    kstrtou64(digits, 10, seq))
		return -EINVAL;
	return 0;
}

static ssize_t kev_device_write(struct file *file, const char __user *from, size_t count,
				loff_t *pos)
{
	char line[KEV_DEVICE_LINE + 1] = "";
	u64 seq;
	int err;

	if (!count || count > KEV_DEVICE_LINE)
		return -EINVAL;
	if (copy_from_user(line, from, count))
		return -EFAULT;
	err = kev_device_parse(line, count, &seq) ?:
	      kev_device_acknowledge(file->private_data, seq);
	return err ?: count;
}

static struct kev_reader *kev_device_create(void)
{
	struct kev_reader *r;

	if (kev_inject_fails(KEV_INJECT_ALLOC))
		return NULL;
	r = kvzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	kev_stream_init(&r->stream, &kev_device_ops);
	spin_lock_init(&r->lock);
	kev_cursor_init(&r->cursor, NULL, 0);
	kev_cursor_seek(&r->cursor, kev_log_first());
	r->pid = task_tgid_nr(current);
	return r;
}

/* What it writes is for all, whatever the mode of the file */
static int kev_device_open(struct inode *inode, struct file *file)
{
	struct kev_reader *r;

	if (file->f_mode & FMODE_WRITE && !kev_param_may_write("/dev/kevnotify"))
		return -EPERM;
	r = kev_device_create();
	if (!r)
		return -ENOMEM;
	mutex_lock(&kev_device_mutex);
	list_add_tail(&r->node, &kev_device_list);
	kev_device_count++;
	mutex_unlock(&kev_device_mutex);
	file->private_data = r;
	file->f_mode &= ~(FMODE_PREAD | FMODE_PWRITE);
	return 0;
}

static int kev_device_release(struct inode *inode, struct file *file)
{
	struct kev_reader *r = file->private_data;

	mutex_lock(&kev_device_mutex);
	list_del(&r->node);
	kev_device_count--;
	mutex_unlock(&kev_device_mutex);
	kvfree(r);
	return 0;
}

static const struct file_operations kev_device_fops = {
	.owner		= THIS_MODULE,
	.open		= kev_device_open,
	.release	= kev_device_release,
	.read		= kev_device_read,
	.write		= kev_device_write,
	.poll		= kev_device_poll,
	.llseek		= kev_device_llseek,
};

/* How many files are open; each pins the module */
u64 kev_device_readers(void)
{
	return READ_ONCE(kev_device_count);
}

void kev_device_show_refs(struct seq_file *m)
{
	struct kev_reader *r;

	mutex_lock(&kev_device_mutex);
	list_for_each_entry(r, &kev_device_list, node)
		seq_printf(m, "reader pid=%d\n", r->pid);
	seq_printf(m, "readers %u\n", kev_device_count);
	mutex_unlock(&kev_device_mutex);
}

void kev_device_show_cursors(struct seq_file *m)
{
	struct kev_reader *r;

	mutex_lock(&kev_device_mutex);
	list_for_each_entry(r, &kev_device_list, node) {
		spin_lock(&r->lock);
		seq_printf(m, "cursor reader pid=%d base=%lld next=%llu lost=%llu\n", r->pid,
			   r->cursor.base, r->cursor.next, r->cursor.lost);
		spin_unlock(&r->lock);
	}
	mutex_unlock(&kev_device_mutex);
}

static struct miscdevice kev_device_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "kevnotify",
	.fops	= &kev_device_fops,
	.mode	= 0640,
};

/* Behind all that can fail: once it can be opened, the load must not fail any more */
int kev_device_init(void)
{
	int err = misc_register(&kev_device_misc);

	if (err)
		pr_err("no /dev/kevnotify (%d): not loaded\n", err);
	return err;
}

/* No file is open: each would have pinned the module */
void kev_device_exit(void)
{
	misc_deregister(&kev_device_misc);
}
