// SPDX-License-Identifier: GPL-2.0-only
/*
 * kevnotifyd: one thread that collects what is staged and gives the records to
 * the helper, one run at a time. It owns every timeout, and collects while it
 * waits for anything. It never blocks on a file system and never allocates.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/timer.h>
#include <linux/wait.h>

#include "check.h"
#include "cursor.h"
#include "dispatch.h"
#include "feed.h"
#include "health.h"
#include "helper.h"
#include "inject.h"
#include "log.h"
#include "outcome.h"
#include "param.h"
#include "pause.h"
#include "raise.h"
#include "rate.h"
#include "report.h"
#include "run.h"
#include "selfnoise.h"
#include "source.h"
#include "stage.h"
#include "stat.h"
#include "stream.h"
#include "test.h"
#include "tree.h"
#include "wake.h"

/* If a doorbell were ever lost, its event would wait so long */
#define KEV_BACKSTOP		(10 * HZ)

/* kevnotifyd's own state */
static struct {
	struct kev_helper	helper;		/* as it was at the last look */
	unsigned int		signals;
	struct kev_record	record;		/* the one being looked at */
	struct kev_notes	notes;
	const struct cred	*plain;		/* kevnotifyd's, without the mark */
	const struct cred	*echo;		/* with the mark of what a run has left */
	bool			left;		/* a run has left something, at the last look */
	int			overdue;	/* the backstop woke it */
} kev_d;

static struct task_struct *kev_dispatch_task;
static void (*kev_dispatch_signal_fn)(unsigned int seen);
/* One writer that pauses at a time */
static DEFINE_MUTEX(kev_dispatch_pause_mutex);

/* The first helper after none starts at the record that was the newest then */
static void kev_dispatch_skip(const struct kev_helper *helper)
{
	u64 skipped = kev_feed_begin(helper->from, helper->since);

	if (skipped)
		pr_info("helper: %llu records from before it was set are skipped\n", skipped);
}

/* The helper was written: a backoff ends, and nothing is known against it */
static void kev_dispatch_follow_helper(void)
{
	bool has;
	unsigned int since = kev_d.helper.since;

	if (kev_helper_generation() == kev_d.helper.generation)
		return;
	has = kev_helper_get(&kev_d.helper);
	kev_health_backoff_end();
	kev_outcome_forget();
	kev_feed_overrun();
	if (has && kev_d.helper.since != since)
		kev_dispatch_skip(&kev_d.helper);
	if (!has)
		kev_health_set(KEV_HELPER_NONE, 0);
	else if (kev_run_stuck() < KEV_STUCK_MAX)
		kev_health_set(KEV_HELPER_OK, 0);
	else
		kev_health_set(KEV_HELPER_STUCK, 0);
}

/* May a run start? If not, *left is when to look again. */
static bool kev_dispatch_may_start(unsigned long *left)
{
	unsigned long backoff = kev_health_backoff_left();

	*left = MAX_SCHEDULE_TIMEOUT;
	if (kev_pause_any())
		return false;
	if (backoff) {
		*left = backoff;
		return false;
	}
	if (kev_run_stuck() >= KEV_STUCK_MAX) {
		kev_health_held(KEV_HELPER_STUCK, 0);
		*left = HZ;
		return false;
	}
	return true;
}

/* A resident reader is started before the trouble is there, and needs no memory then */
static unsigned long kev_dispatch_start_resident(void)
{
	unsigned long left;

	if (*kev_d.helper.value != KEV_HELPER_PIPE || kev_param(KEV_LINGER))
		return MAX_SCHEDULE_TIMEOUT;
	if (!kev_dispatch_may_start(&left) ||
	    !kev_run_start(&kev_d.helper, NULL, &kev_d.notes))
		return left;
	return kev_run_watch();
}

/* The next record for the helper, and a run for it if one may start */
static unsigned long kev_dispatch_next(void)
{
	unsigned long left;
	int err;

	kev_dispatch_follow_helper();
	if (!*kev_d.helper.value) {
		kev_feed_overrun();
		return MAX_SCHEDULE_TIMEOUT;
	}
	err = kev_feed_take(KEV_FEED_DISPATCH, *kev_d.helper.value != KEV_HELPER_PIPE,
			    &kev_d.record, &kev_d.notes);
	if (err == -EAGAIN)
		return 0;
	if (err != 1)
		return kev_dispatch_start_resident();
	if (kev_dispatch_may_start(&left)) {
		if (!kev_feed_hand(KEV_FEED_DISPATCH))
			return 0;
		if (kev_run_start(&kev_d.helper, &kev_d.record, &kev_d.notes))
			return kev_run_watch();
	}
	kev_feed_release(true);
	return min(left, kev_feed_hold_left());
}

