// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is this program safe to start as root? It, every directory on the way and
 * every symbolic link's target must be root's and writable by root alone. A guard
 * against mistakes: the boundary is the right to set the helper.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "path.h"

#define KEV_PATH_LINKS	40	/* as the kernel's own limit */

__printf(3, 4)
static int kev_path_refuse(struct kev_walk *w, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(w->why, w->size, fmt, args);
	va_end(args);
	return err;
}

/* What has been looked at, as a name to show or to open */
static const char *kev_path_name(const struct kev_walk *w)
{
	return *w->done ? w->done : "/";
}

static int kev_path_owner(struct kev_walk *w, const struct inode *inode)
{
	const char *name = kev_path_name(w);

	if (!uid_eq(inode->i_uid, GLOBAL_ROOT_UID))
		return kev_path_refuse(w, -EACCES, "%s is not root's", name);
	if (inode->i_mode & 0002)
		return kev_path_refuse(w, -EACCES, "%s is writable by others", name);
	if (inode->i_mode & 0020)
		return kev_path_refuse(w, -EACCES, "%s is writable by its group", name);
	return 0;
}

static int kev_path_program(struct kev_walk *w, const struct path *path)
{
	const struct inode *inode = d_inode(path->dentry);

	if (!S_ISREG(inode->i_mode))
		return kev_path_refuse(w, -EACCES, "%s is not a regular file", w->done);
	if (!(inode->i_mode & 0111) || (path->mnt->mnt_flags & MNT_NOEXEC))
		return kev_path_refuse(w, -EACCES, "%s is not executable", w->done);
	return kev_path_owner(w, inode);
}

/* Go on with the link's target in the place of its name */
static int kev_path_link(struct kev_walk *w, const struct path *path)
{
	DEFINE_DELAYED_CALL(put);
	const char *target;
	size_t n;

	/* Those of /proc jump within a lookup, and there is none here */
	if (d_inode(path->dentry)->i_op->readlink)
		return kev_path_refuse(w, -ELOOP, "%s is a magic link", w->done);
	if (++w->links > KEV_PATH_LINKS)
		return kev_path_refuse(w, -ELOOP, "%s: too many symbolic links", w->done);
	target = vfs_get_link(path->dentry, &put);
	if (IS_ERR(target))
		return kev_path_refuse(w, PTR_ERR(target), "%s cannot be read", w->done);
	n = snprintf(w->next, PATH_MAX, "%s%s", target, w->rest);
	if (*target == '/')
		w->done[0] = '\0';
	else
		*strrchr(w->done, '/') = '\0';
	do_delayed_call(&put);
	if (n >= PATH_MAX)
		return kev_path_refuse(w, -ENAMETOOLONG, "a link makes the path too long");
	strscpy(w->rest, w->next, PATH_MAX);
	return 0;
}

/* Look at what w->done names by now; is it the program, or is there more of the path? */
static int kev_path_look(struct kev_walk *w, bool more)
{
	struct path path;
	umode_t mode;
	int err;

	err = kern_path(kev_path_name(w), 0, &path);
	if (err)
		return kev_path_refuse(w, err, "%s cannot be reached%s", kev_path_name(w),
				       err == -ENOENT && strchr(w->done, ' ') ?
				       "; a helper is given no arguments" : "");
	mode = d_inode(path.dentry)->i_mode;
	if (S_ISLNK(mode))
		err = kev_path_link(w, &path);
	else if (!more)
		err = kev_path_program(w, &path);
	else if (S_ISDIR(mode))
		err = kev_path_owner(w, d_inode(path.dentry));
	else
		err = kev_path_refuse(w, -ENOTDIR, "%s is not a directory", w->done);
	path_put(&path);
	return err;
}

static int kev_path_walk(struct kev_walk *w)
{
	size_t done, len;
	char *part;
	int err;

	err = kev_path_look(w, true);
	while (!err && *(part = w->rest + strspn(w->rest, "/"))) {
		done = strlen(w->done);
		len = strcspn(part, "/");
		if (done + 1 + len >= PATH_MAX)
			return kev_path_refuse(w, -ENAMETOOLONG, "the path is too long");
		w->done[done] = '/';
		memcpy(w->done + done + 1, part, len);
		w->done[done + 1 + len] = '\0';
		memmove(w->rest, part + len, strlen(part + len) + 1);
		/* A slash at the end asks for a directory, too */
		err = kev_path_look(w, *w->rest);
	}
	/* The root, or what ends in a slash: looked at as directories on the way */
	if (!err && (!*w->done || *w->rest))
		return kev_path_refuse(w, -EACCES, "%s is not a regular file", kev_path_name(w));
	return err;
}

/*
 * May the program at this absolute path be started? @why is filled with the rule and
 * the culprit when it may not. May sleep for ever on a dead network file system.
 */
int kev_path_check(struct kev_walk *w, const char *path, char *why, size_t size)
{
	int err;

	w->links = 0;
	w->why = why;
	w->size = size;
	w->done[0] = '\0';
	strscpy(w->rest, path, PATH_MAX);
	*why = '\0';
	scoped_with_init_fs()
		err = kev_path_walk(w);
	return err;
}
