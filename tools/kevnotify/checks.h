/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CHECKS_H
#define CHECKS_H

/* What doctor looks at. Each adds what it finds. */

/* Is the module loaded, and the one that is installed? If not, why? True if it is there */
int checks_module(void);
/* Have the other kernels one? */
void checks_kernels(void);

/* Can the stream be read, and does the service take over what is there? */
void checks_device(void);
void checks_service(void);
/* What would keep the helper from doing it in the service's place */
void checks_helper(void);

/* Pauses, sources that are off, limits, losses */
void checks_flow(void);
/* Handlers that break a rule */
void checks_handlers(void);
/* An event goes the whole way */
void checks_test(void);

#endif /* CHECKS_H */
