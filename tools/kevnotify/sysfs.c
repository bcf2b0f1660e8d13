// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "args.h"
#include "files.h"
#include "sysfs.h"

#define SYSFS_STATE	"/usr/lib/kevnotify/kernel-state"

static void sysfs_path(char *path, const char *format, va_list args)
{
	vsnprintf(path, FILES_PATH, format, args);
}

ssize_t sysfs_read(char *buf, size_t size, const char *format, ...)
{
	char path[FILES_PATH];
	va_list args;
	ssize_t len;

	va_start(args, format);
	sysfs_path(path, format, args);
	va_end(args);
	len = files_read(buf, size, "%s", path);
	if (len > 0 && buf[len - 1] == '\n')
		buf[--len] = '\0';
	return len;
}

int sysfs_number(long long *number, const char *format, ...)
{
	char path[FILES_PATH], buf[32], *end;
	va_list args;
	ssize_t len;

	va_start(args, format);
	sysfs_path(path, format, args);
	va_end(args);
	len = sysfs_read(buf, sizeof(buf), "%s", path);
	if (len < 0)
		return len;
	errno = 0;
	*number = strtoll(buf, &end, 10);
	return end == buf || *end || errno ? -EINVAL : 0;
}

int sysfs_write(const char *value, const char *format, ...)
{
	char path[FILES_PATH];
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	sysfs_path(path, format, args);
	va_end(args);
	fd = files_open(O_WRONLY, "%s", path);
	if (fd < 0)
		return fd;
	n = write(fd, value, strlen(value));
	if (n < 0)
		n = -errno;
	else
		n = (size_t)n == strlen(value) ? 0 : -EIO;
	close(fd);
	return n;
}

int sysfs_unread(int err, const char *path)
{
	if (err == -EACCES || err == -EPERM)
		fprintf(stderr, "kevnotify: %s may not be read: be root, or in the group adm\n",
			path);
	else
		fprintf(stderr, "kevnotify: %s: %s\n", path, strerror(-err));
	return STATUS_FAILED;
}

int sysfs_unwritten(int err, const char *path)
{
	if (err == -EACCES)
		fprintf(stderr, "kevnotify: %s may be written by root alone\n", path);
	else if (err == -EPERM)
		fprintf(stderr, "kevnotify: %s: it takes CAP_SYS_ADMIN, outside of containers%s\n",
			path, strstr(path, "/parameters/helper") ? ", and no helper_lock" : "");
	else
		fprintf(stderr, "kevnotify: %s: %s\n", path, strerror(-err));
	return STATUS_FAILED;
}

/* What the package knows of this kernel's module: that it is a stub, or was not built */
static void sysfs_say_absent(void)
{
	struct utsname uts;
	char line[512] = "";
	FILE *f = NULL;
	char *run;

	uname(&uts);
	if (!access(SYSFS_STATE, X_OK) && asprintf(&run, SYSFS_STATE " '%s'", uts.release) > 0) {
		f = popen(run, "re");
		free(run);
	}
	if (f) {
		if (!fgets(line, sizeof(line), f))
			line[0] = '\0';
		pclose(f);
	}
	if (line[0])
		fputs(line, stderr);
	else
		fputs("kevnotify: the module is not loaded. Type: modprobe kevnotify\n", stderr);
}

int sysfs_abi(long long abi)
{
	return abi == SYSFS_ABI || (abi > 0 && abi == SYSFS_ABI - 1);
}

int sysfs_there(void)
{
	long long abi;
	int err = sysfs_number(&abi, SYSFS_KERNEL "/abi");

	if (!err && sysfs_abi(abi))
		return 1;
	if (!err || err == -EINVAL)
		fprintf(stderr,
			"kevnotify: the module has another interface (%lld) than kevnotify %s (%d):\n"
			"  install both of one version, and load the module again\n",
			err ? -1 : abi, VERSION, SYSFS_ABI);
	else if (err != -ENOENT)
		sysfs_unread(err, SYSFS_KERNEL "/abi");
	else if (!access(SYSFS_KERNEL, F_OK) || !access(SYSFS_MODULE "/parameters", F_OK))
		fputs("kevnotify: the module that is loaded is too old, or just going: it has no\n"
		      "  " SYSFS_KERNEL "/abi\n", stderr);
	else
		sysfs_say_absent();
	return 0;
}

static int sysfs_before(const void *a, const void *b)
{
	return strcmp(a, b);
}

int sysfs_list(struct sysfs_list *list, const char *path)
{
	const struct dirent64 *entry;
	struct files_list all;
	int fd = files_open(O_RDONLY | O_DIRECTORY, "%s", path);

	list->n = 0;
	if (fd < 0)
		return fd;
	files_list(&all, fd);
	while ((entry = files_next(&all)) && list->n < SYSFS_NAMES)
		if (entry->d_type == DT_DIR && strlen(entry->d_name) < sizeof(list->name[0]))
			strcpy(list->name[list->n++], entry->d_name);
	close(fd);
	qsort(list->name, list->n, sizeof(list->name[0]), sysfs_before);
	return 0;
}
