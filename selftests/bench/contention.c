// SPDX-License-Identifier: GPL-2.0-only
/*
 * contention PRODUCERS WINDOWS: what it takes to stage an event, by the project's own
 * stage.c in user space, with pinned threads for CPUs: ticks of the TSC an event, the
 * 90th percentile of the windows. A window in which not all producers ran does not count.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <x86intrin.h>

#include <linux/sched.h>
#include <linux/timekeeping.h>

/* The kernel's clock reads the TSC, too; the shim's takes longer than all else here */
#undef ktime_get_mono_fast_ns
#define ktime_get_mono_fast_ns()	__rdtsc()

#include "stage.h"

#define SLOTS		64
/* Freed at a time, as kevnotifyd does; a window is short beside a time slice */
#define BATCH		32
#define BATCHES		64
#define WINDOWS		20000
/* A second producer that gets no CPU at all makes no window */
#define PATIENCE	50

struct producer {
	pthread_t	thread;
	unsigned long	done;
	unsigned int	windows;
	unsigned int	ticks[WINDOWS];
} ____cacheline_aligned;

static struct producer producers[SHIM_COLLECTOR];
static unsigned int count, windows;
static unsigned int ready;

__thread struct task_struct *current;

static void stage_batch(struct producer *p)
{
	struct kev_stage *st = NULL;
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		st = kev_stage_enter(KEV_TASK);
		if (!st || !kev_stage_put(st, KEV_TASK))
			abort();
		kev_stage_leave(st, KEV_TASK);
	}
	/* In place of kevnotifyd, which would be a third that writes */
	smp_store_release(&st->tail, st->head);
	WRITE_ONCE(p->done, p->done + 1);
}

static unsigned long others_done(const struct producer *p)
{
	const struct producer *other = p == producers ? p + 1 : p - 1;

	return count == 1 ? 0 : READ_ONCE(other->done);
}

static void window(struct producer *p)
{
	unsigned long before = others_done(p);
	u64 start = __rdtsc();
	unsigned int i;

	for (i = 0; i < BATCHES; i++)
		stage_batch(p);
	start = __rdtsc() - start;
	if (count == 1 || others_done(p) - before >= BATCHES / 2)
		p->ticks[p->windows++] = start / (BATCH * BATCHES / 16);
}

static void *produce(void *arg)
{
	struct producer *p = arg;
	struct task_struct me = { .pid = p - producers };
	unsigned int tries = PATIENCE * windows;

	current = &me;
	shim_start(p - producers);
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	while (READ_ONCE(ready) < count)
		;
	while (p->windows < windows && tries--)
		window(p);
	return NULL;
}

static int compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	struct producer *p = producers;
	unsigned int i;

	count = argc == 3 ? atoi(argv[1]) : 0;
	windows = argc == 3 ? atoi(argv[2]) : 0;
	if (count < 1 || count > SHIM_COLLECTOR || windows < 10 || windows > WINDOWS) {
		fputs("usage: contention 1|2 WINDOWS\n", stderr);
		return 2;
	}
	shim_init();
	if (kev_stage_init(SLOTS))
		return 2;
	for (i = 0; i < count; i++)
		pthread_create(&p[i].thread, NULL, produce, &p[i]);
	for (i = 0; i < count; i++)
		pthread_join(p[i].thread, NULL);
	if (p->windows < 10) {
		fprintf(stderr, "the producers ran together in %u windows alone\n", p->windows);
		return 1;
	}
	qsort(p->ticks, p->windows, sizeof(*p->ticks), compare);
	printf("%.2f %.2f %u\n", p->ticks[p->windows * 9 / 10] / 16.0,
	       p->ticks[p->windows / 2] / 16.0, p->windows);
	return 0;
}
