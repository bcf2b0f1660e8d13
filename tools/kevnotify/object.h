/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OBJECT_H
#define OBJECT_H

#include <jansson.h>

#include "record.h"

/* JSON objects, each on a line of its own */

/* A string; what is not UTF-8 in it is replaced. NULL without memory */
json_t *object_string(const char *value);

/* The object goes to standard output, and is freed: 0 or -ENOMEM */
int object_write(json_t *object);

/* A record: all its fields, as strings */
int object_print(const struct record *r);

#endif /* OBJECT_H */
