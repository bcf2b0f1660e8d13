// SPDX-License-Identifier: GPL-2.0-only
/*
 * kevnotifyd: one thread that collects what is staged and gives the records to
 * the helper, one run at a time. It owns every timeout, and collects while it
 * waits for anything. It never blocks on a file system and never allocates.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "dispatch.h"
#include "helper.h"
#include "inject.h"
#include "log.h"
#include "params.h"
#include "raise.h"
#include "source.h"
#include "stage.h"
#include "stats.h"
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
/* Records looked at in one step, so that collection goes on */
#define KEV_STEP_RECORDS	64

/* How far the end of the present run has been pressed */
enum kev_press {
	KEV_PRESS_NONE,
	KEV_PRESS_TERM,
	KEV_PRESS_KILL,
};

/* kevnotifyd's own state; others read single words of it */
static struct {
	u64			next;		/* the cursor: first record not dealt with */
	u64			lost;		/* overwritten since the last start */
	u64			expired;	/* and not told yet */
	bool			helper;		/* there was one at the last look */
	bool			running;
	bool			delivered;	/* of the present run: exec succeeded */
	bool			held;		/* the record at the cursor had to wait */
	bool			small;		/* the next start leaves the source's fields out */
	enum kev_press		press;
	unsigned long		deadline;	/* jiffies, of the present run; if limited */
	bool			limited;
	unsigned int		backoff;	/* s; 0: none */
	unsigned long		retry;		/* jiffies, with a backoff */
	unsigned int		signals;
	struct kev_record	record;		/* the one being looked at */
	char			path[KEV_HELPER_MAX + 1];
} kev_d = { .next = 1 };

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
static struct kevnotify_source *kev_helper_source;

enum {
	KEV_ID_RUN = 1,
	KEV_ID_EXPIRED,
};

static const char *const kev_run_keys[] = { "RUN_SEQ", "OUTCOME", "CODE", NULL };
static const char *const kev_expired_keys[] = { "COUNT", "HOLD_MS", NULL };

static const struct kevnotify_event kev_helper_events[] = {
	[KEV_ID_RUN] = { "helper for record {RUN_SEQ}: {OUTCOME} {CODE}", 4, kev_run_keys },
	[KEV_ID_EXPIRED] = { "{COUNT} records waited longer than {HOLD_MS} ms for the helper",
			     4, kev_expired_keys },
};

static const struct kevnotify_desc kev_helper_desc = {
	.name	= "helper",
	.events	= kev_helper_events,
	.ids	= ARRAY_SIZE(kev_helper_events),
};

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

/*
 * The record at the cursor has been dealt with. No longer pending first, and then
 * counted: whoever adds up meanwhile finds none twice.
 */
static void kev_cursor_advance(enum kev_stat what)
{
	kev_d.held = false;
	WRITE_ONCE(kev_d.next, kev_d.next + 1);
	kev_stat_inc(what);
}

/* The log came round: records that the cursor had not reached are gone */
static void kev_cursor_overwritten(void)
{
	u64 first = kev_log_first();
	u64 lost = first - kev_d.next;

	if (first <= kev_d.next)
		return;
	kev_d.lost += lost;
	WRITE_ONCE(kev_d.next, first);
	kev_stat_add(KEV_STAT_OVERWRITTEN, lost);
}

/* Copy the record at the cursor; false when there is none */
static bool kev_cursor_look(void)
{
	int err;

	/* kevnotifyd is the log's writer, so that this cannot fail twice */
	while ((err = kev_log_copy(kev_d.next, &kev_d.record)) == -EPIPE)
		kev_cursor_overwritten();
	return !err;
}

static u64 kev_record_age_ms(const struct kev_record *rec)
{
	u64 now = ktime_get_mono_fast_ns();

	return now > rec->event.mono ? div_u64(now - rec->event.mono, NSEC_PER_MSEC) : 0;
}

static bool kev_record_filtered(const struct kev_record *rec)
{
	/* kevnotifyd's own records would go round for ever */
	return rec->event.level > kev_param(KEV_HELPER_LEVEL) ||
	       rec->event.source == kev_source_of(kev_helper_source)->number;
}

/*
 * Pass over records that the helper does not get. True: kev_d.record is one
 * that it does get. The step's share of records ends it too: *more.
 */
