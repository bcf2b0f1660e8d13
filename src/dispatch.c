// SPDX-License-Identifier: GPL-2.0-only
/*
 * kevnotifyd: one thread that collects what is staged and gives the records to
 * the helper, one run at a time. It owns every timeout, and collects while it
 * waits for anything. It never blocks on a file system and never allocates.
 */
#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "dispatch.h"
#include "feed.h"
#include "helper.h"
#include "inject.h"
#include "log.h"
#include "mark.h"
#include "params.h"
#include "raise.h"
#include "report.h"
#include "source.h"
#include "stage.h"
#include "stats.h"
#include "stream.h"
#include "trace.h"

/* The longest sleep: if a doorbell were ever lost, its event would wait so long */
#define KEV_BACKSTOP		(10 * HZ)
#define KEV_TERM_TO_KILL	(2 * HZ)
#define KEV_KILL_TO_STUCK	HZ
/* Instead, when the machine suspends */
#define KEV_TERM_TO_KILL_PM	HZ
/* A power transition does not wait longer, whatever may have become of kevnotifyd */
#define KEV_END_RUN_MAX		(4 * HZ)
#define KEV_BACKOFF_MIN		1	/* s */
#define KEV_BACKOFF_MAX		60
/* control/test waits for so long beyond the parameter "timeout" */
#define KEV_TEST_SLACK		(3 * HZ)

/* How far the end of the present run has been pressed */
enum kev_press {
	KEV_PRESS_NONE,
	KEV_PRESS_TERM,
	KEV_PRESS_KILL,
};

/* kevnotifyd's own state; others read single words of it */
static struct {
	bool			helper;		/* there was one at the last look */
	bool			running;
	bool			delivered;	/* of the present run: exec succeeded */
	bool			small;		/* the next start leaves the source's fields out */
	bool			killed;		/* the present run was sent a signal */
	bool			idle;		/* pipe mode: there was nothing at the last look */
	enum kev_press		press;
	unsigned long		deadline;	/* jiffies, of the present run; if limited */
	unsigned long		busy;		/* jiffies, pipe mode: something came */
	bool			limited;
	unsigned int		backoff;	/* s; 0: none */
	unsigned long		retry;		/* jiffies, with a backoff */
	unsigned int		signals;
	u64			pipe;		/* the run's number in pipe mode; 0: exec mode */
	u64			pipes;		/* numbers given */
	struct kev_record	record;		/* the one being looked at */
	struct kev_notes	notes;
	const struct cred	*plain;		/* kevnotifyd's, without the mark */
	char			path[KEV_HELPER_VALUE + 1];
} kev_d;

static struct task_struct __rcu *kev_dispatch_task;
static atomic_t kev_dispatch_kicked;
static atomic_t kev_helper_changed;
/* There is a helper, as its last writer left it; its watcher's own */
static bool kev_helper_there;
/* The next record when a helper was set after none */
static atomic64_t kev_helper_from;
static unsigned long kev_pauses;
static bool kev_stopping;
static u32 kev_passes;
/* For who waits for a pass, or for the end of a run */
static DECLARE_WAIT_QUEUE_HEAD(kev_dispatch_wait);
static struct kev_health kev_health = { .state = KEV_HELPER_NONE };
static void (*kev_signal_fn)(unsigned int seen);
/* One test at a time */
static DEFINE_MUTEX(kev_test_mutex);

static const char *const kev_helper_state_names[] = {
	[KEV_HELPER_OK]		= "ok",
	[KEV_HELPER_NONE]	= "none",
	[KEV_HELPER_MISSING]	= "missing",
	[KEV_HELPER_DENIED]	= "denied",
	[KEV_HELPER_BLOCKED]	= "blocked",
	[KEV_HELPER_BUSY]	= "busy",
	[KEV_HELPER_STUCK]	= "stuck",
	[KEV_HELPER_FAILING]	= "failing",
};

