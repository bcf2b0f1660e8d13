// SPDX-License-Identifier: GPL-2.0-only
/* Source "block": a block device could not do what it was asked for. */
#include <linux/blkdev.h>
#include <linux/blk-mq.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <trace/events/block.h>

#include "sources/sources.h"
#include "sources/tracepoint.h"

#define KEV_BLOCK	1

static const char *const kev_block_keys[] = { "DEVICE", "SECTOR", "OP", "ERROR", NULL };

static const struct kevnotify_event kev_block_events[] = {
	[KEV_BLOCK] = { "block device {DEVICE}: {OP} at sector {SECTOR} failed: {ERROR}", 3,
			kev_block_keys },
};

static const struct kevnotify_desc kev_block_desc = {
	.name	= "block",
	.events	= kev_block_events,
	.ids	= ARRAY_SIZE(kev_block_events),
	.objects = true,
};

/* Not inline: where every request comes by, each would pay for the guard of its stack */
static noinline void kev_block_raise(struct kevnotify_source *src, struct request *rq, int err)
{
	struct gendisk *disk = kev_rq_disk(rq);
	char error[16];

	/* What was passed through, or expected to fail, is told to the one that asked */
	if (!disk || blk_rq_is_passthrough(rq) || rq->rq_flags & RQF_QUIET)
		return;
	snprintf(error, sizeof(error), "%pe", ERR_PTR(err));
	kevnotify_raise_about(src, KEV_BLOCK, disk_devt(disk), KEVNOTIFY_STR(disk->disk_name),
			      KEVNOTIFY_U64(blk_rq_pos(rq)), KEVNOTIFY_STR(blk_op_str(req_op(rq))),
			      KEVNOTIFY_STR(error + (*error == '-')));
}

#ifdef KEV_TRACE_block_rq_error
static void kev_block_probe(void *src, struct request *rq, blk_status_t status, unsigned int len)
{
	kev_block_raise(src, rq, blk_status_to_errno(status));
}

#define KEV_BLOCK_POINT	\
	{ "block_rq_error", KEV_PROBE(block_rq_error, kev_block_probe, NULL) }
#else
/* Before 5.18 all that end come by here */
static void kev_block_probe(void *src, struct request *rq, int err, unsigned int len)
{
	if (err)
		kev_block_raise(src, rq, err);
}

static void kev_block_probe_status(void *src, struct request *rq, blk_status_t status,
				   unsigned int len)
{
	kev_block_probe(src, rq, blk_status_to_errno(status), len);
}

#define KEV_BLOCK_POINT	\
	{ "block_rq_complete", KEV_PROBE(block_rq_complete, kev_block_probe, \
	  KEV_PROBE(block_rq_complete, kev_block_probe_status, NULL)) }
#endif

static struct kev_tracepoints kev_block_tracepoints = { .points = { KEV_BLOCK_POINT } };

const struct kev_builtin kev_block = {
	.desc	= &kev_block_desc,
	.on	= true,
	.tracepoints = &kev_block_tracepoints,
};
