// SPDX-License-Identifier: GPL-2.0-only
/*
 * The project's own stage.c on this machine's own memory: threads for CPUs,
 * signals for interrupts, and a collector that sleeps as kevnotifyd does.
 *
 *	stress MODE SECONDS
 *
 * one:  one CPU raises, the collector on another. two: two CPUs raise.
 * ping: one event at a time and a collector that spins instead of sleeping, so
 *       that no later event hides a lost wake-up. deaf: as one, and every third
 *       doorbell is lost on purpose.
 *
 * Exit status: 0; 1 an event was lost, torn, doubled or out of order; 2 all that
 * is well, but wake-ups were lost.
 */
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <asm/local.h>
#include <linux/irq_work.h>
#include <linux/sched.h>

#include "inject.h"
#include "stage.h"
#include "stat.h"

#define SLOTS		8
#define LEVELS		4
#define PRODUCERS	(SHIM_CPUS - 1)

enum mode {
	ONE,
	TWO,
	PING,
	DEAF,
	MODES,
};

static const char *const mode_names[MODES] = { "one", "two", "ping", "deaf" };

/* A CPU that raises; each level counts for itself, as it never interrupts itself */
struct producer {
	pthread_t		thread;
	struct task_struct	tasks[2];
	unsigned long		raised[LEVELS];
	unsigned long		staged[LEVELS];
	unsigned long		refused[LEVELS];
	unsigned long		died;
	local_t			depth;
	local_t			left;
	int			finished;
} ____cacheline_aligned;

static struct producer producers[PRODUCERS];
static enum mode mode;
static unsigned int cpus = 1;
static int stop, over;

/* The collector's */
static unsigned long collected[PRODUCERS][LEVELS];
static u64 last_mono[PRODUCERS];
static unsigned long sleeps, lost, wrong;

__thread struct task_struct *current;
static __thread u32 random_state;

static u32 dice(u32 sides)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 10) % sides;
}

static void idle(unsigned int turns)
{
	while (turns--)
		barrier();
}

static void complain(const char *what, u64 is, u64 want)
{
	if (wrong++ < 10)
		printf("%s: %llu, not %llu\n", what, (unsigned long long)is,
		       (unsigned long long)want);
}

static void expect(const char *what, u64 is, u64 want)
{
	if (is != want)
		complain(what, is, want);
}

/* What the nth event of a level has in it */
static void fill(struct kev_event *ev, unsigned int level, unsigned long n)
{
	ev->source = 1;
	ev->id = n;
	ev->context = level;
	ev->len = n * 7 % (KEV_DATA_BYTES + 1);
	memset(ev->data, n + level, ev->len);
}

static const u8 *bytes(const struct kev_event *ev)
{
	return (const u8 *)ev->data;
}

/* kev_stage_put() in slow motion, so that the collector looks at open slots too */
static bool put_slowly(struct kev_stage *st, unsigned int level)
{
	struct kev_event *ev = st->spare[level];
	struct kev_slot *slot;
	u32 ticket;

	slot = kev_stage_reserve(st, &ticket, &ev->mono);
	if (!slot)
		return false;
	idle(dice(64));
	st->spare[level] = slot->event;
	slot->event = ev;
	kev_stage_commit(st, slot, ticket);
	return true;
}

static void stage_one(struct producer *p, struct kev_stage *st, unsigned int level)
{
	fill(st->spare[level], level, p->staged[level] + 1);
	if (mode == PING ? put_slowly(st, level) : kev_stage_put(st, level)) {
		p->staged[level]++;
	} else {
		kev_stat_inc(KEV_STAT_REFUSED);
		p->refused[level]++;
	}
}

