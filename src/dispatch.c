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
#include <linux/wait.h>

#include "dispatch.h"
#include "feed.h"
#include "health.h"
#include "helper.h"
#include "inject.h"
#include "log.h"
#include "mark.h"
#include "params.h"
#include "pause.h"
#include "raise.h"
#include "report.h"
#include "run.h"
#include "source.h"
#include "stage.h"
#include "stats.h"
#include "stream.h"

/* The longest sleep: if a doorbell were ever lost, its event would wait so long */
#define KEV_BACKSTOP		(10 * HZ)
/* A power transition does not wait longer, whatever may have become of kevnotifyd */
#define KEV_END_RUN_MAX		(4 * HZ)
/* control/test waits for so long beyond the parameter "timeout" */
#define KEV_TEST_SLACK		(3 * HZ)

/* kevnotifyd's own state */
static struct {
	bool			helper;		/* there was one at the last look */
	unsigned int		signals;
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
static bool kev_stopping;
/* Passes over the stages; kevnotifyd writes */
static struct {
	u32	begun;
	u32	ended;
} kev_pass;
/* For who waits for a pass, or for the end of a run */
static DECLARE_WAIT_QUEUE_HEAD(kev_dispatch_wait);
static void (*kev_signal_fn)(unsigned int seen);
/* One test at a time */
static DEFINE_MUTEX(kev_test_mutex);

/* The first helper after none starts at the newest record */
static void kev_first_helper(void)
{
	u64 skipped = kev_feed_flush(atomic64_read(&kev_helper_from) - 1);

	if (skipped)
		pr_info("helper: %llu records from before it was set are skipped\n", skipped);
}

/* The parameter was written: a backoff ends */
static void kev_follow_helper(void)
{
	bool helper;

	if (!atomic_xchg(&kev_helper_changed, 0))
		return;
	helper = kev_helper_get(kev_d.path);
	kev_backoff_end();
	kev_run_forget();
	kev_feed_overrun();
	if (helper && !kev_d.helper)
		kev_first_helper();
	if (!helper)
		kev_health_set(KEV_HELPER_NONE, 0);
	else if (!kev_d.helper)
		kev_health_set(KEV_HELPER_OK, 0);
	kev_d.helper = helper;
}

/* Nothing is waited for that takes long */
static bool kev_hurried(void)
{
	return READ_ONCE(kev_stopping) || kev_pause_power();
}

/* May a run start? If not, *left is when to look again. */
static bool kev_run_may_start(unsigned long *left)
{
	unsigned long backoff = kev_backoff_left();

	*left = MAX_SCHEDULE_TIMEOUT;
	if (kev_pause_any() || !kev_helper_ready())
		return false;
	if (backoff) {
		*left = backoff;
		return false;
	}
	if (kev_helper_stuck() >= KEV_STUCK_MAX) {
		kev_health_held(KEV_HELPER_STUCK, 0);
		*left = HZ;
		return false;
	}
	return true;
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
	err = kev_feed_take(KEV_FEED_DISPATCH, *kev_d.path != KEV_HELPER_PIPE, &kev_d.record,
			    &kev_d.notes);
	if (err != 1)
		return err == -EAGAIN ? 0 : MAX_SCHEDULE_TIMEOUT;
	if (!kev_run_may_start(&left)) {
		kev_feed_release(true);
		return min(left, kev_feed_hold_left());
	}
	kev_run_start(kev_d.path, &kev_d.record, &kev_d.notes);
	return kev_run_watch(false);
}

/* A run is under way; returns jiffies until there is more to do for it */
static unsigned long kev_dispatch_watch(void)
{
	unsigned long left;

	if (kev_hurried())
		kev_run_hurry();
	left = kev_run_watch(atomic_read(&kev_helper_changed));
	if (!kev_run_active())
		wake_up_all(&kev_dispatch_wait);
	return left;
}

/* Do what there is to do for the helper; returns jiffies until there is more */
static unsigned long kev_dispatch_step(void)
{
	kev_helper_reap();
	kev_feed_tell();
	if (kev_run_active())
		return kev_dispatch_watch();
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
	/* Before any stage is looked at; pairs with kev_dispatch_ask() */
	smp_store_mb(kev_pass.begun, kev_pass.begun + 1);
	if (kev_log_collect(kev_source_resolve))
		kev_stream_wake();
	/* What it collected is in the log; pairs with kev_pass_after() */
	smp_store_release(&kev_pass.ended, kev_pass.begun);
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

/* Have kevnotifyd make a pass; what to give to kev_pass_after() */
static u32 kev_dispatch_ask(void)
{
	u32 begun;

	/* What was staged, or set, is seen in each pass that is not among these */
	smp_mb();
	begun = READ_ONCE(kev_pass.begun);
	kev_dispatch_kick();
	return begun;
}

/* Has a pass ended that began after kev_dispatch_ask(), and so what was done before it? */
static bool kev_pass_after(u32 begun)
{
	/* Pairs with kev_dispatch_collect() */
	return (s32)(smp_load_acquire(&kev_pass.ended) - begun) > 0;
}

/* Likewise, and is no run under way? With a reason set before, none starts any more. */
static bool kev_rest_after(u32 begun)
{
	return kev_pass_after(begun) && !kev_run_active();
}

/* Until all that was staged is in the log, or for a moment */
static void kev_dispatch_drain(void)
{
	u32 begun = kev_dispatch_ask();

	wait_event_timeout(kev_dispatch_wait, kev_pass_after(begun), HZ);
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

/**
 * kev_dispatch_pause() - start no more runs
 *
 * kev_pause_clear() undoes it.
 *
 * Context: task; sleeps until the run under way has ended.
 * Return: 0; -EINTR for a fatal signal and -ENODEV when the module goes: no
 * new run starts then either.
 */
int kev_dispatch_pause(void)
{
	u32 begun;
	int err;

	kev_pause_set(KEV_PAUSE_USER);
	begun = kev_dispatch_ask();
	err = wait_event_killable(kev_dispatch_wait,
				  kev_rest_after(begun) || READ_ONCE(kev_stopping));
	if (err)
		return -EINTR;
	/* Also where the run has ended meanwhile: no other starts */
	return READ_ONCE(kev_stopping) ? -ENODEV : 0;
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
	u32 begun;

	kev_pause_set(why);
	wake_up_all(&kev_dispatch_wait);
	begun = kev_dispatch_ask();
	if (!wait_event_timeout(kev_dispatch_wait, kev_rest_after(begun), KEV_END_RUN_MAX))
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
	kev_pause_grace();
	kev_pause_clear(KEV_PAUSE_PM);
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
	return kev_pause_any() ? "paused" : "idle";
}

/**
 * kev_dispatch_flush() - have the helper skip all that was raised so far
 *
 * Context: task; sleeps for one more pass.
 */
void kev_dispatch_flush(void)
{
	kev_dispatch_drain();
	kev_feed_flush(kev_log_next());
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
	kev_feed_replay(from);
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
	if (kev_pause_any())
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
	kev_health_init();
	kev_pause_init(kev_dispatch_kick);
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
	struct kev_cursor c;
	u64 pending;
	u32 begun;

	kev_param_watch(KEV_HELPER, NULL);
	kev_param_watch(KEV_TIMEOUT, NULL);
	kev_param_watch(KEV_LINGER, NULL);
	kev_param_watch(KEV_HOLD, NULL);
	kev_param_watch(KEV_HELPER_LEVEL, NULL);
	kev_param_watch(KEV_BURST, NULL);
	kev_param_watch(KEV_WINDOW, NULL);
	kev_pause_exit();
	kev_dispatch_stop();
	/* However long kevnotifyd has to wait for a CPU: it must not leave a run behind */
	begun = kev_dispatch_ask();
	wait_event(kev_dispatch_wait, kev_rest_after(begun));
	kev_report_exit();
	kev_dispatch_end();
	kev_feed_cursor(&c);
	pending = kev_cursor_pending(&c, kev_log_next());
	if (pending)
		pr_info("unloaded: %llu pending records dropped\n", pending);
}
