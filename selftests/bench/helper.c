// SPDX-License-Identifier: GPL-2.0-only
/*
 * What it takes from an event to a program that runs, by kevnotify and by other
 * ways. In debugfs kevnotify-bench-helper/, for a guest with one CPU that counts
 * instructions:
 *
 *	burst, times		so many events at once, measured so many times
 *	OPERATION/latency	from the first event to the last program's exec, an event
 *	OPERATION/gap		from one program's exec to the next one's
 *	OPERATION/work		all that is done for the events, until nothing is; and how
 *				many programs were started
 *	stops			the machine stops before and after that, to be looked at
 *
 * A program of the bench is one whose name begins with "bench-".
 */
#include <linux/binfmts.h>
#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/umh.h>

#include <asm/io.h>
#include <asm/msr.h>

#include <kevnotify.h>

#define HELPER_MAX		64	/* of burst, where each event is a program's, and times */
#define HELPER_WARMUP		2
#define HELPER_PAUSE_MS		200
#define HELPER_WINDOW_MS	1500	/* in which all work for a burst is done */
#define HELPER_PATIENCE		(60 * HZ)

#define HELPER_PROGRAM		"/bench/bench-exits"

static u32 helper_burst = 1;
static u32 helper_times = 21;
static bool helper_stops;
static DEFINE_MUTEX(helper_mutex);

/* Programs that came to exec since, and when */
static u64 helper_stamps[HELPER_MAX];
static unsigned int helper_execs;
static unsigned int helper_wanted;
static DECLARE_COMPLETION(helper_done);

/* Ticks in which the CPU had nothing to do */
static u64 helper_idle;
static u64 helper_idle_since;

static struct kevnotify_source *helper_source;
static struct kset *helper_kset;
static struct kobject *helper_kobject;
static struct dentry *helper_dir;

static u64 helper_numbers[4] = { 731, 1000, 4242, 0xffffffffULL };
static char helper_text[80 + 1];

static void helper_raise(void)
{
	kevnotify_raise(helper_source, 0, KEVNOTIFY_U64(helper_numbers[0]),
			KEVNOTIFY_U64(helper_numbers[1]), KEVNOTIFY_U64(helper_numbers[2]),
			KEVNOTIFY_HEX(helper_numbers[3]), KEVNOTIFY_STR(helper_text));
}

#define HELPER_TEXT40	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static char *helper_short_env[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };

/* As long as kevnotify's for such an event */
static char *helper_same_env[] = {
	"HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", "TROUBLED_DS=0", "PRIORITY=6",
	"SYSLOG_IDENTIFIER=kevnotify", "MESSAGE=731 " HELPER_TEXT40 HELPER_TEXT40,
	"KEVNOTIFY_SEQ=1234", "KEVNOTIFY_INSTANCE=0123456789abcdef0123456789abcdef",
	"KEVNOTIFY_SOURCE=bench-helper", "KEVNOTIFY_ID=0",
	"KEVNOTIFY_TIME=1763800000.000001", "KEVNOTIFY_CPU=0", "KEVNOTIFY_PID=123",
	"KEVNOTIFY_UID=0", "KEVNOTIFY_COMM=cat", "KEVNOTIFY_CGROUP_ID=1",
	"KEVNOTIFY_CONTEXT=task", "KEVNOTIFY_A=731", "KEVNOTIFY_B=1000", "KEVNOTIFY_C=4242",
	"KEVNOTIFY_D=0xffffffff", "KEVNOTIFY_TEXT=" HELPER_TEXT40 HELPER_TEXT40, NULL,
};

static void helper_umh(char **envp, int wait)
{
	static char *argv[] = { HELPER_PROGRAM, "bench-helper", "1234", NULL };
	int err = call_usermodehelper(HELPER_PROGRAM, argv, envp, wait);

	if (err)
		pr_err_once("call_usermodehelper: %d\n", err);
}

static void helper_umh_exec(void)
{
	helper_umh(helper_short_env, UMH_WAIT_EXEC);
}

static void helper_umh_proc(void)
{
	helper_umh(helper_short_env, UMH_WAIT_PROC);
}

static void helper_same_exec(void)
{
	helper_umh(helper_same_env, UMH_WAIT_EXEC);
}

static void helper_same_proc(void)
{
	helper_umh(helper_same_env, UMH_WAIT_PROC);
}

