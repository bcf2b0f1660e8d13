// SPDX-License-Identifier: GPL-2.0-only
/*
 * launch: one start of the helper, without a thread that waits for it. A work
 * item forks and is back when exec is; the child publishes its pid, checks the
 * path and makes its files; the pid tells of the end. The only file that names
 * call_usermodehelper.
 *
 * A launch is its owner's (kevnotifyd, or a check's writer) but from order to
 * over. From the order on the work item has it and hands it back by @returned;
 * the child has what init() writes, and hands that over by @pid, and by exec's
 * return; the wake function has @code and hands it over by @ended.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/key.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/umh.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "confine.h"
#include "fifo.h"
#include "helper.h"
#include "inject.h"
#include "launch.h"
#include "selfnoise.h"
#include "stdin.h"
#include "wake.h"

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

/**
 * struct kev_launch - a start of a program, and the memory that it needs
 * @work: starts it
 * @end: the entry in the wait queue of its pid
 * @poll: looks at its pid, on a kernel where that has no wait queue
 * @run: which run it is for; KEV_RUNS_MAX: a check, which ends before exec
 * @cancel: the child is not to come to exec
 * @pid: the child's, set by itself; the owner puts it
 * @nr: its number
 * @began: when init() began, in jiffies
 * @looked: the path was looked at, and @why and @refused say what came of it
 * @refused: errno of the path's check, or 0
 * @value: what call_usermodehelper_exec() said
 * @execed: when exec succeeded, in ns
 * @returned: the work item is done
 * @ended: the process has ended
 * @code: as wait() would say; 0 if that is not known
 * @ended_at: when, in ns
 * @mark: the mark of its process tree
 * @pipe: its number in pipe mode; 0: exec mode
 * @record: the record that the run is for
 * @notes: what the cursor adds to it
 * @argv: the program's arguments
 * @envp: its environment: pointers into @env
 * @seq: an argument
 * @path: the program
 * @why: why it was refused
 * @missing: the interpreter or loader that it lacks
 * @walk: room for its check
 * @env: the strings
 */
struct kev_launch {
	struct work_struct	work;
	wait_queue_entry_t	end;
	struct delayed_work	poll;
	unsigned int		run;
	bool			cancel;
	struct pid		*pid;
	int			nr;
	unsigned long		began;
	bool			looked;
	int			refused;
	int			value;
	u64			execed;
	bool			returned;
	bool			ended;
	int			code;
	u64			ended_at;
	struct key		*mark;
	u64			pipe;
	struct kev_record	record;
	struct kev_notes	notes;
	char			*argv[4];
	char			*envp[KEV_ENV_STRINGS];
	char			seq[24];
	char			path[KEV_HELPER_MAX + 1];
	char			why[KEV_WHY_BYTES];
	char			missing[KEV_INTERP_BYTES];
	struct kev_walk		walk;
	char			env[KEV_ENV_BYTES];
};

static struct workqueue_struct *kev_launch_wq;

static bool kev_launch_is_check(const struct kev_launch *l)
{
	return l->run == KEV_RUNS_MAX;
}

/* Has the process ended? Under tasklist_lock or without; idempotent. */
static void kev_launch_see_end(struct kev_launch *l)
{
	/* Pairs with kev_launch_publish() */
	struct pid *pid = smp_load_acquire(&l->pid);
	struct task_struct *p;

	if (!pid || l->ended)
		return;
	rcu_read_lock();
	p = pid_task(pid, PIDTYPE_TGID);
	if (!p || (READ_ONCE(p->exit_state) && thread_group_empty(p))) {
		l->code = 0;
		if (p)
			/* A leader that left before the others has a code of its own */
			l->code = p->signal->flags & SIGNAL_GROUP_EXIT ?
				  p->signal->group_exit_code : p->exit_code;
		l->ended_at = ktime_get_mono_fast_ns();
		/* Pairs with kev_launch_over() */
		smp_store_release(&l->ended, true);
	}
	rcu_read_unlock();
	if (l->ended)
		kev_wake_kick();
}

#ifdef KEV_HAVE_WAIT_PIDFD

/*
 * The child, or its last thread, is dying: with interrupts off and tasklist_lock
 * held. Called more than once, also when a debugger looks.
 */
static int kev_launch_wake(wait_queue_entry_t *entry, unsigned int mode, int sync, void *key)
{
	kev_launch_see_end(container_of(entry, struct kev_launch, end));
	return 0;
}

static void kev_launch_attach(struct kev_launch *l, struct pid *pid)
{
	init_waitqueue_func_entry(&l->end, kev_launch_wake);
	add_wait_queue(&pid->wait_pidfd, &l->end);
}

