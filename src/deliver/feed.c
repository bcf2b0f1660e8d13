// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the helper gets of the log: its cursor, and the records that it passes
 * over. The cursor is kevnotifyd's, or that of the run in pipe mode that is
 * active, for which the helper's own read() moves it.
 *
 * A record that is taken stays with its taker until it is passed, released or
 * taken away; until it is handed over, a reader may still acknowledge it. The lock
 * orders nothing but these few words: no reader can hold up kevnotifyd.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "cursor.h"
#include "due.h"
#include "feed.h"
#include "log.h"
#include "param.h"
#include "report.h"
#include "stat.h"
#include "stream.h"
#include "test.h"
#include "wake.h"

/* Records looked at in one call, so that collection goes on */
#define KEV_FEED_RECORDS	64

/* Where the cursor is to go as soon as no record is taken */
enum kev_feed_move {
	KEV_FEED_STAY,
	KEV_FEED_FLUSH,
	KEV_FEED_REPLAY,
};

/* Raw, as on RT a reader that is preempted would hold up kevnotifyd else */
static struct {
	raw_spinlock_t		lock;		/* all of it but @oldest */
	struct kev_cursor	cursor;
	u64			owner;		/* a run in pipe mode; or KEV_FEED_DISPATCH */
	u64			taken;		/* the record that is being given; 0: none */
	u64			told;		/* how many lost ones it tells of */
	bool			handed;		/* it counts as given */
	bool			outrun;		/* it was overwritten, and is not counted so */
	u64			held[2];	/* had to wait: at the cursor, and ahead of it */
	enum kev_feed_move	move;
	u64			to;
	u64			expired;	/* since kevnotifyd told of it */
	bool			settled;	/* that number is whole */
	u64			again;		/* records before it wait since @again_at alone */
	u64			again_at;	/* ns of CLOCK_MONOTONIC */
	unsigned int		replayed;	/* the helper's generation at the last replay */
	u64			got;		/* by the run that has the cursor */
	u64			oldest;		/* since when they wait; kevnotifyd's own */
} kev_feed = {
	.lock	= __RAW_SPIN_LOCK_UNLOCKED(kev_feed.lock),
};

/* The record at the cursor, and the one whose turn it is */
struct kev_feed_turn {
	u64	next;
	u64	seq;
	u64	lost;
	u64	again;
	u64	again_at;
	bool	held;
};

/*
 * With the lock held: if a test's record is among those that wait from @from on, before
 * @to, its end is @what
 */
static void kev_feed_test_ends(u64 from, u64 to, enum kev_stat what)
{
	u64 seq = kev_test_seq();

	if (seq >= from && seq < to && kev_cursor_waits(&kev_feed.cursor, seq))
		kev_test_end_record(seq, what);
}

/* With the lock held. What comes of the record that is taken is not known yet. */
static void kev_feed_overrun_now(void)
{
	u64 first = kev_log_first(), taken = kev_feed.taken, lost;
	bool outrun = taken && taken < first && kev_cursor_waits(&kev_feed.cursor, taken);

	if (!outrun || taken != kev_test_seq())
		kev_feed_test_ends(0, first, KEV_STAT_OVERWRITTEN);
	lost = kev_cursor_overrun(&kev_feed.cursor, first);
	if (outrun) {
		kev_feed.outrun = true;
		kev_feed.cursor.lost--;
		lost--;
	}
	kev_stat_add(KEV_STAT_OVERWRITTEN, lost);
}

/* With the lock held: those before @end wait from now on, however old they are */
static void kev_feed_again(u64 end)
{
	kev_feed.again = max(kev_feed.again, end);
	kev_feed.again_at = ktime_get_mono_fast_ns();
}

