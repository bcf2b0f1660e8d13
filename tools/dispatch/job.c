// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "clock.h"
#include "job.h"
#include "say.h"
#include "tree.h"

#define JOB_TERM_MS	2000	/* from SIGTERM to SIGKILL */
#define JOB_SWEEP_MS	10	/* to the second SIGKILL; then twice as much each time */
#define JOB_STUCK_MS	1000	/* a sweep that comes so late finds what no signal ends */
#define JOB_DATA	(256u << 20)	/* bytes of a process without a control group */

/* Where a job is. Told of, but there still, is one that no signal ends. */
enum job_phase { JOB_FREE, JOB_RUNS, JOB_TERM, JOB_KILL, JOB_OVER, JOB_LINGERS };

static struct job {
	enum job_phase	phase;
	int		reaped, timedout, status, pidfd, errfd;
	pid_t		pid;
	uint64_t	begun;
	uint64_t	next;	/* when there is something to do */
	uint64_t	sweep;	/* ms to the sweep after that */
	char		mark[32];
	char		name[sizeof(((struct handler *)0)->name)];
	uint64_t	hash;	/* of the handler */
	uint64_t	seq;
	struct job_end	end;
} jobs[JOBS_ALL];

static int leaves;
static unsigned int jobs_begun;

/* On old 32-bit architectures the plain ones take 16 bits */
#ifdef SYS_setresuid32
#define JOB_SETGROUPS	SYS_setgroups32
#define JOB_SETRESGID	SYS_setresgid32
#define JOB_SETRESUID	SYS_setresuid32
#else
#define JOB_SETGROUPS	SYS_setgroups
#define JOB_SETRESGID	SYS_setresgid
#define JOB_SETRESUID	SYS_setresuid
#endif

/* What the new process needs */
struct job_child {
	const struct handler	*h;
	char			*const *argv;
	char			*const *env;
	int			in, err;
	pid_t			parent;
};

static int job_is_main(pid_t pid)
{
	unsigned int i;

	for (i = 0; i < JOBS_ALL; i++)
		if (jobs[i].phase != JOB_FREE && jobs[i].pid == pid && !jobs[i].reaped)
			return 1;
	return 0;
}

/* What a process before us has left in a group: no other is started there until it ends. */
static void job_inherit(void)
{
	unsigned int i;

	for (i = 0; i < JOBS_ALL; i++)
		if (!cgroup_kill(i))
			jobs[i] = (struct job){ .phase = JOB_LINGERS, .reaped = 1, .pidfd = -1,
						.errfd = -1, .sweep = JOB_SWEEP_MS };
}

int job_init(int with_leaves)
{
	leaves = with_leaves;
	tree_main = job_is_main;
	if (!leaves)
		return tree_init();
	job_inherit();
	return 0;
}

/* --- In the new process, which has a copy of one thread's memory: system calls alone */

static void job_limits(void)
{
	struct rlimit core = { 0, 0 }, data = { JOB_DATA, JOB_DATA };
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		/* It may be killed where we must not be. */
		if (write(fd, "0", 1) < 0)
			errno = 0;
		close(fd);
	}
	setrlimit(RLIMIT_CORE, &core);
	if (!leaves)
		setrlimit(RLIMIT_DATA, &data);
}

static int job_become(const struct handler *h)
{
	if (!h->uid && !h->gid)
		return 0;
	/* The wrappers of the C library would ask other threads. */
	if (syscall(JOB_SETGROUPS, 0, NULL) || syscall(JOB_SETRESGID, h->gid, h->gid, h->gid) ||
	    syscall(JOB_SETRESUID, h->uid, h->uid, h->uid))
		return -1;
	return 0;
}

