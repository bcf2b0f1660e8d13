/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DUMP_H
#define DUMP_H

#include <jansson.h>

/* Writes it to standard output, and drops it; what is no UTF-8 was left out of it before. */
void dump_json(json_t *json);

#endif /* DUMP_H */
