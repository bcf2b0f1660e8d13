// SPDX-License-Identifier: GPL-2.0-only
/*
 * health: how the helper is, and when a start that failed is tried again.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "health.h"
#include "wake.h"

#define KEV_BACKOFF_MIN		1	/* s */
#define KEV_BACKOFF_MAX		60

/* What an operator asks first when nothing arrives. kevnotifyd's own; others read single words. */
static struct {
	int	state;	/* enum kev_helper_state */
	int	err;	/* errno of the last start that failed; 0: it did not */
	s64	since;	/* when @state came, in s of CLOCK_REALTIME */
} kev_health = { .state = KEV_HELPER_NONE };

static struct {
	unsigned int	secs;	/* 0: none */
	unsigned long	since;	/* jiffies, with one */
} kev_health_retry;

static const char *const kev_health_names[] = {
	[KEV_HELPER_OK]		= "ok",
	[KEV_HELPER_NONE]	= "none",
	[KEV_HELPER_MISSING]	= "missing",
	[KEV_HELPER_DENIED]	= "denied",
	[KEV_HELPER_BLOCKED]	= "blocked",
	[KEV_HELPER_BUSY]	= "busy",
	[KEV_HELPER_STUCK]	= "stuck",
	[KEV_HELPER_FAILING]	= "failing",
};

/* @err: errno of the start that failed; 0: none did */
void kev_health_set(enum kev_helper_state state, int err)
{
	if (kev_health.state != state)
		WRITE_ONCE(kev_health.since, ktime_get_real_seconds());
	WRITE_ONCE(kev_health.err, err);
	WRITE_ONCE(kev_health.state, state);
}

/* The helper cannot be started: in the kernel log too, if that is new */
void kev_health_held(enum kev_helper_state state, int err)
{
	if (kev_health.state != state || kev_health.err != err)
		pr_warn("helper %s (%d): records wait, the next try follows\n",
			kev_health_names[state], err);
	kev_health_set(state, err);
}

bool kev_health_is(enum kev_helper_state state)
{
	return kev_health.state == state;
}

/* It has come to exec: what kept it from that is over. How the last run ended is not. */
void kev_health_started(void)
{
	if (!kev_health_is(KEV_HELPER_FAILING) ||
	    (kev_health.err && kev_health.err != ENODATA))
		kev_health_set(KEV_HELPER_OK, 0);
}

const char *kev_health_state(void)
{
	return kev_health_names[READ_ONCE(kev_health.state)];
}

int kev_health_errno(void)
{
	return READ_ONCE(kev_health.err);
}

s64 kev_health_since(void)
{
	return READ_ONCE(kev_health.since);
}

/* A start failed: wait, twice as long each time */
void kev_health_backoff_start(void)
{
	kev_health_retry.secs = clamp_t(unsigned int, kev_health_retry.secs * 2, KEV_BACKOFF_MIN,
					KEV_BACKOFF_MAX);
	kev_health_retry.since = jiffies;
}

/* The next start need not wait */
void kev_health_backoff_end(void)
{
	kev_health_retry.secs = 0;
}

/* Jiffies until the next start; 0: it may be now */
unsigned long kev_health_backoff_left(void)
{
	return kev_wake_left(kev_health_retry.since, kev_health_retry.secs * HZ);
}

void kev_health_init(void)
{
	kev_health.since = ktime_get_real_seconds();
}
