// SPDX-License-Identifier: GPL-2.0-only
/*
 * test: control/test, which sends an event the whole way to the helper and waits
 * for what comes of it: its run ends, or its record is dealt with without one.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/wait.h>

#include "helper.h"
#include "log.h"
#include "param.h"
#include "pause.h"
#include "report.h"
#include "selfnoise.h"
#include "test.h"
#include "wake.h"

/* A writer waits for so long beyond the parameters "timeout" and "fallback" */
#define KEV_TEST_SLACK	(3 * HZ)

/* One test at a time */
static DEFINE_MUTEX(kev_test_mutex);

/* The last test: what came of it is said by kevnotifyd and by pipe mode's reader */
static struct {
	raw_spinlock_t	lock;		/* all of it; inside the feed's */
	u64		seq;		/* its record; 0: there was none */
	u64		known;		/* the record of which the rest tells */
	int		err;
	char		outcome[24];
} kev_test = { .lock = __RAW_SPIN_LOCK_UNLOCKED(kev_test.lock) };

/* The record of the last test; 0: there was none */
u64 kev_test_seq(void)
{
	u64 seq;

	raw_spin_lock(&kev_test.lock);
	seq = kev_test.seq;
	raw_spin_unlock(&kev_test.lock);
	return seq;
}

/* It is about to come into the log: whatever becomes of it is seen */
void kev_test_begin(u64 seq)
{
	raw_spin_lock(&kev_test.lock);
	kev_test.seq = seq;
	raw_spin_unlock(&kev_test.lock);
}

static int kev_test_run_errno(const struct kev_result *res)
{
	switch (res->outcome) {
	case KEV_EXITED:
		return res->code ? -EIO : 0;
	case KEV_SIGNALED:
		return -EIO;
	case KEV_NOEXEC:
		return -res->code;
	case KEV_BLOCKED:
		return -EOPNOTSUPP;
	case KEV_BUSY:
		return -EBUSY;
	default:
		return -ETIMEDOUT;
	}
}

/* The run for a test's record has ended */
void kev_test_end_run(u64 seq, const struct kev_result *res)
{
	raw_spin_lock(&kev_test.lock);
	kev_test.known = seq;
	kev_test.err = kev_test_run_errno(res);
	snprintf(kev_test.outcome, sizeof(kev_test.outcome), "%s %d",
		 kev_outcome_names[res->outcome], res->code);
	raw_spin_unlock(&kev_test.lock);
}

static int kev_test_record_errno(enum kev_stat what)
{
	switch (what) {
	case KEV_STAT_DELIVERED:
	case KEV_STAT_ACKNOWLEDGED:
		return 0;
	case KEV_STAT_FILTERED:
		return -ENOMSG;
	case KEV_STAT_EXPIRED:
		return -ETIME;
	case KEV_STAT_FAILED:
		return -E2BIG;
	default:
		return -ECANCELED;
	}
}

/* A test's record has been dealt with, and there is no run to tell of */
void kev_test_end_record(u64 seq, enum kev_stat what)
{
	raw_spin_lock(&kev_test.lock);
	kev_test.known = seq;
	kev_test.err = kev_test_record_errno(what);
	strscpy(kev_test.outcome, kev_stat_names[what], sizeof(kev_test.outcome));
	raw_spin_unlock(&kev_test.lock);
}

/* Has the test come to something? @err is filled, if so. */
static bool kev_test_known(u64 seq, int *err)
{
	bool known;

	raw_spin_lock(&kev_test.lock);
	known = kev_test.known == seq;
	*err = kev_test.err;
	raw_spin_unlock(&kev_test.lock);
	return known;
}

static int kev_test_wait(u64 seq)
{
	unsigned int timeout = kev_param(KEV_TIMEOUT);
	unsigned long limit = MAX_SCHEDULE_TIMEOUT;
	long left;
	int err;

	if (timeout)
		limit = msecs_to_jiffies(timeout) + msecs_to_jiffies(kev_param(KEV_FALLBACK)) +
			KEV_TEST_SLACK;
	/* Interruptible, as a killable task cannot be frozen; and not to begin again */
	left = wait_event_interruptible_timeout(kev_wake_waiters, kev_test_known(seq, &err) ||
						kev_wake_stopping(), limit);
	if (left < 0)
		return -EINTR;
	if (kev_test_known(seq, &err))
		return err;
	return left ? -ENODEV : -ETIMEDOUT;
}

static int kev_test_run(void)
{
	struct kev_helper helper;
	u64 from, seq;
	int err;

	/* It would wait for its own end */
	if (kev_selfnoise_runs())
		return -EDEADLK;
	if (!kev_helper_get(&helper))
		return -ENXIO;
	if (kev_pause_any())
		return -EAGAIN;
	from = kev_log_next();
	kev_report_test();
	err = kev_wake_drain();
	if (err)
		return err;
	seq = kev_test_seq();
	/* Not admitted */
	if (seq < from)
		return kev_wake_stopping() ? -ENODEV : -ENOBUFS;
	return kev_test_wait(seq);
}

/* Returns 0 or the outcome as an errno, see Documentation/ABI */
int kev_test_write(void)
{
	int err;

	if (mutex_lock_interruptible(&kev_test_mutex))
		return -ERESTARTSYS;
	err = kev_test_run();
	mutex_unlock(&kev_test_mutex);
	return err;
}

ssize_t kev_test_show(char *buf)
{
	ssize_t n;

	raw_spin_lock(&kev_test.lock);
	n = sysfs_emit(buf, "%llu %s\n", kev_test.seq, !kev_test.seq ? "none" :
		       kev_test.known == kev_test.seq ? kev_test.outcome : "pending");
	raw_spin_unlock(&kev_test.lock);
	return n;
}
