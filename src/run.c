// SPDX-License-Identifier: GPL-2.0-only
/*
 * run: the run under way, from its start to its end; there is never another. It
 * decides when the end is pressed for, and what an end means for the record.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include "feed.h"
#include "health.h"
#include "helper.h"
#include "params.h"
#include "pause.h"
#include "report.h"
#include "run.h"
#include "stats.h"
#include "trace.h"

#define KEV_TERM_TO_KILL	(2 * HZ)
#define KEV_KILL_TO_STUCK	HZ
/* Instead, when the machine suspends */
#define KEV_TERM_TO_KILL_PM	HZ

/* How far the end has been pressed */
enum kev_press {
	KEV_PRESS_NONE,
	KEV_PRESS_TERM,
	KEV_PRESS_KILL,
};

/* kevnotifyd's own; others read @running */
static struct {
	bool			running;
	bool			delivered;	/* exec succeeded */
	u64			small;		/* the record that leaves the source's fields out */
	bool			killed;		/* it was sent a signal */
	bool			idle;		/* pipe mode: there was nothing at the last look */
	bool			limited;
	enum kev_press		press;
	unsigned long		deadline;	/* jiffies, if limited */
	unsigned long		busy;		/* jiffies, pipe mode: something came */
	u64			pipe;		/* its number in pipe mode; 0: exec mode */
	u64			pipes;		/* numbers given */
	const struct kev_record	*rec;		/* what it was started for */
} kev_run;

/* A run that never came to exec: which state does its errno mean? */
static enum kev_helper_state kev_noexec_state(int err)
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
	if (kev_run.small == kev_run.rec->seq) {
		kev_feed_pass(KEV_FEED_DISPATCH, kev_run.rec, KEV_STAT_FAILED);
		kev_run.small = 0;
		return;
	}
	kev_feed_release(false);
	kev_run.small = kev_run.rec->seq;
}

