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
#include <linux/string.h>

#include "check.h"
#include "launch.h"
#include "wake.h"

/* One at a time: its holder owns the launch */
static DEFINE_MUTEX(kev_check_mutex);
static struct kev_launch *kev_check_launch;
/* The last check hung longer than its writer waited */
static bool kev_check_left;

/* Wait for its end, @limit jiffies at most; what is left of them, or -EINTR */
static long kev_check_wait(unsigned long limit)
{
	return wait_event_killable_timeout(kev_wake_waiters,
					   kev_launch_over(kev_check_launch), limit);
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

/* With the mutex held */
static int kev_check_in_child(const char *path, unsigned long limit, char *why, size_t size)
{
	long left = limit;
	int err;

	/* An earlier one still hangs */
	if (kev_check_left)
		left = kev_check_wait(limit);
	if (left > 0) {
		if (kev_check_left)
			kev_launch_finish(kev_check_launch);
		WRITE_ONCE(kev_check_left, false);
		if (!kev_launch_check(kev_check_launch, path))
			return -ENODEV;
		left = kev_check_wait(left);
		WRITE_ONCE(kev_check_left, left <= 0);
		if (kev_check_left)
			kev_launch_cancel(kev_check_launch);
	}
	if (left <= 0) {
		snprintf(why, size, "%s could not be looked at in time", path);
		return left ? -EINTR : -ETIMEDOUT;
	}
	err = kev_check_outcome(path, why, size);
	kev_launch_finish(kev_check_launch);
	return err;
}

/**
 * kev_check_path() - may this program become the helper?
 * @path: its absolute path
 * @ms: how long that may take; 0: no limit
 * @why: filled with the rule and the culprit, unless it may
 * @size: room there
 *
 * Context: task; sleeps.
 * Return: 0; as kev_path_check(); KEV_CHECK_NONE if no child could be made;
 * -ETIMEDOUT; -EINTR for a fatal signal; -ENODEV while the module goes.
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
	return err;
}

/**
 * kev_check_reap() - have done with a check that its writer did not wait for
 *
 * Context: kevnotifyd. Never waits: the next writer does it, if one is there.
 */
void kev_check_reap(void)
{
	if (!READ_ONCE(kev_check_left) || !mutex_trylock(&kev_check_mutex))
		return;
	if (kev_check_left && kev_launch_over(kev_check_launch)) {
		kev_launch_finish(kev_check_launch);
		WRITE_ONCE(kev_check_left, false);
	}
	mutex_unlock(&kev_check_mutex);
}

/**
 * kev_check_init() - have what a check needs
 *
 * Context: task; may sleep.
 * Return: 0 or -ENOMEM.
 */
int kev_check_init(void)
{
	kev_check_launch = kev_launch_create();
	return PTR_ERR_OR_ZERO(kev_check_launch);
}

/**
 * kev_check_exit() - undo kev_check_init()
 *
 * Context: task. A check that hangs would have pinned the module.
 */
void kev_check_exit(void)
{
	kev_launch_destroy(kev_check_launch);
}
