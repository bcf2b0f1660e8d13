// SPDX-License-Identifier: GPL-2.0-only
/*
 * One screen. The kernel's counters are of one module's life, and so is what is said of
 * losses; the last events are older where the journal has older ones.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "args.h"
#include "commands.h"
#include "balance.h"
#include "journal.h"
#include "message.h"
#include "records.h"
#include "screen.h"
#include "service.h"
#include "sysfs.h"
#include "text.h"
#include "times.h"

#define STATUS_EVENTS	5
#define STATUS_TEXT	26	/* column of what happened */

/* What a login tells of: this level or more urgent, in the last day, so many at most */
#define STATUS_MOTD_LEVEL	3
#define STATUS_MOTD_USEC	(86400 * 1000000ULL)
#define STATUS_MOTD_MOST	1000

static void status_service(void)
{
	if (service_runs())
		screen_add(GOOD, "  service   runs");
	else
		screen_add(WARN, "  service   does not run");
	screen_add(PLAIN, "; %lld open /dev/kevnotify", balance_count("readers"));
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
	if (hidden && !message_closes(r)) {
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
	int there = records_open(which);
	const char *seq = NULL;
	char instance[64];

	if (there && !records_from_device() &&
	    sysfs_read(instance, sizeof(instance), SYSFS_KERNEL "/instance") > 0)
		unread = journal_lacks(instance);
	balance_loss(unread);
	balance_records();
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

/* What a login shows: nothing unless there is something, and then one line */
static int status_motd(struct records *which)
{
	char when[32], what[TEXT_BYTES];
	uint64_t since = times_now() - STATUS_MOTD_USEC;
	static struct record r[2];
	unsigned int n = 0;
	int err;

	which->level = STATUS_MOTD_LEVEL;
	if (!records_open(which))
		return STATUS_FAILED;
	/* The newest, however many there were */
	err = records_last(STATUS_MOTD_MOST);
	while (!err && (err = records_next(&r[n % 2])) == 1) {
		err = 0;
		n += times_of(&r[n % 2]) >= since;
	}
	if (!n)
		return STATUS_OK;
	times_text(when, sizeof(when), "%H:%M", times_of(&r[(n - 1) % 2]));
	text_what(what, &r[(n - 1) % 2]);
	screen_add(PLAIN, "kevnotify: %s%u in the last day: %s %s %s; see \"kevnotify status\"",
		   n >= STATUS_MOTD_MOST ? "at least " : "", n, when,
		   text_source(&r[(n - 1) % 2]), what);
	screen_end();
	return STATUS_OK;
}

int status_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "directory", required_argument, NULL, 'D' }, { "motd", no_argument, NULL, 'm' },
		ARGS_HELP, { }
	};
	struct records which = { .level = 7 };
	int c, motd = 0;

	while ((c = getopt_long(argc, argv, "D:h", options, NULL)) != -1) {
		if (c == 'm')
			motd = 1;
		else if (c == 'D')
			which.directory = optarg;
		else
			return args_usage(c);
	}
	if (optind < argc)
		return args_usage('?');
	if (motd)
		return status_motd(&which);
	if (!sysfs_there())
		return STATUS_FAILED;
	status_screen(&which);
	return STATUS_OK;
}
