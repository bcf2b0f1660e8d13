/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef STOP_H
#define STOP_H

/*
 * SIGINT, SIGTERM and SIGHUP end no more than a call that waits, with EINTR: the one under
 * way, and within a second one that begins later
 */
void stop_catch(void);

/* From here on they do nothing, in programs that are run neither */
void stop_ignore(void);

/* Has one come since stop_catch()? */
int stop_asked(void);

#endif /* STOP_H */
