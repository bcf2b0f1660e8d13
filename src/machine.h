/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_MACHINE_H
#define _KEV_MACHINE_H

void kev_machine_boot_id(char *id);

int kev_machine_init(void);
void kev_machine_exit(void);

#endif /* _KEV_MACHINE_H */
