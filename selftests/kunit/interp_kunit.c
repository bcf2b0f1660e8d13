// SPDX-License-Identifier: GPL-2.0-only
/* The interpreter or loader that a program names, in its first bytes alone. */
#include <kunit/test.h>
#include <linux/module.h>

#include "interp.c"

#define ROOM	512	/* for the first bytes, and the NUL that reading them adds */

static char head[ROOM];

/* What a program needs that has these first bytes */
static const char *needed(size_t len)
{
	head[len] = '\0';
	return kev_interp_name(head, len);
}

static void expect_script(struct kunit *test, const char *line, const char *name)
{
	memset(head, 'x', sizeof(head));
	memcpy(head, line, strlen(line));
	KUNIT_EXPECT_STREQ(test, needed(strlen(line)), name);
}

static void interp_of_scripts(struct kunit *test)
{
	expect_script(test, "#!/bin/sh\nexit\n", "/bin/sh");
	expect_script(test, "#! \t /bin/sh\n", "/bin/sh");
	expect_script(test, "#!/bin/sh -e x\n", "/bin/sh");
	expect_script(test, "#!/bin/sh\t-e\n", "/bin/sh");
	/* exec takes it along, too */
	expect_script(test, "#!/bin/sh\r\n", "/bin/sh\r");
	expect_script(test, "#!/bin/sh", "/bin/sh");
	expect_script(test, "#!\n/bin/sh\n", "");
	expect_script(test, "#!", "");
}

static void interp_of_nothing(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, needed(0));
	memcpy(head, "plain text", 10);
	KUNIT_EXPECT_NULL(test, needed(10));
	memset(head, 0, sizeof(head));
	KUNIT_EXPECT_NULL(test, needed(ROOM - 1));
}

static const struct elfhdr elf_like = {
	.e_ident = ELFMAG, .e_phoff = sizeof(struct elfhdr), .e_phnum = 2,
	.e_phentsize = sizeof(struct elf_phdr),
};

#define NAME_AT	(sizeof(struct elfhdr) + 2 * sizeof(struct elf_phdr))

/* An ELF file of two headers, the second of which names the loader */
static const char *needed_by_elf(const struct elfhdr *elf, size_t name_at, size_t len)
{
	struct elf_phdr ph[2] = { { .p_type = PT_LOAD }, { .p_type = PT_INTERP } };

	ph[1].p_offset = name_at;
	memset(head, 'x', sizeof(head));
	memcpy(head, elf, sizeof(*elf));
	memcpy(head + sizeof(*elf), ph, sizeof(ph));
	strscpy(head + NAME_AT, "/lib/ld.so", ROOM - NAME_AT);
	return needed(len);
}

static void interp_of_elf_files(struct kunit *test)
{
	struct elfhdr elf = elf_like;

	KUNIT_EXPECT_STREQ(test, needed_by_elf(&elf, NAME_AT, ROOM - 1), "/lib/ld.so");
	/* What is not among the first bytes is not known */
	KUNIT_EXPECT_STREQ(test, needed_by_elf(&elf, NAME_AT, NAME_AT + 4), "/lib");
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, NAME_AT));
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, ROOM - 1, ROOM - 1));
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, -1UL, ROOM - 1));
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, NAME_AT - 1));
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, sizeof(elf)));
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, sizeof(elf) - 1));
	elf.e_phnum = 1;
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, ROOM - 1));
	elf.e_phnum = 0;
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, ROOM - 1));
}

static void interp_of_broken_elf_files(struct kunit *test)
{
	struct elfhdr elf = elf_like;

	elf.e_phoff = -1UL;
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, ROOM - 1));
	elf.e_phoff = ROOM - 1 - sizeof(struct elf_phdr) + 1;
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, ROOM - 1));
	elf = elf_like;
	elf.e_phoff = NAME_AT + 16;
	elf.e_phnum = 65535;
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, ROOM - 1));
	/* Another architecture's word size */
	elf = elf_like;
	elf.e_phentsize = 32;
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, ROOM - 1));
	elf = elf_like;
	elf.e_ident[0] = 'x';
	KUNIT_EXPECT_NULL(test, needed_by_elf(&elf, NAME_AT, ROOM - 1));
}

/* Of programs that every guest has */
static void interp_is_there(struct kunit *test)
{
	char missing[KEV_INTERP_BYTES];

	memset(missing, 'm', sizeof(missing));
	kev_interp_missing("/bin/busybox", head, sizeof(head), missing);
	KUNIT_EXPECT_STREQ(test, missing, "");
	memset(missing, 'm', sizeof(missing));
	kev_interp_missing("/none", head, sizeof(head), missing);
	KUNIT_EXPECT_STREQ(test, missing, "");
}

static struct kunit_case interp_cases[] = {
	KUNIT_CASE(interp_of_scripts),
	KUNIT_CASE(interp_of_nothing),
	KUNIT_CASE(interp_of_elf_files),
	KUNIT_CASE(interp_of_broken_elf_files),
	KUNIT_CASE(interp_is_there),
	{}
};

static struct kunit_suite interp_suite = {
	.name		= "kevnotify_interp",
	.test_cases	= interp_cases,
};

kunit_test_suite(interp_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's look at interpreters and loaders");
MODULE_LICENSE("GPL");
