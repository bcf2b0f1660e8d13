// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raises on a CPU that goes or comes: where its irq_work stays pending until
 * the CPU's last flush, behind that flush, and before the CPU is online again.
 */
#include <linux/cpuhotplug.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include <kevnotify.h>

enum dying_id {
	DYING_GOING = 1,
	DYING_GONE,
	DYING_COMING,
};

#define DYING_BATCH	3

static const char *const dying_keys[] = { "SERIAL", NULL };

static const struct kevnotify_event dying_events[] = {
	[DYING_GOING]	= { "going {SERIAL}", 4, dying_keys },
	[DYING_GONE]	= { "gone {SERIAL}", 4, dying_keys },
	[DYING_COMING]	= { "coming {SERIAL}", 4, dying_keys },
};

static const struct kevnotify_desc dying_desc = {
	.name	= "dying",
	.events	= dying_events,
	.ids	= ARRAY_SIZE(dying_events),
};

/* Calls made; one CPU comes or goes at a time */
static unsigned int going, gone, coming;
module_param(going, uint, 0444);
module_param(gone, uint, 0444);
module_param(coming, uint, 0444);

/* Raise nothing before the last flush, so that the doorbell is armed behind it */
static bool late;
module_param(late, bool, 0444);

static struct kevnotify_source *dying_source;

static void dying_raise(enum dying_id id, unsigned int *calls)
{
	int i;

	for (i = 0; i < DYING_BATCH; i++) {
		++*calls;
		kevnotify_raise(dying_source, id, KEVNOTIFY_U64(*calls));
	}
}

/* With interrupts off, and the CPU still online: what is queued now stays pending */
static int dying_going(struct kprobe *p, struct pt_regs *regs)
{
	if (!late)
		dying_raise(DYING_GOING, &going);
	return 0;
}

static int dying_gone(unsigned int cpu)
{
	dying_raise(DYING_GONE, &gone);
	return 0;
}

static int dying_coming(unsigned int cpu)
{
	dying_raise(DYING_COMING, &coming);
	return 0;
}

static struct kprobe dying_probe = {
	.symbol_name	= "native_cpu_disable",
	.pre_handler	= dying_going,
};

/* A state of another architecture; on the way down it is behind CPUHP_AP_SMPCFD_DYING */
#define DYING_STATE	CPUHP_AP_ARM64_ISNDEP_STARTING

static int __init dying_init(void)
{
	int err;

	BUILD_BUG_ON(DYING_STATE >= CPUHP_AP_SMPCFD_DYING);
	dying_source = kevnotify_source_register(THIS_MODULE, &dying_desc);
	if (IS_ERR(dying_source))
		return PTR_ERR(dying_source);
	err = register_kprobe(&dying_probe);
	if (err)
		goto err_source;
	err = cpuhp_setup_state_nocalls(DYING_STATE, "kevnotify-dying", dying_coming, dying_gone);
	if (err)
		goto err_probe;
	return 0;

err_probe:
	unregister_kprobe(&dying_probe);
err_source:
	kevnotify_source_unregister(dying_source);
	return err;
}

static void __exit dying_exit(void)
{
	cpuhp_remove_state_nocalls(DYING_STATE);
	unregister_kprobe(&dying_probe);
	kevnotify_source_unregister(dying_source);
}

module_init(dying_init);
module_exit(dying_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Raises on CPUs that come and go, for kevnotify's tests");
MODULE_LICENSE("GPL");
