// SPDX-License-Identifier: GPL-2.0-only
/*
 * outcome: what exec's return and the end of a run mean for its record, for the
 * helper's state and for those that read about it. All of it is kevnotifyd's.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/ktime.h>

#include "feed.h"
#include "health.h"
#include "launch.h"
#include "outcome.h"
#include "report.h"
#include "run.h"
#include "stdin.h"
#include "stat.h"
#include "test.h"
#include "trace.h"
#include "wake.h"

/* The record that goes without the source's fields, as it was too big with them */
static u64 kev_outcome_small;

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
void kev_outcome_exec(struct kev_run *run)
{
	u64 execed = kev_launch_execed(run->launch);

	if (run->execed || !execed || run->kill.stage != KEV_KILL_NONE || run->cancelled)
		return;
	WRITE_ONCE(run->execed, true);
	/* A suspend waits for that */
	kev_wake_all();
	if (run->rec)
		kev_stat_hist_add(&kev_hist_raise_to_exec, execed - run->rec->event.mono);
	/* It may go on for long, and a resident reader have nothing to read */
	kev_health_started();
	if (run->pipe)
		return;
	kev_health_backoff_end();
	if (kev_outcome_small == run->rec->seq)
		kev_outcome_small = 0;
	kev_feed_pass(KEV_FEED_DISPATCH, run->rec, KEV_STAT_DELIVERED);
}

/* The path was refused: which state does that mean? An errno of exec means none. */
static enum kev_helper_state kev_outcome_refused_state(int err)
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
static void kev_outcome_too_big(const struct kev_record *rec)
{
	if (kev_outcome_small == rec->seq) {
		kev_feed_pass(KEV_FEED_DISPATCH, rec, KEV_STAT_FAILED);
		kev_outcome_small = 0;
		return;
	}
	kev_feed_release(false);
	kev_outcome_small = rec->seq;
}

/* Why it did not come to exec, in the kernel log */
static void kev_outcome_explain(const struct kev_run *run, const struct kev_result *res)
{
	const char *why;
	int err;

	if (!kev_launch_looked(run->launch, &err, &why) || !*why)
		return;
	if (err)
		pr_warn_ratelimited("helper not run: %*pEhp (%d)\n", (int)strlen(why), why, err);
	else
		pr_warn_ratelimited("helper not run: its interpreter or loader '%*pEhp' cannot be reached (%d)\n",
				    (int)strlen(why), why, -res->code);
}

/* The record is held: the run never came to exec, or was signalled before */
static void kev_outcome_held(const struct kev_run *run, const struct kev_result *res)
{
	if (res->outcome == KEV_NOEXEC && res->code == E2BIG && !run->pipe) {
		kev_outcome_too_big(run->rec);
		return;
	}
	kev_feed_release(true);
	/* By the machine's suspend: that says nothing of the helper */
	if (run->cancelled)
		return;
	kev_outcome_explain(run, res);
	kev_health_backoff_start();
	if (res->outcome == KEV_BLOCKED)
		kev_health_held(KEV_HELPER_BLOCKED, 0);
	else if (res->outcome == KEV_BUSY)
		kev_health_held(KEV_HELPER_BUSY, EBUSY);
	else if (res->outcome == KEV_NOEXEC && res->refused)
		kev_health_held(kev_outcome_refused_state(res->code), res->code);
	else if (res->outcome == KEV_NOEXEC)
		kev_health_held(KEV_HELPER_FAILING, res->code);
	else
		kev_health_held(KEV_HELPER_FAILING, ETIMEDOUT);
}

/* In pipe mode: it ended by itself, and there is a record that it did not read */
static bool kev_outcome_unread(const struct kev_run *run)
{
	struct kev_stdin_state in;

	if (!run->pipe)
		return false;
	kev_stdin_look(&in);
	kev_feed_detach(run->pipe);
	return run->execed && !in.got && !in.eof;
}

/* The helper lives, and does not read: to start it at once again would go on for ever */
static void kev_outcome_failed(void)
{
	kev_feed_release(true);
	kev_health_backoff_start();
	kev_health_held(KEV_HELPER_FAILING, ENODATA);
}

/* What there is to say of the run to readers of records, and to the writer of a test */
static void kev_outcome_report(const struct kev_run *run, const struct kev_result *res,
			       bool unread)
{
	struct kev_result seen = *res;

	if (unread || res->outcome != KEV_EXITED || res->code)
		kev_report_run(kev_run_seq(run), res, unread);
	if (unread) {
		seen.outcome = KEV_NOEXEC;
		seen.code = ENODATA;
	}
	if (run->rec && kev_report_is_test(&run->rec->event) &&
	    (!run->pipe || unread || !run->execed))
		kev_test_end_run(kev_run_seq(run), &seen);
}

static void kev_outcome_measure(const struct kev_run *run, const struct kev_result *res)
{
	u64 end = res->ended ?: ktime_get_mono_fast_ns(), ns = 0;

	if (run->execed) {
		/* It may have ended before the work item saw that exec had succeeded */
		ns = end > res->execed ? end - res->execed : 0;
		kev_stat_hist_add(&kev_hist_exec_to_exit, ns);
	}
	trace_kevnotify_run(kev_run_seq(run), res->pid, kev_outcome_names[res->outcome], res->code,
			    ns);
}

/* The run has ended, or is given up; @all_stuck: no more runs may be stuck */
void kev_outcome_end(struct kev_run *run, const struct kev_result *res, bool all_stuck)
{
	bool well = res->outcome == KEV_EXITED && !res->code;
	bool unread = kev_outcome_unread(run);

	kev_outcome_measure(run, res);
	if (unread)
		kev_outcome_failed();
	else if (!run->execed)
		kev_outcome_held(run, res);
	else if (all_stuck)
		kev_health_set(KEV_HELPER_STUCK, 0);
	else
		kev_health_set(well ? KEV_HELPER_OK : KEV_HELPER_FAILING, 0);
	/* The state before the counter: readers look at the counter first */
	kev_stat_inc(kev_outcome_stats[res->outcome]);
	if (res->outcome == KEV_EXITED && res->code)
		kev_stat_inc(KEV_STAT_EXITED_NONZERO);
	kev_outcome_report(run, res, unread);
}

/* Does the record go without the source's fields? */
bool kev_outcome_fixed_only(u64 seq)
{
	return kev_outcome_small == seq;
}

/* The helper is another: what was too big for the last one may be tried whole */
void kev_outcome_forget(void)
{
	kev_outcome_small = 0;
}
