// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: trouble that is real. A network device that never sends, and may be held
 * when it goes; an oops of a kernel thread; a warning; and the tracepoint of a file
 * system that comes with a module.
 */
#include <linux/etherdevice.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#define CREATE_TRACE_POINTS
#include "trouble_trace.h"

static struct net_device *test_dev;

static netdev_tx_t test_xmit(struct sk_buff *skb, struct net_device *dev)
{
	netif_stop_queue(dev);
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static void test_timeout(struct net_device *dev, unsigned int queue)
{
	netif_wake_queue(dev);
}

static const struct net_device_ops test_ops = {
	.ndo_start_xmit	= test_xmit,
	.ndo_tx_timeout	= test_timeout,
};

static void test_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &test_ops;
	dev->watchdog_timeo = HZ;
}

static int test_send(void)
{
	struct sk_buff *skb = alloc_skb(ETH_ZLEN, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	skb_put_zero(skb, ETH_ZLEN);
	skb_reset_mac_header(skb);
	skb->dev = test_dev;
	return dev_queue_xmit(skb) < 0 ? -EIO : 0;
}

static void test_let_go(struct work_struct *work)
{
	dev_put(test_dev);
}

static DECLARE_DELAYED_WORK(test_holder, test_let_go);

/* For so long that a module that goes meanwhile has to wait */
static int test_hold(void)
{
	if (schedule_delayed_work(&test_holder, 5 * HZ))
		dev_hold(test_dev);
	return 0;
}

static int test_die(void *address)
{
	WRITE_ONCE(*(int *)address, 1);
	return 0;
}

static int test_oops(void)
{
	return PTR_ERR_OR_ZERO(kthread_run(test_die, NULL, "kevtest-oops"));
}

static int test_warn(void)
{
	WARN(1, "kevnotify-test\n");
	return 0;
}

static int test_shutdown(void)
{
	trace_xfs_force_shutdown(NULL, 0, 0, "fs/xfs/xfs_test.c", 17);
	return 0;
}

static const struct {
	const char *name;
	int (*make)(void);
} test_troubles[] = {
	{ "send", test_send },
	{ "hold", test_hold },
	{ "oops", test_oops },
	{ "warn", test_warn },
	{ "shutdown", test_shutdown },
};

static int test_make(const char *text, const struct kernel_param *kp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(test_troubles); i++)
		if (sysfs_streq(text, test_troubles[i].name))
			return test_troubles[i].make();
	return -EINVAL;
}

static const struct kernel_param_ops test_make_ops = { .set = test_make };

module_param_cb(make, &test_make_ops, NULL, 0200);
MODULE_PARM_DESC(make, "send, hold, oops, warn or shutdown");

static int __init test_init(void)
{
	int err;

	test_dev = alloc_netdev(0, "kevtest%d", NET_NAME_UNKNOWN, test_setup);
	if (!test_dev)
		return -ENOMEM;
	err = register_netdev(test_dev);
	if (err)
		free_netdev(test_dev);
	return err;
}

static void __exit test_exit(void)
{
	unregister_netdev(test_dev);
	/* Has let go, or that would have waited */
	flush_delayed_work(&test_holder);
	free_netdev(test_dev);
}

module_init(test_init);
module_exit(test_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Make real trouble, for kevnotify's tests");
MODULE_LICENSE("GPL");
