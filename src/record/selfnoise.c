// SPDX-License-Identifier: GPL-2.0-only
/*
 * selfnoise: which events kevnotify makes itself. The process tree of each run
 * bears a mark of its own, a session keyring, which fork and exec pass on, also
 * to a program that gives up root. A process cannot take it: its name begins
 * with a dot. It can put it off, by joining another session keyring.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/key.h>
#include <linux/keyctl.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>

#include "selfnoise.h"

#define KEV_SELFNOISE_NAME	".kevnotify"
#define KEV_SELFNOISE_OWN	KEV_RUNS_MAX	/* the index of our threads' mark */

/* The marks of runs under way, and behind them that of our threads; compared, never followed */
static struct key *kev_selfnoise_marks[KEV_RUNS_MAX + 1];

/* Runs that stay for good: of their tree only what is young, and the program itself */
static struct {
	unsigned int	ms;	/* 0: the whole tree */
	pid_t		main;
} kev_selfnoise_residents[KEV_RUNS_MAX];

#ifdef CONFIG_KEYS
/* A bearer may use it as any session keyring; others may look at it, and neither write nor link */
#define KEV_SELFNOISE_PERM	(KEY_POS_VIEW | KEY_POS_READ | KEY_POS_WRITE | KEY_POS_SEARCH | \
				 KEY_POS_LINK | KEY_USR_VIEW)

/* Make a mark that no process bears; may return an ERR_PTR */
struct key *kev_selfnoise_create(void)
{
	return keyring_alloc(KEV_SELFNOISE_NAME, GLOBAL_ROOT_UID, GLOBAL_ROOT_GID,
			     current_cred(), KEV_SELFNOISE_PERM, KEY_ALLOC_NOT_IN_QUOTA,
			     NULL, NULL);
}

/* Processes that bear it keep the keyring, which is the kernel's own */
void kev_selfnoise_destroy(struct key *mark)
{
	key_put(mark);
}

/* Has the last bearer of a mark gone? Another run may use it. */
bool kev_selfnoise_unused(const struct key *mark)
{
	return refcount_read(&mark->usage) == 1;
}

/* Mark the task that will have these credentials, which no task has yet */
void kev_selfnoise_cred(struct cred *cred, struct key *mark)
{
	key_put(cred->session_keyring);
	cred->session_keyring = key_get(mark);
}

/* Under rcu_read_lock() */
bool kev_selfnoise_bears(const struct task_struct *task, const struct key *mark)
{
	return READ_ONCE(__task_cred(task)->session_keyring) == mark;
}

/* Only we can give a keyring this name; a bearer keeps the keyring from going */
static bool kev_selfnoise_is_mark(const struct key *key)
{
	return key->description && !strcmp(key->description, KEV_SELFNOISE_NAME);
}

/* A daemon that a resident run restarted is no longer the run's */
static bool kev_selfnoise_grown_up(unsigned int run, const struct task_struct *task)
{
	u64 ms = READ_ONCE(kev_selfnoise_residents[run].ms);

	return ms && task->tgid != READ_ONCE(kev_selfnoise_residents[run].main) &&
	       task->start_time + ms * NSEC_PER_MSEC < ktime_get_mono_fast_ns();
}

/*
 * What has the bearer of a session keyring to do with the helper? @subject: the
 * bearer, if the event is about it; NULL: the bearer raises it. In any context in
 * which the bearer cannot put the keyring.
 */
enum kev_noise kev_selfnoise_key(const struct key *key, const struct task_struct *subject)
{
	int i;

	if (!kev_selfnoise_is_mark(key))
		return KEV_NOISE_NONE;
	if (key == READ_ONCE(kev_selfnoise_marks[KEV_SELFNOISE_OWN]))
		return KEV_NOISE_OWN;
	for (i = 0; subject && i < KEV_RUNS_MAX; i++)
		if (key == READ_ONCE(kev_selfnoise_marks[i]) &&
		    !kev_selfnoise_grown_up(i, subject))
			return KEV_NOISE_OWN;
	return KEV_NOISE_ECHO;
}

/* Does the current task belong to a run under way? */
bool kev_selfnoise_runs(void)
{
	const struct key *key = current_cred()->session_keyring;
	int i;

	for (i = 0; key && i < KEV_RUNS_MAX; i++)
		if (key == READ_ONCE(kev_selfnoise_marks[i]))
			return true;
	return false;
}
#else
struct key *kev_selfnoise_create(void)
{
	return NULL;
}

void kev_selfnoise_destroy(struct key *mark)
{
}

bool kev_selfnoise_unused(const struct key *mark)
{
	return true;
}

void kev_selfnoise_cred(struct cred *cred, struct key *mark)
{
}

bool kev_selfnoise_bears(const struct task_struct *task, const struct key *mark)
{
	return false;
}

bool kev_selfnoise_runs(void)
{
	return false;
}
#endif

/* From now on what bears the mark belongs to a run under way */
void kev_selfnoise_start(unsigned int run, struct key *mark)
{
	if (run < KEV_RUNS_MAX)
		WRITE_ONCE(kev_selfnoise_residents[run].ms, 0);
	WRITE_ONCE(kev_selfnoise_marks[run], mark);
}

/* A run stays for good: what it restarts is its own for @ms. @main: pid of its program. */
void kev_selfnoise_resident(unsigned int run, pid_t main, unsigned int ms)
{
	WRITE_ONCE(kev_selfnoise_residents[run].main, main);
	WRITE_ONCE(kev_selfnoise_residents[run].ms, ms);
}

/* The run is over; before its mark is put */
void kev_selfnoise_end(unsigned int run)
{
	WRITE_ONCE(kev_selfnoise_marks[run], NULL);
}

/*
 * Mark the current task; without memory it stays as it is. Returns the credentials
 * that it had, the caller's to put.
 */
const struct cred *kev_selfnoise_wear(struct key *mark)
{
	const struct cred *old = get_current_cred();
	struct cred *new = prepare_creds();

	if (new) {
		kev_selfnoise_cred(new, mark);
		commit_creds(new);
	}
	return old;
}

/* As kev_selfnoise_wear(), with the mark of our own threads */
const struct cred *kev_selfnoise_wear_own(void)
{
	return kev_selfnoise_wear(kev_selfnoise_marks[KEV_SELFNOISE_OWN]);
}

/* What raises with these does so as a process that a run has left; NULL: no memory */
const struct cred *kev_selfnoise_echo(void)
{
	struct key *mark = kev_selfnoise_create();
	struct cred *new;

	if (IS_ERR(mark))
		return NULL;
	new = prepare_creds();
	if (new)
		kev_selfnoise_cred(new, mark);
	kev_selfnoise_destroy(mark);
	return new;
}

int kev_selfnoise_init(void)
{
	struct key *own = kev_selfnoise_create();

	if (IS_ERR(own)) {
		pr_err("no keyring to mark the helper with (%ld): not loaded\n", PTR_ERR(own));
		return PTR_ERR(own);
	}
	if (!own)
		pr_info("this kernel has no keyrings: trouble that the helper causes starts it again, and its children outlive a timeout\n");
	kev_selfnoise_start(KEV_SELFNOISE_OWN, own);
	return 0;
}

/* Nothing raises any more */
void kev_selfnoise_exit(void)
{
	struct key *own = kev_selfnoise_marks[KEV_SELFNOISE_OWN];

	kev_selfnoise_end(KEV_SELFNOISE_OWN);
	kev_selfnoise_destroy(own);
}
