// SPDX-License-Identifier: GPL-2.0-only
/*
 * run: the run under way, from its start to its end, and those that are stuck.
 * It decides when the end is pressed for, and what an end means for the record.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/timekeeping.h>

#include "feed.h"
#include "health.h"
#include "launch.h"
#include "params.h"
#include "pause.h"
#include "report.h"
#include "run.h"
#include "selfnoise.h"
#include "stats.h"
#include "stdin.h"
#include "stdout.h"
#include "trace.h"
#include "tree.h"
#include "wake.h"

#define KEV_RUN_TERM		(2 * HZ)	/* from TERM to KILL */
#define KEV_RUN_KILL		HZ		/* from the first KILL to the last */
#define KEV_RUN_BIRTH		(10 * HZ)	/* from the order to a child */
#define KEV_RUN_LOOK_MIN	msecs_to_jiffies(10)	/* between looks at the tree, doubled */
#define KEV_RUN_LOOK_MAX	msecs_to_jiffies(200)

/* How far the end has been pressed */
enum kev_press {
	KEV_PRESS_NONE,
	KEV_PRESS_TERM,
	KEV_PRESS_KILL,
};

/* Allocated at load, used again. One is active, the others are free or stuck. */
static struct {
	struct kev_launch	*launch;
	bool			stuck;
} kev_runs[KEV_RUNS_MAX];

/* The active run: kevnotifyd's own; others read @running, @execed and @which */
static struct {
	bool			running;
	bool			execed;		/* exec succeeded, with no signal of ours before */
	u64			small;		/* the record that leaves the source's fields out */
	bool			killed;		/* it was sent a signal */
	bool			cancelled;	/* by a suspend or a reboot */
	bool			unborn;		/* it was said that there is no child */
	bool			idle;		/* pipe mode: there was nothing at the last look */
	bool			frozen;		/* a suspend is under way */
	unsigned int		which;		/* of kev_runs */
	struct kev_launch	*launch;
	unsigned int		generation;	/* of the helper that it runs */
	enum kev_press		press;
	unsigned long		ordered;	/* jiffies */
	unsigned long		froze;		/* jiffies, with @frozen */
	unsigned long		slept;		/* jiffies that no time limit counts */
	unsigned long		until;		/* jiffies, when pressed */
	unsigned long		look;		/* jiffies from one look at the tree to the next */
	unsigned long		busy;		/* jiffies, pipe mode: something came */
	u64			pipe;		/* its number in pipe mode; 0: exec mode */
	u64			pipes;		/* numbers given */
	const struct kev_record	*rec;		/* it was started for; NULL: a resident reader */
	struct kev_tree		others;		/* its tree, but for the program itself */
} kev_run;

/* The record that it was started for; 0: none */
static u64 kev_run_seq(void)
{
	return kev_run.rec ? kev_run.rec->seq : 0;
}

/* In pipe mode, with linger 0: it stays for good, and is there before the trouble */
static bool kev_run_resident(void)
{
	return kev_run.pipe && !kev_param(KEV_LINGER);
}

/* The path was refused: which state does that mean? An errno of exec means none. */
static enum kev_helper_state kev_run_refused_state(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return KEV_HELPER_MISSING;
	case EACCES:
	case EPERM:
	case ELOOP:
		return KEV_HELPER_DENIED;
	default:
		return KEV_HELPER_FAILING;
	}
}

/* E2BIG: once more with the fixed strings only, and then it is given up */
static void kev_run_too_big(void)
{
	if (kev_run.small == kev_run_seq()) {
		kev_feed_pass(KEV_FEED_DISPATCH, kev_run.rec, KEV_STAT_FAILED);
		kev_run.small = 0;
		return;
	}
	kev_feed_release(false);
	kev_run.small = kev_run_seq();
}

/* Why it did not come to exec, in the kernel log */
static void kev_run_explain(const struct kev_result *res)
{
	const char *why;
	int err;

	if (!kev_launch_looked(kev_run.launch, &err, &why) || !*why)
		return;
	if (err)
		pr_warn_ratelimited("helper not run: %*pEhp (%d)\n", (int)strlen(why), why, err);
	else
		pr_warn_ratelimited("helper not run: its interpreter or loader '%*pEhp' cannot be reached (%d)\n",
				    (int)strlen(why), why, -res->code);
}

