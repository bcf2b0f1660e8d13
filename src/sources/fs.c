// SPDX-License-Identifier: GPL-2.0-only
/* Source "fs": a file system has found that it is damaged, or cannot go on. */
#include <linux/fs.h>

#include "sources/sources.h"
#include "sources/tracepoint.h"

enum {
	KEV_FS_ERROR = 1,
	KEV_FS_SHUTDOWN,
	KEV_FS_ABORT,
	KEV_FS_GONE,
};

static const char *const kev_fs_keys[] = { "FSTYPE", "DEVICE", "FUNCTION", "LINE", NULL };
static const char *const kev_fs_abort_keys[] = { "FSTYPE", NULL };
static const char *const kev_fs_gone_keys[] = { "FSTYPE", "DEVICE", NULL };

static const struct kevnotify_event kev_fs_events[] = {
	[KEV_FS_ERROR]	  = { "{FSTYPE} error on {DEVICE} in {FUNCTION}, line {LINE}", 2,
			      kev_fs_keys },
	[KEV_FS_SHUTDOWN] = { "{FSTYPE} has shut a file system down in {FUNCTION}, line {LINE}", 2,
			      kev_fs_keys },
	[KEV_FS_ABORT]	  = { "{FSTYPE} has given up a transaction: nothing more is written", 2,
			      kev_fs_abort_keys },
	[KEV_FS_GONE]	  = { "{FSTYPE} on {DEVICE} is shut down: nothing is read or written", 2,
			      kev_fs_gone_keys },
};

static const struct kevnotify_desc kev_fs_desc = {
	.name	= "fs",
	.events	= kev_fs_events,
	.ids	= ARRAY_SIZE(kev_fs_events),
	.objects = true,
};

static void kev_fs_ext4(void *src, struct super_block *sb, const char *function,
			unsigned int line)
{
	kevnotify_raise_about(src, KEV_FS_ERROR, sb->s_dev, KEVNOTIFY_STR(sb->s_type->name),
			      KEVNOTIFY_STR(sb->s_id), KEVNOTIFY_STR(function),
			      KEVNOTIFY_U64(line));
}

/* By a program, or since 6.5 because the disk has gone. There is no error from then on. */
static void kev_fs_ext4_gone(void *src, struct super_block *sb, unsigned long flags)
{
	kevnotify_raise_about(src, KEV_FS_GONE, sb->s_dev, KEVNOTIFY_STR(sb->s_type->name),
			      KEVNOTIFY_STR(sb->s_id));
}

struct btrfs_trans_handle;
struct xfs_mount;

/* What is in the mount no header tells: it stands for the device in the rate limit alone */
static void kev_fs_xfs(void *src, struct xfs_mount *mount, int tag, int flags, const char *file,
		       int line)
{
	kevnotify_raise_about(src, KEV_FS_SHUTDOWN, (unsigned long)mount, KEVNOTIFY_STR("xfs"),
			      KEVNOTIFY_STR(NULL), KEVNOTIFY_STR(file), KEVNOTIFY_U64(line));
}

static void kev_fs_btrfs(void *src, const struct btrfs_trans_handle *trans)
{
	kevnotify_raise(src, KEV_FS_ABORT, KEVNOTIFY_STR("btrfs"));
}

/* The headers of all three are the file systems' own */
static struct kev_tracepoints kev_fs_tracepoints = {
	.points = {
		{ "ext4_error", KEV_PROBE_UNDECLARED(kev_fs_ext4), true },
		{ "ext4_shutdown", KEV_PROBE_UNDECLARED(kev_fs_ext4_gone), true },
		{ "xfs_force_shutdown", KEV_PROBE_UNDECLARED(kev_fs_xfs), true },
		{ "btrfs_transaction_abort", KEV_PROBE_UNDECLARED(kev_fs_btrfs), true },
	},
};

const struct kev_builtin kev_fs = {
	.desc	= &kev_fs_desc,
	.on	= true,
	.tracepoints = &kev_fs_tracepoints,
};
