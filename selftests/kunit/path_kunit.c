// SPDX-License-Identifier: GPL-2.0-only
/* The check of the helper's path, on files that every guest has. */
#include <kunit/test.h>
#include <linux/module.h>

#include "path.c"

static struct kev_walk walk;
static char why[KEV_WHY_BYTES];

static void expect_path(struct kunit *test, const char *path, int err, const char *culprit)
{
	memset(why, 'w', sizeof(why));
	KUNIT_EXPECT_EQ_MSG(test, kev_path_check(&walk, path, why, sizeof(why)), err, "%s", path);
	KUNIT_EXPECT_LT(test, strnlen(why, sizeof(why)), sizeof(why));
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(why, culprit), "%s: why is '%s'", path, why);
}

static void path_takes_programs(struct kunit *test)
{
	expect_path(test, "/bin/busybox", 0, "");
	KUNIT_EXPECT_STREQ(test, why, "");
	expect_path(test, "//bin///busybox", 0, "");
	expect_path(test, "/bin/../bin/./busybox", 0, "");
	expect_path(test, "/../../bin/busybox", 0, "");
}

static void path_follows_links(struct kunit *test)
{
	/* Busybox's applets, in another directory too */
	expect_path(test, "/bin/sh", 0, "");
	expect_path(test, "/usr/bin/env", 0, "");
}

static void path_names_the_culprit(struct kunit *test)
{
	expect_path(test, "/none", -ENOENT, "/none ");
	expect_path(test, "/bin/none/busybox", -ENOENT, "/bin/none ");
	expect_path(test, "/bin/busybox sh", -ENOENT,
		    "/bin/busybox sh cannot be reached; a helper is given no arguments");
	expect_path(test, "/bin/busybox/more", -ENOTDIR, "/bin/busybox ");
	expect_path(test, "/bin", -EACCES, "/bin is not a regular file");
	expect_path(test, "/", -EACCES, "/ is not a regular file");
	expect_path(test, "//", -EACCES, "/ is not a regular file");
	expect_path(test, "/.", -EACCES, "/. is not a regular file");
	expect_path(test, "/dev/null", -EACCES, "/dev/null is not a regular file");
	expect_path(test, "/etc/passwd", -EACCES, "/etc/passwd is not executable");
	expect_path(test, "/tmp/none", -EACCES, "/tmp is writable by others");
}

static void path_follows_no_magic_links(struct kunit *test)
{
	static const char *const links[] = { "cwd", "root", "exe", "ns/mnt" };
	char path[40], culprit[40];
	int i;

	for (i = 0; i < ARRAY_SIZE(links); i++) {
		snprintf(path, sizeof(path), "/proc/1/%s", links[i]);
		snprintf(culprit, sizeof(culprit), "%s is a magic link", path);
		expect_path(test, path, -ELOOP, culprit);
	}
	expect_path(test, "/proc/1/root/bin/busybox", -ELOOP, "/proc/1/root is a magic link");
}

static void path_is_bounded(struct kunit *test)
{
	char *path = kunit_kmalloc(test, 2 * PATH_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, path);
	memset(path, 'x', PATH_MAX - 1);
	path[0] = '/';
	path[PATH_MAX - 1] = '\0';
	expect_path(test, path, -ENAMETOOLONG, "/xxx");
	path[300] = '\0';
	expect_path(test, path, -ENAMETOOLONG, "/xxx");
}

/* The room for a walk is used again: nothing of one that went wrong stays */
static void path_walks_anew(struct kunit *test)
{
	memset(&walk, 0xff, sizeof(walk));
	expect_path(test, "/bin/sh", 0, "");
	expect_path(test, "/proc/1/root/bin/busybox", -ELOOP, "/proc/1/root is a magic link");
	expect_path(test, "/bin/sh", 0, "");
}

static struct kunit_case path_cases[] = {
	KUNIT_CASE(path_takes_programs),
	KUNIT_CASE(path_follows_links),
	KUNIT_CASE(path_names_the_culprit),
	KUNIT_CASE(path_follows_no_magic_links),
	KUNIT_CASE(path_is_bounded),
	KUNIT_CASE(path_walks_anew),
	{}
};

static struct kunit_suite path_suite = {
	.name		= "kevnotify_path",
	.test_cases	= path_cases,
};

kunit_test_suite(path_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's check of paths");
MODULE_LICENSE("GPL");
