// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <signal.h>
#include <unistd.h>

#include "stop.h"

static volatile sig_atomic_t asked;

/* It may come just before a call that waits, which the alarm of the next second ends. */
static void stop_note(int signal)
{
	asked |= signal != SIGALRM;
	alarm(1);
}

/* Without SA_RESTART, as a write to sysfs may wait for long */
static void stop_action(void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
}

void stop_catch(void)
{
	stop_action(stop_note);
}

void stop_ignore(void)
{
	alarm(0);
	stop_action(SIG_IGN);
}

int stop_asked(void)
{
	return asked;
}
