// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kevnotify says of the helper: the source "helper", whose records are for
 * readers, and what came of the last test, whose record is for the helper.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>

#include "report.h"
#include "source.h"

enum {
	KEV_ID_RUN = 1,
	KEV_ID_EXPIRED,
	KEV_ID_UNREAD,
	KEV_ID_SKIPPED,
	KEV_ID_TEST,
};

static const char *const kev_run_keys[] = { "RUN_SEQ", "OUTCOME", "CODE", NULL };
static const char *const kev_expired_keys[] = { "COUNT", "HOLD_MS", NULL };
static const char *const kev_skipped_keys[] = { "COUNT", NULL };
static const char *const kev_test_keys[] = { "TEST", NULL };

static const struct kevnotify_event kev_helper_events[] = {
	[KEV_ID_RUN] = { "helper for record {RUN_SEQ}: {OUTCOME} {CODE}", 4, kev_run_keys },
	[KEV_ID_EXPIRED] = { "{COUNT} records waited longer than {HOLD_MS} ms for the helper",
			     4, kev_expired_keys },
	[KEV_ID_UNREAD] = { "helper read nothing of record {RUN_SEQ}: {OUTCOME} {CODE}",
			    4, kev_run_keys },
	[KEV_ID_SKIPPED] = { "{COUNT} records were skipped", 5, kev_skipped_keys },
	[KEV_ID_TEST] = { "test of the helper", 5, kev_test_keys },
};

static const struct kevnotify_desc kev_helper_desc = {
	.name	= "helper",
	.events	= kev_helper_events,
	.ids	= ARRAY_SIZE(kev_helper_events),
};

static struct kevnotify_source *kev_helper_source;
static u32 kev_helper_number;

/* The last test: what came of it is said by kevnotifyd and by pipe mode's reader */
static struct {
	raw_spinlock_t	lock;		/* all of it; inside the feed's */
	u64		seq;		/* its record; 0: there was none */
	u64		known;		/* the record of which the rest tells */
	int		err;
	char		outcome[24];
} kev_test = { .lock = __RAW_SPIN_LOCK_UNLOCKED(kev_test.lock) };

/**
 * kev_report_run() - a run did not end well
 * @seq: the record that it was for
 * @res: how it ended
 *
 * Context: kevnotifyd.
 */
void kev_report_run(u64 seq, const struct kev_result *res)
{
	kevnotify_raise(kev_helper_source, KEV_ID_RUN, KEVNOTIFY_U64(seq),
			KEVNOTIFY_STR(kev_outcome_names[res->outcome]),
			KEVNOTIFY_U64(res->code));
}

/**
 * kev_report_unread() - a run in pipe mode ended, and had not read a record
 * @seq: the record that it was started for
 * @res: how it ended
 *
 * Context: kevnotifyd.
 */
void kev_report_unread(u64 seq, const struct kev_result *res)
{
	kevnotify_raise(kev_helper_source, KEV_ID_UNREAD, KEVNOTIFY_U64(seq),
			KEVNOTIFY_STR(kev_outcome_names[res->outcome]),
			KEVNOTIFY_U64(res->code));
}

/**
 * kev_report_expired() - records waited too long
 * @count: how many
 * @hold: the limit, in ms
 *
 * Context: task.
 */
void kev_report_expired(u64 count, unsigned int hold)
{
	kevnotify_raise(kev_helper_source, KEV_ID_EXPIRED, KEVNOTIFY_U64(count),
			KEVNOTIFY_U64(hold));
}

/**
 * kev_report_skipped() - records will not go to the helper
 * @count: how many
 *
 * Context: any: the feed's lock is held.
 */
void kev_report_skipped(u64 count)
{
	kevnotify_raise(kev_helper_source, KEV_ID_SKIPPED, KEVNOTIFY_U64(count));
}

/**
 * kev_report_own() - is this record of our own, and not for the helper?
 * @rec: the record
 *
 * Context: any.
 * Return: true if so: they would go round for ever.
 */
bool kev_report_own(const struct kev_record *rec)
{
	return rec->event.source == kev_helper_number &&
	       rec->event.id != KEV_ID_TEST;
}

