// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs of the helper. kevnotifyd orders one and goes on; a waiter thread
 * checks the path, starts the program and waits for its end. The only file
 * that names call_usermodehelper.
 *
 * A waiter whose run survives SIGKILL is written off: it is woken, so that the
 * kernel no longer counts a running helper (suspend and reboot would fail),
 * and a new waiter takes its place.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/resource.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/umh.h>
#include <linux/workqueue.h>

#include "dispatch.h"
#include "helper.h"
#include "inject.h"
#include "mark.h"
#include "output.h"
#include "params.h"
#include "path.h"
#include "pipe.h"

const char *const kev_outcome_names[KEV_OUTCOMES] = {
	[KEV_EXITED]	= "exited",
	[KEV_SIGNALED]	= "signaled",
	[KEV_TIMEDOUT]	= "timedout",
	[KEV_STUCK]	= "stuck",
	[KEV_NOEXEC]	= "noexec",
	[KEV_BLOCKED]	= "blocked",
	[KEV_BUSY]	= "busy",
};

/* A record's, HOME, PATH, TROUBLED_DS, and the end */
#define KEV_ENV_STRINGS	(KEV_RENDER_STRINGS + 4)
/* A record's, and the three */
#define KEV_ENV_BYTES	(KEV_RENDER_BYTES + 128)

enum kev_run_state {
	KEV_RUN_IDLE,		/* kevnotifyd's to fill */
	KEV_RUN_ORDERED,	/* the waiter's */
	KEV_RUN_ENDED,		/* kevnotifyd's again */
};

/* Whose are a run's files? Decided once by cmpxchg. */
enum kev_run_claim {
	KEV_CLAIM_OPEN,
	KEV_CLAIM_CHILD,	/* init() took them; they end with the child's descriptors */
	KEV_CLAIM_ABANDONED,	/* written off before; the run keeps them until the child is gone */
};

enum {
	KEV_FILE_STDIN,
	KEV_FILE_OUTPUT,
	KEV_FILE_STAMP,
	KEV_FILES,
};

/**
 * struct kev_run - a waiter and its present run
 * @ref: helper.c's, the stamp file's
 * @stuck: in kev_stuck, once written off
 * @waiter: the thread
 * @state: enum kev_run_state; handed over with release and acquire
 * @claim: enum kev_run_claim
 * @files: what becomes the helper's descriptors, and the stamp
 * @pid: the child's; set by itself, put when the next run is ordered
 * @execed: when exec succeeded, in ns; set by the child
 * @began: init() ran
 * @init_err: what it said
 * @ret: what call_usermodehelper_exec() said
 * @why: why the path was refused
 * @path: the program
 * @pipe: its number in pipe mode; 0: exec mode
 * @record: the record that the run is for
 * @notes: what the cursor adds to it
 * @argv: the program's arguments; heap memory, as the child may outlive the wait
 * @envp: its environment: pointers into @env
 * @seq: an argument
 * @env: the strings
 */
struct kev_run {
	struct kref		ref;
	struct list_head	stuck;
	struct task_struct	*waiter;
	int			state;
	int			claim;
	struct file		*files[KEV_FILES];
	struct pid		*pid;
	u64			execed;
	bool			began;
	int			init_err;
	int			ret;
	char			why[KEV_WHY_BYTES];
	char			path[KEV_HELPER_MAX + 1];
	u64			pipe;
	struct kev_record	record;
	struct kev_notes	notes;
	char			*argv[4];
	char			*envp[KEV_ENV_STRINGS];
	char			seq[24];
	char			env[KEV_ENV_BYTES];
};

/* The waiter that takes the next order; kevnotifyd's, but for kev_run_replace() */
static struct kev_run *kev_run;
/* Runs written off whose process or waiter is still there */
static LIST_HEAD(kev_stuck);
/* For who looks: debugfs. Orders changes of the two above. */
static DEFINE_MUTEX(kev_run_mutex);
static unsigned int kev_run_number;

static void kev_run_release(struct kref *ref)
{
	struct kev_run *run = container_of(ref, struct kev_run, ref);

	put_pid(run->pid);
	kvfree(run);
}

/*
 * The stamp: a descriptor that exec closes past the point of no return, in the
 * child. That is when the record is delivered. A child that exits without exec
 * closes it too.
 */
static int kev_stamp_flush(struct file *file, fl_owner_t id)
{
	struct kev_run *run = file->private_data;

	if (!(current->flags & PF_EXITING)) {
		/* Pairs with kev_helper_execed() */
		smp_store_release(&run->execed, ktime_get_ns());
		kev_dispatch_kick();
	}
	return 0;
}

