/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PSTORE_H
#define PSTORE_H

#include <stdint.h>

#define PSTORE_RECORDS	8	/* of ours, which the module prints at a panic */
#define PSTORE_VALUE	256

/*
 * What the kernel had in its log at a panic, as pstore has kept it: below /sys/fs/pstore,
 * or where systemd has moved it. These are files of others: they are read, and no more.
 */

/**
 * struct pstore_dump - what is left of one panic
 * @time: when it was, in seconds; 0: not known
 * @read: parts of the dump that could be read
 * @lost: parts that are not there or are compressed
 * @torn: parts that were read and are not whole
 * @file: its first part
 * @panic: the kernel's reason; empty: not found
 * @uptime: the log's time of it; empty: not found
 * @records: how many are in @record
 * @record: the module's last records, from "N at SECONDS" on
 *
 * No string holds other than printable ASCII.
 */
struct pstore_dump {
	long long	time;
	unsigned int	read, lost, torn, records;
	char		file[PSTORE_VALUE], panic[PSTORE_VALUE], uptime[32];
	char		record[PSTORE_RECORDS][PSTORE_VALUE];
};

/* For one thread. How many there are, the last one the newest; or -errno. Allocates */
int pstore_open(void);
void pstore_close(void);

/* The same for the same dump, wherever it lies */
uint64_t pstore_key(int n);
void pstore_read(int n, struct pstore_dump *dump);

#endif /* PSTORE_H */
