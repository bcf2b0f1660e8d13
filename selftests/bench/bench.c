// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a raise costs, beside other ways of telling about an event. Reading
 * debugfs kevnotify-bench/<operation> measures that operation. Meant for a guest
 * that counts instructions, where a tick of the TSC is one of them.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/string.h>

#include <asm/msr.h>

#include <kevnotify.h>
/* What is measured of the way out of the log: pure functions */
#include "../../src/record/render.c"

#define CREATE_TRACE_POINTS
#include "bench_trace.h"

#define BENCH_WARMUP	3
#define BENCH_BATCHES	101
/* More than the rate limit's window in this run, so that each batch finds a new one */
#define BENCH_PAUSE_MS	20
#define BENCH_PATIENCE	(10 * HZ)

/**
 * struct bench_op - an operation to measure
 * @name: its file in debugfs
 * @call: does it once
 * @prime: makes the state that @call is to find; preemption stays off from there
 * @batch: calls between two readings of the clock
 * @irqs_off: an interrupt that @call asks for comes after the second reading
 */
struct bench_op {
	const char	*name;
	void		(*call)(void);
	void		(*prime)(void);
	unsigned int	batch;
	bool		irqs_off;
};

/* Beside the two that are measured */
static struct kevnotify_source *bench_others[1000];
static unsigned int others;
module_param(others, uint, 0444);
MODULE_PARM_DESC(others, "sources that are there and raise nothing");

static struct task_struct *bench_collector;
static struct kevnotify_source *bench_on;
static struct kevnotify_source *bench_off;
static struct dentry *bench_dir;

static u64 bench_numbers[4] = { 731, 1000, 4242, 0xffffffffULL };
static char bench_text[80 + 1];

static void bench_nothing(void)
{
	barrier();
}

static __always_inline void bench_raise_at(struct kevnotify_source *src)
{
	kevnotify_raise(src, 0, KEVNOTIFY_U64(bench_numbers[0]), KEVNOTIFY_U64(bench_numbers[1]),
			KEVNOTIFY_U64(bench_numbers[2]), KEVNOTIFY_HEX(bench_numbers[3]),
			KEVNOTIFY_STR(bench_text));
}

static void bench_raise(void)
{
	bench_raise_at(bench_on);
}

static void bench_raise_known(void)
{
	kevnotify_raise(bench_on, 0, KEVNOTIFY_U64(bench_numbers[0]),
			KEVNOTIFY_U64(bench_numbers[1]), KEVNOTIFY_U64(bench_numbers[2]),
			KEVNOTIFY_HEX(bench_numbers[3]), KEVNOTIFY_STRN(bench_text, 80));
}

static void bench_disabled(void)
{
	bench_raise_at(bench_off);
}

static void bench_raise_numbers(void)
{
	kevnotify_raise(bench_on, 1, KEVNOTIFY_U64(bench_numbers[0]),
			KEVNOTIFY_U64(bench_numbers[1]), KEVNOTIFY_U64(bench_numbers[2]),
			KEVNOTIFY_HEX(bench_numbers[3]));
}

static void bench_raise_bare(void)
{
	kevnotify_raise(bench_on, 2);
}

static void bench_raisef(void)
{
	kevnotify_raisef(bench_on, 3, "%llu %llu %llu 0x%llx %s", bench_numbers[0],
			 bench_numbers[1], bench_numbers[2], bench_numbers[3], bench_text);
}

static void bench_ftrace(void)
{
	trace_bench_event(bench_numbers, bench_text);
}

static void bench_ftrace_string(void)
{
	trace_bench_string(bench_numbers, bench_text);
}

static void bench_ftrace_numbers(void)
{
	trace_bench_numbers(bench_numbers);
}

static void bench_printk(void)
{
	pr_info("%llu %llu %llu 0x%llx %s\n", bench_numbers[0], bench_numbers[1],
		bench_numbers[2], bench_numbers[3], bench_text);
}

/* kevnotifyd has run on, but does not come to the CPU: its doorbell stays armed */
static void bench_awaken(void)
{
	wake_up_process(bench_collector);
}

#define BENCH_EVENTS	48

static void bench_stage(void)
{
	unsigned int i;

	for (i = 0; i < BENCH_EVENTS; i++)
		bench_raise();
}

