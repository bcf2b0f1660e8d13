/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DEVICE_H
#define DEVICE_H

#include "record.h"

/**
 * struct device - a stream of records: /dev/kevnotify, or a helper's standard input
 * @fd: less than 0: closed
 * @torn: what stands in @buf is the rest of a record that was too long
 * @len: bytes in @buf
 * @buf: what was read and is no whole record yet
 */
struct device {
	int	fd, torn;
	size_t	len;
	char	buf[RECORD_BYTES];
};

/* 0 or -errno */
int device_open(struct device *d, const char *path, int flags);
void device_close(struct device *d);

/*
 * The next one is @seq: 0, or -errno, and it is the one that it was before: after
 * device_open() the oldest
 */
int device_seek(struct device *d, unsigned long long seq);

/* The next record: 1, 0 at the end of file, or -errno: -EAGAIN where there is none yet */
int device_next(struct device *d, struct record *r);

/* This record is taken over: 0, -ESTALE if the helper has it, or -errno */
int device_ack(struct device *d, unsigned long long seq);

#endif /* DEVICE_H */
