/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_FIFO_H
#define _KEV_FIFO_H

#include <linux/fs.h>

/**
 * struct kev_fifo - what is behind an inode of ours; embedded
 * @release: frees it, when no file and no O_PATH descriptor is left
 */
struct kev_fifo {
	void (*release)(struct kev_fifo *fifo);
};

struct file *kev_fifo_open(struct kev_fifo *fifo, const char *name, int flags,
			   const struct file_operations *fops);
struct kev_fifo *kev_fifo_of(const struct file *file);

/* A run's output, see stdout.c; each pins the module while it is open */
struct file *kev_stdout_open(u64 seq);
unsigned int kev_stdout_count(void);

#endif /* _KEV_FIFO_H */
