// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "cgtree.h"
#include "files.h"

#define CGTREE_GROUPS	32768
/* Of linux/exportfs.h, which no header for programs has */
#define CGTREE_FILEID	0xfe

/* All threads share them: on a thread's stack they would be half of it. */
static pthread_mutex_t walking = PTHREAD_MUTEX_INITIALIZER;
static struct {
	struct files_list	list;
	size_t			len;
} level[FILES_DEPTH];

const char *cgtree_mount(void)
{
	static const char *const mounts[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		fd = files_open(O_PATH, "%s/cgroup.controllers", mounts[i]);
		if (fd < 0)
			continue;
		close(fd);
		return mounts[i];
	}
	return mounts[0];
}

/* What a descriptor of a group is called, without where the tree is mounted */
static int cgtree_named(char *path, size_t size, int fd, const char *mount)
{
	size_t skip = strlen(mount);
	char link[CGTREE_PATH], self[32];
	ssize_t n;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	n = readlink(self, link, sizeof(link));
	if (n < 0)
		return -errno;
	if ((size_t)n == sizeof(link))
		return -ENAMETOOLONG;
	link[n] = '\0';
	if (strncmp(link, mount, skip) || (link[skip] && link[skip] != '/'))
		return -ENOENT;
	n = snprintf(path, size, "%s", link[skip] ? link + skip : "/");
	return (size_t)n < size ? 0 : -ENAMETOOLONG;
}

/* The kernel finds a group by its id, however many there are. */
static int cgtree_open(int mount, uint64_t id)
{
	union {
		struct file_handle	handle;
		char			room[sizeof(struct file_handle) + sizeof(id)];
	} u;
	int fd;

	u.handle.handle_bytes = sizeof(id);
	u.handle.handle_type = CGTREE_FILEID;
	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(mount, &u.handle, O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

struct wanted {
	unsigned long long	id;
	char			*path;
	size_t			size;
};

static int cgtree_is(const char *path, unsigned long long id, void *arg)
{
	struct wanted *wanted = arg;

	if (id != wanted->id)
		return 0;
	snprintf(wanted->path, wanted->size, "%s", *path ? path : "/");
	return strlen(path) < wanted->size ? 1 : -ENAMETOOLONG;
}

int cgtree_path(char *path, size_t size, unsigned long long id)
{
	struct wanted wanted = { .id = id, .path = path, .size = size };
	const char *at = cgtree_mount();
	struct statfs fs;
	int mount, fd, ret;

	mount = files_open(O_RDONLY | O_DIRECTORY, "%s", at);
	if (mount < 0)
		return mount;
	fd = -EPERM;
	if (!fstatfs(mount, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		fd = cgtree_open(mount, id);
	close(mount);
	if (fd >= 0) {
		ret = cgtree_named(path, size, fd, at);
		close(fd);
		return ret;
	}
	/* Without CAP_DAC_READ_SEARCH it has to be looked for. */
	if (fd != -EPERM)
		return fd;
	ret = cgtree_walk(cgtree_is, &wanted);
	return ret > 0 ? 0 : ret ? ret : -ENOENT;
}

/* Enters a group, whose path has @len bytes, as the next level */
static int cgtree_enter(unsigned int depth, const char *path, size_t len)
{
	int fd;

	if (depth == FILES_DEPTH)
		return 0;
	fd = files_open(O_RDONLY | O_DIRECTORY, "%s%s", cgtree_mount(), path);
	if (fd < 0)
		return 0;
	files_list(&level[depth].list, fd);
	level[depth].len = len;
	return 1;
}

static int cgtree_levels(char *path, int (*group)(const char *, unsigned long long, void *),
			 void *arg)
{
	unsigned int depth = 1, groups = CGTREE_GROUPS;
	const struct dirent64 *entry;
	size_t len;
	int ret = 0;

	while (depth && groups && !ret) {
		entry = files_next(&level[depth - 1].list);
		len = level[depth - 1].len;
		path[len] = '\0';
		if (!entry) {
			close(level[--depth].list.fd);
			continue;
		}
		if (entry->d_type != DT_DIR || len + strlen(entry->d_name) + 2 > CGTREE_PATH)
			continue;
		len += sprintf(path + len, "/%s", entry->d_name);
		groups--;
		ret = group(path, entry->d_ino, arg);
		if (!ret)
			depth += cgtree_enter(depth, path, len);
	}
	while (depth)
		close(level[--depth].list.fd);
	return ret;
}

int cgtree_walk(int (*group)(const char *path, unsigned long long id, void *arg), void *arg)
{
	char path[CGTREE_PATH] = "";
	int ret = 0;

	pthread_mutex_lock(&walking);
	if (cgtree_enter(0, path, 0)) {
		ret = group(path, 1, arg);
		if (ret)
			close(level[0].list.fd);
		else
			ret = cgtree_levels(path, group, arg);
	}
	pthread_mutex_unlock(&walking);
	return ret;
}
