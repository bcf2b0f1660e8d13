// SPDX-License-Identifier: GPL-2.0-only
/*
 * report: what kevnotify says of the helper: the source "helper". Its records are
 * for readers, but that of a test, which is for the helper.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "report.h"
#include "source.h"

enum {
	KEV_REPORT_RUN = 1,
	KEV_REPORT_EXPIRED,
	KEV_REPORT_UNREAD,
	KEV_REPORT_SKIPPED,
	KEV_REPORT_TEST,
};

static const char *const kev_report_run_keys[] = { "RUN_SEQ", "OUTCOME", "CODE", NULL };
static const char *const kev_report_expired_keys[] = { "COUNT", "HOLD_MS", NULL };
static const char *const kev_report_skipped_keys[] = { "COUNT", NULL };
static const char *const kev_report_test_keys[] = { "TEST", NULL };

static const struct kevnotify_event kev_report_events[] = {
	[KEV_REPORT_RUN] = { "helper for record {RUN_SEQ}: {OUTCOME} {CODE}",
			     4, kev_report_run_keys },
	[KEV_REPORT_EXPIRED] = { "{COUNT} records waited longer than {HOLD_MS} ms for the helper",
			     4, kev_report_expired_keys },
	[KEV_REPORT_UNREAD] = { "helper read nothing of record {RUN_SEQ}: {OUTCOME} {CODE}",
			    4, kev_report_run_keys },
	[KEV_REPORT_SKIPPED] = { "{COUNT} records were skipped", 5, kev_report_skipped_keys },
	[KEV_REPORT_TEST] = { "test of the helper", 5, kev_report_test_keys },
};

static const struct kevnotify_desc kev_report_desc = {
	.name	= "helper",
	.events	= kev_report_events,
	.ids	= ARRAY_SIZE(kev_report_events),
};

static struct kevnotify_source *kev_report_source;
static u32 kev_report_number;

/*
 * A run did not end well; @seq is the record that it was for. @unread: in pipe mode it had
 * not read that one.
 */
void kev_report_run(u64 seq, const struct kev_result *res, bool unread)
{
	kevnotify_raise(kev_report_source, unread ? KEV_REPORT_UNREAD : KEV_REPORT_RUN,
			KEVNOTIFY_U64(seq), KEVNOTIFY_STR(kev_outcome_names[res->outcome]),
			KEVNOTIFY_U64(res->code));
}

/* @count records waited longer than @hold ms */
void kev_report_expired(u64 count, unsigned int hold)
{
	kevnotify_raise(kev_report_source, KEV_REPORT_EXPIRED, KEVNOTIFY_U64(count),
			KEVNOTIFY_U64(hold));
}

/* Called with the feed's lock held */
void kev_report_skipped(u64 count)
{
	kevnotify_raise(kev_report_source, KEV_REPORT_SKIPPED, KEVNOTIFY_U64(count));
}

void kev_report_test(void)
{
	kevnotify_raise(kev_report_source, KEV_REPORT_TEST, KEVNOTIFY_U64(1));
}

/* Is this record about the helper? Given to it, such records would go round for ever. */
bool kev_report_is_own(const struct kev_record *rec)
{
	return rec->event.source == kev_report_number && rec->event.id != KEV_REPORT_TEST;
}

bool kev_report_is_test(const struct kev_event *ev)
{
	return ev->source == kev_report_number && ev->id == KEV_REPORT_TEST;
}

int kev_report_init(void)
{
	kev_report_source = kevnotify_source_register(THIS_MODULE, &kev_report_desc);
	if (IS_ERR(kev_report_source))
		return PTR_ERR(kev_report_source);
	kev_report_number = kev_source_of(kev_report_source)->number;
	return 0;
}

/* No run is under way: it would have pinned the module */
void kev_report_exit(void)
{
	kevnotify_source_unregister(kev_report_source);
}
