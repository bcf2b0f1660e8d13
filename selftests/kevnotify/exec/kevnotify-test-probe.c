// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: raises an event for each program that is started, by whomever.
 */
#include <linux/atomic.h>
#include <linux/binfmts.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>

#include <kevnotify.h>

#define PROBE_EXEC	1

static bool breakpoint;
module_param(breakpoint, bool, 0444);
MODULE_PARM_DESC(breakpoint, "raise in a breakpoint's handler, which runs as an NMI's does");

static atomic_t calls = ATOMIC_INIT(0);
module_param_named(calls, calls.counter, int, 0444);
MODULE_PARM_DESC(calls, "events that were raised");

static const char *const probe_keys[] = { "FILE", NULL };

static const struct kevnotify_event probe_events[] = {
	[PROBE_EXEC] = { "exec of {FILE}", 5, probe_keys },
};

static const struct kevnotify_desc probe_desc = {
	.name	= "exec",
	.events	= probe_events,
	.ids	= ARRAY_SIZE(probe_events),
};

static struct kevnotify_source *probe_source;

static int probe_handler(struct kprobe *p, struct pt_regs *regs)
{
	struct linux_binprm *bprm = (void *)regs_get_kernel_argument(regs, 0);

	if (!kevnotify_source_on(probe_source))
		return 0;
	atomic_inc(&calls);
	kevnotify_raise(probe_source, PROBE_EXEC, KEVNOTIFY_STR(bprm->filename));
	return 0;
}

/* That there is one keeps the breakpoint from becoming a jump */
static void probe_after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

/* Called once in each exec that succeeds */
static struct kprobe probe = {
	.symbol_name	= "begin_new_exec",
	.pre_handler	= probe_handler,
};

static int probe_register(unsigned int offset)
{
	probe.addr = NULL;
	probe.flags = 0;
	probe.offset = offset;
	probe.post_handler = offset ? probe_after : NULL;
	return register_kprobe(&probe);
}

static int __init probe_init(void)
{
	int err;

	probe_source = kevnotify_source_register(THIS_MODULE, &probe_desc);
	if (IS_ERR(probe_source))
		return PTR_ERR(probe_source);
	/* Behind the place for ftrace, where a probe is no breakpoint; and behind an endbr64 */
	err = probe_register(breakpoint ? 5 : 0);
	if (err && breakpoint)
		err = probe_register(9);
	if (err)
		kevnotify_source_unregister(probe_source);
	return err;
}

static void __exit probe_exit(void)
{
	unregister_kprobe(&probe);
	kevnotify_source_unregister(probe_source);
}

module_init(probe_init);
module_exit(probe_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Raise at each exec, for kevnotify's tests");
MODULE_LICENSE("GPL");
