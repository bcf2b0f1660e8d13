// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gauges: values that are polled. One event when the threshold is crossed, one
 * when it is over, and reminders in between after 1, 2, 4 … hours, at most
 * daily.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "params.h"
#include "sources/poll.h"

#define KEV_HOURS_MAX	24

const char *const kev_gauge_keys[] = { "VALUE", "LIMIT", NULL };
const char *const kev_gauge_recovered_keys[] = { "VALUE", "LIMIT", "RECOVERED", NULL };

static struct kev_gauge *kev_gauges[8];
static DEFINE_MUTEX(kev_gauges_mutex);

static bool kev_gauge_crossed(const struct kev_gauge *g, unsigned int value)
{
	unsigned int threshold = READ_ONCE(g->threshold);

	return g->low ? value <= threshold : value >= threshold;
}

static bool kev_gauge_cleared(const struct kev_gauge *g, unsigned int value)
{
	unsigned int clear = READ_ONCE(g->clear);

	return g->low ? value >= clear : value <= clear;
}

static void kev_gauge_remind_in(struct kev_gauge *g, unsigned int hours)
{
	g->hours = min_t(unsigned int, hours, KEV_HOURS_MAX);
	g->remind = jiffies + g->hours * 3600UL * HZ;
}

static void kev_gauge_raise(struct kev_gauge *g, enum kev_gauge_id id, unsigned int value)
{
	kevnotify_raise(g->source, id, KEVNOTIFY_U64(value),
			KEVNOTIFY_U64(READ_ONCE(g->threshold)));
}

static void kev_gauge_look(struct kev_gauge *g)
{
	unsigned int value = g->read();

	if (!g->over && kev_gauge_crossed(g, value)) {
		g->over = true;
		kev_gauge_remind_in(g, 1);
		kev_gauge_raise(g, KEV_GAUGE_OVER, value);
	} else if (g->over && kev_gauge_cleared(g, value)) {
		g->over = false;
		kevnotify_raise(g->source, KEV_GAUGE_RECOVERED, KEVNOTIFY_U64(value),
				KEVNOTIFY_U64(READ_ONCE(g->clear)), KEVNOTIFY_U64(1));
	} else if (g->over && time_after_eq(jiffies, g->remind)) {
		kev_gauge_remind_in(g, g->hours * 2);
		kev_gauge_raise(g, KEV_GAUGE_REMINDER, value);
	}
}

static void kev_gauge_arm(struct kev_gauge *g, unsigned int delay)
{
	if (kev_param(KEV_INTERVAL))
		mod_delayed_work(system_unbound_wq, &g->work, msecs_to_jiffies(delay));
	else
		cancel_delayed_work(&g->work);
}

static void kev_gauge_work(struct work_struct *work)
{
	struct kev_gauge *g = container_of(to_delayed_work(work), struct kev_gauge, work);

	kev_gauge_look(g);
	kev_gauge_arm(g, kev_param(KEV_INTERVAL));
}

/* The parameter was written: look at once, so that a new period starts now */
static void kev_gauges_interval(void)
{
	int i;

	mutex_lock(&kev_gauges_mutex);
	for (i = 0; i < ARRAY_SIZE(kev_gauges); i++)
		if (kev_gauges[i])
			kev_gauge_arm(kev_gauges[i], 0);
	mutex_unlock(&kev_gauges_mutex);
}

/**
 * kev_gauge_set() - change a limit
 * @g: the gauge
 * @limit: its threshold or its clear value
 * @value: the new value
 *
 * Context: task; may sleep.
 * Return: 0; -ERANGE if it is greater than the maximum, or the trouble would
 * be over before it begins.
 */
int kev_gauge_set(struct kev_gauge *g, unsigned int *limit, unsigned int value)
{
	unsigned int threshold = limit == &g->threshold ? value : g->threshold;
	unsigned int clear = limit == &g->clear ? value : g->clear;

	if (value > g->max || (g->low ? clear <= threshold : clear >= threshold))
		return -ERANGE;
	WRITE_ONCE(*limit, value);
	return 0;
}

/* Find @old among the gauges and put @new there */
static void kev_gauges_replace(struct kev_gauge *old, struct kev_gauge *new)
{
	int i;

	mutex_lock(&kev_gauges_mutex);
	for (i = 0; i < ARRAY_SIZE(kev_gauges); i++) {
		if (kev_gauges[i] == old) {
			kev_gauges[i] = new;
			break;
		}
	}
	mutex_unlock(&kev_gauges_mutex);
}

/**
 * kev_gauge_start() - begin to poll
 * @g: the gauge
 * @src: raises its events
 *
 * Context: task; may sleep.
 */
void kev_gauge_start(struct kev_gauge *g, struct kevnotify_source *src)
{
	g->source = src;
	g->over = false;
	INIT_DELAYED_WORK(&g->work, kev_gauge_work);
	kev_gauges_replace(NULL, g);
	kev_param_watch(KEV_INTERVAL, kev_gauges_interval);
	kev_gauge_arm(g, kev_param(KEV_INTERVAL));
}

/**
 * kev_gauge_stop() - poll no more
 * @g: the gauge
 *
 * Context: task; may sleep.
 */
void kev_gauge_stop(struct kev_gauge *g)
{
	kev_gauges_replace(g, NULL);
	cancel_delayed_work_sync(&g->work);
}
