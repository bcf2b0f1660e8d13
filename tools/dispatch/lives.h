/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIVES_H
#define LIVES_H

/* The two lives of the program. They return an exit status. */

/* The service: reads @device until it is told to stop */
int service_live(const char *device, const char *textfile);

/* The kernel's helper: reads standard input until its end */
int helper_live(void);

#endif /* LIVES_H */