/* A signal does not tell its sender: the credentials to raise it with */
static const struct cred *kev_dispatch_sender(bool running)
{
	if (running)
		return current_cred();
	return kev_d.left ? kev_d.echo : kev_d.plain;
}

/*
 * A helper shares its process group with the kernel's threads, so that it may well
 * signal us. @running: a run is under way, or was until now: that is its own noise. What
 * a run has left may have sent it otherwise.
 */
static void kev_dispatch_signals(bool running)
{
	void (*fn)(unsigned int seen) = READ_ONCE(kev_dispatch_signal_fn);
	const struct cred *marked;
	int sig;

	/* kthread_stop() makes signal_pending() true with no signal to take */
	while (signal_pending(current) && (sig = kernel_dequeue_signal()) > 0) {
		if (sig != SIGUSR1 || !fn || kev_wake_stopping())
			continue;
		marked = override_creds(kev_dispatch_sender(running));
		fn(++kev_d.signals);
		revert_creds(marked);
		/* In this order: what the last one sent before it went is there by now */
		if (kev_d.left)
			kev_d.left = kev_tree_any() || signal_pending(current);
	}
}

/* A run is under way; returns jiffies until there is more to do for it */
static unsigned long kev_dispatch_watch(void)
{
	unsigned long left;

	left = kev_run_watch();
	if (!kev_run_active()) {
		/* In this order: what went before the look has sent its signal by now */
		kev_d.left = kev_tree_any();
		kev_dispatch_signals(true);
		kev_wake_all();
	}
	return left;
}

/* Do what there is to do for the helper; returns jiffies until there is more */
static unsigned long kev_dispatch_step(void)
{
	unsigned long due;

	/* First of all: what may raise needs sources. There is no run, it would pin the module. */
	if (kev_wake_stopping())
		return MAX_SCHEDULE_TIMEOUT;
	kev_run_reap();
	kev_check_reap();
	kev_feed_tell();
	due = kev_feed_look_due();
	return min(due, kev_run_active() ? kev_dispatch_watch() : kev_dispatch_next());
}

static void kev_dispatch_resolve(const struct kev_event *ev, u64 seq, struct kev_origin *origin)
{
	kev_source_resolve(ev, seq, origin);
	if (kev_report_is_test(ev))
		kev_test_begin(seq);
}

static void kev_dispatch_collect(void)
{
	u32 slow = READ_ONCE(kev_inject_slow_ms);

	/* Neither unloading nor a suspend need be slow */
	if (slow)
		wait_event_interruptible_timeout(kev_wake_waiters,
						 kev_wake_stopping() || kev_pause_power(),
						 msecs_to_jiffies(slow));
	kev_wake_begin_pass();
	if (kev_log_collect(kev_dispatch_resolve))
		kev_stream_wake();
	kev_wake_end_pass();
}

/* Deferrable: it looks when its CPU is awake anyway, and wakes nothing when all is well */
static void kev_dispatch_backstop_look(struct timer_list *timer)
{
	/* What the stage had no room for rings no bell, and its window has an end to be told */
	if (kev_stage_overdue() || kev_rate_unseen_waits()) {
		WRITE_ONCE(kev_d.overdue, 1);
		wake_up_process(kev_dispatch_task);
	}
	mod_timer(timer, jiffies + KEV_BACKSTOP);
}

static struct timer_list kev_dispatch_backstop;

/* Sleep until a doorbell, a kick, a signal or the time */
static void kev_dispatch_sleep(unsigned long left)
{
	WRITE_ONCE(kev_d.overdue, 0);
	set_current_state(TASK_INTERRUPTIBLE);
	/* On every turn, after the state and before the look: see kev_stage_arm() */
	kev_stage_arm();
	if (!left || kev_wake_kicked() || kev_stage_pending() ||
	    signal_pending(current) || kthread_should_stop()) {
		__set_current_state(TASK_RUNNING);
		return;
	}
	if ((schedule_timeout(left) && !xchg(&kev_d.overdue, 0)) || !kev_stage_overdue())
		return;
	/* An event, and a clock woke us: is its doorbell still on the way? */
	schedule_timeout_uninterruptible(2);
	if (!kev_stage_rung())
		kev_stat_inc(KEV_STAT_DOORBELL_LATE);
}