/* As raise.c does it; a writer that dies never leaves */
static void raise_one(struct producer *p, bool dies)
{
	unsigned int level = kev_stage_context();
	struct kev_stage *st;
	struct kev_slot *slot;
	u64 mono;
	u32 ticket;

	local_inc(&p->depth);
	kev_stat_inc(KEV_STAT_RAISED);
	p->raised[level]++;
	st = kev_stage_enter(level);
	if (!st) {
		complain("refused to enter at level", level, LEVELS);
	} else if (dies) {
		p->died++;
		slot = dice(2) ? kev_stage_reserve(st, &ticket, &mono) : NULL;
		if (slot)
			slot->event->id = 0;
		current = current == p->tasks ? p->tasks + 1 : p->tasks;
	} else {
		stage_one(p, st, level);
		kev_stage_leave(st, level);
	}
	local_add(-1, &p->depth);
	local_inc(&p->left);
}

static void interrupt(void)
{
	struct producer *p = &producers[shim_cpu];

	expect("level", kev_stage_context(), shim_level);
	raise_one(p, false);
}

/* Until the event has been collected; on a busy machine its collector may be off its CPU */
static void await(unsigned int cpu)
{
	unsigned int turns = 0;

	while (kev_stage_tail(cpu) != kev_stage_head(cpu) && !READ_ONCE(stop)) {
		if (!(++turns & 8191))
			sched_yield();
	}
}

static void *produce(void *arg)
{
	struct producer *p = arg;
	unsigned int cpu = p - producers;

	p->tasks[1].pid = 1;
	current = p->tasks;
	random_state = cpu + 1;
	shim_start(cpu);
	if (mode != PING)
		shim_timers_start();
	while (!READ_ONCE(stop)) {
		raise_one(p, mode != PING && !dice(4096));
		if (mode == PING)
			await(cpu);
		idle(dice(mode == PING ? 400 : 4000));
	}
	if (mode != PING)
		shim_timers_stop();
	/* All counts, before the last look of the collector */
	smp_store_release(&p->finished, 1);
	/* Until no call comes any more */
	while (!smp_load_acquire(&over))
		usleep(1000);
	return NULL;
}

static void check(const struct kev_event *ev, unsigned int cpu)
{
	unsigned long n;
	unsigned int i;

	if (ev->context >= LEVELS || cpu >= cpus) {
		complain("level", ev->context, 0);
		return;
	}
	n = ++collected[cpu][ev->context];
	expect("source", ev->source, 1);
	expect("number", ev->id, (u32)n);
	expect("length", ev->len, n * 7 % (KEV_DATA_BYTES + 1));
	for (i = 0; i < ev->len; i++)
		expect("byte", bytes(ev)[i], (u8)(n + ev->context));
	if (ev->mono < last_mono[cpu])
		complain("time", ev->mono, last_mono[cpu]);
	last_mono[cpu] = ev->mono;
}

static unsigned int collect(void)
{
	struct kev_stage *st;
	unsigned int n = 0;

	kev_stage_begin();
	while ((st = kev_stage_oldest())) {
		check(kev_stage_event(st), st->cpu);
		kev_stat_inc(KEV_STAT_RECORDED);
		kev_stage_free(st);
		n++;
	}
	return n;
}

static void answer(void *unused)
{
	(void)unused;
}

/*
 * There is an event, and nobody woke us. Whoever raised it may be off its CPU:
 * let all raises under way end, and what they sent to their own CPUs arrive.
 */
static bool is_lost(void)
{
	unsigned int i;

	for (i = 0; i < cpus; i++) {
		long left = local_read(&producers[i].left);

		while (local_read(&producers[i].depth) && local_read(&producers[i].left) == left)
			sched_yield();
	}
	shim_call(answer, NULL);
	return !kev_stage_rung();
}

/* Stays on the CPU, where a lost wake-up is far likelier than across a real sleep */
static void spin(void)
{
	u64 end = shim_now() + 2000000;
	unsigned int turns = 0;

	while (READ_ONCE(current->state) != TASK_RUNNING) {
		if (++turns & 8191)
			continue;
		if (shim_now() > end)
			return;
		sched_yield();
	}
}