/* With the lock held, and no record taken; how many were skipped */
static u64 kev_feed_move_now(void)
{
	u64 to, skipped;

	kev_feed_overrun_now();
	to = max(kev_feed.to, kev_log_first());
	kev_feed_test_ends(0, to, KEV_STAT_SKIPPED);
	if (kev_feed.move == KEV_FEED_FLUSH) {
		skipped = kev_cursor_flush(&kev_feed.cursor, to);
	} else {
		skipped = kev_cursor_replay(&kev_feed.cursor, to);
		memset(kev_feed.held, 0, sizeof(kev_feed.held));
		kev_feed_again(kev_log_next());
	}
	kev_feed.move = KEV_FEED_STAY;
	if (skipped) {
		kev_stat_add(KEV_STAT_SKIPPED, skipped);
		kev_report_skipped(skipped);
	}
	return skipped;
}

/* With the lock held: has it not been dealt with, since it was taken? */
static bool kev_feed_still(u64 seq)
{
	return (kev_feed.outrun && seq == kev_feed.taken) ||
	       kev_cursor_waits(&kev_feed.cursor, seq);
}

/* With the lock held: no record is being given any more */
static void kev_feed_untake(void)
{
	if (kev_feed.outrun) {
		if (kev_feed.taken == kev_test_seq())
			kev_test_end_record(kev_feed.taken, KEV_STAT_OVERWRITTEN);
		kev_feed.cursor.lost++;
		kev_stat_inc(KEV_STAT_OVERWRITTEN);
	}
	kev_feed.taken = 0;
	kev_feed.handed = false;
	kev_feed.outrun = false;
	if (kev_feed.move != KEV_FEED_STAY)
		kev_feed_move_now();
}

/* Take the record whose turn it is: 1; or as kev_feed_take(), or -EAGAIN to try again */
static int kev_feed_claim(u64 taker, bool urgent_first, struct kev_feed_turn *turn)
{
	struct kev_cursor *c = &kev_feed.cursor;
	int err = 0;

	raw_spin_lock(&kev_feed.lock);
	if (kev_feed.owner == taker) {
		u64 end = kev_due_end();

		kev_feed_overrun_now();
		turn->next = c->next;
		turn->seq = c->next;
		err = c->next < end ? 1 : -ENODATA;
		if (err == 1 && urgent_first)
			turn->seq = kev_cursor_choose(c, end, kev_log_level);
		if (!turn->seq)
			err = -EAGAIN;
		if (err == 1)
			kev_feed.taken = turn->seq;
		kev_feed.told = c->lost;
		turn->lost = c->lost;
		turn->again = kev_feed.again;
		turn->again_at = kev_feed.again_at;
		turn->held = turn->seq == kev_feed.held[0] || turn->seq == kev_feed.held[1];
	}
	raw_spin_unlock(&kev_feed.lock);
	return err;
}

/* In ms: a record waits for the helper from when it is due on */
static unsigned int kev_feed_hold(void)
{
	return kev_param(KEV_HOLD) + kev_param(KEV_FALLBACK);
}

/* Since when has a record waited, in ns of CLOCK_MONOTONIC? */
static u64 kev_feed_since(const struct kev_feed_turn *turn, const struct kev_record *rec)
{
	return rec->seq < turn->again ? turn->again_at : rec->event.mono;
}

