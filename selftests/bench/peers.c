// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's other ways of telling about the same event */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/ring_buffer.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <net/genetlink.h>

#include "bench.h"

#define CREATE_TRACE_POINTS
#include "bench_trace.h"

static struct kset *bench_kset;
static struct kobject *bench_kobject;
static struct trace_buffer *bench_buffer;

static void bench_ftrace(void)
{
	trace_bench_event(bench_numbers, bench_text);
}

static void bench_ftrace_string(void)
{
	trace_bench_string(bench_numbers, bench_text);
}

static void bench_ftrace_numbers(void)
{
	trace_bench_numbers(bench_numbers);
}

/* To be seen by BPF programs alone */
static void bench_bpf(void)
{
	trace_bench_bpf(bench_numbers, bench_text);
}

static void bench_printk(void)
{
	pr_info("%llu %llu %llu 0x%llx %s\n", bench_numbers[0], bench_numbers[1],
		bench_numbers[2], bench_numbers[3], bench_text);
}

static void bench_printk_numbers(void)
{
	pr_info("%llu %llu %llu 0x%llx\n", bench_numbers[0], bench_numbers[1], bench_numbers[2],
		bench_numbers[3]);
}

/* A value and its key is a string of the event, which its raiser makes */
static void bench_uevent_with(const char *text)
{
	char a[32], b[32], c[32], d[32], env_text[sizeof("TEXT=") + sizeof(bench_text)];
	char *env[] = { a, b, c, d, text ? env_text : NULL, NULL };

	sprintf(a, "A=%llu", bench_numbers[0]);
	sprintf(b, "B=%llu", bench_numbers[1]);
	sprintf(c, "C=%llu", bench_numbers[2]);
	sprintf(d, "D=0x%llx", bench_numbers[3]);
	if (text)
		sprintf(env_text, "TEXT=%s", text);
	kobject_uevent_env(bench_kobject, KOBJ_CHANGE, env);
}

static void bench_uevent(void)
{
	bench_uevent_with(bench_text);
}

static void bench_uevent_numbers(void)
{
	bench_uevent_with(NULL);
}

static char bench_ready_text[sizeof("TEXT=") + sizeof(bench_text)];

/* With strings that are there already: at its cheapest */
static void bench_uevent_ready(void)
{
	char *env[] = { "A=731", "B=1000", "C=4242", "D=0xffffffff", bench_ready_text, NULL };

	kobject_uevent_env(bench_kobject, KOBJ_CHANGE, env);
}

/* The kernel's ring buffer below ftrace, by itself */
static void bench_ring_buffer(void)
{
	struct {
		u64	numbers[4];
		char	text[BENCH_TEXT];
	} payload;

	memcpy(payload.numbers, bench_numbers, sizeof(payload.numbers));
	memcpy(payload.text, bench_text, sizeof(payload.text));
	ring_buffer_write(bench_buffer, sizeof(payload), &payload);
}

static const struct genl_multicast_group bench_groups[] = {
	{ .name = "events" },
};

static struct genl_family bench_family = {
	.name		= "kevnotify_bench",
	.version	= 1,
	.maxattr	= 2,
	.module		= THIS_MODULE,
	.mcgrps		= bench_groups,
	.n_mcgrps	= ARRAY_SIZE(bench_groups),
};

static void bench_genl(void)
{
	struct sk_buff *skb = genlmsg_new(256, GFP_ATOMIC);
	void *header;

	if (!skb)
		return;
	header = genlmsg_put(skb, 0, 0, &bench_family, 0, 1);
	if (!header || nla_put(skb, 1, sizeof(bench_numbers), bench_numbers) ||
	    nla_put(skb, 2, sizeof(bench_text), bench_text)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast(&bench_family, skb, 0, 0, GFP_ATOMIC);
}

static void bench_genl_asks(void)
{
	if (genl_has_listeners(&bench_family, &init_net, 0))
		bench_genl();
}

const struct bench_op bench_peer_ops[] = {
	{ "ftrace",		bench_ftrace,		NULL,	64 },
	{ "ftrace_string",	bench_ftrace_string,	NULL,	64 },
	{ "ftrace_numbers",	bench_ftrace_numbers,	NULL,	64 },
	{ "bpf",		bench_bpf,		NULL,	64 },
	{ "ring_buffer",	bench_ring_buffer,	NULL,	64 },
	{ "printk",		bench_printk,		NULL,	32 },
	{ "printk_numbers",	bench_printk_numbers,	NULL,	32 },
	{ "uevent",		bench_uevent,		NULL,	16 },
	{ "uevent_numbers",	bench_uevent_numbers,	NULL,	16 },
	{ "uevent_ready",	bench_uevent_ready,	NULL,	16 },
	{ "genl",		bench_genl,		NULL,	16 },
	{ "genl_asks",		bench_genl_asks,	NULL,	16 },
	{ }
};

/* Which multicast group a listener joins */
void bench_peer_create(struct dentry *dir)
{
	debugfs_create_u32("genl_group", 0400, dir, &bench_family.mcgrp_offset);
}

static int bench_kobject_init(void)
{
	snprintf(bench_ready_text, sizeof(bench_ready_text), "TEXT=%s", bench_text);
	bench_kset = kset_create_and_add("kevnotify-bench", NULL, NULL);
	bench_kobject = bench_kset ? kobject_create_and_add("device", &bench_kset->kobj) : NULL;
	if (!bench_kobject)
		return -ENOMEM;
	bench_kobject->kset = kset_get(bench_kset);
	return 0;
}

void bench_peer_exit(void)
{
	genl_unregister_family(&bench_family);
	if (bench_buffer)
		ring_buffer_free(bench_buffer);
	kobject_put(bench_kobject);
	kset_unregister(bench_kset);
}

int bench_peer_init(void)
{
	int err = genl_register_family(&bench_family);

	if (err)
		return err;
	bench_buffer = ring_buffer_alloc(SZ_1M, RB_FL_OVERWRITE);
	err = bench_buffer ? bench_kobject_init() : -ENOMEM;
	if (err)
		bench_peer_exit();
	return err;
}
