// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroup.h"
#include "files.h"
#include "job.h"

/* Of a handler and all that it starts */
#define CGROUP_MEMORY	"67108864"
#define CGROUP_TASKS	"32"
#define CGROUP_SLICE	"/kevnotify.slice"

static char slice[256];
static int base = -1;	/* what they are below */
static int leaf[JOBS_ALL] = { [0 ... JOBS_ALL - 1] = -1 };

/* Our path, as /proc/self/cgroup has it in the line of version 2 */
static int cgroup_own(char *path, size_t size)
{
	struct files_lines lines;
	int fd = files_open(O_RDONLY, "/proc/self/cgroup");
	const char *line;

	*path = '\0';
	if (fd < 0)
		return fd;
	files_lines(&lines, fd);
	while ((line = files_line(&lines)))
		if (!strncmp(line, "0::/", 4))
			snprintf(path, size, "%s", line + 3);
	close(fd);
	return *path ? 0 : -ENOENT;
}

/* Our slice, up to its name; in any other, which has more than us in it, our own group */
static void cgroup_cut(const char *path)
{
	const char *at = strstr(path, CGROUP_SLICE "/");
	size_t len = at ? (size_t)(at - path) + strlen(CGROUP_SLICE) : strlen(path);

	if (len > 1 && len < sizeof(slice))
		snprintf(slice, sizeof(slice), "%.*s", (int)len, path);
}

static const char *cgroup_mount(void)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (!statfs(mounts[i], &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
			return mounts[i];
	return NULL;
}

/* The service manager writes "1" where it leaves the tree below alone. */
static int cgroup_delegated(const char *path)
{
	char value[4];

	return (getxattr(path, "trusted.delegate", value, sizeof(value)) == 1 && *value == '1') ||
	       (getxattr(path, "user.delegate", value, sizeof(value)) == 1 && *value == '1');
}

static int cgroup_write(int dir, const char *file, const char *value)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int cgroup_open(const char *name)
{
	int fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int cgroup_make(const char *name)
{
	if (mkdirat(base, name, 0755) && errno != EEXIST)
		return -errno;
	return cgroup_open(name);
}

/* A group with groups below it that have limits holds no process itself. */
static int cgroup_move(void)
{
	int main = cgroup_make("main"), err;

	if (main < 0)
		return main;
	err = cgroup_write(main, "cgroup.procs", "0");
	close(main);
	return err;
}

int cgroup_leaf(unsigned int i)
{
	char name[16];

	if (leaf[i] >= 0)
		return leaf[i];
	snprintf(name, sizeof(name), "h%u", i);
	leaf[i] = cgroup_make(name);
	if (leaf[i] < 0)
		return leaf[i];
	cgroup_write(leaf[i], "memory.max", CGROUP_MEMORY);
	cgroup_write(leaf[i], "memory.swap.max", "0");
	cgroup_write(leaf[i], "memory.oom.group", "1");
	cgroup_write(leaf[i], "pids.max", CGROUP_TASKS);
	return leaf[i];
}

/* A limit whose controller is not to be had is none; time ends a handler all the same. */
static int cgroup_leaves(void)
{
	unsigned int i;
	char name[16];

	cgroup_write(base, "cgroup.subtree_control", "+memory");
	cgroup_write(base, "cgroup.subtree_control", "+pids");
	/* Now, while there is memory */
	for (i = 0; i < JOBS_MAX; i++)
		if (cgroup_leaf(i) < 0)
			return leaf[i];
	/* Of the others those that a process before us has made, and may have left something in */
	for (; i < JOBS_ALL; i++) {
		snprintf(name, sizeof(name), "h%u", i);
		leaf[i] = cgroup_open(name);
	}
	return 0;
}

int cgroup_init(int leaves)
{
	char path[256], whole[PATH_MAX];
	const char *mount;
	size_t len;
	int err = cgroup_own(path, sizeof(path));

	if (err)
		return err;
	/* Where we have moved ourselves before */
	len = strlen(path);
	if (len > 5 && !strcmp(path + len - 5, "/main"))
		path[len - 5] = '\0';
	cgroup_cut(path);
	mount = cgroup_mount();
	if (!leaves || !mount)
		return leaves ? -ENOENT : 0;
	snprintf(whole, sizeof(whole), "%s%s", mount, path);
	if (!cgroup_delegated(whole))
		return -EPERM;
	base = open(whole, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (base < 0)
		return -errno;
	err = cgroup_move();
	return err ? err : cgroup_leaves();
}

const char *cgroup_slice(void)
{
	return slice;
}

int cgroup_below(const char *path, const char *of)
{
	size_t len = strlen(of);

	return path && len > 1 && *of == '/' && !strncmp(path, of, len) &&
	       (!path[len] || path[len] == '/');
}

static int cgroup_empty(int dir)
{
	char buf[256];
	int fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 1;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n < 0)
		return 1;
	buf[n] = '\0';
	return !strstr(buf, "populated 1");
}

/* Before Linux 5.14: one by one; what they start meanwhile is found the next time */
static void cgroup_kill_each(int dir)
{
	struct files_lines lines;
	int fd = openat(dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	const char *line;

	if (fd < 0)
		return;
	files_lines(&lines, fd);
	while ((line = files_line(&lines)))
		if (atoi(line) > 0)
			kill(atoi(line), SIGKILL);
	close(fd);
}

int cgroup_kill(unsigned int i)
{
	if (leaf[i] < 0 || cgroup_empty(leaf[i]))
		return 1;
	if (cgroup_write(leaf[i], "cgroup.kill", "1")) {
		cgroup_write(leaf[i], "cgroup.freeze", "1");
		cgroup_kill_each(leaf[i]);
		cgroup_write(leaf[i], "cgroup.freeze", "0");
	}
	return cgroup_empty(leaf[i]);
}
