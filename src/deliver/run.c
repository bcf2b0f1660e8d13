// SPDX-License-Identifier: GPL-2.0-only
/*
 * run: the run under way, from its start to its end, and those that are stuck.
 * It keeps the time; kill.c ends what takes too long, and outcome.c says what an
 * end means.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include "feed.h"
#include "fifo.h"
#include "health.h"
#include "kill.h"
#include "launch.h"
#include "outcome.h"
#include "param.h"
#include "pause.h"
#include "run.h"
#include "selfnoise.h"
#include "stdin.h"
#include "stat.h"
#include "wake.h"

#define KEV_RUN_BIRTH	(10 * HZ)	/* from the order to a child */

/* Allocated at load, used again. One is active, the others are free or stuck. */
static struct {
	struct kev_launch	*launch;
	bool			stuck;
} kev_runs[KEV_RUNS_MAX];

/* The active run: kevnotifyd's own; others read @running, @execed and @which */
static struct kev_run kev_run;
/* Numbers given to runs in pipe mode */
static u64 kev_run_pipes;

/* In pipe mode, with linger 0: it stays for good, and is there before the trouble */
static bool kev_run_resident(void)
{
	return kev_run.pipe && !kev_param(KEV_LINGER);
}

/* Its end, by itself or given up: from here on kevnotifyd may start the next one */
static void kev_run_ended(void)
{
	struct kev_result res;

	kev_outcome_exec(&kev_run);
	kev_launch_result(kev_run.launch, kev_run.kill.stage != KEV_KILL_NONE, &res);
	WRITE_ONCE(kev_runs[kev_run.which].stuck, res.outcome == KEV_STUCK);
	kev_outcome_end(&kev_run, &res, kev_run_stuck() >= KEV_STUCK_MAX);
	if (res.outcome != KEV_STUCK)
		kev_launch_finish(kev_run.launch);
	kev_run.pipe = 0;
	/* Last: a reader that finds no run under way finds this one counted */
	smp_store_release(&kev_run.running, false);
}

/* No child yet: no worker, or no memory to fork. Nothing is known to be wrong with the helper. */
static unsigned long kev_run_await_child(void)
{
	unsigned int timeout = kev_param(KEV_TIMEOUT);
	unsigned long wait = KEV_RUN_BIRTH;

	/* A child that hangs before exec does not kick us */
	if (timeout)
		wait = clamp_t(unsigned long, msecs_to_jiffies(timeout), HZ / 20, wait);
	if (kev_wake_left(kev_run.ordered + kev_run.slept, KEV_RUN_BIRTH))
		return wait;
	if (!kev_run.unborn) {
		pr_warn("helper for record %llu: no process after 10 s; it is waited for\n",
			kev_run_seq(&kev_run));
		kev_health_set(KEV_HELPER_STUCK, 0);
	}
	kev_run.unborn = true;
	return wait;
}

/* Time is up when "timeout" has passed since both; returns jiffies until then */
static unsigned long kev_run_limit(unsigned long since, unsigned long and_since)
{
	unsigned long ticks = msecs_to_jiffies(kev_param(KEV_TIMEOUT)), now = jiffies;
	unsigned long age = min(now - since, now - and_since);
	u64 tree = 0;

	if (!ticks)
		return MAX_SCHEDULE_TIMEOUT;
	if (age < ticks)
		return ticks - age;
	/*
	 * Of a resident run only what it has started since, within a tick: what is older, or
	 * much older than "timeout", which may have been lowered, is a daemon.
	 */
	if (kev_run_resident())
		tree = ktime_get_mono_fast_ns() - (min(age, ticks + HZ) + 1ULL) * TICK_NSEC;
	kev_kill_start(&kev_run.kill, kev_run.launch, tree);
	return 0;
}