static void kev_health_set(enum kev_helper_state state, int err)
{
	if (kev_health.state != state)
		WRITE_ONCE(kev_health.since, ktime_get_real_seconds());
	WRITE_ONCE(kev_health.err, err);
	WRITE_ONCE(kev_health.state, state);
}

/* The helper cannot be started */
static void kev_health_held(enum kev_helper_state state, int err)
{
	if (kev_health.state != state || kev_health.err != err)
		pr_warn("helper %s (%d): records wait, the next try follows\n",
			kev_helper_state_names[state], err);
	kev_health_set(state, err);
}

static void kev_backoff_start(void)
{
	kev_d.backoff = clamp_t(unsigned int, kev_d.backoff * 2, KEV_BACKOFF_MIN,
				KEV_BACKOFF_MAX);
	kev_d.retry = jiffies + kev_d.backoff * HZ;
}

/* The first helper after none starts at the newest record */
static void kev_first_helper(void)
{
	u64 newest = atomic64_read(&kev_helper_from) - 1;
	u64 next;
	s64 base;

	kev_feed_cursor(&base, &next);
	if (next >= newest)
		return;
	pr_info("helper: %llu records from before it was set are skipped\n", newest - next);
	kev_feed_seek(newest);
}

/* The parameter was written: a backoff ends */
static void kev_follow_helper(void)
{
	bool helper;

	if (!atomic_xchg(&kev_helper_changed, 0))
		return;
	helper = kev_helper_get(kev_d.path);
	kev_d.backoff = 0;
	kev_d.small = false;
	kev_feed_overrun();
	if (helper && !kev_d.helper)
		kev_first_helper();
	if (!helper)
		kev_health_set(KEV_HELPER_NONE, 0);
	else if (!kev_d.helper)
		kev_health_set(KEV_HELPER_OK, 0);
	kev_d.helper = helper;
}

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
	if (kev_d.small)
		kev_feed_pass(KEV_FEED_DISPATCH, &kev_d.record, KEV_STAT_FAILED);
	else
		kev_feed_release(false);
	kev_d.small = !kev_d.small;
}

