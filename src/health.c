// SPDX-License-Identifier: GPL-2.0-only
/*
 * health: how the helper is, and when a start that failed is tried again.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>

#include "health.h"

#define KEV_BACKOFF_MIN		1	/* s */
#define KEV_BACKOFF_MAX		60

/* kevnotifyd's own; others read single words of it */
static struct kev_health kev_health = { .state = KEV_HELPER_NONE };

static struct {
	unsigned int	secs;	/* 0: none */
	unsigned long	retry;	/* jiffies, with one */
} kev_backoff;

static const char *const kev_helper_state_names[] = {
	[KEV_HELPER_OK]		= "ok",
	[KEV_HELPER_NONE]	= "none",
	[KEV_HELPER_MISSING]	= "missing",
	[KEV_HELPER_DENIED]	= "denied",
	[KEV_HELPER_BLOCKED]	= "blocked",
	[KEV_HELPER_BUSY]	= "busy",
	[KEV_HELPER_STUCK]	= "stuck",
	[KEV_HELPER_FAILING]	= "failing",
};

/**
 * kev_health_set() - say how the helper is
 * @state: how it is
 * @err: errno of the start that failed; 0: none did
 *
 * Context: kevnotifyd.
 */
void kev_health_set(enum kev_helper_state state, int err)
{
	if (kev_health.state != state)
		WRITE_ONCE(kev_health.since, ktime_get_real_seconds());
	WRITE_ONCE(kev_health.err, err);
	WRITE_ONCE(kev_health.state, state);
}

/**
 * kev_health_held() - the helper cannot be started; in the kernel log too, if that is new
 * @state: how it is
 * @err: errno of the start that failed; 0: it has none
 *
 * Context: kevnotifyd.
 */
void kev_health_held(enum kev_helper_state state, int err)
{
	if (kev_health.state != state || kev_health.err != err)
		pr_warn("helper %s (%d): records wait, the next try follows\n",
			kev_helper_state_names[state], err);
	kev_health_set(state, err);
}

/**
 * kev_health_ok() - is the helper well?
 *
 * Context: kevnotifyd.
 * Return: true if so.
 */
bool kev_health_ok(void)
{
	return kev_health.state == KEV_HELPER_OK;
}

/**
 * kev_health_get() - how the helper is
 * @health: filled
 *
 * Context: any.
 * Return: the state's name.
 */
const char *kev_health_get(struct kev_health *health)
{
	health->state = READ_ONCE(kev_health.state);
	health->err = READ_ONCE(kev_health.err);
	health->since = READ_ONCE(kev_health.since);
	return kev_helper_state_names[health->state];
}

/**
 * kev_backoff_start() - a start failed: wait, twice as long each time
 *
 * Context: kevnotifyd.
 */
void kev_backoff_start(void)
{
	kev_backoff.secs = clamp_t(unsigned int, kev_backoff.secs * 2, KEV_BACKOFF_MIN,
				   KEV_BACKOFF_MAX);
	kev_backoff.retry = jiffies + kev_backoff.secs * HZ;
}

/**
 * kev_backoff_end() - the next start need not wait
 *
 * Context: kevnotifyd.
 */
void kev_backoff_end(void)
{
	kev_backoff.secs = 0;
}

/**
 * kev_backoff_left() - how long until the next start
 *
 * Context: kevnotifyd.
 * Return: jiffies; 0: it may be now.
 */
unsigned long kev_backoff_left(void)
{
	if (!kev_backoff.secs || !time_before(jiffies, kev_backoff.retry))
		return 0;
	return kev_backoff.retry - jiffies;
}

/**
 * kev_health_init() - nothing was tried yet
 *
 * Context: task, before kevnotifyd runs.
 */
void kev_health_init(void)
{
	kev_health.since = ktime_get_real_seconds();
}