static int kev_stamp_release(struct inode *inode, struct file *file)
{
	struct kev_run *run = file->private_data;

	kref_put(&run->ref, kev_run_release);
	return 0;
}

static const struct file_operations kev_stamp_fops = {
	.owner		= THIS_MODULE,
	.flush		= kev_stamp_flush,
	.release	= kev_stamp_release,
	.llseek		= noop_llseek,
};

static void kev_run_close(struct kev_run *run)
{
	unsigned int i;

	for (i = 0; i < KEV_FILES; i++) {
		if (run->files[i])
			fput(run->files[i]);
		run->files[i] = NULL;
	}
}

static int kev_run_open_file(struct kev_run *run, unsigned int which, struct file *file)
{
	if (IS_ERR(file))
		return PTR_ERR(file);
	run->files[which] = file;
	return 0;
}

static struct file *kev_stamp_open(struct kev_run *run)
{
	struct file *file;

	file = anon_inode_getfile("[kevnotify-stamp]", &kev_stamp_fops, run, O_RDONLY);
	if (!IS_ERR(file))
		kref_get(&run->ref);
	return file;
}

static struct file *kev_run_open_null(void)
{
	struct file *null = ERR_PTR(-ENOENT);

	scoped_with_init_fs()
		null = filp_open("/dev/null", O_RDONLY, 0);
	return null;
}

/* In the waiter, as in the child the same calls fail while the module goes */
static int kev_run_open(struct kev_run *run)
{
	return kev_run_open_file(run, KEV_FILE_STDIN, run->pipe ? kev_pipe_open(run->pipe) :
						      kev_run_open_null()) ?:
	       kev_run_open_file(run, KEV_FILE_OUTPUT, kev_output_open(run->record.seq)) ?:
	       kev_run_open_file(run, KEV_FILE_STAMP, kev_stamp_open(run));
}

static int kev_run_install(struct file *file, unsigned int flags)
{
	int fd = get_unused_fd_flags(flags);

	if (fd >= 0)
		fd_install(fd, get_file(file));
	return fd;
}

/* Those of pid 1, as for any other program; the child was born with a kernel thread's */
static void kev_run_rlimits(void)
{
	struct task_struct *init = init_pid_ns.child_reaper;
	struct rlimit rlim[RLIM_NLIMITS];

	task_lock(init->group_leader);
	memcpy(rlim, init->signal->rlim, sizeof(rlim));
	task_unlock(init->group_leader);
	task_lock(current->group_leader);
	memcpy(current->signal->rlim, rlim, sizeof(rlim));
	task_unlock(current->group_leader);
}

/* What the helper may do, and what it is worth to the OOM killer */
static void kev_run_confine(struct cred *new)
{
	kernel_cap_t caps = kev_param_caps();

	new->cap_bset = cap_intersect(new->cap_bset, caps);
	new->cap_inheritable = cap_intersect(new->cap_inheritable, caps);
	kev_mark_cred(new);
	kev_run_rlimits();
	current->signal->oom_score_adj = kev_param_oom_score_adj();
}

/*
 * call_usermodehelper_setup()'s init: in the child, before exec. Its descriptor
 * table is empty, so that 0, 1 and 2 come in order. From here on the files
 * are the child's.
 */
static int kev_run_init(struct subprocess_info *info, struct cred *new)
{
	struct kev_run *run = info->data;
	int fd;

	run->began = true;
	/* Pairs with kev_helper_kill() and kev_helper_reap() */
	smp_store_release(&run->pid, get_task_pid(current, PIDTYPE_TGID));
	if (cmpxchg(&run->claim, KEV_CLAIM_OPEN, KEV_CLAIM_CHILD) != KEV_CLAIM_OPEN)
		return -ECANCELED;

	kev_run_confine(new);
	fd = kev_run_install(run->files[KEV_FILE_STDIN], 0);
	if (fd >= 0)
		fd = kev_run_install(run->files[KEV_FILE_OUTPUT], 0);
	if (fd >= 0)
		fd = kev_run_install(run->files[KEV_FILE_OUTPUT], 0);
	if (fd >= 0)
		fd = kev_run_install(run->files[KEV_FILE_STAMP], O_CLOEXEC);
	run->init_err = fd < 0 ? fd : 0;
	kev_run_close(run);
	return run->init_err;
}