/* Give kevnotifyd the CPU until it sleeps again */
static void bench_collect(void)
{
	preempt_enable();
	do {
		schedule();
	} while (task_is_running(bench_collector));
	preempt_disable();
}

char kev_log_instance[33] = "0123456789abcdef0123456789abcdef";
char kev_log_boot[33];
static struct kev_record bench_record;
static char bench_rendered[KEV_RENDER_BYTES];

static size_t bench_make_text(char *text)
{
	static const char keys[] = "A\0B\0C\0D\0TEXT\0";
	size_t len = sprintf(text, "731 %s", bench_text);

	memcpy(text + len + 1, keys, sizeof(keys));
	return len;
}

/* A record of such an event: what kevnotifyd makes of it */
static void bench_make_record(void)
{
	static const u64 words[] = { 731, 1000, 4242, 0xffffffffULL, 80 };
	static const u8 types[] = {
		KEVNOTIFY_TYPE_U64, KEVNOTIFY_TYPE_U64, KEVNOTIFY_TYPE_U64, KEVNOTIFY_TYPE_HEX,
		KEVNOTIFY_TYPE_STR,
	};
	struct kev_event *ev = &bench_record.event;

	bench_record.seq = 12345;
	bench_record.real = 1763800000000001999ULL;
	strcpy(bench_record.source, "bench");
	ev->mono = 12345678999ULL;
	ev->cgroup_id = 4242;
	ev->pid = 731;
	ev->level = 6;
	strcpy(ev->comm, "bench-task");
	memcpy(ev->data, types, sizeof(types));
	memcpy(ev->data + 1, words, sizeof(words));
	memcpy(ev->data + 1 + ARRAY_SIZE(words), bench_text, 80);
	ev->words = ARRAY_SIZE(words);
	ev->len = sizeof(u64) + sizeof(words) + 80;
	bench_record.message = bench_make_text(bench_record.text);
}

static void bench_render(void)
{
	static const struct kev_notes notes;

	kev_render_stream(&bench_record, &notes, true, bench_rendered, sizeof(bench_rendered));
}

static const struct bench_op bench_ops[] = {
	/* The first raise rings; kevnotifyd then stands in the run queue, unarmed */
	{ "raise",		bench_raise,		bench_raise,		32 },
	{ "raise_known",	bench_raise_known,	bench_raise_known,	32 },
	{ "raise_numbers",	bench_raise_numbers,	bench_raise_numbers,	32 },
	{ "raise_bare",		bench_raise_bare,	bench_raise_bare,	32 },
	{ "raisef",		bench_raisef,		bench_raisef,		32 },
	{ "ring_alone",		bench_raise,		bench_awaken,		1, true },
	{ "ring",		bench_raise,		bench_awaken,		1 },
	{ "ring_wake",		bench_raise,		NULL,			1 },
	{ "suppressed",		bench_raise,		NULL,			64 },
	{ "disabled",		bench_disabled,		NULL,			256 },
	{ "collect",		bench_collect,		bench_stage,		1 },
	{ "render",		bench_render,		NULL,			4 },
	{ "ftrace",		bench_ftrace,		NULL,			64 },
	{ "ftrace_string",	bench_ftrace_string,	NULL,			64 },
	{ "ftrace_numbers",	bench_ftrace_numbers,	NULL,			64 },
	{ "printk",		bench_printk,		NULL,			32 },
};

static const struct bench_op bench_empty = { .call = bench_nothing };

/* Wait until kevnotifyd has collected everything, has armed the doorbells and sleeps */
static int bench_settle(void)
{
	unsigned long deadline = jiffies + BENCH_PATIENCE;

	msleep(BENCH_PAUSE_MS);
	while (task_is_running(bench_collector)) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		usleep_range(500, 1000);
	}
	return 0;
}

static noinline u64 bench_time(void (*call)(void), unsigned int batch)
{
	u64 start = rdtsc_ordered();
	unsigned int i;

	for (i = 0; i < batch; i++)
		call();
	return rdtsc_ordered() - start;
}

static int bench_batch(const struct bench_op *op, unsigned int batch, u64 *ticks)
{
	unsigned long flags;
	int err;

	err = bench_settle();
	if (err)
		return err;
	preempt_disable();
	if (op->prime)
		op->prime();
	if (op->irqs_off) {
		local_irq_save(flags);
		*ticks = bench_time(op->call, batch);
		local_irq_restore(flags);
	} else {
		*ticks = bench_time(op->call, batch);
	}
	preempt_enable();
	return 0;
}

