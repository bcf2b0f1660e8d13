/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIZE_H
#define SIZE_H

#include <stddef.h>

/* An amount of memory for people: "812 KiB", "4.2 GiB", "310 MiB" */
void size_text(char *buf, size_t size, unsigned long long kb);

#endif /* SIZE_H */