/* The same values; udevd has a rule for it */
static void helper_uevent(void)
{
	char text[4 + sizeof(helper_text) + 1], number[4][24];
	char *envp[6] = {};
	int i;

	for (i = 0; i < 4; i++) {
		snprintf(number[i], sizeof(number[i]), "%c=%llu", 'A' + i, helper_numbers[i]);
		envp[i] = number[i];
	}
	snprintf(text, sizeof(text), "TEXT=%s", helper_text);
	envp[4] = text;
	kobject_uevent_env(helper_kobject, KOBJ_CHANGE, envp);
}

/* Where bpftrace has its probe */
static noinline void kevnotify_bench_probe(void)
{
	barrier();
}

static const struct helper_op {
	const char	*name;
	void		(*event)(void);		/* NULL: the programs come by themselves */
} helper_ops[] = {
	{ "raise",	helper_raise },
	{ "umh_exec",	helper_umh_exec },
	{ "umh_proc",	helper_umh_proc },
	{ "same_exec",	helper_same_exec },
	{ "same_proc",	helper_same_proc },
	{ "uevent",	helper_uevent },
	{ "probe",	kevnotify_bench_probe },
	{ "others",	NULL },
};

static void helper_see_exec(void *unused, struct task_struct *p, pid_t old,
			    struct linux_binprm *bprm)
{
	if (strncmp(p->comm, "bench-", 6))
		return;
	if (helper_execs < HELPER_MAX)
		helper_stamps[helper_execs] = rdtsc_ordered();
	if (++helper_execs == helper_wanted)
		complete(&helper_done);
}

static void helper_see_idle(void *unused, unsigned int state, unsigned int cpu)
{
	if (state == (u32)-1)
		helper_idle += rdtsc_ordered() - helper_idle_since;
	else
		helper_idle_since = rdtsc_ordered();
}

static struct {
	const char		*name;
	void			*probe;
	struct tracepoint	*tp;
} helper_probes[] = {
	{ "sched_process_exec",	helper_see_exec },
	{ "cpu_idle",		helper_see_idle },
};

static void helper_match(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(helper_probes); i++)
		if (!strcmp(tp->name, helper_probes[i].name))
			helper_probes[i].tp = tp;
}

static void helper_expect(unsigned int execs)
{
	msleep(HELPER_PAUSE_MS);
	reinit_completion(&helper_done);
	helper_execs = 0;
	helper_wanted = execs;
}

static u64 helper_fire(const struct helper_op *op)
{
	u64 start = rdtsc_ordered();
	unsigned int i;

	for (i = 0; op->event && i < helper_burst; i++)
		op->event();
	return start;
}

static int helper_await(const struct helper_op *op, u64 *start)
{
	helper_expect(helper_burst);
	*start = helper_fire(op);
	return wait_for_completion_timeout(&helper_done, HELPER_PATIENCE) ? 0 : -ETIMEDOUT;
}

static int helper_latency(const struct helper_op *op, u64 *ticks)
{
	u64 start;
	int err = helper_await(op, &start);

	*ticks = div_u64(helper_stamps[helper_burst - 1] - start, helper_burst);
	return err;
}

static int helper_gap(const struct helper_op *op, u64 *ticks)
{
	u64 start;
	int err = helper_burst > 1 ? helper_await(op, &start) : -EINVAL;

	if (!err)
		*ticks = div_u64(helper_stamps[helper_burst - 1] - helper_stamps[0],
				 helper_burst - 1);
	return err;
}

/* A machine with pvpanic has QEMU's monitor look at it */
static void helper_stop(void)
{
	if (helper_stops)
		outb(1, 0x505);
}

/* What a window takes in which there is nothing to do, or with the burst's events */
static u64 helper_busy(const struct helper_op *op)
{
	u64 start;

	helper_expect(0);
	helper_idle = 0;
	if (op)
		helper_stop();
	start = op ? helper_fire(op) : rdtsc_ordered();
	msleep(HELPER_WINDOW_MS);
	if (op)
		helper_stop();
	return rdtsc_ordered() - start - helper_idle;
}

static int helper_work(const struct helper_op *op, u64 *ticks)
{
	u64 nothing = helper_busy(NULL), all = helper_busy(op);

	*ticks = div_u64(all - min(all, nothing), helper_burst);
	return 0;
}

static int helper_compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

