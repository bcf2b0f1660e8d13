// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "netdev": network devices of the initial namespace come, go, are set up
 * or down, and gain or lose their carrier. The hook's calls are ordered by the
 * kernel's rtnl lock.
 */
#include <linux/kernel.h>
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "sources/sources.h"

enum kev_netdev_id {
	KEV_NETDEV_UP = 1,
	KEV_NETDEV_DOWN,
	KEV_NETDEV_CARRIER,
	KEV_NETDEV_NO_CARRIER,
	KEV_NETDEV_REGISTERED,
	KEV_NETDEV_UNREGISTERED,
	KEV_NETDEV_RENAMED,
	KEV_NETDEV_IDS,
};

static const char *const kev_netdev_keys[] = { "DEVICE", "STATE", NULL };

#define KEV_NETDEV_IS	"network device {DEVICE} "

static const struct kevnotify_event kev_netdev_events[KEV_NETDEV_IDS] = {
	[KEV_NETDEV_UP] = { KEV_NETDEV_IS "is up", 6, kev_netdev_keys },
	[KEV_NETDEV_DOWN] = { KEV_NETDEV_IS "is down", 5, kev_netdev_keys },
	[KEV_NETDEV_CARRIER] = { KEV_NETDEV_IS "has a carrier", 5, kev_netdev_keys },
	[KEV_NETDEV_NO_CARRIER] = { KEV_NETDEV_IS "has lost its carrier", 4, kev_netdev_keys },
	[KEV_NETDEV_REGISTERED] = { KEV_NETDEV_IS "has come", 6, kev_netdev_keys },
	[KEV_NETDEV_UNREGISTERED] = { KEV_NETDEV_IS "has gone", 5, kev_netdev_keys },
	[KEV_NETDEV_RENAMED] = { KEV_NETDEV_IS "has this name now", 6, kev_netdev_keys },
};

static const char *const kev_netdev_states[KEV_NETDEV_IDS] = {
	[KEV_NETDEV_UP]		  = "up",
	[KEV_NETDEV_DOWN]	  = "down",
	[KEV_NETDEV_CARRIER]	  = "carrier",
	[KEV_NETDEV_NO_CARRIER]	  = "no-carrier",
	[KEV_NETDEV_REGISTERED]	  = "registered",
	[KEV_NETDEV_UNREGISTERED] = "unregistered",
	[KEV_NETDEV_RENAMED]	  = "renamed",
};

static const struct kevnotify_desc kev_netdev_desc = {
	.name	= "netdev",
	.events	= kev_netdev_events,
	.ids	= ARRAY_SIZE(kev_netdev_events),
	.objects = true,
};

static struct kevnotify_source *kev_netdev_source;

/* Of each device that is up, by index, whether it has a carrier: the kernel tells of more */
static DEFINE_XARRAY(kev_netdev_carriers);

/* To a new hook the kernel tells all that is there, and to one that goes that it has gone */
static struct task_struct *kev_netdev_hooking;

static void kev_netdev_raise(const struct net_device *dev, enum kev_netdev_id id)
{
	if (READ_ONCE(kev_netdev_hooking) != current)
		kevnotify_raise_about(kev_netdev_source, id, dev->ifindex, KEVNOTIFY_STR(dev->name),
				      KEVNOTIFY_STR(kev_netdev_states[id]));
}

static void kev_netdev_up(const struct net_device *dev)
{
	/* Without memory for it, its carrier is not told of */
	xa_store(&kev_netdev_carriers, dev->ifindex, xa_mk_value(netif_carrier_ok(dev)),
		 GFP_KERNEL);
	kev_netdev_raise(dev, KEV_NETDEV_UP);
}

static void kev_netdev_change(const struct net_device *dev)
{
	void *was = xa_load(&kev_netdev_carriers, dev->ifindex);
	bool carrier = netif_carrier_ok(dev);

	if (!was || xa_to_value(was) == carrier)
		return;
	/* In the place of the other, which takes no memory */
	xa_store(&kev_netdev_carriers, dev->ifindex, xa_mk_value(carrier), GFP_KERNEL);
	kev_netdev_raise(dev, carrier ? KEV_NETDEV_CARRIER : KEV_NETDEV_NO_CARRIER);
}

static int kev_netdev_call(struct notifier_block *nb, unsigned long event, void *info)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(info);

	switch (event) {
	case NETDEV_UP:
		kev_netdev_up(dev);
		break;
	case NETDEV_DOWN:
		xa_erase(&kev_netdev_carriers, dev->ifindex);
		kev_netdev_raise(dev, KEV_NETDEV_DOWN);
		break;
	case NETDEV_CHANGE:
		kev_netdev_change(dev);
		break;
	case NETDEV_REGISTER:
		kev_netdev_raise(dev, KEV_NETDEV_REGISTERED);
		break;
	case NETDEV_UNREGISTER:
		/* Once it has gone it is told again each second, while somebody holds it */
		if (dev->reg_state != NETREG_UNREGISTERED)
			kev_netdev_raise(dev, KEV_NETDEV_UNREGISTERED);
		break;
	case NETDEV_CHANGENAME:
		kev_netdev_raise(dev, KEV_NETDEV_RENAMED);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block kev_netdev_block = { .notifier_call = kev_netdev_call };

static int kev_netdev_start(struct kevnotify_source *src, const char **why)
{
	int err;

	kev_netdev_source = src;
	WRITE_ONCE(kev_netdev_hooking, current);
	err = register_netdevice_notifier_net(&init_net, &kev_netdev_block);
	WRITE_ONCE(kev_netdev_hooking, NULL);
	if (err)
		xa_destroy(&kev_netdev_carriers);
	return err;
}

static void kev_netdev_stop(void)
{
	WRITE_ONCE(kev_netdev_hooking, current);
	unregister_netdevice_notifier_net(&init_net, &kev_netdev_block);
	WRITE_ONCE(kev_netdev_hooking, NULL);
	xa_destroy(&kev_netdev_carriers);
}

const struct kev_builtin kev_netdev = {
	.desc	= &kev_netdev_desc,
	.start	= kev_netdev_start,
	.stop	= kev_netdev_stop,
};
