// SPDX-License-Identifier: GPL-2.0-only
/*
 * interp: the second program that a program needs: a script's interpreter, an
 * ELF file's loader. Where it is missing exec says ENOENT, and all that an
 * operator sees is that the helper is there.
 */
#include <linux/elf.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kernel.h>
#include <linux/namei.h>
#include <linux/string.h>

#include "path.h"

/* A script's: up to a blank or the end of the line, as exec takes it: with a CR, if there is one */
static const char *kev_interp_script(char *head)
{
	char *name = head + 2 + strspn(head + 2, " \t");

	name[strcspn(name, " \t\n")] = '\0';
	return name;
}

static const char *kev_interp_elf(char *head, size_t len)
{
	struct elf_phdr ph;
	struct elfhdr elf;
	size_t at;

	if (len < sizeof(elf))
		return NULL;
	/* The room may be aligned for bytes alone */
	memcpy(&elf, head, sizeof(elf));
	if (memcmp(elf.e_ident, ELFMAG, SELFMAG) || elf.e_phentsize != sizeof(ph))
		return NULL;
	for (at = elf.e_phoff; elf.e_phnum && at < len && len - at >= sizeof(ph);
	     at += sizeof(ph), elf.e_phnum--) {
		memcpy(&ph, head + at, sizeof(ph));
		if (ph.p_type == PT_INTERP)
			return ph.p_offset < len ? head + ph.p_offset : NULL;
	}
	return NULL;
}

static const char *kev_interp_name(char *head, size_t len)
{
	return strstarts(head, "#!") ? kev_interp_script(head) : kev_interp_elf(head, len);
}

static ssize_t kev_interp_read(const char *path, char *head, size_t size)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t len;

	if (IS_ERR(file))
		return PTR_ERR(file);
	len = kernel_read(file, head, size - 1, &pos);
	fput(file);
	if (len >= 0)
		head[len] = '\0';
	return len;
}

/*
 * Which program does the one at @path, which kev_path_check() has let pass, need
 * that is not there? @head: room for its beginning. @missing: KEV_INTERP_BYTES,
 * filled with the other one's name; empty if it can be reached. May sleep for ever
 * on a dead network file system.
 */
void kev_interp_missing(const char *path, char *head, size_t size, char *missing)
{
	const char *name = NULL;
	struct path found;
	ssize_t len;

	*missing = '\0';
	scoped_with_init_fs() {
		len = kev_interp_read(path, head, size);
		if (len > 0)
			name = kev_interp_name(head, len);
		if (name && kern_path(name, LOOKUP_FOLLOW, &found))
			strscpy(missing, name, KEV_INTERP_BYTES);
		else if (name)
			path_put(&found);
	}
}