/* As kevnotifyd does in dispatch.c */
static void rest(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	kev_stage_arm();
	if (!kev_stage_pending()) {
		sleeps++;
		if (mode == PING)
			spin();
		else
			shim_wait(&current->state, TASK_INTERRUPTIBLE, 20);
		if (READ_ONCE(current->state) != TASK_RUNNING && kev_stage_pending() && is_lost())
			lost++;
	}
	WRITE_ONCE(current->state, TASK_RUNNING);
}

static bool all_finished(void)
{
	unsigned int i;

	for (i = 0; i < cpus; i++) {
		/* Before the last look at the stage */
		if (!smp_load_acquire(&producers[i].finished))
			return false;
	}
	return true;
}

static void *collector(void *arg)
{
	struct task_struct me = { .state = TASK_RUNNING };
	unsigned int turns = 0;

	(void)arg;
	current = &me;
	shim_start(SHIM_COLLECTOR);
	kev_stage_attach(&me);
	while (!all_finished()) {
		collect();
		rest();
		if (mode != PING && !(++turns % 1024))
			kev_stage_repair_all();
	}
	kev_stage_repair_all();
	while (collect())
		;
	kev_stage_detach();
	/* No call comes after this */
	smp_store_release(&over, 1);
	return NULL;
}

/* So many seconds on two CPUs; where others want them too, up to five times as long */
static void run(unsigned int seconds)
{
	pthread_t collects;
	unsigned int i, waited = 0;

	for (i = 0; i < cpus; i++)
		pthread_create(&producers[i].thread, NULL, produce, &producers[i]);
	pthread_create(&collects, NULL, collector, NULL);
	while (shim_cpu_time() < 2 * seconds && waited++ < 5 * seconds)
		sleep(1);
	WRITE_ONCE(stop, 1);
	pthread_join(collects, NULL);
	for (i = 0; i < cpus; i++)
		pthread_join(producers[i].thread, NULL);
}

/* What the producers did against what the collector got, and the counters against both */
static void conserve(void)
{
	unsigned long raised = 0, refused = 0, recorded = 0, died = 0, nested = 0;
	unsigned int i, level;

	for (i = 0; i < cpus; i++) {
		const struct producer *p = &producers[i];

		for (level = 0; level < LEVELS; level++) {
			expect("collected", collected[i][level], p->staged[level]);
			raised += p->raised[level];
			refused += p->refused[level];
			recorded += collected[i][level];
			nested += level ? p->raised[level] : 0;
		}
		died += p->died;
	}
	expect("raised", raised, refused + recorded + died);
	expect("stat raised", kev_stat_read(KEV_STAT_RAISED), raised);
	expect("stat refused", kev_stat_read(KEV_STAT_REFUSED), refused + died);
	expect("stat recorded", kev_stat_read(KEV_STAT_RECORDED), recorded);
	expect("stat repaired", kev_stat_read(KEV_STAT_REPAIRED), died);
	expect("staged at the end", kev_stage_count(), 0);
	printf("raised %lu, %lu of them nested, recorded %lu, refused %lu, died %lu; ",
	       raised, nested, recorded, refused, died);
	printf("sleeps %lu, doorbells %lu, lost %lu, wrong %lu\n", sleeps,
	       kev_stat_read(KEV_STAT_DOORBELLS), lost, wrong);
}

int main(int argc, char **argv)
{
	while (argc == 3 && mode < MODES && strcmp(argv[1], mode_names[mode]))
		mode++;
	if (argc != 3 || mode == MODES) {
		fputs("usage: stress one|two|ping|deaf SECONDS\n", stderr);
		return 1;
	}
	cpus = mode == TWO ? 2 : 1;
	kev_inject_knobs[KEV_INJECT_DOORBELL].every = mode == DEAF ? 3 : 0;
	shim_interrupt = interrupt;
	shim_init();
	if (kev_stage_init(SLOTS))
		return 1;
	run(atoi(argv[2]));
	conserve();
	kev_stage_exit();
	if (wrong)
		return 1;
	return lost ? 2 : 0;
}