static void kev_launch_detach(struct kev_launch *l)
{
	/* Its lock waits for a wake function that is running */
	remove_wait_queue(&l->pid->wait_pidfd, &l->end);
}

#else

/* The process is gone by then, and its code with it */
static void kev_launch_poll(struct work_struct *work)
{
	struct kev_launch *l = container_of(to_delayed_work(work), struct kev_launch, poll);

	kev_launch_see_end(l);
	if (!l->ended)
		queue_delayed_work(kev_launch_wq, &l->poll, HZ);
}

static void kev_launch_attach(struct kev_launch *l, struct pid *pid)
{
	pr_info_once("this kernel does not tell how a program ends: that counts as exit 0\n");
	INIT_DELAYED_WORK(&l->poll, kev_launch_poll);
	queue_delayed_work(kev_launch_wq, &l->poll, HZ);
}

static void kev_launch_detach(struct kev_launch *l)
{
	cancel_delayed_work_sync(&l->poll);
}

#endif

/* In the child, first of all, so that no end is missed and every hang is this child's */
static void kev_launch_publish(struct kev_launch *l)
{
	struct pid *pid = get_task_pid(current, PIDTYPE_TGID);

	l->nr = pid_nr(pid);
	l->began = jiffies;
	kev_launch_attach(l, pid);
	/* Pairs with kev_launch_see_end(), kev_launch_began() and kev_launch_kill() */
	smp_store_release(&l->pid, pid);
}

/* May the program be started, and does it have what it needs? */
static int kev_launch_look(struct kev_launch *l)
{
	l->refused = kev_path_check(&l->walk, l->path, l->why, sizeof(l->why));
	if (!l->refused && !kev_launch_is_check(l))
		kev_interp_missing(l->path, l->walk.next, sizeof(l->walk.next), l->missing);
	l->looked = true;
	return l->refused;
}

/* What the helper may do, and what it is worth to the OOM killer */
static void kev_launch_confine(struct kev_launch *l, struct cred *new)
{
	kernel_cap_t caps = kev_confine_caps();

	new->cap_bset = cap_intersect(new->cap_bset, caps);
	new->cap_inheritable = cap_intersect(new->cap_inheritable, caps);
	kev_selfnoise_cred(new, l->mark);
	current->signal->oom_score_adj = kev_confine_oom_score_adj();
}

static struct file *kev_launch_null(void)
{
	struct file *null = ERR_PTR(-ENOENT);

	scoped_with_init_fs()
		null = filp_open("/dev/null", O_RDONLY, 0);
	return null;
}

/* The next descriptor, or the next two; the table of the child was empty */
static int kev_launch_install(struct file *file, unsigned int times)
{
	int fd = 0;

	if (IS_ERR(file))
		return PTR_ERR(file);
	while (times-- && fd >= 0) {
		fd = get_unused_fd_flags(0);
		if (fd >= 0)
			fd_install(fd, get_file(file));
	}
	fput(file);
	return min(fd, 0);
}

static int kev_launch_files(struct kev_launch *l)
{
	return kev_launch_install(l->pipe ? kev_stdin_open(l->pipe) : kev_launch_null(), 1) ?:
	       kev_launch_install(kev_stdout_open(l->record.seq), 2);
}

/* call_usermodehelper_setup()'s init: in the child, before exec */
static int kev_launch_child(struct subprocess_info *info, struct cred *new)
{
	struct kev_launch *l = info->data;
	int err;

	kev_launch_publish(l);
	/* The pid, then the look; pairs with kev_launch_cancel() */
	smp_mb();
	if (READ_ONCE(l->cancel))
		return -ECANCELED;
	/* What the walk causes is not for the helper either; @new is for exec */
	put_cred(kev_launch_is_check(l) ? kev_selfnoise_wear_own() : kev_selfnoise_wear(l->mark));
	err = kev_launch_look(l);
	if (err || kev_launch_is_check(l))
		return err ?: -ECANCELED;
	kev_launch_confine(l, new);
	return kev_launch_files(l);
}

