/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SIGNALS_H
#define SIGNALS_H

/* Before there is another thread, as each takes over what is blocked; 0 or -errno */
int signals_init(void);

/* To poll for POLLIN */
int signals_fd(void);

/* Read those that came; true if we are to stop */
int signals_stop(void);

#endif
