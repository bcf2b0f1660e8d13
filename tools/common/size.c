// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdio.h>

#include "size.h"

void size_text(char *buf, size_t size, unsigned long long kb)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	unsigned long long tenths = kb < ULLONG_MAX / 10 ? kb * 10 : ULLONG_MAX - 512;
	unsigned int i = 0;

	for (; tenths >= 10240 && i < 3; i++)
		tenths = (tenths + 512) / 1024;
	if (i && tenths < 1000)
		snprintf(buf, size, "%llu.%llu %s", tenths / 10, tenths % 10, units[i]);
	else
		snprintf(buf, size, "%llu %s", (tenths + 5) / 10, units[i]);
}
