// SPDX-License-Identifier: GPL-2.0-only
/*
 * check: look at a program that is about to become the helper, as a run would: in
 * a child with the root and the mounts that exec will use, not the writer's. A
 * dead network file system hangs that child, and nothing but this writer waits.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "check.h"
#include "launch.h"
#include "pause.h"
#include "wake.h"

/* One at a time: its holder owns the launch */
static DEFINE_MUTEX(kev_check_mutex);
static struct kev_launch *kev_check_launch;
/* It is under way, also when its writer did not wait for its end */
static bool kev_check_used;

/* Wait for its end, @limit jiffies at most; what is left of them, or an errno */
static long kev_check_wait(unsigned long limit)
{
	long left = wait_event_killable_timeout(kev_wake_waiters,
						kev_launch_over(kev_check_launch) ||
						kev_pause_power(), limit);

	if (left < 0)
		return -EINTR;
	if (kev_launch_over(kev_check_launch))
		return max(left, 1L);
	/* The kernel waits for a child on its way to exec, and for a task that waits here */
	return kev_pause_power() ? -EAGAIN : -ETIMEDOUT;
}

/* With the mutex held: the launch may be used again */
static void kev_check_finish(void)
{
	kev_launch_finish(kev_check_launch);
	WRITE_ONCE(kev_check_used, false);
}

static int kev_check_outcome(const char *path, char *why, size_t size)
{
	struct kev_result res;
	const char *found;
	int err;

	if (kev_launch_looked(kev_check_launch, &err, &found)) {
		strscpy(why, found, size);
		return err;
	}
	kev_launch_result(kev_check_launch, false, &res);
	snprintf(why, size, "%s could not be looked at: %s %d", path,
		 kev_outcome_names[res.outcome], res.code);
	return KEV_CHECK_NONE;
}

/* With the mutex held: start it, and wait */
static long kev_check_start(const char *path, unsigned long limit)
{
	long left;

	if (kev_pause_power())
		return -EAGAIN;
	if (!kev_launch_check(kev_check_launch, path))
		return -ENODEV;
	WRITE_ONCE(kev_check_used, true);
	left = kev_check_wait(limit);
	if (left < 0)
		kev_launch_cancel(kev_check_launch);
	return left;
}

/* With the mutex held */
static int kev_check_in_child(const char *path, unsigned long limit, char *why, size_t size)
{
	long left = limit;
	int err;

	/* An earlier one may still hang */
	if (kev_check_used)
		left = kev_check_wait(limit);
	if (left > 0 && kev_check_used)
		kev_check_finish();
	if (left > 0)
		left = kev_check_start(path, left);
	if (left < 0) {
		snprintf(why, size, "%s could not be looked at in time", path);
		return left;
	}
	err = kev_check_outcome(path, why, size);
	kev_check_finish();
	return err;
}

/* Is a check under way, whether its writer waits or not? */
bool kev_check_busy(void)
{
	return READ_ONCE(kev_check_used);
}

/* Print what pins the module. Takes no lock: single words. */
void kev_check_show(struct seq_file *m)
{
	if (kev_check_busy())
		seq_printf(m, "check pid=%d\n", kev_launch_pid(kev_check_launch));
}

/*
 * May this program become the helper? Sleeps, at most @ms; 0: no limit. @why is
 * filled with the rule and the culprit, unless it may. Returns 0; as
 * kev_path_check(); KEV_CHECK_NONE if no child could be made; -ETIMEDOUT; -EINTR for
 * a fatal signal; -EAGAIN when the machine suspends or goes down; -ENODEV while the
 * module goes.
 */
int kev_check_path(const char *path, unsigned int ms, char *why, size_t size)
{
	unsigned long limit = ms ? msecs_to_jiffies(ms) : MAX_SCHEDULE_TIMEOUT;
	int err;

	snprintf(why, size, "the check of another value is under way");
	if (mutex_lock_killable(&kev_check_mutex))
		return -EINTR;
	*why = '\0';
	err = kev_check_in_child(path, limit, why, size);
	mutex_unlock(&kev_check_mutex);
	/* It may have ended by now, and kevnotifyd have found the mutex taken */
	if (kev_check_busy())
		kev_wake_kick();
	return err;
}

/*
 * Have done with a check that its writer did not wait for. Never waits itself: the
 * next writer does it, if one is there.
 */
void kev_check_reap(void)
{
	if (!READ_ONCE(kev_check_used) || !mutex_trylock(&kev_check_mutex))
		return;
	if (kev_check_used && kev_launch_over(kev_check_launch)) {
		kev_check_finish();
		/* A suspend waits for that */
		kev_wake_all();
	}
	mutex_unlock(&kev_check_mutex);
}

int kev_check_init(void)
{
	kev_check_launch = kev_launch_create();
	return PTR_ERR_OR_ZERO(kev_check_launch);
}

/* A check that hangs would have pinned the module */
void kev_check_exit(void)
{
	kev_launch_destroy(kev_check_launch);
}
