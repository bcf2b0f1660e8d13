// SPDX-License-Identifier: GPL-2.0-only
/*
 * helper: the one place that says which program is the helper, and from which
 * record on. helper_conf.c replaces it, kevnotifyd follows.
 */
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "helper.h"

struct kev_helper_object {
	struct rcu_head		rcu;
	struct kev_helper	is;
};

/* NULL until the first write */
static struct kev_helper_object __rcu *kev_helper_now;

/* False when there is none */
bool kev_helper_get(struct kev_helper *helper)
{
	const struct kev_helper_object *now;

	rcu_read_lock();
	now = rcu_dereference(kev_helper_now);
	if (now)
		*helper = now->is;
	else
		memset(helper, 0, sizeof(*helper));
	rcu_read_unlock();
	return *helper->value;
}

/* Another number after each write */
unsigned int kev_helper_generation(void)
{
	const struct kev_helper_object *now;
	unsigned int generation;

	rcu_read_lock();
	now = rcu_dereference(kev_helper_now);
	generation = now ? now->is.generation : 0;
	rcu_read_unlock();
	return generation;
}

/*
 * One call at a time. @value: empty for none. @from: the newest record, where the
 * helper begins if there is none now.
 */
int kev_helper_replace(const char *value, u64 from)
{
	struct kev_helper_object *old, *new;

	new = kzalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	old = rcu_dereference_protected(kev_helper_now, true);
	strscpy(new->is.value, value, sizeof(new->is.value));
	new->is.generation = old ? old->is.generation + 1 : 1;
	if (old && *old->is.value) {
		new->is.since = old->is.since;
		new->is.from = old->is.from;
	} else {
		new->is.since = new->is.generation;
		new->is.from = from;
	}
	rcu_assign_pointer(kev_helper_now, new);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/* Nothing reads it any more */
void kev_helper_free(void)
{
	kfree(rcu_dereference_protected(kev_helper_now, true));
	RCU_INIT_POINTER(kev_helper_now, NULL);
}
