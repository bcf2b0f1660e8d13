/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NOTIFY_H
#define NOTIFY_H

/* Tells the service manager, if one wants to know: lines as sd_notify(3) has them */
void notify_send(const char *lines);

#endif /* NOTIFY_H */
