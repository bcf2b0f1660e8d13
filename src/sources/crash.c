// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "crash": a process dies of a signal that dumps core, whether or not a
 * core is written. The hook is the tracepoint signal:signal_deliver, in which the
 * process is current and holds its signals' lock.
 */
#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/tracepoint.h>
#include <trace/events/signal.h>

#include "sources/sources.h"
#include "sources/tracepoint.h"

/* What any user can cause has a limit of its own, and hides no crash of a service of root's */
enum kev_crash_id {
	KEV_CRASH_ROOT = 1,
	KEV_CRASH_USER,
	KEV_CRASH_IDS,
};

static const char *const kev_crash_keys[] = {
	"TASK_PID", "TASK_COMM", "SIGNAL", "SIGNAL_CODE", NULL
};

#define KEV_CRASH_DIED	"process {TASK_PID} ({TASK_COMM}) died of signal {SIGNAL}"

static const struct kevnotify_event kev_crash_events[KEV_CRASH_IDS] = {
	[KEV_CRASH_ROOT] = { KEV_CRASH_DIED, 4, kev_crash_keys },
	[KEV_CRASH_USER] = { KEV_CRASH_DIED, 5, kev_crash_keys },
};

static const struct kevnotify_desc kev_crash_desc = {
	.name	= "crash",
	.events	= kev_crash_events,
	.ids	= ARRAY_SIZE(kev_crash_events),
	.objects = true,
};

static bool kev_crash_kills(int sig, const struct k_sigaction *ka)
{
	return sig_kernel_coredump(sig) && ka->sa.sa_handler == SIG_DFL &&
	       !(current->signal->flags & SIGNAL_UNKILLABLE);
}

static void kev_crash_probe(void *src, int sig, struct kernel_siginfo *info,
			    struct k_sigaction *ka)
{
	struct task_struct *process = current->group_leader;
	uid_t uid = __kuid_val(current_uid());

	if (!kev_crash_kills(sig, ka) || info <= SEND_SIG_PRIV)
		return;
	kevnotify_raise_of(src, uid ? KEV_CRASH_USER : KEV_CRASH_ROOT, uid, current,
			   KEVNOTIFY_S64(process->pid), KEVNOTIFY_COMM(process->comm),
			   KEVNOTIFY_S64(sig), KEVNOTIFY_S64(info->si_code));
}

static struct kev_tracepoints kev_crash_tracepoints = {
	.points = { { "signal_deliver", KEV_PROBE(signal_deliver, kev_crash_probe, NULL) } },
};

const struct kev_builtin kev_crash = {
	.desc	= &kev_crash_desc,
	.tracepoints = &kev_crash_tracepoints,
};
