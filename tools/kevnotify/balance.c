// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "balance.h"
#include "screen.h"
#include "sysfs.h"

#define BALANCE_LOOKS	5	/* at counters that do not add up yet */

long long balance_count(const char *name)
{
	long long n = 0;

	sysfs_number(&n, SYSFS_KERNEL "/stats/%s", name);
	return n;
}

struct balance_events {
	long long	raised, suppressed, refused, staged, recorded;
	long long	left;	/* of those raised, what is none of the others */
};

/*
 * In the order against that of an event, so that one that is under way is counted too
 * little, and never twice.
 */
static void balance_look(struct balance_events *e)
{
	e->recorded = balance_count("recorded");
	e->staged = balance_count("staged");
	e->refused = balance_count("refused");
	e->suppressed = balance_count("suppressed");
	e->raised = balance_count("raised");
	e->left = e->raised - e->suppressed - e->refused - e->staged - e->recorded;
}

/* Until they add up; if they never do and nothing is raised either, that is a loss. */
static int balance_add_up(struct balance_events *e)
{
	struct timespec pause = { 0, 10000000 };
	long long before = -1;
	int i, moved = 0;

	for (i = 0; i < BALANCE_LOOKS; i++) {
		balance_look(e);
		if (!e->left)
			return 1;
		moved |= i && e->raised != before;
		before = e->raised;
		nanosleep(&pause, NULL);
	}
	return moved && e->left > 0;
}

static void balance_part(int *parts, long long n, const char *what, enum screen_style style)
{
	if (!n)
		return;
	screen_add(PLAIN, (*parts)++ ? " + " : " = ");
	screen_add(style, "%lld %s", n, what);
}

static void balance_print(const struct balance_events *e, int adds_up, unsigned long long unread)
{
	long long late = balance_count("overwritten") + balance_count("expired") +
			 balance_count("failed");
	int parts = 0;

	if (!adds_up)
		screen_add(BAD, "%lld events are not accounted for", e->left);
	else if (e->refused)
		screen_add(BAD, "%lld events were lost", e->refused);
	else if (unread)
		screen_add(BAD, "%llu records are not in the journal", unread);
	else if (late)
		screen_add(BAD, "%lld records did not reach the helper", late);
	else
		screen_add(GOOD, "nothing lost");
	screen_add(PLAIN, ": %lld raised", e->raised);
	balance_part(&parts, e->recorded, "recorded", PLAIN);
	balance_part(&parts, e->suppressed, "suppressed", PLAIN);
	balance_part(&parts, e->staged, "staged", PLAIN);
	balance_part(&parts, e->refused, "refused", BAD);
	balance_part(&parts, e->left, adds_up ? "under way" : "not known", adds_up ? PLAIN : BAD);
	screen_end();
}

void balance_loss(unsigned long long unread)
{
	struct balance_events events;
	int adds_up = balance_add_up(&events);

	balance_print(&events, adds_up, unread);
}

void balance_records(void)
{
	static const struct {
		const char		*name;
		enum screen_style	style;
	} kinds[] = {
		{ "acknowledged", PLAIN }, { "delivered", PLAIN }, { "filtered", PLAIN },
		{ "skipped", PLAIN }, { "pending", PLAIN }, { "expired", BAD },
		{ "overwritten", BAD }, { "failed", BAD }, { }
	};
	unsigned int i;
	int parts = 0;

	screen_add(PLAIN, "  records   %lld", balance_count("next") - balance_count("base"));
	for (i = 0; kinds[i].name; i++)
		balance_part(&parts, balance_count(kinds[i].name), kinds[i].name, kinds[i].style);
	screen_end();
}