__attribute__((noreturn))
static void job_child(const struct job_child *c)
{
	sigset_t none;
	int err;

	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	umask(022);
	job_limits();
	/* Behind what changes the user, as that takes it back */
	if (dup2(c->in, STDIN_FILENO) < 0 || chdir("/") || job_become(c->h) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		goto failed;
	/* It has ended before that. */
	if (getppid() != c->parent)
		_exit(127);
	execve(c->argv[0], c->argv, c->env);
failed:
	err = errno;
	if (write(c->err, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* --- In ours */

/* A pipe that holds the record already, so that no one waits for its reader */
static int job_pipe(const struct input *in, int *fd)
{
	int ends[2];
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	n = write(ends[1], in->json, in->json_len);
	close(ends[1]);
	if (n != (ssize_t)in->json_len || fcntl(ends[0], F_SETFL, 0)) {
		close(ends[0]);
		return n < 0 ? -errno : -ENOBUFS;
	}
	*fd = ends[0];
	return 0;
}

/* As fork(), with a descriptor, and in its control group from the start */
static int job_clone(struct job *job, const struct job_child *c)
{
	struct clone_args args = {
		.flags		= CLONE_PIDFD,
		.pidfd		= (uintptr_t)&job->pidfd,
		.exit_signal	= SIGCHLD,
	};
	int leaf;
	long pid;

	if (leaves) {
		leaf = cgroup_leaf(job - jobs);
		if (leaf < 0)
			return leaf;
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = leaf;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		job_child(c);
	if (pid < 0)
		return -errno;
	job->pid = pid;
	return 0;
}

static int job_launch(struct job *job, const struct handler *h, struct input *in,
		      char *const *argv)
{
	struct job_child c = { .h = h, .argv = argv, .env = in->env, .parent = getpid() };
	int err[2], ret;

	ret = job_pipe(in, &c.in);
	if (ret)
		return ret;
	if (pipe2(err, O_CLOEXEC | O_NONBLOCK)) {
		ret = -errno;
		goto out;
	}
	c.err = err[1];
	ret = job_clone(job, &c);
	close(err[1]);
	job->errfd = err[0];
	if (ret)
		close(err[0]);
out:
	close(c.in);
	return ret;
}

/* What is to be executed: the file itself, or what has a unit started */
static int job_run(struct job *job, const struct handler *h, struct input *in,
		   const char *source)
{
	char number[24], unit[HANDLERS_NAME + 24];
	const char *at = strstr(h->unit, "@.");
	const char *argv[] = { h->path, source, number, NULL };
	const char *start[] = { "/bin/systemctl", "start", "--no-block", unit, NULL };

	snprintf(number, sizeof(number), "%llu", (unsigned long long)job->seq);
	if (!*h->unit)
		return job_launch(job, h, in, (char *const *)argv);
	if (at)
		snprintf(unit, sizeof(unit), "%.*s%s%s", (int)(at + 1 - h->unit), h->unit, number,
			 at + 1);
	else
		snprintf(unit, sizeof(unit), "%s", h->unit);
	return job_launch(job, h, in, (char *const *)start);
}

static unsigned int job_lingering(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < JOBS_ALL; i++)
		n += jobs[i].phase == JOB_LINGERS;
	return n;
}

unsigned int job_running(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < JOBS_ALL; i++)
		n += jobs[i].phase != JOB_FREE && jobs[i].phase != JOB_LINGERS;
	return n;
}

unsigned int job_free(void)
{
	unsigned int running = job_running(), room = JOBS_ALL - job_lingering();

	return (room < JOBS_MAX ? room : JOBS_MAX) - running;
}

/* Of the handler with that hash */
static int job_lingers(uint64_t hash)
{
	unsigned int i;

	for (i = 0; i < JOBS_ALL; i++)
		if (jobs[i].phase == JOB_LINGERS && jobs[i].hash == hash)
			return 1;
	return 0;
}

int job_start(const struct handler *h, struct input *in, const char *source, uint64_t seq,
	      uint64_t ms, unsigned int event, unsigned int handler)
{
	struct job *job = jobs;
	int err;

	if (job_lingers(h->hash))
		return -EBUSY;
	if (!job_free())
		return -EAGAIN;
	while (job->phase != JOB_FREE)
		job++;
	*job = (struct job){ .seq = seq, .hash = h->hash,
			     .end = { .event = event, .handler = handler } };
	snprintf(job->name, sizeof(job->name), "%s", h->name);
	snprintf(job->mark, sizeof(job->mark), "%d.%u", getpid(), ++jobs_begun);
	input_add(in, "KEVNOTIFY_JOB", job->mark);
	err = job_run(job, h, in, source);
	if (err)
		return err;
	job->phase = JOB_RUNS;
	job->begun = clock_ms();
	job->next = job->begun + ms;
	return 0;
}

static void job_reap(void)
{
	int status, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (i = 0; i < JOBS_ALL; i++)
			if (jobs[i].phase != JOB_FREE && !jobs[i].reaped && jobs[i].pid == pid) {
				jobs[i].reaped = 1;
				jobs[i].status = status;
				jobs[i].next = 0;
			}
}

static void job_signal(struct job *job, int sig)
{
	if (job->reaped)
		return;
	syscall(SYS_pidfd_send_signal, job->pidfd, sig, NULL, 0);
	/* Its group has its number until it is reaped */
	kill(-job->pid, sig);
}

/* Is there no other that a process could be of? */
static int job_alone(const struct job *job)
{
	unsigned int i;

	for (i = 0; i < JOBS_ALL; i++)
		if (&jobs[i] != job && jobs[i].phase != JOB_FREE && jobs[i].phase != JOB_OVER)
			return 0;
	return 1;
}

/* One SIGKILL for all that is left; is nothing left? */
static int job_sweep(struct job *job)
{
	const char *mark = job_alone(job) ? NULL : job->mark;

	job_signal(job, SIGKILL);
	if (leaves)
		return cgroup_kill(job - jobs) && job->reaped;
	return !tree_kill(job->reaped ? 0 : job->pid, job->pid, mark) && job->reaped;
}

/* Errors that may pass: memory, processes, a file that is being written */
static int job_passes(int err)
{
	return err == ENOMEM || err == EAGAIN || err == ETXTBSY || err == EMFILE || err == ENFILE;
}

/* What was its end? */
static void job_judge(struct job *job)
{
	struct job_end *end = &job->end;
	int err;

	if (read(job->errfd, &err, sizeof(err)) == sizeof(err)) {
		end->outcome = job_passes(err) ? JOB_AGAIN : JOB_NOEXEC;
		end->value = err;
	} else if (job->timedout) {
		end->outcome = JOB_TIMEDOUT;
	} else if (WIFSIGNALED(job->status)) {
		end->outcome = JOB_SIGNALED;
		end->value = WTERMSIG(job->status);
	} else {
		end->outcome = JOB_EXITED;
		end->value = WEXITSTATUS(job->status);
	}
}

static void job_close(struct job *job)
{
	if (job->pidfd < 0)
		return;
	close(job->pidfd);
	close(job->errfd);
}

/* It has been told of, and gives its place back; those that do so may be too many. */
static void job_give_up(struct job *job)
{
	job->phase = JOB_LINGERS;
	if (job_lingering() > JOBS_ALL - JOBS_MAX)
		say(LOG_ERR, "%u handlers survive SIGKILL: at most %u others run at once",
		    job_lingering(), JOBS_ALL - job_lingering());
}

static void job_kill(struct job *job, uint64_t now)
{
	if (job->phase < JOB_KILL) {
		job->phase = JOB_KILL;
		job->sweep = JOB_SWEEP_MS;
	}
	if (job_sweep(job)) {
		if (job->phase == JOB_LINGERS) {
			job->phase = JOB_FREE;
			if (*job->name)
				say(LOG_NOTICE, "%s for record %llu: it has ended at last",
				    job->name, (unsigned long long)job->seq);
		} else {
			job_judge(job);
			job->phase = JOB_OVER;
		}
		job_close(job);
		return;
	}
	job->next = now + job->sweep;
	if (job->sweep < JOB_STUCK_MS) {
		job->sweep *= 2;
		return;
	}
	job->end.outcome = JOB_STUCK;
	job->sweep = JOB_STUCK_MS;
	if (job->phase == JOB_KILL)
		say(LOG_ERR, "%s for record %llu: something of it survives SIGKILL", job->name,
		    (unsigned long long)job->seq);
}

static void job_step(struct job *job, uint64_t now)
{
	if (job->reaped || job->phase >= JOB_TERM) {
		job_kill(job, now);
		return;
	}
	job->timedout = 1;
	job->phase = JOB_TERM;
	job->next = now + JOB_TERM_MS;
	job_signal(job, SIGTERM);
}

void job_tick(uint64_t now)
{
	struct job *job;

	job_reap();
	for (job = jobs; job < jobs + JOBS_ALL; job++) {
		if (job->phase == JOB_FREE || job->phase == JOB_OVER || job->next > now)
			continue;
		job_step(job, now);
	}
}

int job_next(uint64_t now)
{
	uint64_t next = UINT64_MAX;
	struct job *job;

	for (job = jobs; job < jobs + JOBS_ALL; job++) {
		if (job->phase == JOB_FREE)
			continue;
		if (job->phase == JOB_OVER || job->next <= now)
			return 0;
		if (job->next < next)
			next = job->next;
	}
	return next == UINT64_MAX ? -1 : (int)(next - now);
}

int job_over(struct job_end *end)
{
	struct job *job;

	for (job = jobs; job < jobs + JOBS_ALL; job++) {
		if (job->phase != JOB_OVER &&
		    (job->phase != JOB_KILL || job->end.outcome != JOB_STUCK))
			continue;
		*end = job->end;
		end->ms = clock_ms() - job->begun;
		if (job->phase == JOB_OVER)
			job->phase = JOB_FREE;
		else
			job_give_up(job);
		return 1;
	}
	return 0;
}

void job_end_all(uint64_t now)
{
	struct job *job;

	for (job = jobs; job < jobs + JOBS_ALL; job++)
		if (job->phase == JOB_RUNS) {
			job->timedout = 1;
			job->next = now;
			job_step(job, now);
		}
}
