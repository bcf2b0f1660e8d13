// SPDX-License-Identifier: GPL-2.0-only
/*
 * kevnotify's own: a raise in its several fates, and a record on its way from the stage
 * into the log and out of it.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>

#include <asm/msr.h>

#include <kevnotify.h>
/* What is measured of the way out of the log: pure functions */
#include "../../src/record/render.c"
#include "bench.h"

/* Beside the two that are measured */
static struct kevnotify_source *bench_others[1000];
static unsigned int others;
module_param(others, uint, 0444);
MODULE_PARM_DESC(others, "sources that are there and raise nothing");

#define BENCH_LAST	4

/* What it takes to register one more */
u64 bench_registering;

static struct kevnotify_source *bench_on;
static struct kevnotify_source *bench_off;

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
			KEVNOTIFY_HEX(bench_numbers[3]), KEVNOTIFY_STRN(bench_text, BENCH_TEXT));
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

/* kevnotifyd has run on, but does not come to the CPU: its doorbell stays armed */
static void bench_awaken(void)
{
	wake_up_process(bench_collector);
}

static void bench_stage(void)
{
	unsigned int i;

	for (i = 0; i < BENCH_EVENTS; i++)
		bench_raise();
}

/* Give kevnotifyd the CPU until it sleeps again */
void bench_collect(void)
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
	const u64 words[] = { 731, 1000, 4242, 0xffffffffULL, bench_length };
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
	memcpy(ev->data + 1 + ARRAY_SIZE(words), bench_text, bench_length);
	ev->words = ARRAY_SIZE(words);
	ev->len = sizeof(u64) + sizeof(words) + bench_length;
	bench_record.message = bench_make_text(bench_record.text);
}

static void bench_render(void)
{
	static const struct kev_notes notes;

	kev_render_stream(&bench_record, &notes, true, bench_rendered, sizeof(bench_rendered));
}

const struct bench_op bench_raise_ops[] = {
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
	{ "collect",		bench_collect,		bench_stage,		1, false,
	  BENCH_EVENTS },
	{ "render",		bench_render,		NULL,			4 },
	{ }
};

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

static void bench_register_others(void)
{
	char name[24];
	unsigned int i;
	u64 start;

	bench_registering = U64_MAX;
	for (i = 0; i < min_t(unsigned int, others, ARRAY_SIZE(bench_others)); i++) {
		snprintf(name, sizeof(name), "other-%u", i);
		start = rdtsc_ordered();
		bench_others[i] = bench_register(name);
		/* Of the last few, one that no interrupt fell into */
		if (i + BENCH_LAST >= others)
			bench_registering = min(bench_registering, rdtsc_ordered() - start);
		if (IS_ERR(bench_others[i]))
			pr_err("no %s: %ld\n", name, PTR_ERR(bench_others[i]));
	}
}

void bench_raise_init(void)
{
	bench_make_record();
	bench_on = bench_register("bench");
	bench_off = bench_register("bench-off");
	bench_register_others();
}

void bench_raise_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bench_others); i++)
		kevnotify_source_unregister(bench_others[i]);
	kevnotify_source_unregister(bench_off);
	kevnotify_source_unregister(bench_on);
}