/* The record is held: the run never came to exec, or was signalled before */
static void kev_run_held(const struct kev_result *res)
{
	if (res->outcome == KEV_NOEXEC && res->code == E2BIG && !kev_run.pipe) {
		kev_run_too_big();
		return;
	}
	kev_feed_release(true);
	/* By the machine's suspend: that says nothing of the helper */
	if (kev_run.cancelled)
		return;
	kev_run_explain(res);
	kev_backoff_start();
	if (res->outcome == KEV_BLOCKED)
		kev_health_held(KEV_HELPER_BLOCKED, 0);
	else if (res->outcome == KEV_BUSY)
		kev_health_held(KEV_HELPER_BUSY, EBUSY);
	else if (res->outcome == KEV_NOEXEC && res->refused)
		kev_health_held(kev_run_refused_state(res->code), res->code);
	else if (res->outcome == KEV_NOEXEC)
		kev_health_held(KEV_HELPER_FAILING, res->code);
	else
		kev_health_held(KEV_HELPER_FAILING, ETIMEDOUT);
}

static const enum kev_stat kev_outcome_stats[KEV_OUTCOMES] = {
	[KEV_EXITED]	= KEV_STAT_EXITED,
	[KEV_SIGNALED]	= KEV_STAT_SIGNALED,
	[KEV_TIMEDOUT]	= KEV_STAT_TIMEDOUT,
	[KEV_STUCK]	= KEV_STAT_STUCK,
	[KEV_NOEXEC]	= KEV_STAT_NOEXEC,
	[KEV_BLOCKED]	= KEV_STAT_BLOCKED,
	[KEV_BUSY]	= KEV_STAT_BUSY,
};

/*
 * exec succeeded: from here on the record is delivered; in pipe mode it has to be
 * read. A run that we signalled before that was seen may not have begun: at
 * least once, so it is held.
 */
static void kev_run_note_exec(void)
{
	u64 execed = kev_launch_execed(kev_run.launch);

	if (kev_run.execed || !execed || kev_run.killed || kev_run.cancelled)
		return;
	WRITE_ONCE(kev_run.execed, true);
	/* A suspend waits for that */
	kev_wake_all();
	if (kev_run.rec)
		kev_hist_add(&kev_hist_raise_to_exec, execed - kev_run.rec->event.mono);
	if (kev_run.pipe)
		return;
	kev_backoff_end();
	if (kev_run.small == kev_run_seq())
		kev_run.small = 0;
	kev_feed_pass(KEV_FEED_DISPATCH, kev_run.rec, KEV_STAT_DELIVERED);
}

/* The helper was started: is it well? */
static void kev_run_set_state(const struct kev_result *res)
{
	bool well = res->outcome == KEV_EXITED && !res->code;

	if (kev_run_stuck() >= KEV_STUCK_MAX)
		kev_health_set(KEV_HELPER_STUCK, 0);
	else
		kev_health_set(well ? KEV_HELPER_OK : KEV_HELPER_FAILING, 0);
}

/* In pipe mode: it ended by itself, and there is a record that it did not read */
static bool kev_run_unread(void)
{
	struct kev_feed_state feed;

	if (!kev_run.pipe)
		return false;
	kev_feed_look(&feed);
	kev_feed_detach(kev_run.pipe);
	return kev_run.execed && !feed.got && !feed.eof;
}

/* The helper lives, and does not read: to start it at once again would go on for ever */
static void kev_run_failed(const struct kev_result *res)
{
	kev_feed_release(true);
	kev_backoff_start();
	kev_health_held(KEV_HELPER_FAILING, ENODATA);
	kev_report_unread(kev_run_seq(), res);
}

/* What there is to say of the run to readers of records, and to the writer of a test */
static void kev_run_report(const struct kev_result *res, bool unread)
{
	struct kev_result seen = *res;

	if (!unread && (res->outcome != KEV_EXITED || res->code))
		kev_report_run(kev_run_seq(), res);
	if (unread) {
		seen.outcome = KEV_NOEXEC;
		seen.code = ENODATA;
	}
	if (kev_run.rec && kev_report_test(kev_run.rec) &&
	    (!kev_run.pipe || unread || !kev_run.execed))
		kev_report_test_run(kev_run_seq(), &seen);
}

