// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "commands.h"
#include "balance.h"
#include "debugfs.h"
#include "screen.h"
#include "sysfs.h"

#define TOP_OTHER	9	/* lines that are no source's */

struct top_source {
	const char	*name;
	char		state[128];
	long long	raised, suppressed, last;
	double		per_minute;
};

/* Two looks: the rates are what is between them. Names are in the order of the alphabet. */
struct top_look {
	uint64_t		ms;
	unsigned int		n;
	struct sysfs_list	names;
	struct top_source	source[SYSFS_NAMES];
};

static struct termios before;
static atomic_int ended;

static void top_look(struct top_look *look)
{
	struct top_source *s;
	unsigned int i;

	look->n = 0;
	look->ms = clock_ms();
	if (sysfs_list(&look->names, SYSFS_KERNEL "/sources"))
		return;
	for (i = 0; i < look->names.n; i++) {
		s = &look->source[look->n];
		memset(s, 0, sizeof(*s));
		s->name = look->names.name[i];
		/* One that has just gone is left out. */
		if (sysfs_read(s->state, sizeof(s->state), SYSFS_KERNEL "/sources/%s/state",
			       s->name) < 0)
			continue;
		sysfs_number(&s->raised, SYSFS_KERNEL "/sources/%s/raised", s->name);
		sysfs_number(&s->suppressed, SYSFS_KERNEL "/sources/%s/suppressed", s->name);
		sysfs_number(&s->last, SYSFS_KERNEL "/sources/%s/last", s->name);
		look->n++;
	}
}

/* A source that is new, or was registered again, has no rate yet. */
static void top_rates(struct top_look *now, const struct top_look *then)
{
	double minutes = (now->ms - then->ms) / 60000.0;
	unsigned int i, k;

	for (i = 0; i < now->n; i++)
		for (k = 0; k < then->n; k++)
			if (!strcmp(now->source[i].name, then->source[k].name) && minutes > 0 &&
			    now->source[i].raised > then->source[k].raised)
				now->source[i].per_minute =
					(now->source[i].raised - then->source[k].raised) / minutes;
}

static int top_before(const void *a, const void *b)
{
	const struct top_source *x = a, *y = b;

	if (x->per_minute != y->per_minute)
		return x->per_minute < y->per_minute ? 1 : -1;
	if (x->raised != y->raised)
		return x->raised < y->raised ? 1 : -1;
	return strcmp(x->name, y->name);
}

static int top_is_on(const struct top_source *s)
{
	return !strncmp(s->state, "on", 2);
}

static void top_source(const struct top_source *s)
{
	screen_add(s->per_minute > 0 ? BOLD : PLAIN, "%-13.31s", s->name);
	screen_add(PLAIN, " %10lld %9.1f", s->raised, s->per_minute);
	screen_add(s->suppressed ? WARN : PLAIN, " %11lld", s->suppressed);
	screen_add(PLAIN, " %9lld", s->last);
	/* "on: " and what it lacks */
	if (s->state[2])
		screen_add(DIM, "  %s", s->state + 2 + strspn(s->state + 2, ": "));
	screen_end();
}

static void top_rest(const struct top_look *look, const char *state, const char *head)
{
	unsigned int i, n = 0;

	for (i = 0; i < look->n; i++)
		if (!strncmp(look->source[i].state, state, strlen(state)))
			screen_add(DIM, "%s%s", n++ ? " " : head, look->source[i].name);
	if (n)
		screen_end();
}

static void top_sources(struct top_look *look)
{
	unsigned int i, shown = 0, room = ~0U, hidden = 0;

	if (screen_terminal())
		room = screen_height() > TOP_OTHER ? screen_height() - TOP_OTHER : 1;
	qsort(look->source, look->n, sizeof(look->source[0]), top_before);
	screen_line(BOLD, "%-13s %10s %9s %11s %9s", "source", "raised", "per min", "suppressed",
		    "last SEQ");
	for (i = 0; i < look->n; i++) {
		if (!top_is_on(&look->source[i]))
			continue;
		if (shown++ < room)
			top_source(&look->source[i]);
		else
			hidden++;
	}
	if (hidden)
		screen_line(DIM, "and %u more that are on", hidden);
	top_rest(look, "off", "off: ");
	top_rest(look, "unavailable", "unavailable: ");
}