static int kev_dispatch_thread(void *unused)
{
	unsigned long left;

	kev_d.plain = kev_selfnoise_wear_own();
	kev_d.echo = kev_selfnoise_echo() ?: get_cred(kev_d.plain);
	/* By the module that was here before */
	kev_d.left = kev_tree_any();
	allow_signal(SIGUSR1);
	/* A helper that was set at load gets everything from the first event on */
	if (kev_helper_get(&kev_d.helper))
		kev_health_set(KEV_HELPER_OK, 0);
	while (!kthread_should_stop()) {
		kev_dispatch_signals(kev_run_active());
		kev_dispatch_collect();
		left = min(kev_dispatch_step(), kev_source_close_due(kev_raise_closing));
		kev_dispatch_sleep(min_t(unsigned long, left, MAX_SCHEDULE_TIMEOUT));
		cond_resched();
	}
	put_cred(kev_d.echo);
	put_cred(kev_d.plain);
	return 0;
}

static int kev_dispatch_pause_wait(void)
{
	u32 asked = kev_wake_ask();

	/* Interruptible, as a killable task cannot be frozen: a suspend has it begin again */
	if (wait_event_interruptible(kev_wake_waiters, kev_run_rests(asked) ||
				     !kev_pause_is(KEV_PAUSE_USER) || kev_wake_stopping()))
		return -ERESTARTSYS;
	if (kev_wake_stopping())
		return -ENODEV;
	return kev_pause_is(KEV_PAUSE_USER) ? 0 : -ECANCELED;
}

/*
 * Start no more runs, until kev_pause_clear(). Sleeps until the run under way has
 * ended. Returns 0; else nothing has changed: -ERESTARTSYS for a signal, -ENODEV
 * when the module goes, -ECANCELED if another task resumed meanwhile, -EDEADLK for
 * the helper itself.
 */
int kev_dispatch_pause(void)
{
	bool was;
	int err;

	/* It would wait for its own end */
	if (kev_selfnoise_runs())
		return -EDEADLK;
	if (mutex_lock_interruptible(&kev_dispatch_pause_mutex))
		return -ERESTARTSYS;
	was = kev_pause_is(KEV_PAUSE_USER);
	kev_pause_set(KEV_PAUSE_USER);
	err = kev_dispatch_pause_wait();
	if (err && !was)
		kev_pause_clear(KEV_PAUSE_USER);
	mutex_unlock(&kev_dispatch_pause_mutex);
	return err;
}

const char *kev_dispatch_state(void)
{
	if (kev_run_active())
		return "running";
	return kev_pause_any() ? "paused" : "idle";
}

/* What SIGUSR1 does: kevnotifyd calls @fn with the number of signals seen */
void kev_dispatch_on_signal(void (*fn)(unsigned int seen))
{
	WRITE_ONCE(kev_dispatch_signal_fn, fn);
}

/*
 * The module goes: every wait ends, and kevnotifyd only collects. Before sysfs goes,
 * which waits for its writers, and before the sources, of which kevnotifyd raises
 * some.
 */
void kev_dispatch_stop(void)
{
	u32 asked;

	kev_wake_set_stopping();
	if (!kev_dispatch_task)
		return;
	asked = kev_wake_ask();
	while (!wait_event_timeout(kev_wake_waiters, kev_wake_passed(asked) ||
				   kev_wake_dead(), 10 * HZ))
		pr_err("kevnotifyd gets no CPU: unloading waits for it\n");
}

static void kev_dispatch_watch_rates(void (*changed)(void))
{
	kev_param_watch(KEV_BURST, changed);
	kev_param_watch(KEV_WINDOW, changed);
}

/* The log, the stages and the runs are there */
int kev_dispatch_init(void)
{
	struct task_struct *task = kthread_create(kev_dispatch_thread, NULL, "kevnotifyd");

	if (IS_ERR(task)) {
		pr_err("no kevnotifyd thread (%ld): no event would be recorded, not loaded\n",
		       PTR_ERR(task));
		return PTR_ERR(task);
	}
	kev_dispatch_task = task;
	kev_health_init();
	kev_wake_attach(task);
	kev_stage_attach(task);
	timer_setup(&kev_dispatch_backstop, kev_dispatch_backstop_look, TIMER_DEFERRABLE);
	mod_timer(&kev_dispatch_backstop, jiffies + KEV_BACKSTOP);
	kev_dispatch_watch_rates(kev_source_rates_changed);
	kev_wake_kick();
	return 0;
}

/* All sources are gone. A run under way would have pinned the module. */
void kev_dispatch_exit(void)
{
	struct kev_cursor c;
	u64 pending;

	kev_dispatch_watch_rates(NULL);
	kev_stage_detach();
	kev_timer_delete_sync(&kev_dispatch_backstop);
	kthread_stop(kev_dispatch_task);
	kev_dispatch_task = NULL;
	kev_wake_detach();
	kev_feed_cursor(&c);
	pending = kev_cursor_pending(&c, kev_log_next());
	if (pending)
		pr_info("unloaded: %llu pending records dropped\n", pending);
}
