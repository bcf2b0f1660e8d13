// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/sys/kevnotify: a second view of two parameters, for sysctl.d;
 * modprobe.d is the place for the rest.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "helper.h"
#include "helper_conf.h"
#include "param.h"
#include "sysfs.h"

/* A value, a newline and the end */
#define KEV_SYSCTL_BYTES	(KEV_HELPER_VALUE + 2)

static void kev_sysctl_get(bool helper, char *text)
{
	struct kev_helper now;

	if (helper) {
		kev_helper_get(&now);
		strscpy(text, now.value, KEV_SYSCTL_BYTES);
	} else {
		snprintf(text, KEV_SYSCTL_BYTES, "%u", kev_param(KEV_INTERVAL));
	}
}

static int kev_sysctl_set(bool helper, const char *text)
{
	return helper ? kev_helper_conf_set(text, false) :
			kev_param_write(&kev_numbers[KEV_INTERVAL], text);
}

static int kev_sysctl_handler(KEV_CTL_TABLE *table, int write, void *buffer, size_t *lenp,
			      loff_t *ppos)
{
	struct ctl_table text = { .maxlen = KEV_SYSCTL_BYTES };
	bool helper = !table->data;
	int err;

	/* A part of a value is not a value */
	if (write && *ppos)
		return -EINVAL;
	if (write && *lenp >= text.maxlen)
		return helper ? kev_helper_conf_refuse("...", "longer than 255 bytes",
						       -ENAMETOOLONG) :
				kev_sysctl_set(false, "...");
	text.data = kzalloc(text.maxlen, GFP_KERNEL);
	if (!text.data)
		return -ENOMEM;
	if (!write)
		kev_sysctl_get(helper, text.data);
	err = proc_dostring(&text, write, buffer, lenp, ppos);
	if (!err && write)
		err = kev_sysctl_set(helper, text.data);
	kfree(text.data);
	return err;
}

static struct ctl_table kev_sysctl_table[] = {
	{ .procname = "helper", .mode = 0644, .proc_handler = kev_sysctl_handler },
	{ .procname = "interval", .mode = 0644, .proc_handler = kev_sysctl_handler,
	  .data = &kev_numbers[KEV_INTERVAL] },
	{ }
};

static struct ctl_table_header *kev_sysctl_header;

int kev_sysctl_init(void)
{
	kev_sysctl_header = kev_register_sysctl("kevnotify", kev_sysctl_table);
	return kev_sysctl_header ? 0 : -ENOMEM;
}

/* Sleeps until writers have returned */
void kev_sysctl_exit(void)
{
	unregister_sysctl_table(kev_sysctl_header);
}
