/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_LASTWORDS_H
#define _KEV_LASTWORDS_H

void kev_lastwords_print(void);

#endif /* _KEV_LASTWORDS_H */