/* Is the record for the helper (delivered), or what becomes of it? */
static enum kev_stat kev_feed_classify(const struct kev_feed_turn *turn,
				       const struct kev_record *rec)
{
	if (rec->event.level > kev_param(KEV_HELPER_LEVEL) ||
	    rec->event.flags & KEV_NOTIFY_NONE || kev_report_is_own(rec))
		return KEV_STAT_FILTERED;
	if (kev_due_age_ms(kev_feed_since(turn, rec)) > kev_feed_hold())
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

/*
 * The record was overwritten while it was copied: it is lost now, as to wait until the log
 * has come round on it would be to wait for kevnotifyd.
 */
static void kev_feed_unclaim(u64 taker)
{
	u64 seq;

	raw_spin_lock(&kev_feed.lock);
	seq = kev_feed.taken;
	if (kev_feed.owner == taker && !kev_feed.outrun)
		kev_feed.outrun = kev_cursor_settle(&kev_feed.cursor, seq, seq + 1);
	if (kev_feed.owner == taker)
		kev_feed_untake();
	raw_spin_unlock(&kev_feed.lock);
}

/* Is a record that was taken for the helper? If not, or if it is gone, it is dealt with. */
static bool kev_feed_admit(u64 taker, u64 seq, const struct kev_feed_turn *turn,
			   struct kev_record *rec)
{
	enum kev_stat what;

	if (kev_log_copy(seq, rec)) {
		kev_feed_unclaim(taker);
		return false;
	}
	what = kev_feed_classify(turn, rec);
	if (what == KEV_STAT_DELIVERED)
		return true;
	kev_feed_pass(taker, rec, what);
	return false;
}

/*
 * The record that was taken is about to be given: from here on it counts as given.
 * False if a reader has acknowledged it, or it was taken away: then none is taken.
 */
bool kev_feed_hand(u64 taker)
{
	bool mine;

	raw_spin_lock(&kev_feed.lock);
	mine = kev_feed.owner == taker;
	if (mine && !kev_feed_still(kev_feed.taken)) {
		kev_feed_untake();
		mine = false;
	}
	if (mine)
		kev_feed.handed = true;
	raw_spin_unlock(&kev_feed.lock);
	return mine;
}

/*
 * Take the next record that is for the helper, and pass over those that are not.
 * @taker is KEV_FEED_DISPATCH or the number of a run in pipe mode, and has taken none.
 * @urgent_first, for kevnotifyd alone: not in order. Returns 1; 0 if there will be
 * none for @taker; -ENODATA if there is none yet; -EAGAIN if one call is not enough to
 * say. To a run it is handed over at once.
 */
int kev_feed_take(u64 taker, bool urgent_first, struct kev_record *rec, struct kev_notes *notes)
{
	struct kev_feed_turn turn;
	unsigned int n;
	u64 oldest;
	int err;

	for (n = 0; n < KEV_FEED_RECORDS; n++) {
		err = kev_feed_claim(taker, urgent_first, &turn);
		if (err == -EAGAIN)
			continue;
		if (err != 1) {
			kev_feed_settled();
			return err;
		}
		/* What an urgent one overtakes grows old as well */
		if (!kev_feed_admit(taker, turn.next, &turn, rec))
			continue;
		oldest = kev_feed_since(&turn, rec);
		if (turn.seq != turn.next && !kev_feed_admit(taker, turn.seq, &turn, rec))
			continue;
		if (taker != KEV_FEED_DISPATCH && !kev_feed_hand(taker))
			continue;
		kev_feed_settled();
		notes->lost = turn.lost;
		notes->delayed_ms = turn.held ? kev_due_age_ms(rec->event.mono) : 0;
		if (taker == KEV_FEED_DISPATCH)
			kev_feed.oldest = min(oldest, kev_feed_since(&turn, rec));
		return 1;
	}
	return -EAGAIN;
}

/* With the lock held: no longer pending first, and then counted, so that no sum has it twice */
static void kev_feed_pass_now(u64 seq, enum kev_stat what)
{
	if (!kev_feed.outrun)
		kev_cursor_pass(&kev_feed.cursor, seq, what == KEV_STAT_DELIVERED);
	kev_feed.outrun = false;
	if (what == KEV_STAT_DELIVERED) {
		kev_feed.cursor.lost -= kev_feed.told;
		kev_feed.got++;
	}
	kev_feed.expired += what == KEV_STAT_EXPIRED;
	kev_feed.settled = false;
	kev_stat_inc(what);
}

/*
 * The record that was taken has been dealt with. False if it had been taken away
 * before, and is pending again, or if a reader has acknowledged it.
 */
bool kev_feed_pass(u64 taker, const struct kev_record *rec, enum kev_stat what)
{
	bool mine, empty;

	raw_spin_lock(&kev_feed.lock);
	mine = kev_feed.owner == taker && kev_feed_still(rec->seq);
	if (mine)
		kev_feed_pass_now(rec->seq, what);
	if (kev_feed.owner == taker)
		kev_feed_untake();
	empty = kev_feed.cursor.next >= kev_due_end();
	raw_spin_unlock(&kev_feed.lock);
	/* An exec mode test is known when its run has ended */
	if (mine && kev_report_is_test(&rec->event) && (taker || what != KEV_STAT_DELIVERED))
		kev_test_end_record(rec->seq, what);
	/* From now on linger counts; and the writer of a test waits */
	if (mine && ((taker && empty) || kev_report_is_test(&rec->event)))
		kev_wake_kick();
	return mine;
}

/*
 * kevnotifyd gives the record back that it took. @held: it has to wait; or if a run
 * in pipe mode had the cursor, the one there has.
 */
void kev_feed_release(bool held)
{
	u64 seq;

	raw_spin_lock(&kev_feed.lock);
	seq = kev_feed.taken ? kev_feed.taken : kev_feed.cursor.next;
	if (held)
		kev_feed.held[seq != kev_feed.cursor.next] = seq;
	kev_feed_untake();
	raw_spin_unlock(&kev_feed.lock);
}

/* Jiffies until a record that waits is too old; kevnotifyd has just given back what it took */
unsigned long kev_feed_hold_left(void)
{
	u64 age = kev_due_age_ms(kev_feed.oldest);
	unsigned int hold = kev_feed_hold();

	return age < hold ? msecs_to_jiffies(hold - age) + 1 : 0;
}

/* Is the record that was taken still the taker's? */
bool kev_feed_mine(u64 taker)
{
	bool mine;

	raw_spin_lock(&kev_feed.lock);
	mine = kev_feed.owner == taker;
	raw_spin_unlock(&kev_feed.lock);
	return mine;
}

/*
 * Is kev_feed_take() worth a try? There is a record, of whatever kind, or there will
 * be none.
 */
bool kev_feed_ready(u64 taker)
{
	bool ready;

	raw_spin_lock(&kev_feed.lock);
	ready = kev_feed.owner != taker || kev_feed.cursor.next < kev_due_end();
	raw_spin_unlock(&kev_feed.lock);
	return ready;
}

/*
 * Give the cursor to a run in pipe mode, by a number that was never used before. No
 * record is taken.
 */
void kev_feed_attach(u64 taker)
{
	raw_spin_lock(&kev_feed.lock);
	kev_feed.owner = taker;
	kev_feed.got = 0;
	raw_spin_unlock(&kev_feed.lock);
}

/*
 * Take the cursor back. The run's file is at its end for ever, and a record that was
 * read by half is pending again.
 */
void kev_feed_detach(u64 taker)
{
	raw_spin_lock(&kev_feed.lock);
	if (kev_feed.owner == taker) {
		kev_feed.owner = KEV_FEED_DISPATCH;
		kev_feed_untake();
	}
	raw_spin_unlock(&kev_feed.lock);
	kev_stream_wake();
}

/* How many records has the run in pipe mode got, and is there one for it? */
u64 kev_feed_got(bool *empty)
{
	u64 got;

	raw_spin_lock(&kev_feed.lock);
	*empty = !kev_feed.taken && kev_feed.cursor.next >= kev_due_end();
	got = kev_feed.got;
	raw_spin_unlock(&kev_feed.lock);
	return got;
}

/* Count what was overwritten, where no record is looked for and none is taken */
void kev_feed_overrun(void)
{
	raw_spin_lock(&kev_feed.lock);
	kev_feed_overrun_now();
	raw_spin_unlock(&kev_feed.lock);
}

/* If a record is being given, when that is done; else how many were skipped */
static u64 kev_feed_move(enum kev_feed_move move, u64 to)
{
	u64 skipped = 0;

	raw_spin_lock(&kev_feed.lock);
	kev_feed.move = move;
	kev_feed.to = to;
	if (!kev_feed.taken)
		skipped = kev_feed_move_now();
	raw_spin_unlock(&kev_feed.lock);
	kev_stream_wake();
	kev_wake_kick();
	return skipped;
}

/*
 * Skip what waits before @to. If a record is being given, when that is done; returns
 * how many were skipped by now.
 */
u64 kev_feed_flush(u64 to)
{
	return kev_feed_move(KEV_FEED_FLUSH, to);
}

/*
 * The first helper after none begins at @from, but if there was a replay since that
 * helper came, in the generation @since. For kevnotifyd, with no record taken; returns how
 * many were skipped.
 */
u64 kev_feed_begin(u64 from, unsigned int since)
{
	u64 skipped = 0;

	raw_spin_lock(&kev_feed.lock);
	if ((int)(since - kev_feed.replayed) > 0) {
		kev_feed.move = KEV_FEED_FLUSH;
		kev_feed.to = from;
		skipped = kev_feed_move_now();
		kev_feed_again(from + 1);
	}
	raw_spin_unlock(&kev_feed.lock);
	return skipped;
}

/*
 * Go on with an older record, or with the oldest if that one is gone. All behind it
 * come, whether they came before or not. If a record is being given, when that is
 * done. @generation: the helper's, as of now.
 */
void kev_feed_replay(u64 to, unsigned int generation)
{
	/* Before the cursor moves: what kev_feed_begin() does later would undo that */
	raw_spin_lock(&kev_feed.lock);
	kev_feed.replayed = generation;
	raw_spin_unlock(&kev_feed.lock);
	kev_feed_move(KEV_FEED_REPLAY, to);
}

/*
 * A reader has taken over the records from *@from on, up to @seq: those that wait are
 * not for the helper any more. Returns 0 and, in *@from, where the next call goes on; or
 * -ESTALE if the helper was given one of them: then nothing is acknowledged. If that is
 * the first one the next call leaves it out. What the log has come round on is left out
 * as well.
 */
int kev_feed_acknowledge(u64 *from, u64 seq)
{
	u64 first, given, end = seq + 1;
	int err = 0;

	raw_spin_lock(&kev_feed.lock);
	kev_feed_overrun_now();
	first = max(*from, kev_log_first());
	given = first < end ? kev_cursor_given(&kev_feed.cursor, first, end) : end;
	if (kev_feed.handed && kev_feed.taken >= first)
		given = min(given, kev_feed.taken);
	if (given <= seq) {
		err = -ESTALE;
		*from = given == first ? given + 1 : *from;
	} else {
		kev_feed_test_ends(first, end, KEV_STAT_ACKNOWLEDGED);
		kev_stat_add(KEV_STAT_ACKNOWLEDGED,
			     kev_cursor_settle(&kev_feed.cursor, first, end));
		*from = end;
	}
	raw_spin_unlock(&kev_feed.lock);
	kev_wake_kick();
	return err;
}

/* For kevnotifyd, before it takes a record: see which are due by now; jiffies until more are */
unsigned long kev_feed_look_due(void)
{
	u64 next;

	raw_spin_lock(&kev_feed.lock);
	next = kev_feed.cursor.next;
	raw_spin_unlock(&kev_feed.lock);
	return kev_due_look(next);
}

/* Tell of expired records, in one record */
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

/* A copy, to read from */
void kev_feed_cursor(struct kev_cursor *c)
{
	raw_spin_lock(&kev_feed.lock);
	*c = kev_feed.cursor;
	raw_spin_unlock(&kev_feed.lock);
}

/* @records: how many the log holds, a power of two */
int kev_feed_init(unsigned int records)
{
	unsigned long *bits = kvcalloc(KEV_CURSOR_LONGS(records), sizeof(*bits),
				       GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);

	if (!bits) {
		pr_err("log_records: no memory for a cursor on %u records, not loaded\n", records);
		return -ENOMEM;
	}
	kev_cursor_init(&kev_feed.cursor, bits, records);
	return 0;
}

/* kevnotifyd is gone, and so are all readers */
void kev_feed_exit(void)
{
	kvfree(kev_feed.cursor.done);
}
