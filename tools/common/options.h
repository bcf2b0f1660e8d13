/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "handlers.h"

#define OPTIONS_SECONDS		30	/* what a handler may take that does not say */
#define OPTIONS_SECONDS_MAX	3600

/*
 * A line "# kevnotify: user=NAME timeout=SECONDS" near the top of a handler: 0, or -1
 * with what is wrong with it in @why
 */
int options_read(struct handler *h, char *why, size_t size);

#endif /* OPTIONS_H */
