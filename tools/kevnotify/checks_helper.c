// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "change.h"
#include "checks.h"
#include "finding.h"
#include "persist.h"
#include "service.h"
#include "sysfs.h"

#define CHECKS_OURS	"|/usr/lib/kevnotify/kevnotify-dispatch"
#define CHECKS_SET_OURS	"kevnotify set 'helper=" CHECKS_OURS "' fallback=10000 --persist"

static char helper[512];

static const char *checks_path(void)
{
	return *helper == '|' ? helper + 1 : helper;
}

/* One part of a path breaks a rule: true, and that is told */
static int checks_part(const char *part, const struct stat *st)
{
	char type[PATH_MAX + 32];

	if (st->st_uid) {
		snprintf(type, sizeof(type), "chown root %s", part);
		finding_add(FINDING_FAIL, type,
			    "helper denied: %s is owned by user %u, and not by root", part,
			    st->st_uid);
	} else if (st->st_mode & 0022 && !S_ISLNK(st->st_mode)) {
		snprintf(type, sizeof(type), "chmod go-w %s", part);
		finding_add(FINDING_FAIL, type, "helper denied: %s is writable by %s", part,
			    st->st_mode & 0002 ? "others" : "its group");
	} else {
		return 0;
	}
	return 1;
}

/* The path itself, or what is above it; links were followed */
static int checks_parts(void)
{
	char real[PATH_MAX], type[PATH_MAX + 32], *slash;
	struct stat st;
	int first = 1;

	if (!realpath(checks_path(), real))
		return 0;
	for (;;) {
		if (!stat(real, &st) && checks_part(real, &st))
			return 1;
		if (first && !(st.st_mode & 0111)) {
			snprintf(type, sizeof(type), "chmod 755 %s", real);
			finding_add(FINDING_FAIL, type, "helper denied: %s is not executable",
				    real);
			return 1;
		}
		first = 0;
		if (!strcmp(real, "/"))
			return 0;
		slash = strrchr(real, '/');
		slash[slash == real] = '\0';
	}
}

static void checks_denied(int err)
{
	if (!checks_parts())
		finding_add(FINDING_FAIL, "journalctl -k -g 'kevnotify: helper'",
			    "helper denied (%s): the kernel log says which rule %s breaks",
			    change_errno(err), checks_path());
}

static void checks_failing(int err)
{
	const char *type = "journalctl -k -g DENIED";
	char lsm[128] = "";

	sysfs_read(lsm, sizeof(lsm), "/sys/kernel/security/lsm");
	if (strstr(lsm, "selinux"))
		type = "ausearch -m avc -ts recent | audit2allow -w";
	if (err == EACCES || err == EPERM)
		finding_add(FINDING_FAIL, type,
			    "helper failing (%s): a security module (%s) denies that the kernel runs %s",
			    change_errno(err), *lsm ? lsm : "LSM", checks_path());
	else if (err == ENODATA)
		finding_add(FINDING_FAIL, "journalctl -k -g kevnotify",
			    "helper failing: %s ended and had read no record", checks_path());
	else
		finding_add(FINDING_FAIL, "journalctl -k -g kevnotify", "helper failing (%s): %s",
			    err ? change_errno(err) : "its exit status", checks_path());
}

/* A run for which no process came, or four that no signal ends */
static void checks_stuck(void)
{
	finding_add(FINDING_FAIL,
		    "cat /sys/kernel/debug/kevnotify/refs; ps -eo pid,stat,wchan,comm | grep ' D'",
		    "helper stuck: runs survive SIGKILL, or a start has no process; see what they wait for");
}

/* On a kernel that would not run one it is the advice to keep it empty. */
static void checks_none(void)
{
	if (service_runs() && persist_has("helper", ""))
		finding_add(FINDING_OK, NULL, "no helper is set, as " PERSIST_FILE " has it");
	else
		finding_add(service_runs() ? FINDING_WARN : FINDING_FAIL, CHECKS_SET_OURS,
			    "no helper is set: what the service cannot do, nothing does");
}

/* With a helper of the operator's own, handlers wait for what does not come, or the helper does */
static void checks_ok(void)
{
	long long fallback = 0;

	sysfs_number(&fallback, SYSFS_MODULE "/parameters/fallback");
	if (!strcmp(helper, CHECKS_OURS) || !service_runs())
		finding_add(FINDING_OK, NULL, "helper ok: %s", helper);
	else if (!fallback)
		finding_add(FINDING_OK, NULL, "helper ok: %s gets every record, no handler runs",
			    helper);
	else
		finding_add(FINDING_WARN, "kevnotify set fallback=0 --persist",
			    "helper %s gets only what the service does not take over in %lld ms",
			    helper, fallback);
}

void checks_helper(void)
{
	char state[32] = "?";
	long long err = 0;

	sysfs_read(state, sizeof(state), SYSFS_KERNEL "/helper_state");
	sysfs_read(helper, sizeof(helper), SYSFS_MODULE "/parameters/helper");
	sysfs_number(&err, SYSFS_KERNEL "/helper_errno");
	if (!strcmp(state, "ok"))
		checks_ok();
	else if (!strcmp(state, "none"))
		checks_none();
	else if (!strcmp(state, "missing"))
		finding_add(FINDING_FAIL, CHECKS_SET_OURS, "helper missing (%s): %s",
			    change_errno(err), checks_path());
	else if (!strcmp(state, "denied"))
		checks_denied(err);
	else if (!strcmp(state, "blocked"))
		finding_add(FINDING_FAIL, "kevnotify set helper= --persist",
			    "helper blocked: this kernel runs only a static user-mode helper (CONFIG_STATIC_USERMODEHELPER). Events reach the service and the journal; the fallback cannot run");
	else if (!strcmp(state, "busy"))
		finding_add(FINDING_FAIL,
			    "systemctl list-jobs; a suspend or a shutdown that does not end",
			    "helper busy: the kernel has switched user-mode helpers off, as in a suspend");
	else if (!strcmp(state, "stuck"))
		checks_stuck();
	else
		checks_failing(err);
}