/* The run never came to exec: hold the record, and try again later */
static void kev_run_held(const struct kev_result *res)
{
	if (res->outcome == KEV_NOEXEC && res->code == E2BIG && !kev_d.pipe) {
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
	if (kev_d.delivered || !execed)
		return;
	kev_d.delivered = true;
	kev_hist_add(&kev_hist_raise_to_exec, execed - kev_d.record.event.mono);
	if (kev_d.pipe)
		return;
	kev_d.backoff = 0;
	kev_d.small = false;
	kev_feed_pass(KEV_FEED_DISPATCH, &kev_d.record, KEV_STAT_DELIVERED);
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

static bool kev_power_changes(void)
{
	return kev_dispatch_paused(KEV_PAUSE_PM) || kev_dispatch_paused(KEV_PAUSE_REBOOT);
}

/* Nothing is waited for that takes long */
static bool kev_hurried(void)
{
	return READ_ONCE(kev_stopping) || kev_power_changes();
}

/* An operator would look for a reason why it ended */
static void kev_run_ended_by_power(const struct kev_result *res)
{
	if (kev_d.press != KEV_PRESS_NONE && kev_power_changes())
		pr_info("helper for record %llu: %s, as the machine %s\n", kev_d.record.seq,
			kev_outcome_names[res->outcome],
			kev_dispatch_paused(KEV_PAUSE_REBOOT) ? "goes down" : "suspends");
}

/* In pipe mode: it ended by itself, and there is a record that it did not read */
static bool kev_run_unread(const struct kev_result *res)
{
	struct kev_feed_state feed;

	if (!kev_d.pipe)
		return false;
	kev_feed_look(&feed);
	kev_feed_detach(kev_d.pipe);
	return res->execed && !feed.got && !feed.eof;
}

/* The helper lives, and does not read: to start it at once again would go on for ever */
static void kev_run_failed(const struct kev_result *res)
{
	kev_feed_release(true);
	kev_backoff_start();
	kev_health_held(KEV_HELPER_FAILING, ENODATA);
	kev_report_unread(kev_d.record.seq, res);
}

/* What there is to say of the run to who sees records, and to who waits for a test */
static void kev_run_report(const struct kev_result *res, bool unread)
{
	struct kev_result seen = *res;

	if (!unread && (res->outcome != KEV_EXITED || res->code))
		kev_report_run(kev_d.record.seq, res);
	if (unread) {
		seen.outcome = KEV_NOEXEC;
		seen.code = ENODATA;
	}
	if (kev_report_test(&kev_d.record) && (!kev_d.pipe || unread || !res->execed))
		kev_report_test_run(kev_d.record.seq, &seen);
}

static void kev_run_ended(const struct kev_result *res)
{
	u64 ns = res->execed ? ktime_get_mono_fast_ns() - res->execed : 0;
	bool unread;

	kev_run_delivered(res->execed);
	unread = kev_run_unread(res);
	kev_run_ended_by_power(res);
	trace_kevnotify_run(kev_d.record.seq, res->pid, kev_outcome_names[res->outcome],
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
	kev_d.pipe = 0;
	/* Last: who finds no run under way finds this one counted */
	smp_store_release(&kev_d.running, false);
	wake_up_all(&kev_dispatch_wait);
}

static void kev_run_limit(unsigned long ticks)
{
	kev_d.limited = true;
	kev_d.deadline = jiffies + ticks;
}

static unsigned long kev_term_to_kill(void)
{
	return kev_dispatch_paused(KEV_PAUSE_PM) ? KEV_TERM_TO_KILL_PM : KEV_TERM_TO_KILL;
}

/* In pipe mode end of file will do, but not for one that did not come to an end in time */
static void kev_run_ask(void)
{
	if (kev_d.pipe && kev_dispatch_paused(KEV_PAUSE_PM)) {
		kev_feed_end();
		return;
	}
	kev_d.killed = true;
	kev_helper_kill(SIGTERM);
}

/* The present run's time is over: TERM, then KILL, then give it up */
static void kev_run_press(void)
{
	struct kev_result res;

	switch (kev_d.press) {
	case KEV_PRESS_NONE:
		kev_d.press = KEV_PRESS_TERM;
		kev_run_ask();
		kev_run_limit(kev_term_to_kill());
		break;
	case KEV_PRESS_TERM:
		kev_d.press = KEV_PRESS_KILL;
		kev_d.killed = true;
		kev_helper_kill(SIGKILL);
		kev_run_limit(KEV_KILL_TO_STUCK);
		break;
	case KEV_PRESS_KILL:
		kev_helper_write_off(&res);
		pr_warn("helper for record %llu: pid %d survived SIGKILL and is given up\n",
			kev_d.record.seq, res.pid);
		kev_run_ended(&res);
		break;
	}
}

/* In pipe mode its time is counted anew from each read, and not while there is nothing to read */
static void kev_pipe_limit(const struct kev_feed_state *feed)
{
	unsigned long from = feed->progress;

	if (kev_d.idle)
		kev_d.busy = jiffies;
	kev_d.idle = false;
	if (time_after(kev_d.busy, from))
		from = kev_d.busy;
	kev_d.limited = kev_param(KEV_TIMEOUT);
	kev_d.deadline = from + msecs_to_jiffies(kev_param(KEV_TIMEOUT));
}

/* A run in pipe mode, whose end nobody has pressed for; jiffies until there is more to do */
static unsigned long kev_pipe_watch(void)
{
	unsigned long linger = msecs_to_jiffies(kev_param(KEV_LINGER));
	struct kev_feed_state feed;

	if (READ_ONCE(kev_pauses) || atomic_read(&kev_helper_changed))
		kev_feed_end();
	kev_feed_look(&feed);
	if (feed.got && kev_health.state != KEV_HELPER_OK)
		kev_health_set(KEV_HELPER_OK, 0);
	if (feed.got)
		kev_d.backoff = 0;
	if (feed.empty && !feed.eof) {
		kev_d.idle = true;
		kev_d.limited = false;
		if (time_before(jiffies, feed.progress + linger))
			return feed.progress + linger - jiffies;
		kev_feed_end();
		kev_feed_look(&feed);
	}
	kev_pipe_limit(&feed);
	return MAX_SCHEDULE_TIMEOUT;
}

/* Look after the present run; returns jiffies until there is more to do */
static unsigned long kev_run_watch(void)
{
	unsigned long left = MAX_SCHEDULE_TIMEOUT;
	struct kev_result res;

	kev_run_delivered(kev_helper_execed());
	if (kev_helper_ended(kev_d.killed, &res)) {
		kev_run_ended(&res);
		return 0;
	}
	if (kev_d.pipe && kev_d.press == KEV_PRESS_NONE)
		left = kev_pipe_watch();
	if (!kev_d.limited)
		return left;
	if (time_before(jiffies, kev_d.deadline))
		return kev_d.deadline - jiffies;
	kev_run_press();
	return 0;
}

/* The module goes, or the machine suspends or goes down: press the present run */
static void kev_run_hurry(void)
{
	unsigned long latest = jiffies + kev_term_to_kill();

	if (kev_dispatch_paused(KEV_PAUSE_REBOOT) && kev_d.press < KEV_PRESS_KILL) {
		kev_d.press = KEV_PRESS_TERM;
	} else if (kev_d.press != KEV_PRESS_NONE) {
		/* It may have been sent TERM before, with more time to go */
		if (time_after(kev_d.deadline, latest))
			kev_d.deadline = latest;
		return;
	}
	kev_run_press();
}

static void kev_run_start(void)
{
	unsigned int timeout = kev_param(KEV_TIMEOUT);

	kev_d.notes.fixed_only = kev_d.small;
	kev_stat_inc(KEV_STAT_RUNS);
	WRITE_ONCE(kev_d.running, true);
	kev_d.delivered = false;
	kev_d.press = KEV_PRESS_NONE;
	kev_d.killed = false;
	kev_d.limited = timeout;
	kev_d.deadline = jiffies + msecs_to_jiffies(timeout);
	kev_d.idle = false;
	kev_d.busy = jiffies;
	if (*kev_d.path == KEV_HELPER_PIPE) {
		kev_feed_release(false);
		kev_d.pipe = ++kev_d.pipes;
		kev_feed_attach(kev_d.pipe);
	}
	kev_helper_start(kev_helper_path(kev_d.path), kev_d.pipe, &kev_d.record, &kev_d.notes);
}

/* May a run start? If not, *left is when to look again. */
static bool kev_run_may_start(unsigned long *left)
{
	*left = MAX_SCHEDULE_TIMEOUT;
	if (READ_ONCE(kev_pauses) || !kev_helper_ready())
		return false;
	if (kev_d.backoff && time_before(jiffies, kev_d.retry)) {
		*left = kev_d.retry - jiffies;
		return false;
	}
	if (kev_helper_stuck() >= KEV_STUCK_MAX) {
		kev_health_held(KEV_HELPER_STUCK, 0);
		*left = HZ;
		return false;
	}
	return true;
}

/* When does the record at the cursor expire? */
static unsigned long kev_hold_left(void)
{
	u64 age = kev_feed_age_ms(&kev_d.record);
	unsigned int hold = kev_param(KEV_HOLD);

	return age < hold ? msecs_to_jiffies(hold - age) + 1 : 0;
}

/* The next record for the helper, and a run for it if one may start */
static unsigned long kev_dispatch_next(void)
{
	unsigned long left;
	int err;

	kev_follow_helper();
	if (!kev_d.helper) {
		kev_feed_overrun();
		return MAX_SCHEDULE_TIMEOUT;
	}
	err = kev_feed_take(KEV_FEED_DISPATCH, &kev_d.record, &kev_d.notes);
	if (err != 1)
		return err == -EAGAIN ? 0 : MAX_SCHEDULE_TIMEOUT;
	if (!kev_run_may_start(&left)) {
		kev_feed_release(true);
		return min(left, kev_hold_left());
	}
	kev_run_start();
	return kev_run_watch();
}

/* Do what there is to do for the helper; returns jiffies until there is more */
static unsigned long kev_dispatch_step(void)
{
	kev_helper_reap();
	kev_feed_tell();
	if (kev_d.running) {
		if (kev_hurried())
			kev_run_hurry();
		return kev_run_watch();
	}
	if (READ_ONCE(kev_stopping))
		return MAX_SCHEDULE_TIMEOUT;
	return kev_dispatch_next();
}

static void kev_dispatch_signals(void)
{
	void (*fn)(unsigned int seen) = READ_ONCE(kev_signal_fn);
	const struct cred *marked;
	int sig;

	/* kthread_stop() makes signal_pending() true with no signal to take */
	while (signal_pending(current) && (sig = kernel_dequeue_signal()) > 0) {
		if (sig != SIGUSR1 || !fn)
			continue;
		/* Somebody else caused it */
		marked = override_creds(kev_d.plain);
		fn(++kev_d.signals);
		revert_creds(marked);
	}
}

static void kev_dispatch_collect(void)
{
	u32 slow = READ_ONCE(kev_inject_slow_ms);

	/* Unloading need not be slow */
	if (slow)
		wait_event_interruptible_timeout(kev_dispatch_wait, kev_hurried(),
						 msecs_to_jiffies(slow));
	if (kev_log_collect(kev_source_resolve))
		kev_stream_wake();
	WRITE_ONCE(kev_passes, kev_passes + 1);
	wake_up_all(&kev_dispatch_wait);
}

/* Sleep until a doorbell, a kick, a signal or the time */
static void kev_dispatch_sleep(unsigned long left)
{
	set_current_state(TASK_INTERRUPTIBLE);
	/* On every turn, after the state and before the look: see kev_stage_arm() */
	kev_stage_arm();
	if (!left || atomic_xchg(&kev_dispatch_kicked, 0) || kev_stage_pending() ||
	    signal_pending(current) || kthread_should_stop()) {
		__set_current_state(TASK_RUNNING);
		return;
	}
	if (schedule_timeout(left) || !kev_stage_overdue())
		return;
	/* An event, and the clock woke us: is its doorbell still on the way? */
	schedule_timeout_uninterruptible(2);
	if (!kev_stage_rung())
		kev_stat_inc(KEV_STAT_DOORBELL_LATE);
}

static int kev_dispatch_thread(void *unused)
{
	unsigned long left;

	kev_d.plain = kev_mark_current();
	allow_signal(SIGUSR1);
	/* A helper that was set at load gets everything from the first event on */
	kev_d.helper = kev_helper_get(kev_d.path);
	if (kev_d.helper)
		kev_health_set(KEV_HELPER_OK, 0);
	while (!kthread_should_stop()) {
		kev_dispatch_signals();
		kev_dispatch_collect();
		left = min(kev_dispatch_step(), kev_source_close_due(kev_raise_closing));
		kev_dispatch_sleep(min_t(unsigned long, left, KEV_BACKSTOP));
		cond_resched();
	}
	put_cred(kev_d.plain);
	return 0;
}

/**
 * kev_dispatch_kick() - have kevnotifyd look again
 *
 * Context: any but NMI, with no scheduler lock held.
 */
void kev_dispatch_kick(void)
{
	struct task_struct *task;

	atomic_set(&kev_dispatch_kicked, 1);
	/* Pairs with the order in kev_dispatch_sleep(): state, then look */
	smp_mb__after_atomic();
	/* A waiter whose run has ended may come here when kevnotifyd has gone */
	rcu_read_lock();
	task = rcu_dereference(kev_dispatch_task);
	if (task)
		wake_up_process(task);
	rcu_read_unlock();
}

/* For kevnotify_source_unregister(): one more pass, or a moment */
static void kev_dispatch_drain(void)
{
	u32 passes = READ_ONCE(kev_passes);

	kev_dispatch_kick();
	/* Two, as the one under way may have passed the stage in question */
	wait_event_timeout(kev_dispatch_wait, READ_ONCE(kev_passes) - passes >= 2, HZ);
}

/*
 * In the writer's task: which record is the newest is decided here, as what is
 * raised after the write is the new helper's.
 */
static void kev_dispatch_helper_written(void)
{
	char path[KEV_HELPER_VALUE + 1];
	bool helper = kev_helper_get(path);

	if (helper && !kev_helper_there) {
		/* What was raised before is in the log then */
		kev_dispatch_drain();
		atomic64_set(&kev_helper_from, kev_log_next());
	}
	kev_helper_there = helper;
	atomic_set(&kev_helper_changed, 1);
	kev_dispatch_kick();
}

static void kev_dispatch_rates_written(void)
{
	kev_source_rates_changed();
	kev_dispatch_kick();
}

static bool kev_run_active(void)
{
	/* Pairs with kev_run_ended() */
	return smp_load_acquire(&kev_d.running);
}

/**
 * kev_dispatch_pause() - start no more runs
 *
 * Context: task; sleeps until the run under way has ended.
 * Return: 0; -EINTR for a fatal signal and -ENODEV when the module goes: no
 * new run starts then either.
 */
int kev_dispatch_pause(void)
{
	int err;

	set_bit(KEV_PAUSE_USER, &kev_pauses);
	kev_dispatch_drain();
	err = wait_event_killable(kev_dispatch_wait,
				  !kev_run_active() || READ_ONCE(kev_stopping));
	if (err)
		return -EINTR;
	/* Also where the run has ended meanwhile: no other starts */
	return READ_ONCE(kev_stopping) ? -ENODEV : 0;
}

/**
 * kev_dispatch_resume() - undo kev_dispatch_pause()
 *
 * Context: task.
 */
void kev_dispatch_resume(void)
{
	clear_bit(KEV_PAUSE_USER, &kev_pauses);
	kev_dispatch_kick();
}

/**
 * kev_dispatch_paused() - is this a reason why no run starts?
 * @why: the reason
 *
 * Context: any.
 * Return: true if so.
 */
bool kev_dispatch_paused(enum kev_pause why)
{
	return test_bit(why, &kev_pauses);
}

static void kev_grace_over(struct work_struct *work)
{
	clear_bit(KEV_PAUSE_GRACE, &kev_pauses);
	kev_dispatch_kick();
}

static DECLARE_DELAYED_WORK(kev_grace_work, kev_grace_over);

static void kev_grace_start(void)
{
	unsigned int grace = kev_param(KEV_GRACE);

	if (!grace)
		return;
	set_bit(KEV_PAUSE_GRACE, &kev_pauses);
	mod_delayed_work(system_unbound_wq, &kev_grace_work, msecs_to_jiffies(grace));
}

/**
 * kev_dispatch_end_grace() - let runs start before the parameter "grace" says so
 *
 * Context: task.
 */
void kev_dispatch_end_grace(void)
{
	if (kev_dispatch_paused(KEV_PAUSE_GRACE))
		mod_delayed_work(system_unbound_wq, &kev_grace_work, 0);
}

/**
 * kev_dispatch_end_run() - start no more runs, and end the one under way
 * @why: KEV_PAUSE_PM: TERM, 1 s, KILL, 1 s, given up; KEV_PAUSE_REBOOT: KILL at
 *	once
 *
 * Context: task; sleeps until there is no run, but not for ever.
 */
void kev_dispatch_end_run(enum kev_pause why)
{
	set_bit(why, &kev_pauses);
	wake_up_all(&kev_dispatch_wait);
	kev_dispatch_drain();
	if (!wait_event_timeout(kev_dispatch_wait, !kev_run_active(), KEV_END_RUN_MAX))
		pr_err("kevnotifyd does not answer: the helper's run was not ended\n");
}

/**
 * kev_dispatch_wake() - the machine has resumed, or did not suspend after all
 *
 * Runs start when "grace" has passed anew.
 *
 * Context: task.
 */
void kev_dispatch_wake(void)
{
	kev_grace_start();
	clear_bit(KEV_PAUSE_PM, &kev_pauses);
	kev_dispatch_kick();
}

/**
 * kev_dispatch_state() - what kevnotifyd is doing
 *
 * Context: any.
 * Return: a word.
 */
const char *kev_dispatch_state(void)
{
	if (kev_run_active())
		return "running";
	return READ_ONCE(kev_pauses) ? "paused" : "idle";
}

/**
 * kev_dispatch_health() - how the helper is
 * @health: filled
 *
 * Context: any.
 * Return: the state's name.
 */
const char *kev_dispatch_health(struct kev_health *health)
{
	health->state = READ_ONCE(kev_health.state);
	health->err = READ_ONCE(kev_health.err);
	health->since = READ_ONCE(kev_health.since);
	return kev_helper_state_names[health->state];
}

/**
 * kev_dispatch_flush() - have the helper skip all that was raised so far
 *
 * Context: task; sleeps for one more pass.
 */
void kev_dispatch_flush(void)
{
	kev_dispatch_drain();
	kev_feed_seek(kev_log_next());
}

/**
 * kev_dispatch_replay() - have the helper go on with an older record
 * @from: its number; the oldest there is, if that one is gone
 *
 * Context: task.
 * Return: 0 or -ERANGE for a record to come.
 */
int kev_dispatch_replay(u64 from)
{
	if (from > kev_log_next())
		return -ERANGE;
	kev_feed_seek(max(from, kev_log_first()));
	return 0;
}

/* The record of the test that was raised when the next one was to be @seq; 0: not admitted */
static u64 kev_test_find(u64 seq)
{
	struct kev_record *rec = kmalloc(sizeof(*rec), GFP_KERNEL);
	u64 found = 0;

	for (; rec && !found && seq < kev_log_next(); seq++)
		if (!kev_log_copy(seq, rec) && kev_report_test(rec))
			found = seq;
	kfree(rec);
	return found;
}

static int kev_test_wait(u64 seq)
{
	unsigned int timeout = kev_param(KEV_TIMEOUT);
	unsigned long limit = MAX_SCHEDULE_TIMEOUT;
	long left;
	int err;

	if (timeout)
		limit = msecs_to_jiffies(timeout) + KEV_TEST_SLACK;
	left = wait_event_killable_timeout(kev_dispatch_wait,
					   kev_report_test_known(seq, &err) ||
					   READ_ONCE(kev_stopping), limit);
	if (left < 0)
		return -EINTR;
	if (kev_report_test_known(seq, &err))
		return err;
	return left ? -ENODEV : -ETIMEDOUT;
}

static int kev_test_run(void)
{
	char path[KEV_HELPER_VALUE + 1];
	u64 from, seq;

	if (!kev_helper_get(path))
		return -ENXIO;
	if (READ_ONCE(kev_pauses))
		return -EAGAIN;
	from = kev_log_next();
	kev_report_test_raise();
	kev_dispatch_drain();
	seq = kev_test_find(from);
	if (!seq)
		return READ_ONCE(kev_stopping) ? -ENODEV : -ENOBUFS;
	kev_report_test_begin(seq);
	return kev_test_wait(seq);
}

/**
 * kev_dispatch_test() - send an event the whole way to the helper
 *
 * Context: task; sleeps until its outcome is known, or the parameter "timeout"
 * and 3 s.
 * Return: 0 or the outcome as an errno, see Documentation/ABI.
 */
int kev_dispatch_test(void)
{
	int err;

	if (mutex_lock_killable(&kev_test_mutex))
		return -EINTR;
	err = kev_test_run();
	mutex_unlock(&kev_test_mutex);
	return err;
}

/**
 * kev_dispatch_on_signal() - say who is told of SIGUSR1
 * @fn: called by kevnotifyd with the number of signals seen; NULL: nobody
 *
 * Context: task; may sleep. Afterwards the former one is not running.
 */
void kev_dispatch_on_signal(void (*fn)(unsigned int seen))
{
	WRITE_ONCE(kev_signal_fn, fn);
	kev_dispatch_drain();
}

/**
 * kev_dispatch_stop() - start no more runs, and end the one under way: the module goes
 *
 * Wakes everybody who waits for kevnotifyd. Before sysfs goes, which waits for
 * its writers.
 *
 * Context: task.
 */
void kev_dispatch_stop(void)
{
	WRITE_ONCE(kev_stopping, true);
	wake_up_all(&kev_dispatch_wait);
	kev_dispatch_kick();
}

static int kev_dispatch_run(void)
{
	struct task_struct *task;

	task = kthread_create(kev_dispatch_thread, NULL, "kevnotifyd");
	if (IS_ERR(task)) {
		pr_err("no kevnotifyd thread (%ld): no event would be recorded, not loaded\n",
		       PTR_ERR(task));
		return PTR_ERR(task);
	}
	rcu_assign_pointer(kev_dispatch_task, get_task_struct(task));
	kev_stage_attach(task);
	kev_source_set_drain(kev_dispatch_drain);
	return 0;
}

static void kev_dispatch_end(void)
{
	struct task_struct *task = rcu_dereference_protected(kev_dispatch_task, true);

	kev_stage_detach();
	kthread_stop(task);
	RCU_INIT_POINTER(kev_dispatch_task, NULL);
	synchronize_rcu();
	put_task_struct(task);
}

/**
 * kev_dispatch_init() - start kevnotifyd
 *
 * Context: task; may sleep. The log, the stages and the helper are there.
 * Return: 0, -ENOMEM or -EINTR.
 */
int kev_dispatch_init(void)
{
	char path[KEV_HELPER_VALUE + 1];
	int err;

	err = kev_dispatch_run();
	if (err)
		return err;
	err = kev_report_init();
	if (err) {
		kev_dispatch_end();
		return err;
	}
	kev_health.since = ktime_get_real_seconds();
	kev_grace_start();
	kev_helper_there = kev_helper_get(path);
	kev_param_watch(KEV_HELPER, kev_dispatch_helper_written);
	kev_param_watch(KEV_TIMEOUT, kev_dispatch_kick);
	kev_param_watch(KEV_LINGER, kev_dispatch_kick);
	kev_param_watch(KEV_HOLD, kev_dispatch_kick);
	kev_param_watch(KEV_HELPER_LEVEL, kev_dispatch_kick);
	kev_param_watch(KEV_BURST, kev_dispatch_rates_written);
	kev_param_watch(KEV_WINDOW, kev_dispatch_rates_written);
	kev_dispatch_kick();
	return 0;
}

/**
 * kev_dispatch_exit() - stop kevnotifyd
 *
 * Ends a run under way, or gives it up: at most 4 s.
 *
 * Context: task; may sleep. All other sources are gone.
 */
void kev_dispatch_exit(void)
{
	u64 pending, next;
	s64 base;

	kev_param_watch(KEV_HELPER, NULL);
	kev_param_watch(KEV_TIMEOUT, NULL);
	kev_param_watch(KEV_LINGER, NULL);
	kev_param_watch(KEV_HOLD, NULL);
	kev_param_watch(KEV_HELPER_LEVEL, NULL);
	kev_param_watch(KEV_BURST, NULL);
	kev_param_watch(KEV_WINDOW, NULL);
	cancel_delayed_work_sync(&kev_grace_work);
	/* After the drain no step is past its look at kev_stopping, and no run begins */
	kev_dispatch_stop();
	kev_dispatch_drain();
	wait_event(kev_dispatch_wait, !kev_run_active());
	kev_report_exit();
	kev_dispatch_end();
	kev_feed_cursor(&base, &next);
	pending = kev_log_next() - next;
	if (pending)
		pr_info("unloaded: %llu pending records dropped\n", pending);
}
