/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_DEBUGFS_H
#define _KEV_DEBUGFS_H

int kev_debugfs_init(void);
void kev_debugfs_exit(void);

#endif /* _KEV_DEBUGFS_H */
