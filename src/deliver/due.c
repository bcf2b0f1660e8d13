// SPDX-License-Identifier: GPL-2.0-only
/*
 * due: which records the helper may have by now. With the parameter "fallback" readers
 * have so long to acknowledge a record before the helper gets it.
 */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "due.h"
#include "log.h"
#include "param.h"
#include "stream.h"

/* Records looked at in one call, so that collection goes on */
#define KEV_DUE_LOOKS	64

/* Records before it are due, where that depends on the time; kevnotifyd writes */
static atomic64_t kev_due_before = ATOMIC64_INIT(1);
/* The value of "fallback" that it is for; kevnotifyd's own */
static unsigned int kev_due_fallback;

/* How long ago was that, in ns of CLOCK_MONOTONIC? */
u64 kev_due_age_ms(u64 mono)
{
	u64 now = ktime_get_mono_fast_ns();

	return now > mono ? div_u64(now - mono, NSEC_PER_MSEC) : 0;
}

/* Records before this one are due */
u64 kev_due_end(void)
{
	u64 end = kev_log_next();

	return kev_param(KEV_FALLBACK) ? min_t(u64, end, atomic64_read(&kev_due_before)) : end;
}

/*
 * For kevnotifyd: see what has become due, at @next or behind it. Returns jiffies until
 * more does.
 */
unsigned long kev_due_look(u64 next)
{
	unsigned int fallback = kev_param(KEV_FALLBACK), looks = KEV_DUE_LOOKS;
	bool changed = fallback != kev_due_fallback;
	u64 age = 0, seq = max(next, kev_log_first()), end = kev_log_next();

	if (!fallback && !changed)
		return MAX_SCHEDULE_TIMEOUT;
	if (!changed)
		seq = max_t(u64, seq, atomic64_read(&kev_due_before));
	for (; fallback && seq < end && looks; looks--, seq++) {
		age = kev_due_age_ms(kev_log_mono(seq));
		if (age < fallback)
			break;
	}
	kev_due_fallback = fallback;
	atomic64_set(&kev_due_before, seq);
	/* A run in pipe mode may wait for it */
	if (changed || looks < KEV_DUE_LOOKS)
		kev_stream_wake();
	if (!looks)
		return 0;
	return fallback && seq < end ? msecs_to_jiffies(fallback - age) + 1 : MAX_SCHEDULE_TIMEOUT;
}
