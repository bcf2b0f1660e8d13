// SPDX-License-Identifier: GPL-2.0-only
/*
 * fifo: the files that a run gets, in a file system of their own. They say FIFO
 * to fstat, as scripts and event loops look at that, and they can be opened
 * again through /dev/stdin and /dev/stderr, which anonymous inodes cannot.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/pseudo_fs.h>

#include "fifo.h"

#define KEV_FIFO_MAGIC	0x6b65766e	/* "kevn" */

static void kev_fifo_evict(struct inode *inode)
{
	struct kev_fifo *fifo = inode->i_private;

	clear_inode(inode);
	/* The root has none */
	if (fifo)
		fifo->release(fifo);
}

static const struct super_operations kev_fifo_super = {
	.statfs		= simple_statfs,
	.evict_inode	= kev_fifo_evict,
};

static int kev_fifo_context(struct fs_context *fc)
{
	struct pseudo_fs_context *ctx = init_pseudo(fc, KEV_FIFO_MAGIC);

	if (!ctx)
		return -ENOMEM;
	ctx->ops = &kev_fifo_super;
	return 0;
}

/* An O_PATH descriptor keeps the mount, and that keeps the module through .owner */
static struct file_system_type kev_fifo_fs = {
	.owner			= THIS_MODULE,
	.name			= "kevnotify",
	.init_fs_context	= kev_fifo_context,
	.kill_sb		= kill_anon_super,
};

static struct inode *kev_fifo_inode(struct vfsmount *mnt, int flags,
				    const struct file_operations *fops)
{
	struct inode *inode = new_inode(mnt->mnt_sb);

	if (!inode)
		return NULL;
	inode->i_ino = get_next_ino();
	/* For all to open again, as the helper may have given up root; /proc/PID/fd guards it */
	inode->i_mode = S_IFIFO | (flags == O_RDONLY ? 0444 : 0222);
	inode->i_flags |= S_PRIVATE;
	inode->i_fop = fops;
	return inode;
}

static struct file *kev_fifo_file(struct kev_fifo *fifo, const char *name, int flags,
				  const struct file_operations *fops, struct vfsmount *mnt)
{
	struct inode *inode = kev_fifo_inode(mnt, flags, fops);
	struct file *file;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	file = alloc_file_pseudo(inode, mnt, name, flags, fops);
	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	/* Only now, or its release would be called twice */
	inode->i_private = fifo;
	stream_open(inode, file);
	return file;
}

/*
 * Make a file of a run. It pins the module until the last process that has it is
 * gone. @fifo is the file's from now on, unless this fails; @name is what
 * /proc/PID/fd shows; @flags: O_RDONLY or O_WRONLY; open() of @fops is for opening
 * it again.
 */
struct file *kev_fifo_open(struct kev_fifo *fifo, const char *name, int flags,
			   const struct file_operations *fops)
{
	struct vfsmount *mnt = NULL;
	struct file *file;
	int count = 0, err;

	/* alloc_file_pseudo() takes no reference, and fput() puts one */
	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(-ENODEV);
	err = simple_pin_fs(&kev_fifo_fs, &mnt, &count);
	if (err) {
		module_put(THIS_MODULE);
		return ERR_PTR(err);
	}
	file = kev_fifo_file(fifo, name, flags, fops, mnt);
	/* The file has a reference of its own */
	simple_release_fs(&mnt, &count);
	if (IS_ERR(file))
		module_put(THIS_MODULE);
	return file;
}

/* What is behind a file of ours */
struct kev_fifo *kev_fifo_of(const struct file *file)
{
	return file_inode(file)->i_private;
}
