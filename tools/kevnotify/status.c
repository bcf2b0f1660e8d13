// SPDX-License-Identifier: GPL-2.0-only
/*
 * One screen. The kernel's counters are of one module's life, and so is what is said of
 * losses; the last events are older where the journal has older ones.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "args.h"
#include "commands.h"
#include "journal.h"
#include "records.h"
#include "screen.h"
#include "service.h"
#include "sysfs.h"
#include "text.h"
#include "times.h"

#define STATUS_EVENTS	5
#define STATUS_LOOKS	5	/* at counters that do not add up yet */
#define STATUS_TEXT	26	/* column of what happened */

/* One that a module of another version has not is 0. */
static long long status_count(const char *name)
{
	long long n = 0;

	sysfs_number(&n, SYSFS_KERNEL "/stats/%s", name);
	return n;
}

struct status_events {
	long long	raised, suppressed, refused, staged, recorded;
	long long	left;	/* of those raised, what is none of the others */
};

/*
 * In the order against that of an event, so that one that is under way is counted too
 * little, and never twice.
 */
static void status_look(struct status_events *e)
{
	e->recorded = status_count("recorded");
	e->staged = status_count("staged");
	e->refused = status_count("refused");
	e->suppressed = status_count("suppressed");
	e->raised = status_count("raised");
	e->left = e->raised - e->suppressed - e->refused - e->staged - e->recorded;
}

/* Until they add up; if they never do and nothing is raised either, that is a loss. */
static int status_adds_up(struct status_events *e)
{
	struct timespec pause = { 0, 10000000 };
	long long before = -1;
	int i, moved = 0;

	for (i = 0; i < STATUS_LOOKS; i++) {
		status_look(e);
		if (!e->left)
			return 1;
		moved |= i && e->raised != before;
		before = e->raised;
		nanosleep(&pause, NULL);
	}
	return moved && e->left > 0;
}

static void status_part(int *parts, long long n, const char *what, enum screen_style style)
{
	if (!n)
		return;
	screen_add(PLAIN, (*parts)++ ? " + " : " = ");
	screen_add(style, "%lld %s", n, what);
}

static void status_loss(const struct status_events *e, int adds_up, unsigned long long unread)
{
	long long late = status_count("overwritten") + status_count("expired") +
			 status_count("failed");
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
	status_part(&parts, e->recorded, "recorded", PLAIN);
	status_part(&parts, e->suppressed, "suppressed", PLAIN);
	status_part(&parts, e->staged, "staged", PLAIN);
	status_part(&parts, e->refused, "refused", BAD);
	status_part(&parts, e->left, adds_up ? "under way" : "not known", adds_up ? PLAIN : BAD);
	screen_end();
}

static void status_records(void)
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

	screen_add(PLAIN, "  records   %lld", status_count("next") - status_count("base"));
	for (i = 0; kinds[i].name; i++)
		status_part(&parts, status_count(kinds[i].name), kinds[i].name, kinds[i].style);
	screen_end();
}

static void status_service(void)
{
	if (service_runs())
		screen_add(GOOD, "  service   runs");
	else
		screen_add(WARN, "  service   does not run");
	screen_add(PLAIN, "; %lld open /dev/kevnotify", status_count("readers"));
	screen_end();
}

static void status_helper(void)
{
	char state[64], path[300], since[32];
	long long err = 0, when = 0, fallback = 0;

	if (sysfs_read(state, sizeof(state), SYSFS_KERNEL "/helper_state") < 0)
		return;
	sysfs_number(&err, SYSFS_KERNEL "/helper_errno");
	sysfs_number(&when, SYSFS_KERNEL "/helper_since");
	sysfs_number(&fallback, SYSFS_MODULE "/parameters/fallback");
	times_text(since, sizeof(since), "%b %e %H:%M", when * 1000000ULL);
	screen_add(!strcmp(state, "ok") || !strcmp(state, "none") ? PLAIN : BAD,
		   "  helper    %s", state);
	screen_add(PLAIN, " since %s", since);
	if (err)
		screen_add(BAD, ", %s", strerror(err));
	if (fallback)
		screen_add(PLAIN, ", takes over after %lld s", fallback / 1000);
	screen_end();
	if (sysfs_read(path, sizeof(path), SYSFS_MODULE "/parameters/helper") > 0)
		screen_line(DIM, "            %s", path);
}

