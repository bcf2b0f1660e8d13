// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mark that the helper's process tree and kevnotify's own threads bear: a
 * session keyring of our own. It is inherited over fork and exec, also by who
 * gives up root, and nobody else can take it. What bears it causes events that
 * are recorded and streamed, but do not start the helper again.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/key.h>
#include <linux/keyctl.h>
#include <linux/uidgid.h>

#include "mark.h"

/* No key: whoever has no session keyring does not bear the mark */
#define KEV_MARK_NONE	((struct key *)-ENOKEY)

struct key *kev_mark = KEV_MARK_NONE;

#ifdef CONFIG_KEYS
/* The helper may use it as any session keyring; others may look at it, and not join it */
#define KEV_MARK_PERM	(KEY_POS_VIEW | KEY_POS_READ | KEY_POS_WRITE | KEY_POS_SEARCH |	\
			 KEY_POS_LINK | KEY_USR_VIEW)

/**
 * kev_mark_cred() - mark who will have these credentials
 * @cred: credentials that nobody has yet
 *
 * Context: task.
 */
void kev_mark_cred(struct cred *cred)
{
	if (IS_ERR(kev_mark))
		return;
	key_put(cred->session_keyring);
	cred->session_keyring = key_get(kev_mark);
}

/**
 * kev_mark_init() - make the mark
 *
 * Context: task; may sleep.
 * Return: 0 or -ENOMEM.
 */
int kev_mark_init(void)
{
	struct key *key = keyring_alloc(".kevnotify", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID,
					current_cred(), KEV_MARK_PERM, KEY_ALLOC_NOT_IN_QUOTA,
					NULL, NULL);

	if (IS_ERR(key)) {
		pr_err("no keyring to mark the helper with (%ld): not loaded\n", PTR_ERR(key));
		return PTR_ERR(key);
	}
	WRITE_ONCE(kev_mark, key);
	return 0;
}

/**
 * kev_mark_exit() - undo kev_mark_init()
 *
 * Processes that bear the mark keep the keyring, which is the kernel's own.
 *
 * Context: task; may sleep. Nothing raises any more.
 */
void kev_mark_exit(void)
{
	struct key *key = kev_mark;

	WRITE_ONCE(kev_mark, KEV_MARK_NONE);
	key_put(key);
}
#else
void kev_mark_cred(struct cred *cred)
{
}

int kev_mark_init(void)
{
	pr_info("this kernel has no keyrings: trouble that the helper causes starts it again\n");
	return 0;
}

void kev_mark_exit(void)
{
}
#endif

/**
 * kev_mark_current() - mark the current kernel thread
 *
 * Context: task; may sleep.
 * Return: the credentials that it had, the caller's to put.
 */
const struct cred *kev_mark_current(void)
{
	const struct cred *old = get_current_cred();
	struct cred *new = prepare_creds();

	if (new) {
		kev_mark_cred(new);
		commit_creds(new);
	}
	return old;
}