static void top_picture(struct top_look *look, unsigned int seconds)
{
	screen_measure();
	if (screen_terminal())
		screen_bytes("\033[H", 3);
	screen_add(BOLD, "kevnotify top");
	screen_tab((screen_width() ? screen_width() : 80) - 23);
	screen_add(DIM, "every %u s   q quits", seconds);
	screen_end();
	balance_loss(0);
	top_sources(look);
	debugfs_readers();
	debugfs_latency("raise_to_exec", "raise to exec of the helper");
	debugfs_latency("exec_to_exit", "run of the helper");
	if (screen_terminal())
		screen_bytes("\033[J", 3);
}

static void top_end(int signal)
{
	ended = signal;
}

/* No line at a time, no echo, and a picture that goes with us: false if there is no terminal */
static int top_raw(void)
{
	struct sigaction action = { .sa_handler = top_end };
	struct termios raw;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	if (screen_terminal())
		screen_bytes("\033[?1049h\033[?25l", 14);
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return 0;
	raw = before;
	raw.c_lflag &= ~(ICANON | ECHO);
	return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void top_cooked(int raw)
{
	if (screen_terminal())
		screen_bytes("\033[?25h\033[?1049l", 14);
	if (raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* False if it is time to end: a q, a signal, or standard output has no reader */
static int top_wait(unsigned int seconds, int keys)
{
	uint64_t until = clock_ms() + seconds * 1000ULL, now;
	struct pollfd fds[2] = {
		{ .fd = STDOUT_FILENO }, { .fd = keys ? STDIN_FILENO : -1, .events = POLLIN },
	};
	char key;

	for (now = clock_ms(); now < until && !ended; now = clock_ms()) {
		if (poll(fds, 2, until - now) <= 0)
			continue;
		if (fds[0].revents & (POLLERR | POLLHUP | POLLNVAL))
			return 0;
		if (fds[1].revents && (read(STDIN_FILENO, &key, 1) != 1 || key == 'q'))
			return 0;
	}
	return !ended;
}

static int top_loop(unsigned int seconds, int once, int keys)
{
	static struct top_look look[2];
	int i = 0;

	top_look(&look[1]);
	/* The first picture has no rates yet, unless it is the only one. */
	if (once && !top_wait(seconds, keys))
		return STATUS_OK;
	for (;; i = !i) {
		/* The reason is said when the terminal is as it was. */
		if (access(SYSFS_KERNEL "/abi", F_OK))
			return STATUS_FAILED;
		top_look(&look[i]);
		top_rates(&look[i], &look[!i]);
		top_picture(&look[i], seconds);
		if (!screen_flush() || once || !top_wait(seconds, keys))
			return STATUS_OK;
		if (!screen_terminal())
			screen_line(PLAIN, "%s", "");
	}
}

int top_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "once", no_argument, NULL, 'o' }, { "interval", required_argument, NULL, 'i' },
		ARGS_HELP, { }
	};
	unsigned long long seconds = 2;
	int c, once = 0, raw, status;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'o')
			once = 1;
		else if (c != 'i')
			return args_usage(c);
		else if (!args_number("--interval", optarg, 1, 3600, &seconds))
			return STATUS_USAGE;
	}
	if (optind < argc)
		return args_usage('?');
	if (!sysfs_there())
		return STATUS_FAILED;
	if (once)
		return top_loop(seconds, 1, 0);
	raw = top_raw();
	status = top_loop(seconds, 0, raw);
	top_cooked(raw);
	screen_flush();
	if (status)
		sysfs_there();
	return status;
}