/* The strings that every run has, and in exec mode the record's */
static void kev_run_environment(struct kev_run *run)
{
	unsigned int n = 0;
	size_t at, len;

	len = scnprintf(run->env, sizeof(run->env),
			"HOME=/%cPATH=/sbin:/bin:/usr/sbin:/usr/bin%c", '\0', '\0');
	if (!run->pipe) {
		len += scnprintf(run->env + len, sizeof(run->env) - len, "TROUBLED_DS=%u%c",
				 run->record.event.id, '\0');
		len += kev_render_record(&run->record, &run->notes, '\0', run->env + len,
					 sizeof(run->env) - len);
	}
	for (at = 0; at < len && n < KEV_ENV_STRINGS - 1; at += strlen(run->env + at) + 1)
		run->envp[n++] = run->env + at;
	run->envp[n] = NULL;

	snprintf(run->seq, sizeof(run->seq), "%llu", run->record.seq);
	run->argv[0] = run->path;
	run->argv[1] = run->pipe ? NULL : run->record.source;
	run->argv[2] = run->seq;
	run->argv[3] = NULL;
}

static int kev_run_exec(struct kev_run *run)
{
	struct subprocess_info *info;

	if (kev_inject(KEV_INJECT_EXEC))
		return -EAGAIN;
	info = call_usermodehelper_setup(run->path, run->argv, run->envp, GFP_KERNEL,
					 kev_run_init, NULL, run);
	if (!info)
		return -ENOMEM;
	/* Killable: kev_helper_write_off() ends the wait, and the child may stay */
	return call_usermodehelper_exec(info, UMH_WAIT_PROC | UMH_KILLABLE);
}

/* From the order to the run's end, in the waiter */
static void kev_run_execute(struct kev_run *run)
{
	/* A path walk may hang for ever: until there are files, this pins the module */
	if (!try_module_get(THIS_MODULE)) {
		run->ret = -ENODEV;
		return;
	}
	run->ret = kev_path_check(run->path, run->why, sizeof(run->why));
	if (!run->ret)
		run->ret = kev_run_open(run);
	module_put(THIS_MODULE);
	/* Written off meanwhile? A child would come to nothing */
	if (!run->ret && READ_ONCE(run->claim) != KEV_CLAIM_OPEN)
		run->ret = -ECANCELED;
	if (!run->ret) {
		kev_run_environment(run);
		run->ret = kev_run_exec(run);
	}
	/* Not when it was written off: a late child may still look for them */
	if (READ_ONCE(run->claim) == KEV_CLAIM_OPEN)
		kev_run_close(run);
}

static int kev_run_thread(void *data)
{
	struct kev_run *run = data;

	put_cred(kev_mark_current());
	/* From the kernel only: killall5 must not end a wait */
	allow_kernel_signal(SIGKILL);
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		/* Pairs with kev_helper_start() */
		if (smp_load_acquire(&run->state) != KEV_RUN_ORDERED) {
			if (!kthread_should_stop())
				schedule();
			__set_current_state(TASK_RUNNING);
			flush_signals(current);
			continue;
		}
		__set_current_state(TASK_RUNNING);
		kev_run_execute(run);
		/* Pairs with kev_helper_ended() */
		smp_store_release(&run->state, KEV_RUN_ENDED);
		kev_dispatch_kick();
	}
	return 0;
}

static struct kev_run *kev_run_create(void)
{
	struct task_struct *waiter;
	struct kev_run *run;

	run = kvzalloc(sizeof(*run), GFP_KERNEL);
	if (!run)
		return ERR_PTR(-ENOMEM);
	kref_init(&run->ref);
	INIT_LIST_HEAD(&run->stuck);
	waiter = kthread_create(kev_run_thread, run, "kevnotify/%u", kev_run_number++);
	if (IS_ERR(waiter)) {
		kvfree(run);
		return ERR_CAST(waiter);
	}
	run->waiter = get_task_struct(waiter);
	wake_up_process(waiter);
	return run;
}

/* The waiter is idle, or ends its run at once */
static void kev_run_destroy(struct kev_run *run)
{
	kthread_stop(run->waiter);
	put_task_struct(run->waiter);
	kev_run_close(run);
	kref_put(&run->ref, kev_run_release);
}

/* In a kernel worker, as kevnotifyd must not wait for memory */
static void kev_run_replace(struct work_struct *work)
{
	struct kev_run *run = kev_run_create();

	if (IS_ERR(run)) {
		pr_err_ratelimited("no new waiter (%ld): no helper runs until there is one\n",
				   PTR_ERR(run));
		schedule_delayed_work(to_delayed_work(work), HZ);
		return;
	}
	/* Pairs with kev_helper_ready() */
	smp_store_release(&kev_run, run);
	kev_dispatch_kick();
}