/* The run never came to exec: hold the record, and try again later */
static void kev_run_held(const struct kev_result *res)
{
	if (res->outcome == KEV_NOEXEC && res->code == E2BIG && !kev_run.pipe) {
		kev_run_too_big();
		return;
	}
	kev_feed_release(true);
	kev_backoff_start();
	if (res->outcome == KEV_BLOCKED)
		kev_health_held(KEV_HELPER_BLOCKED, 0);
	else if (res->outcome == KEV_BUSY)
		kev_health_held(KEV_HELPER_BUSY, EBUSY);
	else if (res->outcome == KEV_NOEXEC)
		kev_health_held(kev_noexec_state(res->code), res->code);
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

/* exec succeeded: from here on the record is delivered; in pipe mode it has to be read */
static void kev_run_delivered(u64 execed)
{
	if (kev_run.delivered || !execed)
		return;
	kev_run.delivered = true;
	kev_hist_add(&kev_hist_raise_to_exec, execed - kev_run.rec->event.mono);
	if (kev_run.pipe)
		return;
	kev_backoff_end();
	if (kev_run.small == kev_run.rec->seq)
		kev_run.small = 0;
	kev_feed_pass(KEV_FEED_DISPATCH, kev_run.rec, KEV_STAT_DELIVERED);
}

/* The helper was started: is it well? */
static void kev_run_judge(const struct kev_result *res)
{
	bool well = res->outcome == KEV_EXITED && !res->code;

	if (kev_helper_stuck() >= KEV_STUCK_MAX)
		kev_health_set(KEV_HELPER_STUCK, 0);
	else
		kev_health_set(well ? KEV_HELPER_OK : KEV_HELPER_FAILING, 0);
}

/* An operator would look for a reason why it ended */
static void kev_run_ended_by_power(const struct kev_result *res)
{
	if (kev_run.press != KEV_PRESS_NONE && kev_pause_power())
		pr_info("helper for record %llu: %s, as the machine %s\n", kev_run.rec->seq,
			kev_outcome_names[res->outcome],
			kev_pause_is(KEV_PAUSE_REBOOT) ? "goes down" : "suspends");
}

/* In pipe mode: it ended by itself, and there is a record that it did not read */
static bool kev_run_unread(const struct kev_result *res)
{
	struct kev_feed_state feed;

	if (!kev_run.pipe)
		return false;
	kev_feed_look(&feed);
	kev_feed_detach(kev_run.pipe);
	return res->execed && !feed.got && !feed.eof;
}

/* The helper lives, and does not read: to start it at once again would go on for ever */
static void kev_run_failed(const struct kev_result *res)
{
	kev_feed_release(true);
	kev_backoff_start();
	kev_health_held(KEV_HELPER_FAILING, ENODATA);
	kev_report_unread(kev_run.rec->seq, res);
}

/* What there is to say of the run to who sees records, and to who waits for a test */
static void kev_run_report(const struct kev_result *res, bool unread)
{
	struct kev_result seen = *res;

	if (!unread && (res->outcome != KEV_EXITED || res->code))
		kev_report_run(kev_run.rec->seq, res);
	if (unread) {
		seen.outcome = KEV_NOEXEC;
		seen.code = ENODATA;
	}
	if (kev_report_test(kev_run.rec) && (!kev_run.pipe || unread || !res->execed))
		kev_report_test_run(kev_run.rec->seq, &seen);
}

/* Its end, by itself or given up: from here on kevnotifyd may start the next one */
static void kev_run_ended(const struct kev_result *res)
{
	u64 ns = res->execed ? ktime_get_mono_fast_ns() - res->execed : 0;
	bool unread;

	kev_run_delivered(res->execed);
	unread = kev_run_unread(res);
	kev_run_ended_by_power(res);
	trace_kevnotify_run(kev_run.rec->seq, res->pid, kev_outcome_names[res->outcome],
			    res->code, ns);
	if (res->execed)
		kev_hist_add(&kev_hist_exec_to_exit, ns);
	if (unread)
		kev_run_failed(res);
	else if (res->execed)
		kev_run_judge(res);
	else
		kev_run_held(res);
	/* Who sees it counted finds the helper's state that it left */
	kev_stat_inc(kev_outcome_stats[res->outcome]);
	if (res->outcome == KEV_EXITED && res->code)
		kev_stat_inc(KEV_STAT_EXITED_NONZERO);
	kev_run_report(res, unread);
	kev_run.pipe = 0;
	/* Last: who finds no run under way finds this one counted */
	smp_store_release(&kev_run.running, false);
}

static void kev_run_limit(unsigned long ticks)
{
	kev_run.limited = true;
	kev_run.deadline = jiffies + ticks;
}

static unsigned long kev_term_to_kill(void)
{
	return kev_pause_is(KEV_PAUSE_PM) ? KEV_TERM_TO_KILL_PM : KEV_TERM_TO_KILL;
}

/* In pipe mode end of file will do, but not for one that did not come to an end in time */
static void kev_run_ask(void)
{
	if (kev_run.pipe && kev_pause_is(KEV_PAUSE_PM)) {
		kev_feed_end();
		return;
	}
	kev_run.killed = true;
	kev_helper_kill(SIGTERM);
}

/* The present run's time is over: TERM, then KILL, then give it up */
static void kev_run_press(void)
{
	struct kev_result res;

	switch (kev_run.press) {
	case KEV_PRESS_NONE:
		kev_run.press = KEV_PRESS_TERM;
		kev_run_ask();
		kev_run_limit(kev_term_to_kill());
		break;
	case KEV_PRESS_TERM:
		kev_run.press = KEV_PRESS_KILL;
		kev_run.killed = true;
		kev_helper_kill(SIGKILL);
		kev_run_limit(KEV_KILL_TO_STUCK);
		break;
	case KEV_PRESS_KILL:
		kev_helper_write_off(&res);
		pr_warn("helper for record %llu: pid %d survived SIGKILL and is given up\n",
			kev_run.rec->seq, res.pid);
		kev_run_ended(&res);
		break;
	}
}

/* In pipe mode its time is counted anew from each read, and not while there is nothing to read */
static void kev_pipe_limit(const struct kev_feed_state *feed)
{
	unsigned long from = feed->progress;

	if (kev_run.idle)
		kev_run.busy = jiffies;
	kev_run.idle = false;
	if (time_after(kev_run.busy, from))
		from = kev_run.busy;
	kev_run.limited = kev_param(KEV_TIMEOUT);
	kev_run.deadline = from + msecs_to_jiffies(kev_param(KEV_TIMEOUT));
}

/* A run in pipe mode, whose end nobody has pressed for; jiffies until there is more to do */
static unsigned long kev_pipe_watch(bool changed)
{
	unsigned long linger = msecs_to_jiffies(kev_param(KEV_LINGER));
	struct kev_feed_state feed;

	if (kev_pause_any() || changed)
		kev_feed_end();
	kev_feed_look(&feed);
	if (feed.got && !kev_health_ok())
		kev_health_set(KEV_HELPER_OK, 0);
	if (feed.got)
		kev_backoff_end();
	if (feed.empty && !feed.eof) {
		kev_run.idle = true;
		kev_run.limited = false;
		if (time_before(jiffies, feed.progress + linger))
			return feed.progress + linger - jiffies;
		kev_feed_end();
		kev_feed_look(&feed);
	}
	kev_pipe_limit(&feed);
	return MAX_SCHEDULE_TIMEOUT;
}

/**
 * kev_run_watch() - look after the run under way
 * @changed: the next run's helper is another: in pipe mode this one gets no more
 *
 * Context: kevnotifyd.
 * Return: jiffies until there is more to do.
 */
unsigned long kev_run_watch(bool changed)
{
	unsigned long left = MAX_SCHEDULE_TIMEOUT;
	struct kev_result res;

	kev_run_delivered(kev_helper_execed());
	if (kev_helper_ended(kev_run.killed, &res)) {
		kev_run_ended(&res);
		return 0;
	}
	if (kev_run.pipe && kev_run.press == KEV_PRESS_NONE)
		left = kev_pipe_watch(changed);
	if (!kev_run.limited)
		return left;
	if (time_before(jiffies, kev_run.deadline))
		return kev_run.deadline - jiffies;
	kev_run_press();
	return 0;
}

/**
 * kev_run_hurry() - press for the end of the run under way, whatever its time
 *
 * The module goes, or the machine suspends or goes down.
 *
 * Context: kevnotifyd.
 */
void kev_run_hurry(void)
{
	unsigned long latest = jiffies + kev_term_to_kill();

	if (kev_pause_is(KEV_PAUSE_REBOOT) && kev_run.press < KEV_PRESS_KILL) {
		kev_run.press = KEV_PRESS_TERM;
	} else if (kev_run.press != KEV_PRESS_NONE) {
		/* It may have been sent TERM before, with more time to go */
		if (time_after(kev_run.deadline, latest))
			kev_run.deadline = latest;
		return;
	}
	kev_run_press();
}

/**
 * kev_run_start() - start a run of the helper
 * @helper: the parameter "helper", which is not empty
 * @rec: the record that the run is for, taken from the feed; the caller's, and
 *	as it is until the run has ended
 * @notes: what there is to say of it; copied
 *
 * Context: kevnotifyd, with no run under way.
 */
void kev_run_start(const char *helper, const struct kev_record *rec, struct kev_notes *notes)
{
	unsigned int timeout = kev_param(KEV_TIMEOUT);

	notes->fixed_only = kev_run.small == rec->seq;
	kev_run.rec = rec;
	kev_stat_inc(KEV_STAT_RUNS);
	WRITE_ONCE(kev_run.running, true);
	kev_run.delivered = false;
	kev_run.press = KEV_PRESS_NONE;
	kev_run.killed = false;
	kev_run.limited = timeout;
	kev_run.deadline = jiffies + msecs_to_jiffies(timeout);
	kev_run.idle = false;
	kev_run.busy = jiffies;
	if (*helper == KEV_HELPER_PIPE) {
		kev_feed_release(false);
		kev_run.pipe = ++kev_run.pipes;
		kev_feed_attach(kev_run.pipe);
	}
	kev_helper_start(kev_helper_path(helper), kev_run.pipe, rec, notes);
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

/**
 * kev_run_forget() - the helper is another: what was too big for it may be tried whole
 *
 * Context: kevnotifyd, with no run under way.
 */
void kev_run_forget(void)
{
	kev_run.small = 0;
}
