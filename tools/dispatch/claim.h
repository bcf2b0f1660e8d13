/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CLAIM_H
#define CLAIM_H

/*
 * The service and the helper may journal the same record at the same time. Each looks
 * whether the other has done so, sends it and notes that while it has claimed the journal.
 */
int claim_init(void);

/*
 * After a while without: the other one hangs or is stopped, and an entry that may come
 * twice is better than none
 */
void claim_take(void);
void claim_drop(void);

#endif /* CLAIM_H */