/* The rest of its tree that was killed, or is left: one line */
static void kev_run_name_others(int left)
{
	const struct kev_tree *found = &kev_run.others;
	char names[KEV_TREE_NAMES * (TASK_COMM_LEN + 14)];
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < min_t(unsigned int, found->count, KEV_TREE_NAMES); i++)
		len += scnprintf(names + len, sizeof(names) - len, " %*pEhp[%d]",
				 (int)strnlen(found->comm[i], TASK_COMM_LEN), found->comm[i],
				 found->pid[i]);
	if (len)
		pr_info("helper for record %llu: %s%s\n", kev_run_seq(),
			left ? "these processes of it are left:" : "killed with it:", names);
}

/* Its end, by itself or given up: from here on kevnotifyd may start the next one */
static void kev_run_ended(void)
{
	struct kev_result res;
	bool unread;
	u64 ns = 0;

	kev_run_note_exec();
	kev_launch_result(kev_run.launch, kev_run.killed, &res);
	WRITE_ONCE(kev_runs[kev_run.which].stuck, res.outcome == KEV_STUCK);
	unread = kev_run_unread();
	if (kev_run.execed) {
		ns = (res.ended ?: ktime_get_mono_fast_ns()) - res.execed;
		kev_hist_add(&kev_hist_exec_to_exit, ns);
	}
	trace_kevnotify_run(kev_run_seq(), res.pid, kev_outcome_names[res.outcome], res.code,
			    ns);
	if (unread)
		kev_run_failed(&res);
	else if (kev_run.execed)
		kev_run_set_state(&res);
	else
		kev_run_held(&res);
	/* The state before the counter: readers look at the counter first */
	kev_stat_inc(kev_outcome_stats[res.outcome]);
	if (res.outcome == KEV_EXITED && res.code)
		kev_stat_inc(KEV_STAT_EXITED_NONZERO);
	kev_run_report(&res, unread);
	if (res.outcome != KEV_STUCK)
		kev_launch_finish(kev_run.launch);
	kev_run.pipe = 0;
	/* Last: a reader that finds no run under way finds this one counted */
	smp_store_release(&kev_run.running, false);
}

/* What began before that is no part of its tree, in ns of CLOCK_MONOTONIC */
static u64 kev_run_tree_since(void)
{
	u64 age = (u64)kev_param(KEV_TIMEOUT) * NSEC_PER_MSEC, now = ktime_get_mono_fast_ns();

	return kev_run_resident() && now > age ? now - age : 0;
}

/* Signal the program and all others of its tree; how many those are */
static int kev_run_signal(int sig)
{
	struct kev_tree *found = kev_run.press == KEV_PRESS_NONE ? &kev_run.others : NULL;

	if (sig) {
		kev_run.killed = true;
		kev_launch_kill(kev_run.launch, sig);
	}
	return kev_tree_signal(kev_launch_mark(kev_run.launch), kev_launch_pid(kev_run.launch),
			       kev_run_tree_since(), sig, found);
}

static void kev_run_press_for(enum kev_press press, unsigned long ticks)
{
	kev_run.press = press;
	kev_run.until = jiffies + ticks;
	kev_run.look = KEV_RUN_LOOK_MIN;
}

/* Its time is over */
static void kev_run_terminate(void)
{
	kev_run_signal(SIGTERM);
	kev_run_press_for(KEV_PRESS_TERM, KEV_RUN_TERM);
}

static void kev_run_give_up(void)
{
	pr_warn("helper for record %llu: pid %d survived SIGKILL and is given up\n",
		kev_run_seq(), kev_launch_pid(kev_run.launch));
	kev_run_name_others(1);
	kev_run_ended();
}

/*
 * After TERM the tree has some time, then KILL sweeps go through it until none is
 * left, as what forks may slip through one. Over when the program has ended, and
 * the others, or the time for both.
 */