/* The strings that every run has, and in exec mode the record's */
static void kev_launch_environment(struct kev_launch *l)
{
	static const char always[] = "HOME=/\nPATH=/sbin:/bin:/usr/sbin:/usr/bin\n";
	size_t len = sizeof(always) - 1;
	char *string = l->env, *end;
	unsigned int n = 0;

	memcpy(l->env, always, len);
	if (!l->pipe) {
		len += scnprintf(l->env + len, sizeof(l->env) - len, "TROUBLED_DS=%u\n",
				 l->record.event.id);
		len += kev_render_record(&l->record, &l->notes, l->env + len,
					 sizeof(l->env) - len - 1);
	}
	l->env[len] = '\0';
	/* In a value there is no newline */
	for (; n < KEV_ENV_STRINGS - 1 && (end = strchr(string, '\n')); string = end + 1) {
		*end = '\0';
		l->envp[n++] = string;
	}
	l->envp[n] = NULL;

	snprintf(l->seq, sizeof(l->seq), "%llu", l->record.seq);
	l->argv[0] = l->path;
	l->argv[1] = l->pipe ? NULL : l->record.source;
	l->argv[2] = l->seq;
	l->argv[3] = NULL;
}

/* A mark that no process bears: the last run's, if all of that has gone */
static int kev_launch_renew_mark(struct kev_launch *l)
{
	struct key *mark;

	if (kev_selfnoise_unused(l->mark))
		return 0;
	mark = kev_selfnoise_create();
	if (IS_ERR(mark))
		return PTR_ERR(mark);
	kev_selfnoise_destroy(l->mark);
	l->mark = mark;
	return 0;
}

static int kev_launch_prepare(struct kev_launch *l)
{
	int err;

	if (kev_launch_is_check(l)) {
		l->argv[0] = l->path;
		l->argv[1] = NULL;
		l->envp[0] = NULL;
		return 0;
	}
	err = kev_launch_renew_mark(l);
	if (err)
		return err;
	kev_selfnoise_start(l->run, l->mark);
	kev_launch_environment(l);
	return kev_inject_fails(KEV_INJECT_EXEC) ? -EAGAIN : 0;
}

static int kev_launch_exec(struct kev_launch *l)
{
	struct subprocess_info *info;
	int err = kev_launch_prepare(l);

	if (err)
		return err;
	if (kev_inject_fails(KEV_INJECT_ALLOC))
		return -ENOMEM;
	info = call_usermodehelper_setup(l->path, l->argv, l->envp, GFP_KERNEL,
					 kev_launch_child, NULL, l);
	if (!info)
		return -ENOMEM;
	/*
	 * Killable, as that is not counted as a hung task. Nothing signals a worker, so
	 * that this returns when the child has come to exec, or will not.
	 */
	return call_usermodehelper_exec(info, UMH_WAIT_EXEC | UMH_KILLABLE);
}

static void kev_launch_work(struct work_struct *work)
{
	struct kev_launch *l = container_of(work, struct kev_launch, work);

	l->value = READ_ONCE(l->cancel) ? -ECANCELED : kev_launch_exec(l);
	if (!l->value && l->pid)
		l->execed = ktime_get_ns();
	/* The owner's again, as soon as the process has ended; pairs with kev_launch_over() */
	smp_store_release(&l->returned, true);
	kev_wake_kick();
	kev_wake_all();
}

static bool kev_launch_order(struct kev_launch *l, unsigned int run, const char *path)
{
	/* Until it is over; kev_launch_finish() puts it */
	if (!try_module_get(THIS_MODULE))
		return false;
	strscpy(l->path, path, sizeof(l->path));
	l->run = run;
	l->cancel = false;
	l->nr = 0;
	l->looked = false;
	l->refused = 0;
	l->execed = 0;
	l->returned = false;
	l->ended = false;
	l->why[0] = '\0';
	l->missing[0] = '\0';
	queue_work(kev_launch_wq, &l->work);
	return true;
}

/*
 * Start the helper. @run: which of the runs that may be under way it is. @pipe: the
 * run's number in pipe mode; 0: exec mode. @rec and @notes are copied; @rec is NULL
 * in pipe mode if there is none yet. False while the module goes.
 */
bool kev_launch_run(struct kev_launch *l, unsigned int run, const char *path, u64 pipe,
		    const struct kev_record *rec, const struct kev_notes *notes)
{
	l->pipe = pipe;
	if (rec)
		l->record = *rec;
	else
		l->record.seq = 0;
	l->notes = *notes;
	return kev_launch_order(l, run, path);
}

/* Look at a program from where it would be started. False while the module goes. */
bool kev_launch_check(struct kev_launch *l, const char *path)
{
	return kev_launch_order(l, KEV_RUNS_MAX, path);
}

/* Is there a child? @when is filled, if so: since when, in jiffies. */
bool kev_launch_began(const struct kev_launch *l, unsigned long *when)
{
	/* Pairs with kev_launch_publish() */
	if (!smp_load_acquire(&l->pid))
		return false;
	*when = l->began;
	return true;
}

