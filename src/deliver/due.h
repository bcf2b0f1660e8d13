/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_DUE_H
#define _KEV_DUE_H

#include <linux/types.h>

u64 kev_due_age_ms(u64 mono);
u64 kev_due_end(void);
unsigned long kev_due_look(u64 next);

#endif /* _KEV_DUE_H */
