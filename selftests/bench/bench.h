/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BENCH_H
#define _BENCH_H

#include <linux/types.h>

/* Events of one call of an op that collects */
#define BENCH_EVENTS	48

struct dentry;
struct task_struct;

/**
 * struct bench_op - an operation to measure
 * @name: its file in debugfs
 * @call: does it once
 * @prime: makes the state that @call is to find; preemption stays off from there
 * @batch: calls between two readings of the clock
 * @irqs_off: an interrupt that @call asks for comes after the second reading
 * @events: that one call is about, if not one
 */
struct bench_op {
	const char	*name;
	void		(*call)(void);
	void		(*prime)(void);
	unsigned int	batch;
	bool		irqs_off;
	unsigned int	events;
};

extern struct task_struct *bench_collector;
/* The payload: 4 numbers, and 80 characters, or as many as are asked for */
#define BENCH_TEXT	80
extern u64 bench_numbers[4];
extern char bench_text[255 + 1];
extern unsigned int bench_length;
/* What it took to register a source, with the others there */
extern u64 bench_registering;

/* Each ends with one without a name */
extern const struct bench_op bench_raise_ops[];
extern const struct bench_op bench_peer_ops[];

void bench_raise_init(void);
void bench_raise_exit(void);
void bench_collect(void);

int bench_peer_init(void);
void bench_peer_create(struct dentry *dir);
void bench_peer_exit(void);

void bench_order_create(const struct bench_op *op);
void bench_order_init(struct dentry *dir);
void bench_order_exit(void);

#endif /* _BENCH_H */
