// SPDX-License-Identifier: GPL-2.0-only
/*
 * The journal's native protocol: a datagram of lines KEY=value. One is at most as long
 * as a record and the names, which is less than a socket takes, so that no file has to
 * be passed instead.
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "journal.h"
#include "message.h"
#include "paths.h"

#define JOURNAL_BYTES	(RECORD_BYTES + 8192)

static int fd = -1;
static char entry[JOURNAL_BYTES];
static size_t entry_len;

int journal_init(void)
{
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : 0;
}

static void journal_bytes(const void *bytes, size_t len)
{
	memcpy(entry + entry_len, bytes, len);
	entry_len += len;
}

/* Whole or not at all; a value that has a newline is told by its length. */
static void journal_field(const char *key, const char *value)
{
	size_t key_len = strlen(key), len = strlen(value);
	uint64_t size = htole64(len);

	if (!len || key_len + len + sizeof(size) + 2 > sizeof(entry) - entry_len)
		return;
	journal_bytes(key, key_len);
	if (strchr(value, '\n')) {
		journal_bytes("\n", 1);
		journal_bytes(&size, sizeof(size));
	} else {
		journal_bytes("=", 1);
	}
	journal_bytes(value, len);
	journal_bytes("\n", 1);
}

static void journal_names(const struct names *n)
{
	/* By these "journalctl -u" finds what is about a unit, and not of it. */
	journal_field("OBJECT_SYSTEMD_UNIT", n->unit);
	journal_field("OBJECT_SYSTEMD_USER_UNIT", n->user_unit);
	journal_field("KEVNOTIFY_UNIT", n->unit);
	journal_field("KEVNOTIFY_USER_UNIT", n->user_unit);
	journal_field("KEVNOTIFY_CONTAINER", n->container);
	journal_field("KEVNOTIFY_POD", n->pod);
	journal_field("KEVNOTIFY_USER", n->user);
}

static void journal_entry(const struct record *r, const struct names *n, const char *snapshot)
{
	const char *id = message_id(r);
	char text[1536];
	unsigned int i;

	entry_len = 0;
	message_text(text, sizeof(text), r, n, snapshot);
	journal_field("MESSAGE", text);
	if (id)
		journal_field("MESSAGE_ID", id);
	for (i = 0; i < r->fields; i++)
		if (r->field[i].key[0] != '_' && strcmp(r->field[i].key, "MESSAGE"))
			journal_field(r->field[i].key, r->field[i].value);
	journal_names(n);
	if (snapshot)
		journal_field("KEVNOTIFY_SNAPSHOT", snapshot);
}

int journal_send(const struct record *r, const struct names *n, const char *snapshot, int wait)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = PATH_JOURNAL };
	ssize_t len;

	journal_entry(r, n, snapshot);
	do {
		len = sendto(fd, entry, entry_len, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT),
			     (struct sockaddr *)&to, sizeof(to));
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : 0;
}
