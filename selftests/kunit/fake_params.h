/* SPDX-License-Identifier: GPL-2.0-only */
/* Values of parameters, for suites of files that read them. */
#ifndef _KEV_FAKE_PARAMS_H
#define _KEV_FAKE_PARAMS_H

#include <linux/module.h>

#include "param.h"

struct kev_number kev_numbers[KEV_PARAMS];
unsigned int kev_window_jiffies;

static inline void set_rate(unsigned int burst, unsigned int window)
{
	kev_numbers[KEV_BURST].value = burst;
	kev_window_jiffies = window;
}

/* Only one module exports these, and a suite is another one */
#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol)

#endif /* _KEV_FAKE_PARAMS_H */
