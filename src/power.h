/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_POWER_H
#define _KEV_POWER_H

int kev_power_init(void);
void kev_power_exit(void);

#endif /* _KEV_POWER_H */
