// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "await.h"
#include "change.h"
#include "checks.h"
#include "clock.h"
#include "finding.h"
#include "paths.h"
#include "service.h"
#include "sysfs.h"

#define CHECKS_ACK_MS	3000	/* in which a service that gets on acknowledges something */

static void checks_unread(int err)
{
	const char *user = getlogin();
	char type[128];

	snprintf(type, sizeof(type), "sudo adduser %.64s adm; or be root", user ? user : "USER");
	if (err == ENOENT)
		finding_add(FINDING_FAIL, "udevadm trigger --subsystem-match=misc",
			    PATH_DEVICE " is not there, though the module is loaded");
	else if (err == EACCES && geteuid())
		finding_add(FINDING_FAIL, type, PATH_DEVICE " may not be read by this user");
	else if (err == EACCES || err == EPERM)
		finding_add(FINDING_FAIL, "kevnotify doctor, outside of the container",
			    "/dev/kevnotify may not be read, not even by root: a container, or a security module");
	else
		finding_add(FINDING_FAIL, "journalctl -k -g kevnotify", PATH_DEVICE ": %s",
			    strerror(err));
}

void checks_device(void)
{
	int fd = open(PATH_DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	long long records = 0;
	struct stat st;
	char byte;
	int err = fd < 0 ? errno : 0;

	/* An empty log is none of its faults. */
	if (!err && read(fd, &byte, 1) < 0 && errno != EAGAIN)
		err = errno;
	if (err) {
		checks_unread(err);
	} else if (!fstat(fd, &st) && !(st.st_gid && st.st_mode & 0040)) {
		finding_add(FINDING_WARN, "udevadm trigger --subsystem-match=misc",
			    PATH_DEVICE " may be read by root alone, and not by the group adm");
	} else {
		sysfs_number(&records, SYSFS_MODULE "/parameters/log_records");
		finding_add(FINDING_OK, NULL,
			    PATH_DEVICE " can be read, the log has room for %lld records", records);
	}
	if (fd >= 0)
		close(fd);
}

static long long checks_stat(const char *name)
{
	long long number = 0;

	sysfs_number(&number, SYSFS_KERNEL "/stats/%s", name);
	return number;
}

/* Without "fallback" a helper gets every record, and the service has none to acknowledge. */
static int checks_all_helpers(void)
{
	long long fallback = -1;
	char helper[512] = "";

	sysfs_read(helper, sizeof(helper), SYSFS_MODULE "/parameters/helper");
	sysfs_number(&fallback, SYSFS_MODULE "/parameters/fallback");
	return *helper && !fallback;
}

/* Do records wait, and does nothing become of them? */
static int checks_stalled(void)
{
	uint64_t end = clock_ms() + CHECKS_ACK_MS;
	long long before = checks_stat("acknowledged");

	while (checks_stat("pending")) {
		if (checks_stat("acknowledged") != before)
			return 0;
		if (clock_ms() >= end)
			return 1;
		poll(NULL, 0, 50);
	}
	return 0;
}

void checks_service(void)
{
	if (!service_runs())
		finding_add(FINDING_FAIL, "systemctl enable --now kevnotify.service",
			    "kevnotify.service does not run: nothing is journalled, and the helper has all the work");
	else if (checks_all_helpers())
		finding_add(FINDING_OK, NULL,
			    "kevnotify.service runs, and journals what the helper gets");
	else if (checks_stalled())
		finding_add(FINDING_FAIL, "systemctl restart kevnotify.service",
			    "kevnotify.service runs and acknowledges nothing: %lld records wait",
			    checks_stat("pending"));
	else
		finding_add(FINDING_OK, NULL,
			    "kevnotify.service runs, and has acknowledged %lld records",
			    checks_stat("acknowledged"));
}

/* For the service only: with the helper, a write of control/test itself returns the outcome. */
static void checks_test_way(void)
{
	char instance[64] = "", outcome[64] = "";
	static struct counts counts;
	unsigned long long seq;
	double ms;
	int err;

	sysfs_read(instance, sizeof(instance), SYSFS_KERNEL "/instance");
	sysfs_read(outcome, sizeof(outcome), SYSFS_KERNEL "/control/test");
	seq = strtoull(outcome, NULL, 10);
	if (!service_runs()) {
		finding_add(FINDING_OK, NULL, "test record %s", outcome);
		return;
	}
	err = await_journal(instance, seq, 10000, &ms);
	if (err && err != -ENOENT)
		finding_add(FINDING_FAIL,
			    "systemctl status kevnotify.service systemd-journald.service",
			    "the test record %llu does not come into the journal", seq);
	else if (await_handlers(instance, seq, 60000, &counts) < 0)
		finding_add(FINDING_FAIL, "systemctl status kevnotify.service",
			    "the handlers of the test record %llu do not end", seq);
	else
		finding_add(FINDING_OK, NULL,
			    "test record %llu: journalled, its handlers have ended", seq);
}

void checks_test(void)
{
	int err = sysfs_write("1", SYSFS_KERNEL "/control/test");

	if (!err)
		checks_test_way();
	else if (err == -EACCES || err == -EPERM)
		finding_add(FINDING_WARN, "sudo kevnotify doctor --test",
			    "no test was made: it takes root");
	else
		finding_add(FINDING_FAIL, "kevnotify test", "the test event failed: %s",
			    change_errno(-err));
}
