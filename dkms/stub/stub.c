// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands in for a module that does not build for a kernel. It must compile
 * everywhere, so it uses nothing but what every module has.
 */
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>

static int __init kev_stub_init(void)
{
	pr_err("not loaded: this is a stub, as the module does not build for this kernel: %s\n",
	       KEV_STUB_REASON);
	return -ENODEV;
}

module_init(kev_stub_init);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Stub: stands for a module that does not build for this kernel");
MODULE_LICENSE("GPL");
MODULE_INFO(stub, KEV_STUB_REASON);
/* "source", or "machine": memory or disk was short, and the next build may succeed */
MODULE_INFO(cause, KEV_STUB_CAUSE);
