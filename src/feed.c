// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the helper gets of the log: its cursor, and the records that it passes
 * over. The cursor is kevnotifyd's, or that of the run in pipe mode that is
 * active, for which the helper's own read() moves it.
 *
 * Whoever takes a record has it until it is passed, released or taken away. The
 * lock orders nothing but these few words: no reader can hold up kevnotifyd.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/spinlock.h>

#include "feed.h"
#include "log.h"
#include "params.h"
#include "report.h"
#include "stats.h"
#include "stream.h"
#include "wake.h"

/* Records looked at in one call, so that collection goes on */
#define KEV_FEED_RECORDS	64

/* Raw, as on RT a reader that is preempted would hold up kevnotifyd else */
static struct {
	raw_spinlock_t		lock;		/* all of it */
	struct kev_cursor	cursor;
	u64			owner;		/* a run in pipe mode; or KEV_FEED_DISPATCH */
	bool			taken;		/* the record at the cursor is being given */
	bool			held;		/* it had to wait */
	bool			eof;
	bool			seeking;	/* to @seek, as soon as no record is taken */
	u64			seek;
	u64			expired;	/* since kevnotifyd told of it */
	bool			settled;	/* that number is whole */
	u64			got;
	unsigned long		progress;	/* jiffies */
} kev_feed = {
	.lock	= __RAW_SPIN_LOCK_UNLOCKED(kev_feed.lock),
	.cursor	= { .base = 1, .next = 1 },
};

/* With the lock held, and no record taken */
static void kev_feed_seek_now(void)
{
	struct kev_cursor *c = &kev_feed.cursor;
	u64 from = c->next, to = kev_feed.seek;

	kev_feed.seeking = false;
	kev_feed.held = false;
	c->next = to;
	if (to < from) {
		c->base -= from - to;
		return;
	}
	if (to == from)
		return;
	kev_stat_add(KEV_STAT_SKIPPED, to - from);
	kev_report_skipped(to - from);
	kev_report_test_records(from, to, KEV_STAT_SKIPPED);
}

/* With the lock held: the record at the cursor is nobody's for now */
static void kev_feed_untake(void)
{
	kev_feed.taken = false;
	if (kev_feed.seeking)
		kev_feed_seek_now();
}

/* With the lock held, and no record taken */
static void kev_feed_overrun_now(void)
{
	u64 from = kev_feed.cursor.next;
	u64 lost = kev_cursor_overrun(&kev_feed.cursor);

	if (!lost)
		return;
	kev_stat_add(KEV_STAT_OVERWRITTEN, lost);
	kev_report_test_records(from, from + lost, KEV_STAT_OVERWRITTEN);
}

/* The number of the next record, taken; 0 at the end of file, or if there is none yet: *err */
static u64 kev_feed_claim(u64 who, struct kev_notes *notes, bool *held, int *err)
{
	u64 seq = 0;

	raw_spin_lock(&kev_feed.lock);
	*err = 0;
	if (kev_feed.owner == who && !(who && kev_feed.eof)) {
		kev_feed_overrun_now();
		if (kev_feed.cursor.next < kev_log_next()) {
			kev_feed.taken = true;
			seq = kev_feed.cursor.next;
			notes->lost = kev_feed.cursor.lost;
			*held = kev_feed.held;
		} else {
			*err = -ENODATA;
		}
	}
	raw_spin_unlock(&kev_feed.lock);
	return seq;
}

/**
 * kev_feed_age_ms() - how old is a record?
 * @rec: the record
 *
 * Context: any.
 * Return: ms since it was raised.
 */
u64 kev_feed_age_ms(const struct kev_record *rec)
{
	u64 now = ktime_get_mono_fast_ns();

	return now > rec->event.mono ? div_u64(now - rec->event.mono, NSEC_PER_MSEC) : 0;
}

/* Is the record for the helper (delivered), or what becomes of it? */
static enum kev_stat kev_feed_judge(const struct kev_record *rec)
{
	if (rec->event.level > kev_param(KEV_HELPER_LEVEL) ||
	    rec->event.flags & KEV_NOTIFY_NONE || kev_report_own(rec))
		return KEV_STAT_FILTERED;
	if (kev_feed_age_ms(rec) > kev_param(KEV_HOLD))
		return KEV_STAT_EXPIRED;
	return KEV_STAT_DELIVERED;
}