static void status_sources(void)
{
	static struct sysfs_list list;
	unsigned int i, on = 0, off = 0, lacks = 0;
	char state[128];

	if (sysfs_list(&list, SYSFS_KERNEL "/sources"))
		return;
	for (i = 0; i < list.n; i++) {
		if (sysfs_read(state, sizeof(state), SYSFS_KERNEL "/sources/%s/state",
			       list.name[i]) < 0)
			continue;
		on += !strncmp(state, "on", 2);
		off += !strcmp(state, "off");
		lacks += !strncmp(state, "unavailable", 11);
	}
	screen_line(PLAIN, "  sources   %u on, %u off, %u unavailable", on, off, lacks);
}

static void status_module(void)
{
	char state[32] = "?", version[64];
	struct utsname uts;

	uname(&uts);
	sysfs_read(state, sizeof(state), SYSFS_KERNEL "/state");
	if (sysfs_read(version, sizeof(version), SYSFS_MODULE "/version") <= 0)
		snprintf(version, sizeof(version), "?");
	screen_add(PLAIN, "  module    %s, ", version);
	screen_add(strcmp(state, "paused") ? PLAIN : BAD, "%s", state);
	screen_add(PLAIN, "; kernel %s", uts.release);
	screen_end();
}

static void status_more(const char *line)
{
	if (!line[0])
		return;
	screen_tab(STATUS_TEXT);
	screen_add(DIM, "%s", line);
	screen_end();
}

static void status_event(const struct record *r)
{
	const char *seq = record_get(r, "KEVNOTIFY_SEQ");
	char when[32], what[TEXT_BYTES], more[TEXT_BYTES];
	const char *hidden = record_get(r, "KEVNOTIFY_SUPPRESSED");
	unsigned int width = screen_width() ? screen_width() : 80;
	unsigned int room = width > STATUS_TEXT + 17 ? width - STATUS_TEXT - 7 : 10;
	size_t fits;

	times_text(when, sizeof(when), "%b %e %H:%M:%S", times_of(r));
	text_what(what, r);
	screen_add(PLAIN, "  %s", when);
	screen_add(text_style(text_level(r)), "  %-6s", text_source(r));
	screen_tab(STATUS_TEXT);
	fits = screen_fits(what, room);
	screen_add(PLAIN, "%.*s", (int)fits, what);
	screen_tab(width - 6);
	screen_add(DIM, "%6s", seq);
	screen_end();
	status_more(what + fits + strspn(what + fits, " "));
	text_limit(more, r);
	status_more(more);
	if (hidden) {
		snprintf(more, sizeof(more), "%s more like it before", hidden);
		status_more(more);
	}
}

/* The newest first: the SEQ of that, or NULL */
static const char *status_events(void)
{
	static struct record last[STATUS_EVENTS];
	unsigned int n = 0, i;
	int err = records_last(STATUS_EVENTS);

	while (!err && n < STATUS_EVENTS && (err = records_next(&last[n])) == 1) {
		err = 0;
		n++;
	}
	if (err < 0)
		screen_line(BAD, "The last events could not be read: %s", strerror(-err));
	if (!n) {
		screen_line(PLAIN, "No events%s", records_from_device() ? "" : " in the journal");
		return NULL;
	}
	screen_add(BOLD, "Last events%s", records_from_device() ? " (not in the journal)" : "");
	screen_tab((screen_width() ? screen_width() : 80) - 4);
	screen_add(DIM, "SEQ");
	screen_end();
	for (i = n; i; i--)
		status_event(&last[i - 1]);
	return record_get(&last[n - 1], "KEVNOTIFY_SEQ");
}

static void status_screen(const struct records *which)
{
	unsigned long long unread = 0;
	struct status_events events;
	int adds_up = status_adds_up(&events), there = records_open(which);
	const char *seq = NULL;
	char instance[64];

	if (there && !records_from_device() &&
	    sysfs_read(instance, sizeof(instance), SYSFS_KERNEL "/instance") > 0)
		unread = journal_lacks(instance);
	status_loss(&events, adds_up, unread);
	status_records();
	status_service();
	status_helper();
	status_sources();
	status_module();
	screen_line(PLAIN, "%s", "");
	if (there)
		seq = status_events();
	screen_line(PLAIN, "%s", "");
	if (seq)
		screen_add(DIM, "Try: kevnotify show %s   ", seq);
	screen_line(DIM, "kevnotify follow   journalctl -t kevnotify");
}

int status_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "directory", required_argument, NULL, 'D' }, ARGS_HELP, { }
	};
	struct records which = { .level = 7 };
	int c;

	while ((c = getopt_long(argc, argv, "D:h", options, NULL)) != -1) {
		if (c != 'D')
			return args_usage(c);
		which.directory = optarg;
	}
	if (optind < argc)
		return args_usage('?');
	if (!sysfs_there())
		return STATUS_FAILED;
	status_screen(&which);
	return STATUS_OK;
}
