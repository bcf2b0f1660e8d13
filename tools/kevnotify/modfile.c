// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "modfile.h"

#define MODFILE_INFO	".modinfo"
#define MODFILE_MOST	65536	/* bytes of a table or of the fields; a module has a few thousand */

int modfile_open(const char *kernel)
{
	static const char *const trees[] = { "updates/dkms", "updates", "extra", NULL };
	int fd = -ENOENT, i;

	for (i = 0; fd < 0 && trees[i]; i++)
		fd = files_open(O_RDONLY, "/lib/modules/%s/%s/kevnotify.ko", kernel, trees[i]);
	return fd;
}

/* A part of the file with a NUL behind it, for free(); or NULL */
static char *modfile_part(int fd, off_t at, size_t len)
{
	char *part = len <= MODFILE_MOST ? malloc(len + 1) : NULL;

	if (!part)
		return NULL;
	part[len] = '\0';
	if (pread(fd, part, len, at) == (ssize_t)len)
		return part;
	free(part);
	return NULL;
}

/* The section of that name, of @n whose names are in @names; or NULL */
static const struct elf64_shdr *modfile_section(const struct elf64_shdr *all, unsigned int n,
						const char *names, size_t len)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (all[i].sh_name < len && !strcmp(names + all[i].sh_name, MODFILE_INFO))
			return &all[i];
	return NULL;
}

/* All fields, each with a NUL behind it, for free(); or NULL: no module of 64 bits */
static char *modfile_fields(int fd, size_t *len)
{
	const struct elf64_shdr *info = NULL;
	struct elf64_shdr *all = NULL;
	struct elf64_hdr head;
	char *names = NULL, *fields = NULL;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) ||
	    head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_shentsize != sizeof(*all) ||
	    head.e_shstrndx >= head.e_shnum)
		return NULL;
	all = (void *)modfile_part(fd, head.e_shoff, head.e_shnum * sizeof(*all));
	if (all)
		names = modfile_part(fd, all[head.e_shstrndx].sh_offset,
				     all[head.e_shstrndx].sh_size);
	if (names)
		info = modfile_section(all, head.e_shnum, names, all[head.e_shstrndx].sh_size);
	if (info) {
		*len = info->sh_size;
		fields = modfile_part(fd, info->sh_offset, info->sh_size);
	}
	free(names);
	free(all);
	return fields;
}

int modfile_field(int fd, const char *field, char *value, size_t size)
{
	size_t len = 0, key = strlen(field), at;
	char *fields = modfile_fields(fd, &len);
	int n = fields ? -ENOENT : -ENOEXEC;

	for (at = 0; n == -ENOENT && at < len; at += strlen(fields + at) + 1)
		if (!strncmp(fields + at, field, key) && fields[at + key] == '=')
			n = snprintf(value, size, "%s", fields + at + key + 1);
	free(fields);
	return n;
}