/* No more of them for now: kevnotifyd may tell how many have expired */
static void kev_feed_settled(void)
{
	bool tell;

	raw_spin_lock(&kev_feed.lock);
	tell = kev_feed.expired && !kev_feed.settled;
	kev_feed.settled = kev_feed.expired;
	raw_spin_unlock(&kev_feed.lock);
	if (tell)
		kev_wake_kick();
}

/* The record was overwritten while it was copied */
static void kev_feed_unclaim(u64 who)
{
	raw_spin_lock(&kev_feed.lock);
	if (kev_feed.owner == who)
		kev_feed_untake();
	raw_spin_unlock(&kev_feed.lock);
}

/**
 * kev_feed_take() - take the next record that is for the helper
 * @who: KEV_FEED_DISPATCH, or the number of a run in pipe mode
 * @rec: filled
 * @notes: filled: what the cursor adds to it
 *
 * Passes over those that are not.
 *
 * Context: task; the caller has taken none.
 * Return: 1; 0 if there will be none for @who; -ENODATA if there is none yet;
 * -EAGAIN if one call is not enough to say.
 */
int kev_feed_take(u64 who, struct kev_record *rec, struct kev_notes *notes)
{
	enum kev_stat what;
	unsigned int n;
	bool held;
	int err;
	u64 seq;

	for (n = 0; n < KEV_FEED_RECORDS; n++) {
		seq = kev_feed_claim(who, notes, &held, &err);
		if (!seq) {
			kev_feed_settled();
			return err;
		}
		if (kev_log_copy(seq, rec)) {
			kev_feed_unclaim(who);
			continue;
		}
		what = kev_feed_judge(rec);
		if (what == KEV_STAT_DELIVERED) {
			kev_feed_settled();
			notes->delayed_ms = held ? kev_feed_age_ms(rec) : 0;
			return 1;
		}
		kev_feed_pass(who, rec, what);
	}
	return -EAGAIN;
}

/**
 * kev_feed_pass() - the record that was taken has been dealt with
 * @who: who took it
 * @rec: the record
 * @what: what became of it
 *
 * No longer pending first, and then counted: whoever adds up meanwhile finds none
 * twice.
 *
 * Context: task.
 * Return: false if it had been taken away before, and is pending again.
 */
bool kev_feed_pass(u64 who, const struct kev_record *rec, enum kev_stat what)
{
	bool mine, empty;

	raw_spin_lock(&kev_feed.lock);
	mine = kev_feed.owner == who;
	if (mine) {
		kev_feed.cursor.next++;
		kev_feed.held = false;
		if (what == KEV_STAT_DELIVERED) {
			kev_feed.cursor.lost = 0;
			kev_feed.got++;
		}
		kev_feed.expired += what == KEV_STAT_EXPIRED;
		kev_feed.settled = false;
		kev_feed_untake();
		kev_stat_inc(what);
	}
	empty = kev_feed.cursor.next == kev_log_next();
	raw_spin_unlock(&kev_feed.lock);
	/* An exec mode test is known when its run has ended */
	if (mine && kev_report_test(rec) && (who || what != KEV_STAT_DELIVERED))
		kev_report_test_record(rec->seq, what);
	/* From now on linger counts; and somebody waits for a test */
	if (mine && ((who && empty) || kev_report_test(rec)))
		kev_wake_kick();
	return mine;
}

/**
 * kev_feed_release() - give the record back that was taken
 * @held: it has to wait
 *
 * Context: kevnotifyd, which took it or may not take one now.
 */
void kev_feed_release(bool held)
{
	raw_spin_lock(&kev_feed.lock);
	kev_feed.held |= held;
	kev_feed_untake();
	raw_spin_unlock(&kev_feed.lock);
}

/**
 * kev_feed_mine() - is the record that was taken still the taker's?
 * @who: the taker
 *
 * Context: task.
 * Return: true if so.
 */
bool kev_feed_mine(u64 who)
{
	bool mine;

	raw_spin_lock(&kev_feed.lock);
	mine = kev_feed.owner == who;
	raw_spin_unlock(&kev_feed.lock);
	return mine;
}

/**
 * kev_feed_progress() - something of the record that was taken has been read
 * @who: the taker
 *
 * Context: task.
 * Return: false if it has been taken away.
 */
bool kev_feed_progress(u64 who)
{
	bool mine;

	raw_spin_lock(&kev_feed.lock);
	mine = kev_feed.owner == who;
	if (mine && !kev_feed.eof)
		kev_feed.progress = jiffies;
	raw_spin_unlock(&kev_feed.lock);
	return mine;
}

