/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_RAISE_H
#define _KEV_RAISE_H

struct kev_source;

void kev_raise_closing(struct kev_source *src, unsigned int id);

#endif /* _KEV_RAISE_H */
