/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_HELPER_CONF_H
#define _KEV_HELPER_CONF_H

#include <linux/types.h>

int kev_helper_conf_set(const char *value, bool locked);
int kev_helper_conf_refuse(const char *value, const char *why, int err);

#endif /* _KEV_HELPER_CONF_H */
