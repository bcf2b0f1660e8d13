// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "counts.h"
#include "files.h"
#include "paths.h"
#include "whole.h"

const char *const counts_outcomes[COUNTS_OUTCOMES] = {
	[COUNTS_OK]		= "ok",
	[COUNTS_FAILED]		= "failed",
	[COUNTS_TIMEOUT]	= "timeout",
	[COUNTS_STUCK]		= "stuck",
};

static int counts_sound(const struct counts *c)
{
	unsigned int i;

	for (i = 0; i < COUNTS_ENDED; i++)
		if (c->ended[i].outcome >= COUNTS_OUTCOMES ||
		    c->ended[i].name[COUNTS_HANDLER - 1] ||
		    c->ended[i].instance[sizeof(c->ended[i].instance) - 1])
			return 0;
	for (i = 0; i < COUNTS_SOURCES; i++)
		if (c->last[i].source[sizeof(c->last[i].source) - 1])
			return 0;
	return !c->fallback.instance[sizeof(c->fallback.instance) - 1];
}

int counts_load(struct counts *c)
{
	int fd = files_open(O_RDONLY, PATH_STATE "/" COUNTS_NAME);
	int err = fd < 0 ? fd : 0;
	char more;

	if (!err) {
		if (read(fd, c, sizeof(*c)) != sizeof(*c) || read(fd, &more, 1) || !counts_sound(c))
			err = -EBADMSG;
		close(fd);
	}
	if (err)
		memset(c, 0, sizeof(*c));
	return err;
}

int counts_save(const struct counts *c)
{
	int dir = files_open(O_RDONLY | O_DIRECTORY, PATH_STATE), err;

	if (dir < 0)
		return dir;
	err = whole_write(dir, COUNTS_NAME, 0644, (const char *)c, sizeof(*c), 0);
	close(dir);
	return err;
}
