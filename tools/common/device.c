// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "device.h"
#include "say.h"

int device_open(struct device *d, const char *path, int flags)
{
	d->len = 0;
	d->torn = 0;
	d->fd = open(path, flags | O_CLOEXEC | O_NOCTTY);
	return d->fd < 0 ? -errno : 0;
}

int device_seek(struct device *d, unsigned long long seq)
{
	if (lseek(d->fd, seq, SEEK_SET) < 0)
		return -errno;
	d->len = 0;
	d->torn = 0;
	return 0;
}

void device_close(struct device *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

/* The record at the front of the buffer: its length, or 0 if its end is not there */
static size_t device_whole(const struct device *d)
{
	const char *end = memmem(d->buf, d->len, "\n\n", 2);

	return end ? end + 2 - d->buf : 0;
}

static void device_drop(struct device *d, size_t len)
{
	d->len -= len;
	memmove(d->buf, d->buf + len, d->len);
}

/* Is the record at the front one to use? It is passed in any case. */
static int device_take(struct device *d, struct record *r, size_t len)
{
	int err = d->torn ? -EMSGSIZE : 0;

	d->torn = 0;
	if (!err) {
		memcpy(r->text, d->buf, len);
		r->len = len;
		err = record_parse(r);
	}
	device_drop(d, len);
	if (err)
		say(LOG_ERR, "left out %zu bytes that are no record: %s", len,
		    err == -EMSGSIZE ? "too many" : "not KEY=value lines");
	return !err;
}

static ssize_t device_read(struct device *d)
{
	ssize_t n;

	/* The last byte may be half of the end */
	if (d->len == sizeof(d->buf)) {
		d->torn = 1;
		device_drop(d, d->len - 1);
	}
	do {
		n = read(d->fd, d->buf + d->len, sizeof(d->buf) - d->len);
	} while (n < 0 && errno == EINTR);
	if (n > 0)
		d->len += n;
	return n < 0 ? -errno : n;
}

/* The input is over, and what came last has no empty line behind it. */
static void device_torn_end(struct device *d)
{
	say(LOG_ERR, "left out %zu bytes that are no record: no end", d->len);
	d->len = 0;
}

int device_next(struct device *d, struct record *r)
{
	size_t len;
	ssize_t n;

	for (;;) {
		len = device_whole(d);
		if (len && device_take(d, r, len))
			return 1;
		if (len)
			continue;
		n = device_read(d);
		if (!n && d->len)
			device_torn_end(d);
		if (n <= 0)
			return n;
	}
}

int device_ack(struct device *d, unsigned long long seq)
{
	char line[32];
	int len = snprintf(line, sizeof(line), "ack %llu\n", seq);
	ssize_t n;

	do {
		n = write(d->fd, line, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == len ? 0 : -EIO;
}
