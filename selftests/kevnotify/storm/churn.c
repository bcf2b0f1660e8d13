// SPDX-License-Identifier: GPL-2.0-only
/* Sources that come and go while everybody raises through them. */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>

#include "storm.h"

#define STORM_CHURNERS	2

/**
 * struct storm_churner - a thread and its present source
 * @src: the source, for who raises
 * @task: the thread
 * @turn: number of the present source
 * @retired: number of the last one that is unregistered
 * @failed: registrations that failed
 */
struct storm_churner {
	struct kevnotify_source __rcu	*src;
	struct task_struct		*task;
	unsigned long			turn;
	unsigned long			retired;
	unsigned long			failed;
};

static struct storm_churner storm_churners[STORM_CHURNERS];

/* As any module would that raises where it cannot lock */
void storm_churn_raise(enum storm_level level)
{
	struct kevnotify_source *src;
	int i;

	for (i = 0; i < STORM_CHURNERS; i++) {
		rcu_read_lock();
		src = rcu_dereference(storm_churners[i].src);
		if (src)
			storm_raise_to(src, level);
		rcu_read_unlock();
	}
}

/* One life of a source */
static void storm_churn_turn(struct storm_churner *c)
{
	struct kevnotify_desc desc = { .events = storm_events, .ids = STORM_LEVELS };
	struct kevnotify_source *src;
	char name[KEVNOTIFY_NAME_MAX + 1];

	snprintf(name, sizeof(name), "churn-%td-%lu", c - storm_churners, ++c->turn);
	desc.name = name;
	src = kevnotify_source_register(THIS_MODULE, &desc);
	if (IS_ERR(src)) {
		c->failed++;
		return;
	}
	rcu_assign_pointer(c->src, src);
	usleep_range(1000, 4000);
	RCU_INIT_POINTER(c->src, NULL);
	/* So that each call through it found it on, and was counted there as here */
	synchronize_rcu();
	kevnotify_source_unregister(src);
	WRITE_ONCE(c->retired, c->turn);
}

static int storm_churn_thread(void *data)
{
	struct storm_churner *c = data;

	while (!kthread_should_stop()) {
		storm_churn_turn(c);
		cond_resched();
	}
	return 0;
}

int storm_churn_start(void)
{
	struct task_struct *task;
	int i;

	for (i = 0; i < STORM_CHURNERS; i++) {
		task = kthread_run(storm_churn_thread, &storm_churners[i], "storm-churn/%d", i);
		if (IS_ERR(task))
			return PTR_ERR(task);
		storm_churners[i].task = task;
	}
	return 0;
}

void storm_churn_stop(void)
{
	int i;

	for (i = 0; i < STORM_CHURNERS; i++) {
		if (storm_churners[i].task)
			kthread_stop(storm_churners[i].task);
		storm_churners[i].task = NULL;
	}
}

/* Is this the name of a source that must not give a record any more? */
bool storm_churn_retired(const char *source)
{
	unsigned long turn;
	unsigned int i;

	return sscanf(source, "churn-%u-%lu", &i, &turn) == 2 && i < STORM_CHURNERS &&
	       turn <= READ_ONCE(storm_churners[i].retired);
}

void storm_churn_show(struct seq_file *m)
{
	unsigned long sources = 0, failed = 0;
	int i;

	for (i = 0; i < STORM_CHURNERS; i++) {
		sources += storm_churners[i].retired;
		failed += storm_churners[i].failed;
	}
	seq_printf(m, "sources %lu\nsources_failed %lu\n", sources, failed);
}
