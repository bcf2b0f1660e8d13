/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_SELFNOISE_H
#define _KEV_SELFNOISE_H

#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/types.h>

struct key;

/* Runs that may be under way: one active, the others stuck */
#define KEV_RUNS_MAX	5

/* What an event has to do with the helper */
enum kev_noise {
	KEV_NOISE_NONE,
	KEV_NOISE_ECHO,	/* a run may have caused it, or left what it is about */
	KEV_NOISE_OWN,	/* it is about a run under way, or comes from kevnotify's threads */
};

enum kev_noise kev_selfnoise_key(const struct key *key, const struct task_struct *subject);

/*
 * What has the current task, which raises, to do with the helper? In an interrupt
 * the answer is about the task that was interrupted.
 */
static __always_inline enum kev_noise kev_selfnoise_cause(void)
{
#ifdef CONFIG_KEYS
	const struct key *key = current_cred()->session_keyring;

	return likely(!key) ? KEV_NOISE_NONE : kev_selfnoise_key(key, NULL);
#else
	return KEV_NOISE_NONE;
#endif
}

/*
 * What has the task that an event is about to do with it? Under rcu_read_lock() or
 * with preemption off.
 */
static inline enum kev_noise kev_selfnoise_subject(const struct task_struct *task)
{
#ifdef CONFIG_KEYS
	/* Raw, as lockdep does not take a section without preemption for a reader's */
	const struct key *key = READ_ONCE(rcu_dereference_raw(task->real_cred)->session_keyring);

	return key ? kev_selfnoise_key(key, task) : KEV_NOISE_NONE;
#else
	return KEV_NOISE_NONE;
#endif
}

bool kev_selfnoise_runs(void);
bool kev_selfnoise_bears(const struct task_struct *task, const struct key *mark);

struct key *kev_selfnoise_create(void);
void kev_selfnoise_destroy(struct key *mark);
bool kev_selfnoise_unused(const struct key *mark);
void kev_selfnoise_start(unsigned int run, struct key *mark);
void kev_selfnoise_resident(unsigned int run, pid_t main, unsigned int ms);
void kev_selfnoise_end(unsigned int run);
void kev_selfnoise_cred(struct cred *cred, struct key *mark);
const struct cred *kev_selfnoise_wear(struct key *mark);
const struct cred *kev_selfnoise_wear_own(void);
const struct cred *kev_selfnoise_echo(void);

int kev_selfnoise_init(void);
void kev_selfnoise_exit(void);

#endif /* _KEV_SELFNOISE_H */