/* The median, and how many programs the last of them started */
static int helper_measure(struct seq_file *m, int (*measure)(const struct helper_op *op, u64 *),
			  unsigned int most)
{
	unsigned int times = clamp_t(unsigned int, helper_times, 1, HELPER_MAX), i;
	u64 ticks[HELPER_MAX];
	int err = helper_burst && helper_burst <= most ? 0 : -EINVAL;

	mutex_lock(&helper_mutex);
	for (i = 0; !err && i < times + (times > 1 ? HELPER_WARMUP : 0); i++)
		err = measure(m->private, &ticks[i % times]);
	mutex_unlock(&helper_mutex);
	if (err)
		return err;
	sort(ticks, times, sizeof(*ticks), helper_compare, NULL);
	seq_printf(m, "%llu %u\n", ticks[times / 2], helper_execs);
	return 0;
}

static int latency_show(struct seq_file *m, void *unused)
{
	return helper_measure(m, helper_latency, HELPER_MAX);
}
DEFINE_SHOW_ATTRIBUTE(latency);

static int gap_show(struct seq_file *m, void *unused)
{
	return helper_measure(m, helper_gap, HELPER_MAX);
}
DEFINE_SHOW_ATTRIBUTE(gap);

static int work_show(struct seq_file *m, void *unused)
{
	return helper_measure(m, helper_work, UINT_MAX);
}
DEFINE_SHOW_ATTRIBUTE(work);

static void helper_release(struct kobject *kobj)
{
	kfree(kobj);
}

static struct kobj_type helper_ktype = {
	.release = helper_release,
};

/* What is there of it goes with helper_exit() */
static int helper_add_kobject(void)
{
	helper_kset = kset_create_and_add("kevnotify-bench", NULL, NULL);
	helper_kobject = kzalloc(sizeof(*helper_kobject), GFP_KERNEL);
	if (!helper_kset || !helper_kobject) {
		kfree(helper_kobject);
		helper_kobject = NULL;
		return -ENOMEM;
	}
	helper_kobject->kset = helper_kset;
	return kobject_init_and_add(helper_kobject, &helper_ktype, NULL, "device");
}

static void helper_make_files(void)
{
	struct dentry *dir;
	unsigned int i;

	helper_dir = debugfs_create_dir("kevnotify-bench-helper", NULL);
	debugfs_create_u32("burst", 0600, helper_dir, &helper_burst);
	debugfs_create_u32("times", 0600, helper_dir, &helper_times);
	debugfs_create_bool("stops", 0600, helper_dir, &helper_stops);
	for (i = 0; i < ARRAY_SIZE(helper_ops); i++) {
		void *op = (void *)&helper_ops[i];

		dir = debugfs_create_dir(helper_ops[i].name, helper_dir);
		debugfs_create_file("latency", 0400, dir, op, &latency_fops);
		debugfs_create_file("gap", 0400, dir, op, &gap_fops);
		debugfs_create_file("work", 0400, dir, op, &work_fops);
	}
}

static const char *const helper_keys[] = { "A", "B", "C", "D", "TEXT", NULL };

static const struct kevnotify_event helper_events[] = {
	{ "{A} {TEXT}", 6, helper_keys },
};

static const struct kevnotify_desc helper_desc = {
	.name	= "bench-helper",
	.events	= helper_events,
	.ids	= ARRAY_SIZE(helper_events),
};

static void helper_exit(void)
{
	unsigned int i;

	debugfs_remove(helper_dir);
	for (i = 0; i < ARRAY_SIZE(helper_probes); i++)
		if (helper_probes[i].tp)
			tracepoint_probe_unregister(helper_probes[i].tp, helper_probes[i].probe,
						    NULL);
	tracepoint_synchronize_unregister();
	kobject_put(helper_kobject);
	if (helper_kset)
		kset_unregister(helper_kset);
	kevnotify_source_unregister(helper_source);
}

static int __init helper_init(void)
{
	unsigned int i;
	int err;

	memset(helper_text, 'x', sizeof(helper_text) - 1);
	helper_source = kevnotify_source_register(THIS_MODULE, &helper_desc);
	err = PTR_ERR_OR_ZERO(helper_source) ?: helper_add_kobject();
	if (err) {
		helper_exit();
		return err;
	}
	for_each_kernel_tracepoint(helper_match, NULL);
	for (i = 0; i < ARRAY_SIZE(helper_probes); i++)
		if (!helper_probes[i].tp ||
		    tracepoint_probe_register(helper_probes[i].tp, helper_probes[i].probe, NULL))
			pr_err("no tracepoint %s\n", helper_probes[i].name);
	helper_make_files();
	return 0;
}

module_init(helper_init);
module_exit(helper_exit);

MODULE_AUTHOR("The kevnotify developers");
MODULE_DESCRIPTION("Measure what it takes from an event to a program");
MODULE_LICENSE("GPL");
