// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "files.h"
#include "service.h"

#define SERVICE_ROOT	"/sys/fs/cgroup"
#define SERVICE_GROUP	"kevnotify.slice/kevnotify.service"

int service_runs(void)
{
	char buf[256];
	int i;

	/* The service's processes are in a group below, with the handlers'. */
	for (i = 0; i < 2; i++)
		if (files_read(buf, sizeof(buf), SERVICE_ROOT "/%s" SERVICE_GROUP "/cgroup.events",
			       i ? "unified/" : "") > 0)
			return !!strstr(buf, "populated 1");
	/* Without version 2 systemd removes the group when the last process has gone. */
	return files_read(buf, sizeof(buf), SERVICE_ROOT "/systemd/" SERVICE_GROUP
			  "/cgroup.procs") >= 0;
}
