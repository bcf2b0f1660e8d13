// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: a task stops in front of a function, and keeps its CPU, as long as a
 * parameter says.
 */
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>

/* Less than what a watchdog allows */
#define HALT_MAX_MS	40000

static char symbol[64];
module_param_string(symbol, symbol, sizeof(symbol), 0444);
MODULE_PARM_DESC(symbol, "the function, as MODULE:NAME");

static unsigned int hold;
module_param(hold, uint, 0644);
MODULE_PARM_DESC(hold, "N: the Nth call from now on is held, until this is 0");

static bool held;
module_param(held, bool, 0444);
MODULE_PARM_DESC(held, "one is");

static int halt_handler(struct kprobe *p, struct pt_regs *regs)
{
	unsigned int n = READ_ONCE(hold), ms;

	if (n != 1) {
		cmpxchg(&hold, n, n ? n - 1 : 0);
		return 0;
	}
	WRITE_ONCE(held, true);
	for (ms = 0; READ_ONCE(hold) && ms < HALT_MAX_MS; ms++)
		mdelay(1);
	WRITE_ONCE(held, false);
	return 0;
}

static struct kprobe halt_probe = {
	.symbol_name	= symbol,
	.pre_handler	= halt_handler,
};

static int __init halt_init(void)
{
	return register_kprobe(&halt_probe);
}

static void __exit halt_exit(void)
{
	WRITE_ONCE(hold, 0);
	unregister_kprobe(&halt_probe);
}

module_init(halt_init);
module_exit(halt_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Hold a task in front of a function, for kevnotify's tests");
MODULE_LICENSE("GPL");