static DECLARE_DELAYED_WORK(kev_run_replacement, kev_run_replace);

/**
 * kev_helper_ready() - is there a waiter?
 *
 * Context: kevnotifyd.
 * Return: true if kev_helper_start() may be called.
 */
bool kev_helper_ready(void)
{
	/* Pairs with kev_run_replace() */
	return smp_load_acquire(&kev_run);
}

/**
 * kev_helper_start() - order a run
 * @path: the program
 * @pipe: the run's number, which has the cursor; 0: exec mode
 * @rec: the record; copied
 * @notes: what the cursor adds; copied
 *
 * Context: kevnotifyd, when kev_helper_ready() and no run is under way.
 */
void kev_helper_start(const char *path, u64 pipe, const struct kev_record *rec,
		      const struct kev_notes *notes)
{
	struct kev_run *run = kev_run;

	/* kev_helper_show() may be looking at the last run's pid */
	mutex_lock(&kev_run_mutex);
	put_pid(run->pid);
	run->pid = NULL;
	run->record = *rec;
	mutex_unlock(&kev_run_mutex);
	strscpy(run->path, path, sizeof(run->path));
	run->pipe = pipe;
	run->notes = *notes;
	run->claim = KEV_CLAIM_OPEN;
	run->execed = 0;
	run->began = false;
	run->init_err = 0;
	run->why[0] = '\0';
	/* Pairs with kev_run_thread(), which has the run from here */
	smp_store_release(&run->state, KEV_RUN_ORDERED);
	wake_up_process(run->waiter);
}

/**
 * kev_helper_execed() - when did exec of the present run succeed?
 *
 * Context: kevnotifyd, while a run is under way.
 * Return: the time in ns; 0: not yet, or never.
 */
u64 kev_helper_execed(void)
{
	/* Pairs with kev_stamp_flush() */
	return smp_load_acquire(&kev_run->execed);
}

static int kev_run_pid(struct kev_run *run)
{
	/* Pairs with kev_run_init() */
	return pid_nr(smp_load_acquire(&run->pid));
}

/* A run that has ended */
static void kev_run_outcome(struct kev_run *run, bool killed, struct kev_result *res)
{
	res->pid = kev_run_pid(run);
	res->execed = run->execed;
	res->code = 0;
	if (run->execed && killed) {
		res->outcome = KEV_TIMEDOUT;
	} else if (run->execed && run->ret & 0x7f) {
		res->outcome = KEV_SIGNALED;
		res->code = run->ret & 0x7f;
	} else if (run->execed) {
		res->outcome = KEV_EXITED;
		res->code = run->ret >> 8 & 0xff;
	} else if (run->ret >= 0 && !run->began) {
		/* A static user-mode helper: nothing was started */
		res->outcome = KEV_BLOCKED;
	} else if (run->ret == -EBUSY && !run->began) {
		res->outcome = KEV_BUSY;
	} else {
		res->outcome = KEV_NOEXEC;
		/* Killed on its way to exec: no errno of its own */
		res->code = run->ret < 0 ? -run->ret : EINTR;
	}
}

/**
 * kev_helper_ended() - has the present run ended?
 * @killed: the caller has signalled it
 * @res: filled, if so
 *
 * Context: kevnotifyd, while a run is under way.
 * Return: true if so; the waiter is ready again.
 */
bool kev_helper_ended(bool killed, struct kev_result *res)
{
	struct kev_run *run = kev_run;

	/* Pairs with kev_run_thread() */
	if (smp_load_acquire(&run->state) != KEV_RUN_ENDED)
		return false;
	kev_run_outcome(run, killed, res);
	if (*run->why)
		pr_warn_ratelimited("helper not run: %*pEhp (%d)\n", (int)strlen(run->why),
				    run->why, run->ret);
	run->state = KEV_RUN_IDLE;
	return true;
}

/**
 * kev_helper_kill() - signal the present run
 * @sig: the signal
 *
 * Also its process group, if it leads one; the kernel threads' group, which it
 * was born into, cannot be reached this way.
 *
 * Context: kevnotifyd, while a run is under way.
 */
void kev_helper_kill(int sig)
{
	/* Pairs with kev_run_init() */
	struct pid *pid = smp_load_acquire(&kev_run->pid);

	if (!pid)
		return;
	kill_pid(pid, sig, 1);
	kill_pgrp(pid, sig, 1);
}

