/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DEBUGFS_H
#define DEBUGFS_H

/*
 * Lines about what stands in debugfs, which root alone may read. They are left out, or
 * have less, where that is not there.
 */

/* The readers of the device, how far behind they are, and what they have lost */
void debugfs_readers(void);

/* A histogram, which the module calls @name and a person @what */
void debugfs_latency(const char *name, const char *what);

#endif /* DEBUGFS_H */
