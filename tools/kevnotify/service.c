// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "files.h"
#include "service.h"

#define SERVICE_GROUP	"kevnotify.slice/kevnotify.service"

int service_runs(void)
{
	char buf[256];

	/* The service's processes are in a group below, with the handlers'. */
	if (files_read(buf, sizeof(buf), "/sys/fs/cgroup/" SERVICE_GROUP "/cgroup.events") > 0 ||
	    files_read(buf, sizeof(buf), "/sys/fs/cgroup/unified/" SERVICE_GROUP "/cgroup.events") > 0)
		return !!strstr(buf, "populated 1");
	/* Without version 2 systemd removes the group when the last process has gone. */
	return files_read(buf, sizeof(buf), "/sys/fs/cgroup/systemd/" SERVICE_GROUP "/cgroup.procs") >= 0;
}