static bool kev_cursor_settle(bool *more)
{
	unsigned int hold = kev_param(KEV_HOLD), n;
	bool found = false;

	for (n = 0; n < KEV_STEP_RECORDS && kev_cursor_look(); n++) {
		if (kev_record_filtered(&kev_d.record)) {
			kev_cursor_advance(KEV_STAT_FILTERED);
		} else if (kev_record_age_ms(&kev_d.record) > hold) {
			kev_cursor_advance(KEV_STAT_EXPIRED);
			kev_d.expired++;
		} else {
			found = true;
			break;
		}
	}
	*more = n == KEV_STEP_RECORDS;
	if (kev_d.expired && !*more) {
		kevnotify_raise(kev_helper_source, KEV_ID_EXPIRED,
				KEVNOTIFY_U64(kev_d.expired), KEVNOTIFY_U64(hold));
		kev_d.expired = 0;
	}
	return found;
}

static void kev_backoff_start(void)
{
	kev_d.backoff = clamp_t(unsigned int, kev_d.backoff * 2, KEV_BACKOFF_MIN,
				KEV_BACKOFF_MAX);
	kev_d.retry = jiffies + kev_d.backoff * HZ;
}

/* The parameter was written: a backoff ends, and the first helper starts at the newest record */
static void kev_follow_helper(void)
{
	bool helper;
	u64 from;

	if (!atomic_xchg(&kev_helper_changed, 0))
		return;
	helper = kev_helper_get(kev_d.path);
	from = atomic64_read(&kev_helper_from);
	kev_d.backoff = 0;
	kev_d.small = false;
	kev_cursor_overwritten();
	if (helper && !kev_d.helper && kev_d.next + 1 < from) {
		u64 skipped = from - 1 - kev_d.next;

		WRITE_ONCE(kev_d.next, kev_d.next + skipped);
		kev_stat_add(KEV_STAT_SKIPPED, skipped);
		pr_info("helper: %llu records from before it was set are skipped\n", skipped);
	}
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
		kev_cursor_advance(KEV_STAT_FAILED);
	kev_d.small = !kev_d.small;
}