/* When exec succeeded, in ns; 0: not yet, or never */
u64 kev_launch_execed(const struct kev_launch *l)
{
	/* Pairs with kev_launch_work() */
	return smp_load_acquire(&l->returned) ? l->execed : 0;
}

/*
 * Is it over, and the owner's again? An end that is seen before exec's return says
 * nothing yet: the child of a failed exec exits with 0.
 */
bool kev_launch_over(const struct kev_launch *l)
{
	/* Pairs with kev_launch_work() */
	if (!smp_load_acquire(&l->returned))
		return false;
	/* Pairs with kev_launch_see_end() */
	return l->value || !l->pid || smp_load_acquire(&l->ended);
}

/* What came of a launch that is over, or is given up. @killed: the owner has signalled it. */
void kev_launch_result(const struct kev_launch *l, bool killed, struct kev_result *res)
{
	memset(res, 0, sizeof(*res));
	res->pid = l->nr;
	res->execed = kev_launch_execed(l);
	if (!kev_launch_over(l)) {
		res->outcome = KEV_STUCK;
		return;
	}
	res->refused = l->refused;
	res->ended = l->ended ? l->ended_at : 0;
	if (killed) {
		res->outcome = KEV_TIMEDOUT;
	} else if (!l->pid && !l->value) {
		/* A static user-mode helper: nothing was started */
		res->outcome = KEV_BLOCKED;
	} else if (!l->pid && l->value == -EBUSY) {
		res->outcome = KEV_BUSY;
	} else if (l->value) {
		res->outcome = KEV_NOEXEC;
		res->code = -l->value;
	} else if (l->code & 0x7f) {
		res->outcome = KEV_SIGNALED;
		res->code = l->code & 0x7f;
	} else {
		res->outcome = KEV_EXITED;
		res->code = l->code >> 8 & 0xff;
	}
}

/*
 * What was found where the program should be? @err: errno of the check of its path,
 * or 0; @why: a line about that, or the interpreter or loader that is not there.
 * False if the path was not looked at.
 */
bool kev_launch_looked(const struct kev_launch *l, int *err, const char **why)
{
	*err = l->refused;
	*why = l->refused ? l->why : l->missing;
	return l->looked;
}

/* For debugfs, too: 0 if there is no child */
int kev_launch_pid(const struct kev_launch *l)
{
	return READ_ONCE(l->nr);
}

u64 kev_launch_seq(const struct kev_launch *l)
{
	return l->record.seq;
}

const struct key *kev_launch_mark(const struct kev_launch *l)
{
	return l->mark;
}

/* Signal the process that was started */
void kev_launch_kill(struct kev_launch *l, int sig)
{
	/* Pairs with kev_launch_publish() */
	struct pid *pid = smp_load_acquire(&l->pid);

	if (pid)
		kill_pid(pid, sig, 1);
}

/* Have it not come to exec, if it has not yet */
void kev_launch_cancel(struct kev_launch *l)
{
	WRITE_ONCE(l->cancel, true);
	/* The word, then the pid: one side sees the other; pairs with kev_launch_child() */
	smp_mb();
	kev_launch_kill(l, SIGKILL);
}

/* It is over, and may be used again */
void kev_launch_finish(struct kev_launch *l)
{
	if (!kev_launch_is_check(l))
		kev_selfnoise_end(l->run);
	if (l->pid) {
		kev_launch_detach(l);
		put_pid(l->pid);
		l->pid = NULL;
	}
	module_put(THIS_MODULE);
}

/* Have what a start needs, before the trouble is there; may return an ERR_PTR */
struct kev_launch *kev_launch_create(void)
{
	struct kev_launch *l = kvzalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return ERR_PTR(-ENOMEM);
	INIT_WORK(&l->work, kev_launch_work);
	l->mark = kev_selfnoise_create();
	if (IS_ERR(l->mark)) {
		int err = PTR_ERR(l->mark);

		kvfree(l);
		return ERR_PTR(err);
	}
	return l;
}

/* Not in use, or never made */
void kev_launch_destroy(struct kev_launch *l)
{
	if (IS_ERR_OR_NULL(l))
		return;
	kev_selfnoise_destroy(l->mark);
	kvfree(l);
}

int kev_launch_init(void)
{
	/*
	 * HIGHPRI for workers of our own: the kernel's item that forks would else
	 * wait for the worker that waits for it.
	 */
	kev_launch_wq = alloc_workqueue("kevnotify", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return kev_launch_wq ? 0 : -ENOMEM;
}

/*
 * Sleeps until the last work item has left this text: each launch is over, or it
 * would have pinned the module.
 */
void kev_launch_exit(void)
{
	destroy_workqueue(kev_launch_wq);
}
