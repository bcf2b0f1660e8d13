// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "checks.h"
#include "files.h"
#include "finding.h"
#include "run.h"
#include "sysfs.h"

#define CHECKS_STATE	"/usr/lib/kevnotify/kernel-state"
#define CHECKS_TYPE	"ype: "
#define CHECKS_SWAP	"systemctl stop kevnotify; modprobe -r kevnotify && modprobe kevnotify; systemctl start kevnotify"

static char release[sizeof(((struct utsname *)0)->release)];

static void checks_release(void)
{
	struct utsname uts;

	uname(&uts);
	strcpy(release, uts.release);
}

static char *checks_install(const char *package)
{
	static char type[64];

	snprintf(type, sizeof(type), "%s install %s",
		 access("/usr/bin/apt-get", X_OK) ? "dnf" : "apt-get", package);
	return type;
}

/*
 * Has this kernel a module? The package's script knows, and says what to type: false, and
 * its line in both parts
 */
static int checks_built(const char *kernel, char *line, size_t size, char **type)
{
	char *at;
	int status = run_words(line, size, CHECKS_STATE, kernel);

	*type = NULL;
	if (!status)
		return 1;
	if (status == RUN_ABSENT) {
		snprintf(line, size, "the package kevnotify-dkms is not installed");
		*type = checks_install("kevnotify-dkms");
		return 0;
	}
	at = strstr(line, CHECKS_TYPE);
	if (!at)
		return 0;
	*type = at + strlen(CHECKS_TYPE);
	/* Back to the end of the sentence before */
	while (at > line && !(at[0] == '.' && at[1] == ' '))
		at--;
	*at = '\0';
	return 0;
}

static const char *checks_said(const char *line)
{
	return strncmp(line, "kevnotify: ", 11) ? line : line + 11;
}

/* --- It is not loaded */

static const char *checks_lockdown(void)
{
	static char modes[64];
	char *at;

	if (sysfs_read(modes, sizeof(modes), "/sys/kernel/security/lockdown") <= 0)
		return "none";
	at = strchr(modes, '[');
	if (!at)
		return "none";
	at[strcspn(at, "]")] = '\0';
	return at + 1;
}

/* Must modules be signed with a key that this kernel knows? */
static int checks_enforced(void)
{
	char enforce[8] = "";

	sysfs_read(enforce, sizeof(enforce), "/sys/module/module/parameters/sig_enforce");
	return !strcmp(enforce, "Y") || strcmp(checks_lockdown(), "none");
}

/* The key that dkms signs with, or NULL */
static const char *checks_key(void)
{
	static const char *const keys[] = {
		"/var/lib/shim-signed/mok/MOK.der", "/var/lib/dkms/mok.pub", NULL
	};
	unsigned int i;

	for (i = 0; keys[i] && access(keys[i], F_OK); i++)
		;
	return keys[i];
}

static void checks_signature(void)
{
	const char *key = checks_key(), *lockdown = checks_lockdown();
	char signer[256], said[512], type[256];
	int status = 0;

	run_words(signer, sizeof(signer), "modinfo", "-F", "signer", "kevnotify");
	if (!*signer) {
		finding_add(FINDING_FAIL, "less /usr/share/doc/kevnotify-dkms/secure-boot.rst*",
			    "the module is not loaded: it is not signed, and this kernel takes signed ones alone (lockdown: %s)",
			    lockdown);
		return;
	}
	if (key)
		status = run_words(said, sizeof(said), "mokutil", "--test-key", key);
	if (status == RUN_ABSENT) {
		snprintf(type, sizeof(type), "mokutil --test-key %s", key);
		finding_add(FINDING_FAIL, type,
			    "the module is not loaded: whether its key is enrolled cannot be known without mokutil (lockdown: %s)",
			    lockdown);
		return;
	}
	if (key && !strstr(said, "already enrolled")) {
		snprintf(type, sizeof(type), "mokutil --import %s; then reboot, and confirm it",
			 key);
		finding_add(FINDING_FAIL, type,
			    "the module is not loaded: its key is not enrolled (Secure Boot; lockdown: %s)",
			    lockdown);
		return;
	}
	finding_add(FINDING_FAIL, "modprobe kevnotify",
		    "the module is built and signed, and not loaded (lockdown: %s)", lockdown);
}

