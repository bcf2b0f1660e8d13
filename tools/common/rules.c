// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "files.h"
#include "options.h"
#include "rules.h"
#include "say.h"
#include "state.h"

#define RULES_SAID	256
#define RULES_NO_PATH	1	/* a hash that no path has */
#define RULES_LINKS	40	/* of the kernel, too */
#define RULES_UNIT	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.@\\"

/* What was complained of: the path's hash, and the line's */
static struct {
	uint64_t path, line;
} said[RULES_SAID];
static unsigned int said_next;

/* A path that keeps the rules now may be complained of anew. */
static void rules_kept(const char *path)
{
	uint64_t hash = state_hash(path, strlen(path));
	unsigned int i;

	for (i = 0; i < RULES_SAID; i++)
		if (said[i].path == hash)
			memset(&said[i], 0, sizeof(said[i]));
}

/* True the first time; of a path again when it has kept the rules meanwhile */
static int rules_news(uint64_t path, uint64_t line)
{
	unsigned int i;

	for (i = 0; i < RULES_SAID; i++)
		if (said[i].path == path && said[i].line == line)
			return 0;
	said[said_next].path = path;
	said[said_next].line = line;
	said_next = (said_next + 1) % RULES_SAID;
	return 1;
}

__attribute__((format(printf, 2, 3)))
static int rules_refuse(const char *path, const char *format, ...)
{
	char why[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	if (rules_news(state_hash(path, strlen(path)), state_hash(why, strlen(why))))
		say(LOG_WARNING, "%s: not run: %s", path, why);
	return 0;
}

/* Is it root's, and root's alone? @what is what this is to @path */
static int rules_owner(const char *path, const char *what, const struct stat *st)
{
	if (st->st_uid)
		return rules_refuse(path, "%s is owned by user %u", what, st->st_uid);
	if (st->st_mode & 0002)
		return rules_refuse(path, "%s is writable by others", what);
	if (st->st_mode & 0020)
		return rules_refuse(path, "%s is writable by group %u", what, st->st_gid);
	return 1;
}

/* All directories above what @fd is, without symbolic links */
static int rules_above(const char *path, int fd)
{
	char link[32], real[PATH_MAX], *slash;
	struct stat st;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, real, sizeof(real) - 1);
	if (n <= 0 || real[0] != '/')
		return rules_refuse(path, "its place is not known: %s", strerror(errno));
	real[n] = '\0';
	while ((slash = strrchr(real, '/'))) {
		slash[slash == real] = '\0';
		if (stat(real, &st))
			return rules_refuse(path, "%s: %s", real, strerror(errno));
		if (!rules_owner(path, real, &st))
			return 0;
		if (slash == real)
			return 1;
	}
	return 1;
}

int rules_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0) {
		if (errno != ENOENT)
			rules_refuse(path, "%s", strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) || !rules_owner(path, "it", &st) || !rules_above(path, fd)) {
		close(fd);
		return -1;
	}
	rules_kept(path);
	return fd;
}

/* What editors and package managers leave behind */
int rules_name(const char *name)
{
	static const char *const ends[] = {
		"~", ".bak", ".orig", ".rej", ".swp", ".old", ".tmp",
		".rpmnew", ".rpmorig", ".rpmsave", ".dpkg-old", ".dpkg-new", ".dpkg-tmp",
		".dpkg-dist", ".dpkg-bak", ".dpkg-remove",
		".ucf-old", ".ucf-new", ".ucf-dist", NULL
	};
	size_t len = strlen(name), end;
	unsigned int i;

	if (*name == '.' || *name == '#')
		return 0;
	for (i = 0; ends[i]; i++) {
		end = strlen(ends[i]);
		if (len >= end && !strcmp(name + len - end, ends[i]))
			return 0;
	}
	return 1;
}

/* The name behind @real, if that is not "/", is not part of it any more */
static void rules_parent(char *real)
{
	char *slash = strrchr(real, '/');

	if (slash)
		*slash = '\0';
}

/* What is at @real leads to @target: a link's place is taken by that */
static int rules_follow(char *real, char *left, const char *target, const char *rest)
{
	char all[PATH_MAX];

	if (snprintf(all, sizeof(all), "%s%s", target, rest) >= (int)sizeof(all))
		return 0;
	if (*target == '/')
		*real = '\0';
	else
		rules_parent(real);
	strcpy(left, all);
	return 1;
}

/*
 * All directories on the way to it, and those on the way of each link: the owner of one
 * could lead us elsewhere.
 */