/**
 * kev_helper_write_off() - give the present run up
 * @res: filled
 *
 * The waiter is woken and replaced; run and waiter stay on a list until the
 * process is gone.
 *
 * Context: kevnotifyd, while a run is under way.
 */
void kev_helper_write_off(struct kev_result *res)
{
	struct kev_run *run = kev_run;

	cmpxchg(&run->claim, KEV_CLAIM_OPEN, KEV_CLAIM_ABANDONED);
	send_sig(SIGKILL, run->waiter, 1);
	res->outcome = KEV_STUCK;
	res->code = 0;
	res->pid = kev_run_pid(run);
	res->execed = kev_helper_execed();

	mutex_lock(&kev_run_mutex);
	kev_run = NULL;
	list_add_tail(&run->stuck, &kev_stuck);
	mutex_unlock(&kev_run_mutex);
	schedule_delayed_work(&kev_run_replacement, 0);
}

/* Has the process of a written-off run ended, and its waiter? */
static bool kev_run_gone(struct kev_run *run)
{
	/* Pairs with kev_run_init() */
	struct pid *pid = smp_load_acquire(&run->pid);
	bool gone;

	/* Pairs with kev_run_thread() */
	if (smp_load_acquire(&run->state) != KEV_RUN_ENDED)
		return false;
	/* No child yet, and one may still come, unless exec was not tried */
	if (!pid)
		return run->ret != -ERESTARTSYS;
	rcu_read_lock();
	gone = !pid_task(pid, PIDTYPE_TGID);
	rcu_read_unlock();
	return gone;
}

/**
 * kev_helper_reap() - forget written-off runs that are gone by now
 *
 * Context: kevnotifyd; may sleep for as long as an idle thread takes to stop.
 */
void kev_helper_reap(void)
{
	struct kev_run *run, *next;

	list_for_each_entry_safe(run, next, &kev_stuck, stuck) {
		if (!kev_run_gone(run))
			continue;
		mutex_lock(&kev_run_mutex);
		list_del(&run->stuck);
		mutex_unlock(&kev_run_mutex);
		kev_run_destroy(run);
	}
}

/**
 * kev_helper_stuck() - how many runs are written off and not gone
 *
 * Context: task; may sleep.
 * Return: the number.
 */
unsigned int kev_helper_stuck(void)
{
	struct list_head *pos;
	unsigned int n = 0;

	mutex_lock(&kev_run_mutex);
	list_for_each(pos, &kev_stuck)
		n++;
	mutex_unlock(&kev_run_mutex);
	return n;
}

static void kev_run_show(struct seq_file *m, struct kev_run *run, const char *what)
{
	seq_printf(m, "run %s waiter=%d seq=%llu pid=%d refs=%u\n", what,
		   task_pid_nr(run->waiter), run->record.seq, kev_run_pid(run),
		   kref_read(&run->ref));
}

/**
 * kev_helper_show() - print the live runs
 * @m: where to
 *
 * Context: task; may sleep.
 */
void kev_helper_show(struct seq_file *m)
{
	struct kev_run *run;

	mutex_lock(&kev_run_mutex);
	if (kev_run)
		kev_run_show(m, kev_run, READ_ONCE(kev_run->state) == KEV_RUN_ORDERED ?
			     "active" : "idle");
	list_for_each_entry(run, &kev_stuck, stuck)
		kev_run_show(m, run, "stuck");
	mutex_unlock(&kev_run_mutex);
	seq_printf(m, "outputs %u\npipes %u\n", kev_output_count(), kev_pipe_count());
}

/**
 * kev_helper_init() - start the first waiter
 *
 * Context: task; may sleep.
 * Return: 0, -ENOMEM or -EINTR.
 */
int kev_helper_init(void)
{
	struct kev_run *run = kev_run_create();

	if (IS_ERR(run)) {
		pr_err("no waiter thread (%ld): not loaded\n", PTR_ERR(run));
		return PTR_ERR(run);
	}
	kev_run = run;
	return 0;
}

/**
 * kev_helper_exit() - stop all waiters
 *
 * No run is under way. Written-off runs that could still come back to the
 * module hold files of it, so that this is not called then.
 *
 * Context: task; may sleep. kevnotifyd is gone.
 */
void kev_helper_exit(void)
{
	struct kev_run *run, *next;

	cancel_delayed_work_sync(&kev_run_replacement);
	list_for_each_entry_safe(run, next, &kev_stuck, stuck)
		kev_run_destroy(run);
	if (kev_run)
		kev_run_destroy(kev_run);
}