/* In pipe mode its time is counted anew from each read, and not while there is nothing to read */
static unsigned long kev_run_watch_pipe(void)
{
	struct kev_stdin_state in;
	unsigned long left;

	/* Suspend, grace and reboot leave a reader alone */
	if (kev_pause_is(KEV_PAUSE_USER) || kev_helper_generation() != kev_run.generation)
		kev_stdin_stop();
	kev_stdin_look(&in);
	if (in.got && !kev_health_is(KEV_HELPER_OK))
		kev_health_set(KEV_HELPER_OK, 0);
	if (in.got)
		kev_health_backoff_end();
	if (kev_run_resident())
		kev_selfnoise_resident(kev_run.which, kev_launch_pid(kev_run.launch),
				       kev_param(KEV_TIMEOUT));
	if (in.empty && !in.eof) {
		kev_run.idle = true;
		if (kev_run_resident())
			return MAX_SCHEDULE_TIMEOUT;
		left = kev_wake_left(in.progress, msecs_to_jiffies(kev_param(KEV_LINGER)));
		if (left)
			return left;
		kev_stdin_stop();
		kev_stdin_look(&in);
	}
	if (kev_run.idle)
		kev_run.busy = jiffies;
	kev_run.idle = false;
	return kev_run_limit(in.progress, kev_run.busy);
}

/*
 * The machine suspends or goes down. The kernel waits for a start that has not
 * come to exec, and for nothing else: that one is cancelled. A program that runs
 * is left alone, and no time limit counts until the machine is back.
 */
static bool kev_run_sleeps(void)
{
	if (!kev_run.execed && !kev_run.cancelled && kev_pause_power()) {
		kev_run.cancelled = true;
		kev_launch_cancel(kev_run.launch);
	}
	if (kev_pause_is(KEV_PAUSE_PM)) {
		if (!kev_run.frozen)
			kev_run.froze = jiffies;
		kev_run.frozen = true;
		return !kev_launch_over(kev_run.launch);
	}
	if (kev_run.frozen) {
		kev_run.slept += jiffies - kev_run.froze;
		kev_run.kill.until += jiffies - kev_run.froze;
		kev_run.busy = jiffies;
		kev_run.frozen = false;
	}
	return false;
}

/* Look after the run under way; returns jiffies until there is more to do */
unsigned long kev_run_watch(void)
{
	unsigned long began, left = MAX_SCHEDULE_TIMEOUT;
	bool over;

	kev_outcome_exec(&kev_run);
	if (kev_run_sleeps())
		return left;
	over = kev_run.kill.stage == KEV_KILL_NONE ? kev_launch_over(kev_run.launch) :
	       kev_kill_step(&kev_run.kill, kev_run.launch, &left);
	if (over) {
		kev_run_ended();
		return 0;
	}
	if (kev_run.kill.stage != KEV_KILL_NONE)
		return left;
	if (!kev_launch_began(kev_run.launch, &began))
		return kev_run_await_child();
	if (kev_run.pipe && kev_run.execed)
		return kev_run_watch_pipe();
	began += kev_run.slept;
	/* It may have come after that: no run begins in the future */
	if (time_after(began, jiffies))
		began = jiffies;
	return kev_run_limit(began, began);
}

/* The free one that was used longest ago: what bore its mark has most likely gone */
static int kev_run_free(void)
{
	unsigned int i, which;

	for (i = 1; i <= KEV_RUNS_MAX; i++) {
		which = (kev_run.which + i) % KEV_RUNS_MAX;
		if (!kev_runs[which].stuck)
			return which;
	}
	return -EBUSY;
}

static void kev_run_begin(const struct kev_helper *helper, unsigned int which, u64 pipe,
			  const struct kev_record *rec)
{
	kev_run = (struct kev_run){
		.which		= which,
		.launch		= kev_runs[which].launch,
		.generation	= helper->generation,
		.rec		= rec,
		.ordered	= jiffies,
		.idle		= true,
		.pipe		= pipe,
	};
	kev_stat_inc(KEV_STAT_RUNS);
	WRITE_ONCE(kev_run.running, true);
}

