// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sample for those who want to raise events from a module of their own: a
 * tank, whose level somebody writes to /sys/module/kevnotify_sample/parameters/level.
 *
 *	echo 95 > /sys/module/kevnotify_sample/parameters/level
 *
 * gives an event with the id SAMPLE_HIGH; anything that is not 0 to 100, one
 * with the id SAMPLE_BROKEN.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>

#include <kevnotify.h>

#define SAMPLE_LIMIT	90	/* percent */

/*
 * The ids are ours to choose. They reach the helper as TROUBLED_DS, so they are
 * part of what our users rely on: never give an old number a new meaning. An
 * id that has no entry below is refused.
 */
enum sample_id {
	SAMPLE_HIGH = 1,
	SAMPLE_BROKEN,
};

/*
 * An event: its name, how urgent it is, as for syslog, the message in words, in which
 * {KEY} stands for a field, and the fields, each a type and a key. kevnotify_sample_high()
 * raises it; its parameters are the fields.
 */
KEVNOTIFY_EVENT3(sample_high, 4, "{TANK}: {LEVEL} % full, the limit is {LIMIT} %",
		 U64, LEVEL, U64, LIMIT, STR, TANK);
/* For kevnotify_raisef(), which brings its own message */
KEVNOTIFY_EVENT0(sample_broken, 3, "the sensor is broken");

/* What each id means. kevnotify copies all of this. */
static const struct kevnotify_event sample_events[] = {
	[SAMPLE_HIGH]	= KEVNOTIFY_ENTRY(sample_high),
	[SAMPLE_BROKEN]	= KEVNOTIFY_ENTRY(sample_broken),
};

static const struct kevnotify_desc sample_desc = {
	.name	= "sample",
	.events	= sample_events,
	.ids	= ARRAY_SIZE(sample_events),
};

/*
 * Nobody may raise through a source that is being unregistered. As parameters
 * can be written before init and after exit, writers and those two agree by a
 * mutex. Who raises where a mutex cannot be taken has RCU for this: see
 * kevnotify_source_unregister().
 */
static DEFINE_MUTEX(sample_mutex);
static struct kevnotify_source *sample_source;

/*
 * Here something happens. We may be in any context, under any lock: raising
 * neither sleeps nor locks nor allocates, and a source that is off costs next
 * to nothing. Nobody tells us what became of the event, as we could do nothing
 * about it.
 */
static void sample_look(int percent)
{
	if (percent < 0 || percent > 100) {
		/* The slow way, for rare events and what only a format can say */
		kevnotify_raisef(sample_source, SAMPLE_BROKEN,
				 "the sensor is broken: it says %+d %%", percent);
	} else if (percent > SAMPLE_LIMIT) {
		/* The fast way: typed values, copied; the text is made later */
		kevnotify_sample_high(sample_source, SAMPLE_HIGH, percent, SAMPLE_LIMIT,
				      "rain water");
	}
}

static int sample_level_set(const char *text, const struct kernel_param *kp)
{
	int percent;
	int err;

	err = kstrtoint(text, 0, &percent);
	if (err)
		return err;
	mutex_lock(&sample_mutex);
	sample_look(percent);
	mutex_unlock(&sample_mutex);
	return 0;
}

static const struct kernel_param_ops sample_level_ops = {
	.set = sample_level_set,
};

module_param_cb(level, &sample_level_ops, NULL, 0200);
MODULE_PARM_DESC(level, "what the sensor of the tank says, in percent");

static void sample_set_source(struct kevnotify_source *src)
{
	mutex_lock(&sample_mutex);
	sample_source = src;
	mutex_unlock(&sample_mutex);
}

static int __init sample_init(void)
{
	struct kevnotify_source *src;

	src = kevnotify_source_register(THIS_MODULE, &sample_desc);
	/*
	 * A module that has work of its own better goes on without: raising
	 * takes an ERR_PTR for a source that is off. This one has none.
	 */
	if (IS_ERR(src))
		return PTR_ERR(src);
	sample_set_source(src);
	return 0;
}

static void __exit sample_exit(void)
{
	struct kevnotify_source *src = sample_source;

	/* First nobody raises any more; raising takes NULL for a source that is off */
	sample_set_source(NULL);
	kevnotify_source_unregister(src);
}

module_init(sample_init);
module_exit(sample_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Sample source of events for kevnotify");
MODULE_LICENSE("GPL");
