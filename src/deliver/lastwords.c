// SPDX-License-Identifier: GPL-2.0-only
/*
 * lastwords: what the log's last records say, for the kernel's own log, at a panic. The
 * other CPUs have stopped wherever they were: nothing here waits for them.
 */
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/time64.h>

#include "lastwords.h"
#include "log.h"
#include "render.h"

/* pstore may keep but 10 KiB, and the panic's own lines matter more: 1 KiB with all prefixes */
#define KEV_LASTWORDS_RECORDS	8
#define KEV_LASTWORDS_LINE	(128 - sizeof("kevnotify: "))

/* A panic comes once; and the stack may be what it is about */
static struct kev_record kev_lastwords_record;
static char kev_lastwords_line[KEV_LASTWORDS_LINE];

static void kev_lastwords_one(const struct kev_record *rec)
{
	char *line = kev_lastwords_line;
	u32 us;
	u64 s = div_u64_rem(div_u64(rec->event.mono, NSEC_PER_USEC), USEC_PER_SEC, &us);
	int n = scnprintf(line, KEV_LASTWORDS_LINE, "record %llu at %llu.%06u, %.23s: ", rec->seq,
			  s, us, rec->source);

	kev_render_escaped(rec->text, line + n, KEV_LASTWORDS_LINE - n);
	pr_notice("%s\n", line);
}

/**
 * kev_lastwords_print() - print the last records
 *
 * Those that are whole: one that kevnotifyd was writing is passed over, and so is what
 * is still staged.
 *
 * Context: a panic.
 */
void kev_lastwords_print(void)
{
	u64 next = kev_log_next(), seq = kev_log_first();

	if (next - seq > KEV_LASTWORDS_RECORDS)
		seq = next - KEV_LASTWORDS_RECORDS;
	for (; seq < next; seq++)
		if (!kev_log_copy(seq, &kev_lastwords_record))
			kev_lastwords_one(&kev_lastwords_record);
}