/**
 * kev_report_test_raise() - raise a test's event
 *
 * Context: task.
 */
void kev_report_test_raise(void)
{
	kevnotify_raise(kev_helper_source, KEV_ID_TEST, KEVNOTIFY_U64(1));
}

/**
 * kev_report_test() - is this a test's record?
 * @rec: the record
 *
 * Context: any.
 * Return: true if so.
 */
bool kev_report_test(const struct kev_record *rec)
{
	return rec->event.source == kev_helper_number &&
	       rec->event.id == KEV_ID_TEST;
}

/**
 * kev_report_test_begin() - say which record is the test's
 * @seq: its number
 *
 * Context: task.
 */
void kev_report_test_begin(u64 seq)
{
	raw_spin_lock(&kev_test.lock);
	kev_test.seq = seq;
	raw_spin_unlock(&kev_test.lock);
}

static int kev_report_run_errno(const struct kev_result *res)
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

/**
 * kev_report_test_run() - a test's run has ended
 * @seq: the test's record
 * @res: how it ended
 *
 * Context: kevnotifyd.
 */
void kev_report_test_run(u64 seq, const struct kev_result *res)
{
	raw_spin_lock(&kev_test.lock);
	kev_test.known = seq;
	kev_test.err = kev_report_run_errno(res);
	snprintf(kev_test.outcome, sizeof(kev_test.outcome), "%s %d",
		 kev_outcome_names[res->outcome], res->code);
	raw_spin_unlock(&kev_test.lock);
}

static int kev_report_record_errno(enum kev_stat what)
{
	switch (what) {
	case KEV_STAT_DELIVERED:
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

/**
 * kev_report_test_record() - a test's record has been dealt with, and there is no run to tell of
 * @seq: the record
 * @what: what became of it
 *
 * Context: task.
 */
void kev_report_test_record(u64 seq, enum kev_stat what)
{
	raw_spin_lock(&kev_test.lock);
	kev_test.known = seq;
	kev_test.err = kev_report_record_errno(what);
	strscpy(kev_test.outcome, kev_stat_names[what], sizeof(kev_test.outcome));
	raw_spin_unlock(&kev_test.lock);
}

/**
 * kev_report_test_seq() - the record of the last test
 *
 * Context: any: the feed's lock is held.
 * Return: its number; 0 if there was none.
 */
u64 kev_report_test_seq(void)
{
	u64 seq;

	raw_spin_lock(&kev_test.lock);
	seq = kev_test.seq;
	raw_spin_unlock(&kev_test.lock);
	return seq;
}

/**
 * kev_report_test_known() - has a test come to something?
 * @seq: its record
 * @err: filled, if so
 *
 * Context: task.
 * Return: true if so.
 */
bool kev_report_test_known(u64 seq, int *err)
{
	bool known;

	raw_spin_lock(&kev_test.lock);
	known = kev_test.known == seq;
	*err = kev_test.err;
	raw_spin_unlock(&kev_test.lock);
	return known;
}

/**
 * kev_report_test_show() - print the last test
 * @buf: a page
 *
 * Context: task.
 * Return: bytes.
 */
ssize_t kev_report_test_show(char *buf)
{
	ssize_t n;

	raw_spin_lock(&kev_test.lock);
	n = sysfs_emit(buf, "%llu %s\n", kev_test.seq, !kev_test.seq ? "none" :
		       kev_test.known == kev_test.seq ? kev_test.outcome : "pending");
	raw_spin_unlock(&kev_test.lock);
	return n;
}

/**
 * kev_report_init() - register the source
 *
 * Context: task; may sleep.
 * Return: 0, or what kevnotify_source_register() said.
 */
int kev_report_init(void)
{
	kev_helper_source = kevnotify_source_register(THIS_MODULE, &kev_helper_desc);
	if (IS_ERR(kev_helper_source))
		return PTR_ERR(kev_helper_source);
	kev_helper_number = kev_source_of(kev_helper_source)->number;
	return 0;
}

/**
 * kev_report_exit() - unregister it
 *
 * Context: task; may sleep. No run is under way.
 */
void kev_report_exit(void)
{
	kevnotify_source_unregister(kev_helper_source);
}