static unsigned long kev_run_escalate(void)
{
	bool over = kev_launch_over(kev_run.launch);
	unsigned long look;
	int left = 0;

	if (kev_run.press == KEV_PRESS_KILL)
		left = kev_run_signal(SIGKILL);
	else if (over)
		left = kev_run_signal(0);
	if (over && (!left || (kev_run.press == KEV_PRESS_KILL &&
			       time_after_eq(jiffies, kev_run.until)))) {
		kev_run_name_others(left);
		kev_run_ended();
		return 0;
	}
	if (time_before(jiffies, kev_run.until)) {
		/* Before that its end wakes us */
		if (kev_run.press == KEV_PRESS_TERM && !over)
			return kev_run.until - jiffies;
		look = kev_run.look;
		kev_run.look = min(2 * look, KEV_RUN_LOOK_MAX);
		return min(look, kev_run.until - jiffies);
	}
	if (kev_run.press == KEV_PRESS_KILL)
		kev_run_give_up();
	else
		kev_run_press_for(KEV_PRESS_KILL, KEV_RUN_KILL);
	return 0;
}

/* No child yet: no worker, or no memory to fork. Nothing is known to be wrong with the helper. */
static unsigned long kev_run_await_child(void)
{
	unsigned int timeout = kev_param(KEV_TIMEOUT);
	unsigned long wait = KEV_RUN_BIRTH;

	/* A child that hangs before exec does not kick us */
	if (timeout)
		wait = clamp_t(unsigned long, msecs_to_jiffies(timeout), HZ / 20, wait);
	if (time_before(jiffies, kev_run.ordered + kev_run.slept + KEV_RUN_BIRTH))
		return wait;
	if (!kev_run.unborn) {
		pr_warn("helper for record %llu: no process after 10 s; it is waited for\n",
			kev_run_seq());
		kev_health_set(KEV_HELPER_STUCK, 0);
	}
	kev_run.unborn = true;
	return wait;
}

/* Time is up at @from and the parameter "timeout"; returns jiffies until then */
static unsigned long kev_run_limit(unsigned long from)
{
	unsigned long end = from + msecs_to_jiffies(kev_param(KEV_TIMEOUT));

	if (!kev_param(KEV_TIMEOUT))
		return MAX_SCHEDULE_TIMEOUT;
	if (time_before(jiffies, end))
		return end - jiffies;
	kev_run_terminate();
	return 0;
}

/* From when on counts the time of a reader, which has something to read? */
static unsigned long kev_run_read_from(unsigned long began, const struct kev_feed_state *feed)
{
	if (kev_run.idle)
		kev_run.busy = jiffies;
	kev_run.idle = false;
	if (time_after(feed->progress, began))
		began = feed->progress;
	return time_after(kev_run.busy, began) ? kev_run.busy : began;
}

/* In pipe mode its time is counted anew from each read, and not while there is nothing to read */
static unsigned long kev_run_watch_pipe(unsigned long began)
{
	unsigned long linger = msecs_to_jiffies(kev_param(KEV_LINGER));
	struct kev_feed_state feed;

	/* Suspend, grace and reboot leave a reader alone */
	if (kev_pause_is(KEV_PAUSE_USER) || kev_helper_generation() != kev_run.generation)
		kev_feed_end();
	kev_feed_look(&feed);
	if (feed.got && !kev_health_ok())
		kev_health_set(KEV_HELPER_OK, 0);
	if (feed.got)
		kev_backoff_end();
	if (kev_run_resident())
		kev_selfnoise_resident(kev_run.which, kev_launch_pid(kev_run.launch),
				       kev_param(KEV_TIMEOUT));
	if (feed.empty && !feed.eof) {
		kev_run.idle = true;
		if (kev_run_resident())
			return MAX_SCHEDULE_TIMEOUT;
		if (time_before(jiffies, feed.progress + linger))
			return feed.progress + linger - jiffies;
		kev_feed_end();
		kev_feed_look(&feed);
	}
	return kev_run_limit(kev_run_read_from(began, &feed));
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
		kev_run.until += jiffies - kev_run.froze;
		kev_run.busy = jiffies;
		kev_run.frozen = false;
	}
	return false;
}

/**
 * kev_run_watch() - look after the run under way
 *
 * Context: kevnotifyd.
 * Return: jiffies until there is more to do.
 */
