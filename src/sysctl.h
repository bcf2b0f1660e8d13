/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_SYSCTL_H
#define _KEV_SYSCTL_H

int kev_sysctl_init(void);
void kev_sysctl_exit(void);

#endif /* _KEV_SYSCTL_H */
