/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASIDE_H
#define ASIDE_H

#include <stddef.h>

/* For a thread that can do with @size: some machines have a least one */
size_t aside_stack(size_t size);

/* A thread with a small stack, no signals, and no end that anything waits for: 0 or -errno */
int aside_start(void *(*run)(void *arg), void *arg);

#endif /* ASIDE_H */