/* The run never came to exec: hold the record, and try again later */
static void kev_run_held(const struct kev_result *res)
{
	if (res->outcome == KEV_NOEXEC && res->code == E2BIG) {
		kev_run_too_big();
		return;
	}
	kev_d.held = true;
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

/* exec succeeded: from here on the record is delivered, whatever becomes of the run */
static void kev_run_delivered(u64 execed)
{
	if (kev_d.delivered || !execed)
		return;
	kev_d.delivered = true;
	kev_d.backoff = 0;
	kev_d.small = false;
	kev_d.lost = 0;
	kev_hist_add(&kev_hist_raise_to_exec, execed - kev_d.record.event.mono);
	kev_cursor_advance(KEV_STAT_DELIVERED);
}

/* The helper was started: is it well? */
static void kev_run_judge(const struct kev_result *res)
{
	bool well = res->outcome == KEV_EXITED && !res->code;

	if (res->outcome == KEV_EXITED && res->code)
		kev_stat_inc(KEV_STAT_EXITED_NONZERO);
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

static void kev_run_ended(const struct kev_result *res)
{
	u64 ns = res->execed ? ktime_get_mono_fast_ns() - res->execed : 0;

	kev_run_delivered(res->execed);
	kev_run_ended_by_power(res);
	kev_stat_inc(kev_outcome_stats[res->outcome]);
	trace_kevnotify_run(kev_d.record.seq, res->pid, kev_outcome_names[res->outcome],
			    res->code, ns);
	if (res->execed) {
		kev_hist_add(&kev_hist_exec_to_exit, ns);
		kev_run_judge(res);
	} else {
		kev_run_held(res);
	}
	if (res->outcome != KEV_EXITED || res->code)
		kevnotify_raise(kev_helper_source, KEV_ID_RUN, KEVNOTIFY_U64(kev_d.record.seq),
				KEVNOTIFY_STR(kev_outcome_names[res->outcome]),
				KEVNOTIFY_U64(res->code));
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

/* The present run's time is over: TERM, then KILL, then give it up */
static void kev_run_press(void)
{
	struct kev_result res;

	switch (kev_d.press) {
	case KEV_PRESS_NONE:
		kev_d.press = KEV_PRESS_TERM;
		kev_helper_kill(SIGTERM);
		kev_run_limit(kev_term_to_kill());
		break;
	case KEV_PRESS_TERM:
		kev_d.press = KEV_PRESS_KILL;
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

/* Look after the present run; returns jiffies until there is more to do */
static unsigned long kev_run_watch(void)
{
	struct kev_result res;

	kev_run_delivered(kev_helper_execed());
	if (kev_helper_ended(kev_d.press != KEV_PRESS_NONE, &res)) {
		kev_run_ended(&res);
		return 0;
	}
	if (!kev_d.limited)
		return MAX_SCHEDULE_TIMEOUT;
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
	struct kev_notes notes = {
		.lost		= kev_d.lost,
		.fixed_only	= kev_d.small,
	};
	u64 age = kev_record_age_ms(&kev_d.record);
	unsigned int timeout = kev_param(KEV_TIMEOUT);

	/* Not for one that merely stood in the queue */
	if (kev_d.held)
		notes.delayed_ms = age;
	kev_stat_inc(KEV_STAT_RUNS);
	WRITE_ONCE(kev_d.running, true);
	kev_d.delivered = false;
	kev_d.press = KEV_PRESS_NONE;
	kev_d.limited = timeout;
	kev_d.deadline = jiffies + msecs_to_jiffies(timeout);
	kev_helper_start(kev_d.path, &kev_d.record, &notes);
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
	u64 age = kev_record_age_ms(&kev_d.record);
	unsigned int hold = kev_param(KEV_HOLD);

	return age < hold ? msecs_to_jiffies(hold - age) + 1 : 0;
}

/* Do what there is to do for the helper; returns jiffies until there is more */
static unsigned long kev_dispatch_step(void)
{
	unsigned long left;
	bool more;

	kev_helper_reap();
	if (kev_d.running) {
		if (kev_hurried())
			kev_run_hurry();
		return kev_run_watch();
	}
	if (READ_ONCE(kev_stopping))
		return MAX_SCHEDULE_TIMEOUT;
	kev_follow_helper();
	kev_cursor_overwritten();
	if (!kev_d.helper)
		return MAX_SCHEDULE_TIMEOUT;
	if (!kev_cursor_settle(&more))
		return more ? 0 : MAX_SCHEDULE_TIMEOUT;
	if (!kev_run_may_start(&left)) {
		kev_d.held = true;
		return min(left, kev_hold_left());
	}
	kev_run_start();
	return kev_run_watch();
}

static void kev_dispatch_signals(void)
{
	void (*fn)(unsigned int seen) = READ_ONCE(kev_signal_fn);
	int sig;

	/* kthread_stop() makes signal_pending() true with no signal to take */
	while (signal_pending(current) && (sig = kernel_dequeue_signal()) > 0) {
		if (sig == SIGUSR1 && fn)
			fn(++kev_d.signals);
	}
}

static void kev_dispatch_collect(void)
{
	u32 slow = READ_ONCE(kev_inject_slow_ms);

	/* Unloading need not be slow */
	if (slow)
		wait_event_interruptible_timeout(kev_dispatch_wait, kev_hurried(),
						 msecs_to_jiffies(slow));
	kev_log_collect(kev_source_resolve);
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
	char path[KEV_HELPER_MAX + 1];
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
	return kev_run_active() ? -ENODEV : 0;
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
 * kev_dispatch_cursor() - where the helper's cursor is
 * @base: filled: the record that it began with
 * @next: filled: the first one that has not been dealt with
 *
 * Context: any. On 32-bit machines @next may be torn while it moves.
 */
void kev_dispatch_cursor(u64 *base, u64 *next)
{
	*base = 1;
	*next = READ_ONCE(kev_d.next);
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
	char path[KEV_HELPER_MAX + 1];
	int err;

	err = kev_dispatch_run();
	if (err)
		return err;
	kev_helper_source = kevnotify_source_register(THIS_MODULE, &kev_helper_desc);
	if (IS_ERR(kev_helper_source)) {
		kev_dispatch_end();
		return PTR_ERR(kev_helper_source);
	}
	kev_health.since = ktime_get_real_seconds();
	kev_grace_start();
	kev_helper_there = kev_helper_get(path);
	kev_param_watch(KEV_HELPER, kev_dispatch_helper_written);
	kev_param_watch(KEV_TIMEOUT, kev_dispatch_kick);
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
	u64 pending;

	kev_param_watch(KEV_HELPER, NULL);
	kev_param_watch(KEV_TIMEOUT, NULL);
	kev_param_watch(KEV_HOLD, NULL);
	kev_param_watch(KEV_HELPER_LEVEL, NULL);
	kev_param_watch(KEV_BURST, NULL);
	kev_param_watch(KEV_WINDOW, NULL);
	cancel_delayed_work_sync(&kev_grace_work);
	/* After the drain no step is past its look at kev_stopping, and no run begins */
	kev_dispatch_stop();
	kev_dispatch_drain();
	wait_event(kev_dispatch_wait, !kev_run_active());
	kevnotify_source_unregister(kev_helper_source);
	kev_dispatch_end();
	pending = kev_log_next() - kev_d.next;
	if (pending)
		pr_info("unloaded: %llu pending records dropped\n", pending);
}