/**
 * kev_feed_ready() - is kev_feed_take() worth a try?
 * @who: the taker
 *
 * Context: task.
 * Return: true if there is a record, of whatever kind, or there will be none.
 */
bool kev_feed_ready(u64 who)
{
	bool ready;

	raw_spin_lock(&kev_feed.lock);
	ready = kev_feed.owner != who || kev_feed.eof || kev_feed.cursor.next < kev_log_next();
	raw_spin_unlock(&kev_feed.lock);
	return ready;
}

/**
 * kev_feed_attach() - give the cursor to a run in pipe mode
 * @who: its number, never used before
 *
 * Context: kevnotifyd, which has no record taken.
 */
void kev_feed_attach(u64 who)
{
	raw_spin_lock(&kev_feed.lock);
	kev_feed.owner = who;
	kev_feed.eof = false;
	kev_feed.got = 0;
	kev_feed.progress = jiffies;
	raw_spin_unlock(&kev_feed.lock);
}

/**
 * kev_feed_detach() - take the cursor back
 * @who: whom from
 *
 * Who still has the run's file gets an end of file for ever. A record that was
 * read by half is pending again.
 *
 * Context: task.
 */
void kev_feed_detach(u64 who)
{
	raw_spin_lock(&kev_feed.lock);
	if (kev_feed.owner == who) {
		kev_feed.owner = KEV_FEED_DISPATCH;
		kev_feed_untake();
	}
	raw_spin_unlock(&kev_feed.lock);
	kev_stream_wake();
}

/**
 * kev_feed_end() - tell the active run in pipe mode that there is no more
 *
 * The rest of a record that it is reading still comes first.
 *
 * Context: kevnotifyd.
 */
void kev_feed_end(void)
{
	raw_spin_lock(&kev_feed.lock);
	if (!kev_feed.eof) {
		kev_feed.eof = true;
		kev_feed.progress = jiffies;
	}
	raw_spin_unlock(&kev_feed.lock);
	kev_stream_wake();
}

/**
 * kev_feed_look() - see how the run in pipe mode gets on
 * @state: filled
 *
 * Context: kevnotifyd.
 */
void kev_feed_look(struct kev_feed_state *state)
{
	raw_spin_lock(&kev_feed.lock);
	state->eof = kev_feed.eof;
	state->empty = !kev_feed.taken && kev_feed.cursor.next == kev_log_next();
	state->got = kev_feed.got;
	state->progress = kev_feed.progress;
	raw_spin_unlock(&kev_feed.lock);
}

/**
 * kev_feed_overrun() - count what was overwritten, though nobody looks for a record
 *
 * Context: kevnotifyd, which has no record taken.
 */
void kev_feed_overrun(void)
{
	raw_spin_lock(&kev_feed.lock);
	kev_feed_overrun_now();
	raw_spin_unlock(&kev_feed.lock);
}

/**
 * kev_feed_seek() - move the cursor
 * @to: a sequence number; those up to there are skipped, or come again
 *
 * If a record is being given, when that is done.
 *
 * Context: task.
 */
void kev_feed_seek(u64 to)
{
	raw_spin_lock(&kev_feed.lock);
	kev_feed.seek = to;
	kev_feed.seeking = true;
	if (!kev_feed.taken)
		kev_feed_seek_now();
	raw_spin_unlock(&kev_feed.lock);
	kev_stream_wake();
	kev_wake_kick();
}

/**
 * kev_feed_tell() - tell of expired records, in one record
 *
 * Context: kevnotifyd.
 */
void kev_feed_tell(void)
{
	u64 expired = 0;

	raw_spin_lock(&kev_feed.lock);
	if (kev_feed.settled)
		swap(expired, kev_feed.expired);
	kev_feed.settled = false;
	raw_spin_unlock(&kev_feed.lock);
	if (expired)
		kev_report_expired(expired, kev_param(KEV_HOLD));
}

/**
 * kev_feed_cursor() - where the helper's cursor is
 * @base: filled: the record that it began with
 * @next: filled: the first one that has not been dealt with
 *
 * Context: any but NMI.
 */
void kev_feed_cursor(s64 *base, u64 *next)
{
	raw_spin_lock(&kev_feed.lock);
	*base = kev_feed.cursor.base;
	*next = kev_feed.cursor.next;
	raw_spin_unlock(&kev_feed.lock);
}
