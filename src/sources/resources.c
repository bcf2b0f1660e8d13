// SPDX-License-Identifier: GPL-2.0-only
/*
 * The gauges: what the machine can run out of, one row of a table each.
 *
 * What the kernel does not export is read from files in /proc. Looks are one at
 * a time, in a kernel worker.
 */
#include <linux/ctype.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched/loadavg.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "sources/gauge.h"
#include "sources/sources.h"

/* Tasks looked at before others may run */
#define KEV_RESOURCES_BATCH	1024

static char kev_resources_text[PAGE_SIZE];

static int kev_resources_percent(u64 part, u64 whole)
{
	return min_t(u64, div64_u64(part * 100, max_t(u64, whole, 1)), INT_MAX);
}

static ssize_t kev_resources_read_file(const char *path)
{
	struct file *file = ERR_PTR(-ENOENT);
	loff_t pos = 0;
	ssize_t len;

	scoped_with_init_fs()
		file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	len = kernel_read(file, kev_resources_text, sizeof(kev_resources_text) - 1, &pos);
	/* At once: a work that does it later is one more wake-up */
	__fput_sync(file);
	return len;
}

/* A file of /proc, into the text. It is read when memory is short, and waits for none. */
static int kev_resources_proc(const char *path)
{
	unsigned int reserves = memalloc_noreclaim_save();
	ssize_t len = kev_resources_read_file(path);

	memalloc_noreclaim_restore(reserves);
	if (len < 0)
		return len;
	kev_resources_text[len] = '\0';
	return 0;
}

/* Digits behind blanks */
static u64 kev_resources_number(const char *s)
{
	u64 value = 0;

	for (s = skip_spaces(s); isdigit(*s); s++)
		value = value * 10 + *s - '0';
	return value;
}

static int kev_resources_limit(const char *path, u64 *value)
{
	int err = kev_resources_proc(path);

	*value = kev_resources_number(kev_resources_text);
	return err;
}

/* A line of /proc/meminfo, in KiB; 0 if there is none */
static u64 kev_resources_meminfo(const char *key)
{
	const char *at = strstr(kev_resources_text, key);

	return at ? kev_resources_number(at + strlen(key)) : 0;
}

/* The pool of huge pages is set aside, and is no shortage of the rest */
static u64 kev_resources_huge_pages(void)
{
	static u64 kb;

	if (!kev_resources_proc("/proc/meminfo"))
		kb = kev_resources_meminfo("\nHugetlb:");
	return kb >> (PAGE_SHIFT - 10);
}

static int kev_resources_memory(const struct kev_gauge *g)
{
	long available = max(si_mem_available(), 0L);
	struct sysinfo info;
	u64 huge;
	int left;

	si_meminfo(&info);
	left = kev_resources_percent(available, info.totalram);
	/* The pool could only make it more */
	if (left >= g->clear)
		return left;
	huge = min_t(u64, kev_resources_huge_pages(), info.totalram);
	return kev_resources_percent(available, info.totalram - huge);
}

static int kev_resources_files(const struct kev_gauge *g)
{
	u64 open;
	int err = kev_resources_limit("/proc/sys/fs/file-nr", &open);

	return err ?: kev_resources_percent(open, get_max_files());
}

/* Threads have pids of their own, and either limit may be the lower one */
static int kev_resources_pids(const struct kev_gauge *g)
{
	unsigned int used = READ_ONCE(init_pid_ns.pid_allocated) & (PIDNS_ADDING - 1);
	u64 pids, threads;
	int err;

	err = kev_resources_limit("/proc/sys/kernel/pid_max", &pids) ?:
	      kev_resources_limit("/proc/sys/kernel/threads-max", &threads);
	return err ?: kev_resources_percent(used, min(pids, threads));
}

static int kev_resources_swap(const struct kev_gauge *g)
{
	int err = kev_resources_proc("/proc/meminfo");
	u64 total;

	if (err)
		return err;
	total = kev_resources_meminfo("\nSwapTotal:");
	return kev_resources_percent(total - kev_resources_meminfo("\nSwapFree:"), total);
}

static int kev_resources_load(const struct kev_gauge *g)
{
	return (READ_ONCE(avenrun[0]) >> FSHIFT) / num_online_cpus();
}

/* Let others run; false if the walk cannot go on from there */
static bool kev_resources_breathe(struct task_struct *p, struct task_struct *t)
{
	bool alive;

	get_task_struct(p);
	get_task_struct(t);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	alive = pid_alive(p) && pid_alive(t);
	put_task_struct(t);
	put_task_struct(p);
	return alive;
}

static int kev_resources_dstate(const struct kev_gauge *g)
{
	struct task_struct *p, *t;
	unsigned int seen = 0;
	int n = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		n += task_state_to_char(t) == 'D' && !kev_task_frozen(t);
		if (++seen % KEV_RESOURCES_BATCH == 0 && !kev_resources_breathe(p, t)) {
			n = -EAGAIN;
			goto out;
		}
	}
out:
	rcu_read_unlock();
	return n;
}

#define KEV_RESOURCE_EVENTS(text, unit)							\
	(const struct kevnotify_event[KEV_GAUGE_IDS]) {					\
		[KEV_GAUGE_OVER] = { text ", the limit is {LIMIT}" unit, 4,		\
				     kev_gauge_keys },					\
		[KEV_GAUGE_REMINDER] = { "still " text ", the limit is {LIMIT}" unit, 4,	\
					 kev_gauge_keys },				\
		[KEV_GAUGE_RECOVERED] = { text ": well again", 5,			\
					  kev_gauge_recovered_keys },			\
	}

#define KEV_RESOURCE(title, by_default, text, unit, ...)				\
	{										\
		.desc = &(const struct kevnotify_desc) {				\
			.name	= title,						\
			.events	= KEV_RESOURCE_EVENTS(text, unit),			\
			.ids	= KEV_GAUGE_IDS,					\
		},									\
		.on = by_default,							\
		.gauge = &(struct kev_gauge) { __VA_ARGS__ },				\
	}

/* Name, on or off, text, unit; and read function, low, threshold, clear, maximum */
const struct kev_builtin kev_resources[] = {
	[KEV_RESOURCE_MEMORY] =
		KEV_RESOURCE("memory", true, "{VALUE} % of memory is left", " %",
			     kev_resources_memory, true, 5, 10, 100),
	[KEV_RESOURCE_FILES] =
		KEV_RESOURCE("files", true, "{VALUE} % of the open files of fs.file-max are in use",
			     " %", kev_resources_files, false, 90, 80, 100),
	[KEV_RESOURCE_PIDS] =
		KEV_RESOURCE("pids", true, "{VALUE} % of all process ids or threads are in use",
			     " %", kev_resources_pids, false, 90, 80, 100),
	[KEV_RESOURCE_SWAP] =
		KEV_RESOURCE("swap", false, "{VALUE} % of swap is in use", " %",
			     kev_resources_swap, false, 80, 70, 100),
	[KEV_RESOURCE_LOAD] =
		KEV_RESOURCE("load", false, "the load is {VALUE} per CPU", "",
			     kev_resources_load, false, 4, 2, 1000000),
	[KEV_RESOURCE_DSTATE] =
		KEV_RESOURCE("dstate", false, "{VALUE} tasks wait in the kernel (state D)", "",
			     kev_resources_dstate, false, 20, 10, 1000000),
};
