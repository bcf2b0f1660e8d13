// SPDX-License-Identifier: GPL-2.0-only
/* Source "inetaddr": a device of the initial network namespace gets or loses an IP address. */
#include <linux/if_addr.h>
#include <linux/inetdevice.h>
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>
#include <net/net_namespace.h>

#include "sources/sources.h"

enum kev_inetaddr_id {
	KEV_INETADDR_ADDED4 = 1,
	KEV_INETADDR_REMOVED4,
	KEV_INETADDR_ADDED6,
	KEV_INETADDR_REMOVED6,
	KEV_INETADDR_IDS,
};

static const char *const kev_inetaddr_keys[] = { "DEVICE", "ADDRESS", "STATE", NULL };

#define KEV_INETADDR_ADDED	"{ADDRESS} is an address of {DEVICE} now"
#define KEV_INETADDR_REMOVED	"{ADDRESS} is no address of {DEVICE} any more"

static const struct kevnotify_event kev_inetaddr_events[KEV_INETADDR_IDS] = {
	[KEV_INETADDR_ADDED4]	= { KEV_INETADDR_ADDED, 6, kev_inetaddr_keys },
	[KEV_INETADDR_REMOVED4]	= { KEV_INETADDR_REMOVED, 5, kev_inetaddr_keys },
	[KEV_INETADDR_ADDED6]	= { KEV_INETADDR_ADDED, 6, kev_inetaddr_keys },
	[KEV_INETADDR_REMOVED6]	= { KEV_INETADDR_REMOVED, 5, kev_inetaddr_keys },
};

static const struct kevnotify_desc kev_inetaddr_desc = {
	.name	= "inetaddr",
	.events	= kev_inetaddr_events,
	.ids	= ARRAY_SIZE(kev_inetaddr_events),
	.objects = true,
};

static struct kevnotify_source *kev_inetaddr_source;

static void kev_inetaddr_raise(unsigned int id, const struct net_device *dev, const char *address)
{
	bool removed = id == KEV_INETADDR_REMOVED4 || id == KEV_INETADDR_REMOVED6;

	kevnotify_raise_about(kev_inetaddr_source, id, dev->ifindex, KEVNOTIFY_STR(dev->name),
			      KEVNOTIFY_STR(address),
			      KEVNOTIFY_STR(removed ? "removed" : "added"));
}

static int kev_inetaddr_call4(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct in_ifaddr *ifa = data;
	const struct net_device *dev = ifa->ifa_dev->dev;
	char address[sizeof("255.255.255.255")];

	if (!net_eq(dev_net(dev), &init_net) || (event != NETDEV_UP && event != NETDEV_DOWN))
		return NOTIFY_DONE;
	snprintf(address, sizeof(address), "%pI4", &ifa->ifa_local);
	kev_inetaddr_raise(event == NETDEV_UP ? KEV_INETADDR_ADDED4 : KEV_INETADDR_REMOVED4, dev,
			   address);
	return NOTIFY_DONE;
}

static struct notifier_block kev_inetaddr_block4 = { .notifier_call = kev_inetaddr_call4 };

/* May be called in a softirq, as when a router has announced a prefix */
static int kev_inetaddr_call6(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct inet6_ifaddr *ifa = data;
	const struct net_device *dev = ifa->idev->dev;
	char address[sizeof("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")];

	if (!net_eq(dev_net(dev), &init_net) || (event != NETDEV_UP && event != NETDEV_DOWN))
		return NOTIFY_DONE;
	snprintf(address, sizeof(address), "%pI6c", &ifa->addr);
	kev_inetaddr_raise(event == NETDEV_UP ? KEV_INETADDR_ADDED6 : KEV_INETADDR_REMOVED6, dev,
			   address);
	return NOTIFY_DONE;
}

static struct notifier_block kev_inetaddr_block6 = { .notifier_call = kev_inetaddr_call6 };

static int kev_inetaddr_start(struct kevnotify_source *src, const char **why)
{
	int err;

	if (!IS_ENABLED(CONFIG_INET)) {
		*why = "this kernel has no IP";
		return -ENODEV;
	}
	kev_inetaddr_source = src;
	err = register_inetaddr_notifier(&kev_inetaddr_block4);
	if (err || !IS_ENABLED(CONFIG_IPV6))
		return err;
	err = register_inet6addr_notifier(&kev_inetaddr_block6);
	if (err)
		unregister_inetaddr_notifier(&kev_inetaddr_block4);
	return err;
}

static void kev_inetaddr_stop(void)
{
	if (!IS_ENABLED(CONFIG_INET))
		return;
	if (IS_ENABLED(CONFIG_IPV6))
		unregister_inet6addr_notifier(&kev_inetaddr_block6);
	unregister_inetaddr_notifier(&kev_inetaddr_block4);
}

const struct kev_builtin kev_inetaddr = {
	.desc	= &kev_inetaddr_desc,
	.start	= kev_inetaddr_start,
	.stop	= kev_inetaddr_stop,
};
