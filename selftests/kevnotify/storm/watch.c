// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at every record through kevnotify's tracepoint: each SEQ once and in
 * order, each event at most once and whole.
 */
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/vmalloc.h>

#include "storm.h"
#include "trace.h"

#define STORM_SERIALS	BIT(20)	/* events of a level that can be told apart */

/* Written by kevnotifyd alone */
static struct {
	u64		seq;		/* of the last record */
	unsigned long	records[STORM_LEVELS];
	unsigned long	others;		/* records that are not ours */
	unsigned long	closings;	/* ours that tell of suppressed events */
	unsigned long	bad_seq;
	unsigned long	bad_event;	/* torn, or of a source that has gone */
	unsigned long	twice;
} storm_watch;

static unsigned long *storm_seen[STORM_LEVELS];
static struct tracepoint *storm_tracepoint;

static void storm_watch_event(unsigned int id, const char *message)
{
	unsigned long long serial, check;
	int text = 0;

	if (id >= STORM_LEVELS ||
	    sscanf(message, "serial %llu check %llx %n", &serial, &check, &text) != 2 ||
	    check != storm_check(id, serial) || strcmp(message + text, storm_text(serial))) {
		if (!storm_watch.bad_event++)
			pr_err("record %llu: id %u: '%s'\n", storm_watch.seq, id, message);
		return;
	}
	storm_watch.records[id]++;
	if (serial < STORM_SERIALS && __test_and_set_bit(serial, storm_seen[id]))
		storm_watch.twice++;
}

static void storm_watch_record(void *unused, u64 seq, const char *source, unsigned int id,
			       unsigned int level, const char *message)
{
	if (storm_watch.seq && seq != storm_watch.seq + 1)
		storm_watch.bad_seq++;
	storm_watch.seq = seq;
	if (!strcmp(source, "?") || storm_churn_retired(source)) {
		if (!storm_watch.bad_event++)
			pr_err("record %llu: source '%s'\n", seq, source);
	} else if (strcmp(source, "storm") && strncmp(source, "churn-", 6)) {
		storm_watch.others++;
	} else if (strstr(message, "were suppressed")) {
		storm_watch.closings++;
	} else {
		storm_watch_event(id, message);
	}
}

/* The tracepoint is not exported; it is found by its name */
static int storm_watch_module(struct notifier_block *nb, unsigned long state, void *data)
{
	struct tp_module *mod = data;
	struct tracepoint *tp;
	unsigned int i;

	if (state != MODULE_STATE_COMING)
		return NOTIFY_DONE;
	for (i = 0; i < mod->mod->num_tracepoints; i++) {
		tp = tracepoint_ptr_deref(mod->mod->tracepoints_ptrs + i);
		if (!strcmp(tp->name, "kevnotify_record"))
			storm_tracepoint = tp;
	}
	return NOTIFY_DONE;
}

static struct notifier_block storm_watch_notifier = {
	.notifier_call = storm_watch_module,
};

static void storm_watch_free(void)
{
	int i;

	for (i = 0; i < STORM_LEVELS; i++)
		vfree(storm_seen[i]);
}

int storm_watch_start(void)
{
	int err, i;

	/* Fails to compile where the prototype is another one */
	check_trace_callback_type_kevnotify_record(storm_watch_record);
	err = register_tracepoint_module_notifier(&storm_watch_notifier);
	if (err)
		return err;
	/* It was called for all modules that are there, and kevnotify cannot go */
	unregister_tracepoint_module_notifier(&storm_watch_notifier);
	if (!storm_tracepoint)
		return -ENOENT;
	for (i = 0; i < STORM_LEVELS; i++) {
		storm_seen[i] = vzalloc(BITS_TO_LONGS(STORM_SERIALS) * sizeof(long));
		err = err ?: storm_seen[i] ? 0 : -ENOMEM;
	}
	err = err ?: tracepoint_probe_register(storm_tracepoint, storm_watch_record, NULL);
	if (err)
		storm_watch_free();
	return err;
}

void storm_watch_stop(void)
{
	tracepoint_probe_unregister(storm_tracepoint, storm_watch_record, NULL);
	tracepoint_synchronize_unregister();
	storm_watch_free();
}

void storm_watch_show(struct seq_file *m)
{
	unsigned long records = 0;
	int i;

	for (i = 0; i < STORM_LEVELS; i++) {
		records += storm_watch.records[i];
		seq_printf(m, "recorded_%s %lu\n", storm_level_names[i], storm_watch.records[i]);
	}
	seq_printf(m, "records %lu\nclosings %lu\nothers %lu\n", records, storm_watch.closings,
		   storm_watch.others);
	seq_printf(m, "bad_seq %lu\nbad_event %lu\ntwice %lu\n", storm_watch.bad_seq,
		   storm_watch.bad_event, storm_watch.twice);
}