static int bench_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* Else the scheduler would go on with us for a while, and that be measured, too */
static void bench_prefer_collector(const struct bench_op *op, bool on)
{
	if (op->call != bench_collect)
		return;
	if (on)
		sched_set_fifo(bench_collector);
	else
		sched_set_normal(bench_collector, 0);
}

/* The median of the batches */
static int bench_median(const struct bench_op *op, unsigned int batch, u64 *median)
{
	u64 ticks[BENCH_BATCHES];
	unsigned int i;
	int err;

	for (i = 0; i < BENCH_WARMUP + BENCH_BATCHES; i++) {
		err = bench_batch(op, batch, &ticks[i % BENCH_BATCHES]);
		if (err)
			return err;
	}
	sort(ticks, BENCH_BATCHES, sizeof(*ticks), bench_compare, NULL);
	*median = ticks[BENCH_BATCHES / 2];
	return 0;
}

/* Tenths of an instruction a call, net of the loop; calls made; batches */
static int bench_show(struct seq_file *m, void *unused)
{
	const struct bench_op *op = m->private;
	const unsigned int batches = BENCH_WARMUP + BENCH_BATCHES;
	u64 ticks, empty;
	int err;

	err = bench_median(&bench_empty, op->batch, &empty);
	if (err)
		return err;
	bench_prefer_collector(op, true);
	err = bench_median(op, op->batch, &ticks);
	bench_prefer_collector(op, false);
	if (err)
		return err;
	seq_printf(m, "%llu %u %u\n", div_u64((ticks - empty) * 10, op->batch),
		   batches * (op->batch + (op->prime == op->call)), batches);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bench);

static const char *const bench_keys[] = { "A", "B", "C", "D", "TEXT", NULL };

static const struct kevnotify_event bench_events[] = {
	{ "{A} {TEXT}", 6, bench_keys },
	{ "{A}", 6, bench_keys },
	{ "nothing", 6 },
	{ "formatted", 6 },
};

static struct kevnotify_source *bench_register(const char *name)
{
	const struct kevnotify_desc desc = {
		.name	= name,
		.events	= bench_events,
		.ids	= ARRAY_SIZE(bench_events),
	};

	return kevnotify_source_register(THIS_MODULE, &desc);
}

static struct task_struct *bench_find(const char *comm)
{
	struct task_struct *p, *found = NULL;

	rcu_read_lock();
	for_each_process(p)
		if (!strcmp(p->comm, comm))
			found = p;
	if (found)
		get_task_struct(found);
	rcu_read_unlock();
	return found;
}

static void bench_register_others(void)
{
	char name[24];
	unsigned int i;

	for (i = 0; i < min_t(unsigned int, others, ARRAY_SIZE(bench_others)); i++) {
		snprintf(name, sizeof(name), "other-%u", i);
		bench_others[i] = bench_register(name);
		if (IS_ERR(bench_others[i]))
			pr_err("no %s: %ld\n", name, PTR_ERR(bench_others[i]));
	}
}

static int __init bench_init(void)
{
	unsigned int i;

	bench_collector = bench_find("kevnotifyd");
	if (!bench_collector)
		return -ESRCH;
	memset(bench_text, 'x', sizeof(bench_text) - 1);
	bench_make_record();
	bench_on = bench_register("bench");
	bench_off = bench_register("bench-off");
	bench_register_others();
	bench_dir = debugfs_create_dir("kevnotify-bench", NULL);
	for (i = 0; i < ARRAY_SIZE(bench_ops); i++)
		debugfs_create_file(bench_ops[i].name, 0400, bench_dir,
				    (void *)&bench_ops[i], &bench_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	unsigned int i;

	debugfs_remove(bench_dir);
	for (i = 0; i < ARRAY_SIZE(bench_others); i++)
		kevnotify_source_unregister(bench_others[i]);
	kevnotify_source_unregister(bench_off);
	kevnotify_source_unregister(bench_on);
	put_task_struct(bench_collector);
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Measure what a kevnotify raise costs");
MODULE_LICENSE("GPL");
