// SPDX-License-Identifier: GPL-2.0-only
/*
 * All probes of the kernel can be switched off, and nothing tells those that have one:
 * so there is a probe of a function of ours. Its users take turns.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>

#include "sources/canary.h"

static unsigned int kev_canary_users;
static bool kev_canary_sings;
static bool kev_canary_heard;

static noinline void kev_canary_sing(void)
{
	barrier();
}

static int kev_canary_hear(struct kprobe *p, struct pt_regs *regs)
{
	WRITE_ONCE(kev_canary_heard, true);
	return 0;
}

NOKPROBE_SYMBOL(kev_canary_hear);

static struct kprobe kev_canary_probe = {
	.symbol_name	= KBUILD_MODNAME ":kev_canary_sing",
	.pre_handler	= kev_canary_hear,
};

/* Be able to find out whether probes work. Here and below: one call of their users at a time. */
void kev_canary_start(void)
{
	if (kev_canary_users++)
		return;
	/* What the last registration found out must not be there at the next */
	kev_canary_probe.addr = NULL;
	kev_canary_probe.flags = 0;
	kev_canary_sings = !register_kprobe(&kev_canary_probe);
}

void kev_canary_stop(void)
{
	if (--kev_canary_users)
		return;
	if (kev_canary_sings)
		unregister_kprobe(&kev_canary_probe);
	kev_canary_sings = false;
}

/* Are probes switched off? False too where that cannot be found out. */
bool kev_canary_deaf(void)
{
	WRITE_ONCE(kev_canary_heard, false);
	kev_canary_sing();
	return kev_canary_sings && !READ_ONCE(kev_canary_heard);
}