/*
 * Start a run, with none under way and fewer than KEV_STUCK_MAX stuck. @rec was
 * taken from the feed and stays as it is until the run has ended; NULL: a resident
 * reader, before there is one. @notes are copied. False while the module goes: then no
 * record is taken.
 */
bool kev_run_start(const struct kev_helper *helper, const struct kev_record *rec,
		   struct kev_notes *notes)
{
	int which = kev_run_free();
	u64 pipe = *helper->value == KEV_HELPER_PIPE ? ++kev_run_pipes : 0;

	if (which < 0)
		return false;
	notes->fixed_only = rec && kev_outcome_fixed_only(rec->seq);
	/* Before there is a reader */
	if (pipe) {
		kev_feed_release(false);
		kev_stdin_start(pipe);
	}
	if (!kev_launch_run(kev_runs[which].launch, which, kev_helper_path(helper->value), pipe,
			    rec, notes)) {
		kev_feed_detach(pipe);
		return false;
	}
	kev_run_begin(helper, which, pipe, rec);
	return true;
}

/* False when there is none under way, and all that ended are counted */
bool kev_run_active(void)
{
	/* Pairs with kev_run_ended() */
	return smp_load_acquire(&kev_run.running);
}

/* A pass has ended since, and no run is under way: with a reason set before, none starts */
bool kev_run_rests(u32 asked)
{
	return kev_wake_passed(asked) && !kev_run_active();
}

/* Has the run under way come to exec? */
bool kev_run_execed(void)
{
	return READ_ONCE(kev_run.execed);
}

/* Forget stuck runs that are over by now */
void kev_run_reap(void)
{
	unsigned int i;

	for (i = 0; i < KEV_RUNS_MAX; i++) {
		if (!kev_runs[i].stuck || !kev_launch_over(kev_runs[i].launch))
			continue;
		kev_launch_finish(kev_runs[i].launch);
		WRITE_ONCE(kev_runs[i].stuck, false);
		/* Runs may start again. A start without a process is under way. */
		if (kev_health_is(KEV_HELPER_STUCK) && !kev_run_active())
			kev_health_set(KEV_HELPER_OK, 0);
	}
}

/* How many runs survived SIGKILL, and are still there? */
unsigned int kev_run_stuck(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < KEV_RUNS_MAX; i++)
		n += READ_ONCE(kev_runs[i].stuck);
	return n;
}

/*
 * Print what pins the module. Takes no lock: single words, which may be of two runs
 * while one follows the other.
 */
void kev_run_show(struct seq_file *m)
{
	bool active = kev_run_active();
	unsigned int i;

	for (i = 0; i < KEV_RUNS_MAX; i++) {
		const char *what = READ_ONCE(kev_runs[i].stuck) ? "stuck" :
				   active && i == READ_ONCE(kev_run.which) ? "active" : NULL;

		if (what)
			seq_printf(m, "run %s seq=%llu pid=%d\n", what,
				   kev_launch_seq(kev_runs[i].launch),
				   kev_launch_pid(kev_runs[i].launch));
	}
	seq_printf(m, "outputs %u\npipes %u\n", kev_stdout_count(), kev_stdin_count());
}

/* No run is under way, and none is stuck: they pin the module */
void kev_run_exit(void)
{
	unsigned int i;

	for (i = 0; i < KEV_RUNS_MAX; i++)
		kev_launch_destroy(kev_runs[i].launch);
}

int kev_run_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < KEV_RUNS_MAX; i++) {
		kev_runs[i].launch = kev_launch_create();
		if (IS_ERR(kev_runs[i].launch)) {
			err = PTR_ERR(kev_runs[i].launch);
			pr_err("no memory for runs of the helper (%d): not loaded\n", err);
			kev_run_exit();
			return err;
		}
	}
	return 0;
}