static int rules_way(const char *path)
{
	char real[PATH_MAX] = "", left[PATH_MAX], target[PATH_MAX], *name;
	unsigned int links = 0;
	struct stat st;
	size_t len;
	ssize_t n;

	snprintf(left, sizeof(left), "%s", path);
	while (*(name = left + strspn(left, "/"))) {
		if (stat(*real ? real : "/", &st))
			return rules_refuse(path, "%s: %s", real, strerror(errno));
		if (!rules_owner(path, *real ? real : "/", &st))
			return 0;
		len = strcspn(name, "/");
		n = -1;
		if (len == 2 && !strncmp(name, "..", 2)) {
			rules_parent(real);
		} else if (len != 1 || *name != '.') {
			if (strlen(real) + 1 + len >= sizeof(real))
				return rules_refuse(path, "%s", strerror(ENAMETOOLONG));
			sprintf(real + strlen(real), "/%.*s", (int)len, name);
			n = readlink(real, target, sizeof(target) - 1);
		}
		if (n < 0) {
			memmove(left, name + len, strlen(name + len) + 1);
			continue;
		}
		target[n] = '\0';
		if (++links > RULES_LINKS || !rules_follow(real, left, target, name + len))
			return rules_refuse(path, "%s", strerror(ELOOP));
	}
	return 1;
}

static const char *rules_kind(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:	return "it is a directory";
	case S_IFIFO:	return "it is a FIFO";
	case S_IFSOCK:	return "it is a socket";
	default:	return "it is a device";
	}
}

static int rules_unit(struct handler *h, const char *target)
{
	const char *unit = strrchr(target, '/') ? strrchr(target, '/') + 1 : target;
	size_t len = strlen(unit), end = strlen(".service");

	if (len <= end || len >= sizeof(h->unit) || strcmp(unit + len - end, ".service") ||
	    strspn(unit, RULES_UNIT) != len || *unit == '-')
		return rules_refuse(h->path, "it leads to \"%s\", which is no name of a service",
				    unit);
	strcpy(h->unit, unit);
	rules_kept(h->path);
	return 1;
}

/* A link: 1 if it is to be followed, 0 if that is all, -1 if it is a unit */
static int rules_link(struct handler *h)
{
	char target[PATH_MAX];
	size_t len = strlen(h->path), end = strlen(".service");
	ssize_t n = readlink(h->path, target, sizeof(target) - 1);

	if (n < 0)
		return rules_refuse(h->path, "%s", strerror(errno));
	target[n] = '\0';
	if (!strcmp(target, "/dev/null"))
		return 0;
	if (len > end && !strcmp(h->path + len - end, ".service"))
		return rules_unit(h, target) ? -1 : 0;
	return 1;
}

static int rules_file(struct handler *h, int fd, int link)
{
	struct stat st;

	if (fstat(fd, &st))
		return rules_refuse(h->path, "%s", strerror(errno));
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
		return 0;
	if (!S_ISREG(st.st_mode))
		return rules_refuse(h->path, "%s", rules_kind(st.st_mode));
	if (!rules_owner(h->path, "it", &st) || (link && !rules_way(h->path)))
		return 0;
	if (st.st_mode & (S_ISUID | S_ISGID))
		return rules_refuse(h->path, "it has the set-user-id or the set-group-id bit");
	if (!(st.st_mode & 0100))
		return rules_refuse(h->path, "it is not executable");
	return 1;
}

static int rules_options(struct handler *h)
{
	char why[128];

	if (options_read(h, why, sizeof(why)))
		return rules_refuse(h->path, "%s", why);
	return 1;
}

int rules_handler(struct handler *h)
{
	struct stat st;
	int fd, ok, link;

	if (lstat(h->path, &st))
		return rules_refuse(h->path, "%s", strerror(errno));
	link = S_ISLNK(st.st_mode);
	ok = link ? rules_link(h) : 1;
	if (ok != 1)
		return ok < 0;
	fd = open(h->path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return rules_refuse(h->path, "%s", strerror(errno));
	ok = rules_file(h, fd, link) && rules_options(h);
	close(fd);
	if (ok)
		rules_kept(h->path);
	return ok;
}

/* It keeps the rules, for which nothing is to be said anew. */
void rules_too_many(const struct handler *h)
{
	if (rules_news(RULES_NO_PATH, h->hash))
		say(LOG_WARNING, "%s: not run: a record has at most %u handlers", h->path,
		    HANDLERS_MAX);
}

/* Of thousands one line does. */
void rules_unseen(const struct handler *h, unsigned int most)
{
	if (rules_news(RULES_NO_PATH, most))
		say(LOG_WARNING, "%s: not run: of more than %u files the rest is not looked at",
		    h->path, most);
}
