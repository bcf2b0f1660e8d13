// SPDX-License-Identifier: GPL-2.0-only
/*
 * gauge: a value with limits. One event when the threshold is crossed, one when
 * the trouble is over, and reminders in between after 1, 2, 4 … hours, at most
 * daily.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>

#include "sources/gauge.h"

#define KEV_HOURS_MAX	24

const char *const kev_gauge_keys[] = { "VALUE", "LIMIT", NULL };
const char *const kev_gauge_recovered_keys[] = { "VALUE", "LIMIT", "RECOVERED", NULL };

static bool kev_gauge_crossed(const struct kev_gauge *g, unsigned int value)
{
	return g->low ? value <= g->threshold : value >= g->threshold;
}

static bool kev_gauge_cleared(const struct kev_gauge *g, unsigned int value)
{
	return g->low ? value >= g->clear : value <= g->clear;
}

static void kev_gauge_remind_in(struct kev_gauge *g, unsigned int hours)
{
	g->hours = min_t(unsigned int, hours, KEV_HOURS_MAX);
	g->told = jiffies;
}

static void kev_gauge_raise(struct kev_gauge *g, enum kev_gauge_id id, unsigned int value)
{
	kevnotify_raise(g->source, id, KEVNOTIFY_U64(value), KEVNOTIFY_U64(g->threshold));
}

static void kev_gauge_judge(struct kev_gauge *g, unsigned int value)
{
	if (!g->over && kev_gauge_crossed(g, value)) {
		g->over = true;
		kev_gauge_remind_in(g, 1);
		kev_gauge_raise(g, KEV_GAUGE_OVER, value);
	} else if (g->over && kev_gauge_cleared(g, value)) {
		g->over = false;
		kevnotify_raise(g->source, KEV_GAUGE_RECOVERED, KEVNOTIFY_U64(value),
				KEVNOTIFY_U64(g->clear), KEVNOTIFY_U64(1));
	} else if (g->over && jiffies - g->told >= g->hours * 3600UL * HZ) {
		kev_gauge_remind_in(g, g->hours * 2);
		kev_gauge_raise(g, KEV_GAUGE_REMINDER, value);
	}
}

static void kev_gauge_look(struct kev_poll *poll)
{
	struct kev_gauge *g = container_of(poll, struct kev_gauge, poll);
	int value = g->read(g);

	WRITE_ONCE(g->err, min(value, 0));
	if (value >= 0)
		kev_gauge_judge(g, value);
}

/*
 * @limit: its threshold or its clear value. -ERANGE if @value is greater than the maximum, or
 * the trouble would be over before it begins.
 */
int kev_gauge_set(struct kev_gauge *g, unsigned int *limit, unsigned int value)
{
	unsigned int threshold, clear;
	int err = 0;

	kev_poll_lock();
	threshold = limit == &g->threshold ? value : g->threshold;
	clear = limit == &g->clear ? value : g->clear;
	if (value > g->max || (g->low ? clear <= threshold : clear >= threshold))
		err = -ERANGE;
	else
		WRITE_ONCE(*limit, value);
	kev_poll_unlock();
	return err;
}

void kev_gauge_start(struct kev_gauge *g, struct kevnotify_source *src)
{
	g->source = src;
	g->over = false;
	g->err = 0;
	g->poll.look = kev_gauge_look;
	kev_poll_start(&g->poll);
}

/* Sleeps until nothing reads it */
void kev_gauge_stop(struct kev_gauge *g)
{
	kev_poll_stop(&g->poll);
}

/* What there is to say of a gauge that is on; NULL: it could be read the last time */
const char *kev_gauge_remark(const struct kev_gauge *g)
{
	return READ_ONCE(g->err) ? "its value could not be read at the last look" : NULL;
}
