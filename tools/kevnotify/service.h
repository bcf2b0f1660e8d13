/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SERVICE_H
#define SERVICE_H

/* Does kevnotify.service run? By its control group, which everybody may read */
int service_runs(void);

#endif /* SERVICE_H */