static void checks_absent(void)
{
	char line[1024], disabled[8] = "", *type;

	if (!checks_built(release, line, sizeof(line), &type)) {
		finding_add(FINDING_FAIL, type, "%s", checks_said(line));
		return;
	}
	sysfs_read(disabled, sizeof(disabled), "/proc/sys/kernel/modules_disabled");
	if (!strcmp(disabled, "1"))
		finding_add(FINDING_FAIL, "reboot",
			    "the module is not loaded: loading modules is switched off until the next boot (kernel.modules_disabled)");
	else if (checks_enforced())
		checks_signature();
	else
		finding_add(FINDING_FAIL, "modprobe kevnotify",
			    "the module is built for this kernel, and not loaded");
}

/* --- It is */

/* Is what is loaded what the next boot loads? */
static void checks_same(long long abi)
{
	char loaded[64] = "", built[64], version[64] = "?", line[1024], *type;

	sysfs_read(version, sizeof(version), SYSFS_MODULE "/version");
	if (!checks_built(release, line, sizeof(line), &type)) {
		finding_add(FINDING_WARN, type, "module %s is loaded, but for the next boot %s",
			    version, checks_said(line));
		return;
	}
	sysfs_read(loaded, sizeof(loaded), SYSFS_MODULE "/srcversion");
	if (!run_words(built, sizeof(built), "modinfo", "-F", "srcversion", "kevnotify") &&
	    strcmp(loaded, built)) {
		run_words(built, sizeof(built), "modinfo", "-F", "version", "kevnotify");
		finding_add(FINDING_WARN, "kevnotify reload",
			    "module %s is installed, and another build (%s) is loaded", built,
			    version);
		return;
	}
	finding_add(FINDING_OK, NULL, "module %s is loaded, the same as installed (abi %lld)",
		    version, abi);
}

/* Of a module whose files have other meanings: reload would have to read them. */
static void checks_other(long long abi)
{
	if (abi < SYSFS_ABI)
		finding_add(FINDING_FAIL, CHECKS_SWAP,
			    "the module that is loaded is too old for this command: its interface is %lld, and not %d",
			    abi, SYSFS_ABI);
	else
		finding_add(FINDING_FAIL, checks_install("kevnotify"),
			    "the module that is loaded is too new for this command: its interface is %lld, and not %d",
			    abi, SYSFS_ABI);
}

static int checks_abi(void)
{
	long long abi;
	int err = sysfs_number(&abi, SYSFS_KERNEL "/abi");

	if (!err && sysfs_abi(abi)) {
		checks_same(abi);
		return 1;
	}
	if (err == -EACCES || err == -EPERM)
		finding_add(FINDING_FAIL, "sudo kevnotify doctor", SYSFS_KERNEL " may not be read");
	else if (err == -ENOENT)
		finding_add(FINDING_FAIL, CHECKS_SWAP,
			    "the module that is loaded is too old for this command: it has no "
			    SYSFS_KERNEL "/abi");
	else if (err)
		finding_add(FINDING_FAIL, CHECKS_SWAP, SYSFS_KERNEL "/abi is no number");
	else
		checks_other(abi);
	return 0;
}

int checks_module(void)
{
	checks_release();
	if (!access(SYSFS_KERNEL, F_OK) || !access(SYSFS_MODULE "/parameters", F_OK))
		return checks_abi();
	checks_absent();
	return 0;
}

/* --- The kernels that may boot next */

/* What a kernel that was removed leaves has no list of what is built into it. */
static int checks_is_kernel(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "/lib/modules/%.200s/modules.builtin", name);
	return strcmp(name, release) && !access(path, F_OK);
}

void checks_kernels(void)
{
	int fd = files_open(O_RDONLY | O_DIRECTORY, "/lib/modules");
	const struct dirent64 *entry;
	struct files_list list;
	char line[1024], *type;
	unsigned int well = 0;

	if (fd < 0)
		return;
	files_list(&list, fd);
	while ((entry = files_next(&list))) {
		if (!checks_is_kernel(entry->d_name))
			continue;
		if (checks_built(entry->d_name, line, sizeof(line), &type))
			well++;
		else
			finding_add(FINDING_WARN, type, "%s", checks_said(line));
	}
	close(fd);
	if (well)
		finding_add(FINDING_OK, NULL, "%u other kernel%s: the module is built", well,
			    well == 1 ? "" : "s");
}