unsigned long kev_run_watch(void)
{
	unsigned long began;

	kev_run_note_exec();
	if (kev_run_sleeps())
		return MAX_SCHEDULE_TIMEOUT;
	if (kev_run.press != KEV_PRESS_NONE)
		return kev_run_escalate();
	if (kev_launch_over(kev_run.launch)) {
		kev_run_ended();
		return 0;
	}
	if (!kev_launch_began(kev_run.launch, &began))
		return kev_run_await_child();
	began += kev_run.slept;
	return kev_run.pipe && kev_run.execed ? kev_run_watch_pipe(began) : kev_run_limit(began);
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
	kev_run.which = which;
	kev_run.launch = kev_runs[which].launch;
	kev_run.generation = helper->generation;
	kev_run.rec = rec;
	WRITE_ONCE(kev_run.execed, false);
	kev_run.killed = false;
	kev_run.cancelled = false;
	kev_run.unborn = false;
	kev_run.idle = false;
	kev_run.frozen = false;
	kev_run.press = KEV_PRESS_NONE;
	kev_run.ordered = jiffies;
	kev_run.busy = jiffies;
	kev_run.slept = 0;
	kev_run.others.count = 0;
	kev_run.pipe = pipe;
	kev_run.pipes = max(kev_run.pipes, pipe);
	kev_stat_inc(KEV_STAT_RUNS);
	WRITE_ONCE(kev_run.running, true);
}

/**
 * kev_run_start() - start a run of the helper
 * @helper: there is one
 * @rec: the record that the run is for, taken from the feed; the caller's, and
 *	as it is until the run has ended. NULL: a resident reader, before there is one
 * @notes: what there is to say of it; copied
 *
 * Context: kevnotifyd, with no run under way and fewer than KEV_STUCK_MAX stuck.
 * Return: false while the module goes: the record is still taken.
 */
bool kev_run_start(const struct kev_helper *helper, const struct kev_record *rec,
		   struct kev_notes *notes)
{
	int which = kev_run_free();
	u64 pipe = *helper->value == KEV_HELPER_PIPE ? kev_run.pipes + 1 : 0;

	if (which < 0)
		return false;
	notes->fixed_only = rec && kev_run.small == rec->seq;
	/* Before there is a reader */
	if (pipe) {
		kev_feed_release(false);
		kev_feed_attach(pipe);
	}
	if (!kev_launch_run(kev_runs[which].launch, which, kev_helper_path(helper->value), pipe,
			    rec, notes)) {
		kev_feed_detach(pipe);
		return false;
	}
	kev_run_begin(helper, which, pipe, rec);
	return true;
}

/**
 * kev_run_over() - has the run under way ended, and is only to be counted?
 *
 * Context: kevnotifyd, with a run under way.
 */
bool kev_run_over(void)
{
	return kev_launch_over(kev_run.launch);
}

/**
 * kev_run_active() - is a run under way?
 *
 * Context: any.
 * Return: false when there is none, and all that ended are counted.
 */
bool kev_run_active(void)
{
	/* Pairs with kev_run_ended() */
	return smp_load_acquire(&kev_run.running);
}

/* Has the run under way come to exec? */
bool kev_run_execed(void)
{
	return READ_ONCE(kev_run.execed);
}

/**
 * kev_run_forget() - the helper is another: what was too big for it may be tried whole
 *
 * Context: kevnotifyd, with no run under way.
 */
void kev_run_forget(void)
{
	kev_run.small = 0;
}

/**
 * kev_run_reap() - forget stuck runs that are over by now
 *
 * Context: kevnotifyd.
 */
void kev_run_reap(void)
{
	unsigned int i;

	for (i = 0; i < KEV_RUNS_MAX; i++) {
		if (!kev_runs[i].stuck || !kev_launch_over(kev_runs[i].launch))
			continue;
		kev_launch_finish(kev_runs[i].launch);
		WRITE_ONCE(kev_runs[i].stuck, false);
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

/**
 * kev_run_show() - print what pins the module
 * @m: where to
 *
 * Takes no lock: single words, which may be of two runs while one follows the other.
 *
 * Context: task.
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

/**
 * kev_run_exit() - undo kev_run_init()
 *
 * Context: task. No run is under way, and none is stuck: they pin the module.
 */
void kev_run_exit(void)
{
	unsigned int i;

	for (i = 0; i < KEV_RUNS_MAX; i++)
		kev_launch_destroy(kev_runs[i].launch);
}

/**
 * kev_run_init() - have the memory for all runs
 *
 * Context: task; may sleep.
 * Return: 0 or -ENOMEM.
 */
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
