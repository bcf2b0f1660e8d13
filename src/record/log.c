// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: the last records, of which kevnotifyd is the only writer. Readers
 * take no lock that it needs; they copy a record and then look whether it is
 * still the one they asked for.
 */
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/vmalloc.h>

#include "log.h"
#include "render.h"
#include "stage.h"
#include "stat.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Records appended in one piece */
#define KEV_LOG_SLICE	16

char kev_log_instance[33];
char kev_log_boot[33];

static struct kev_record *kev_log_records;
static u32 kev_log_size;
/* atomic64_t, so that 32-bit readers see no half */
static atomic64_t kev_log_head = ATOMIC64_INIT(1);

static struct kev_record *kev_log_slot(u64 seq)
{
	return &kev_log_records[(u32)seq & (kev_log_size - 1)];
}

/* The sequence number that the next record will have; not in NMI */
u64 kev_log_next(void)
{
	/* What is behind it is looked at later: pairs with the release in kev_log_append() */
	return atomic64_read_acquire(&kev_log_head);
}

/* The oldest sequence number in the log; kev_log_next() when it is empty */
u64 kev_log_first(void)
{
	u64 next = kev_log_next();

	return next > kev_log_size ? next - kev_log_size : 1;
}

/* Copy a record. -ENODATA: it is not there yet; -EPIPE: it is there no more. */
int kev_log_copy(u64 seq, struct kev_record *rec)
{
	const struct kev_record *slot = kev_log_slot(seq);

	if (seq >= kev_log_next())
		return -ENODATA;
	/* Pairs with the release in kev_log_append(): this stamp, then what it stands for */
	if (smp_load_acquire(&slot->stamp) != (u32)seq)
		return -EPIPE;
	/* What is in use; each length may be another record's */
	memcpy(rec, slot, offsetof(struct kev_record, event.data));
	memcpy(rec->event.data, slot->event.data, min_t(size_t, rec->event.len, KEV_DATA_BYTES));
	memcpy(rec->text, slot->text, min_t(size_t, rec->used, sizeof(rec->text)));
	/* The copy before the second look; pairs with smp_wmb() in kev_log_append() */
	smp_rmb();
	return READ_ONCE(slot->stamp) == (u32)seq ? 0 : -EPIPE;
}

/* The level of a record in the log, for kevnotifyd, which alone could overwrite it */
u8 kev_log_level(u64 seq)
{
	return kev_log_slot(seq)->event.level;
}

/* When a record in the log was raised, in ns of CLOCK_MONOTONIC; likewise */
u64 kev_log_mono(u64 seq)
{
	return kev_log_slot(seq)->event.mono;
}

/* The keys of the values behind the message in rec->text, as many as there is room for */
static void kev_log_put_keys(struct kev_record *rec, const struct kev_origin *origin)
{
	char *to = rec->text + rec->message + 1;
	size_t len = origin->keys_len;

	if (unlikely(len >= rec->text + sizeof(rec->text) - to)) {
		len = rec->text + sizeof(rec->text) - to - 1;
		/* Whole ones */
		while (len && origin->keys[len - 1])
			len--;
		rec->event.flags |= KEV_TRUNCATED;
	}
	memcpy(to, origin->keys, len);
	to[len] = '\0';
	rec->used = to + len + 1 - rec->text;
}

/* The message as readers of the stream see it: no byte of it ends its line */
static noinline void kev_log_trace(const struct kev_record *rec)
{
	char message[KEV_TRACE_MESSAGE];

	kev_render_escaped(rec->text, message, sizeof(message));
	trace_kevnotify_record(rec->seq, rec->source, rec->event.id, rec->event.level, message);
}

static void kev_log_append(const struct kev_event *ev, u32 cpu, kev_resolve_fn *resolve)
{
	u64 seq = kev_log_next();
	struct kev_record *rec = kev_log_slot(seq);
	struct kev_origin origin = { .level = ev->level };

	WRITE_ONCE(rec->stamp, (u32)seq - 1);
	/* No reader may take the new bytes for the old record; pairs with kev_log_copy() */
	smp_wmb();
	rec->cpu = cpu;
	rec->seq = seq;
	rec->real = ktime_to_ns(ktime_mono_to_real(ns_to_ktime(ev->mono)));
	memcpy(&rec->event, ev, offsetof(struct kev_event, data) + ev->len);

	rcu_read_lock();
	resolve(ev, seq, &origin);
	rec->suppressed = origin.suppressed;
	rec->withheld = origin.withheld;
	rec->event.level = origin.level;
	if (origin.quiet)
		rec->event.flags |= KEV_NOTIFY_NONE;
	strscpy(rec->source, origin.name, sizeof(rec->source));
	rec->message = kev_render_message(&rec->event, &origin, rec->text,
					  KEVNOTIFY_MESSAGE_MAX + 1);
	kev_log_put_keys(rec, &origin);
	rcu_read_unlock();

	/* The whole record before its stamp; pairs with kev_log_copy() */
	smp_store_release(&rec->stamp, (u32)seq);
	/* The stamp before the number that promises it; pairs with kev_log_next() */
	atomic64_set_release(&kev_log_head, seq + 1);
	if (trace_kevnotify_record_enabled())
		kev_log_trace(rec);
}

/*
 * Move what is staged into the log, oldest first. It is one pass, bounded by the size of
 * the stages; of many big ones it takes a while, in which others get the CPU, too.
 * Returns the number of records.
 */
unsigned int kev_log_collect(kev_resolve_fn *resolve)
{
	struct kev_stage *st;
	unsigned int n = 0;

	kev_stage_begin();
	while ((st = kev_stage_oldest())) {
		kev_log_append(kev_stage_event(st), st->cpu, resolve);
		/* No longer staged first, and then recorded: a sum of the two counts none twice */
		kev_stage_free(st);
		kev_stat_inc(KEV_STAT_RECORDED);
		if (!(++n % KEV_LOG_SLICE))
			cond_resched();
	}
	return n;
}

/* @records: how many it holds, a power of two */
int kev_log_init(unsigned int records)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	size_t size = array_size(records, sizeof(*kev_log_records));
	u8 instance[16];

	BUILD_BUG_ON(sizeof(struct kev_record) != KEV_RECORD_BYTES);
	get_random_bytes(instance, sizeof(instance));
	snprintf(kev_log_instance, sizeof(kev_log_instance), "%*phN", (int)sizeof(instance),
		 instance);
	/*
	 * Zeroed: stamp 0 is no sequence number that is asked for here. No process is
	 * to be killed for a log that is too big for this machine. The largest has 2 GiB,
	 * which kvmalloc() refuses.
	 */
	kev_log_records = __vmalloc(size, gfp);
	if (!kev_log_records) {
		pr_err("log_records: no memory for %u records, not loaded\n", records);
		return -ENOMEM;
	}
	kev_log_size = records;
	return 0;
}

/* kevnotifyd is gone, and so are all readers */
void kev_log_exit(void)
{
	vfree(kev_log_records);
}
