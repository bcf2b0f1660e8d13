// SPDX-License-Identifier: GPL-2.0-only
/* The service's own rules say what they would not run, and why. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "checks.h"
#include "counts.h"
#include "finding.h"
#include "handlers.h"
#include "paths.h"
#include "say.h"
#include "sysfs.h"

#define CHECKS_REFUSED	": not run: "

static unsigned int refused;

/* What a rule's words ask for; @what breaks it */
static void checks_type(char *type, size_t size, const char *what, const char *why)
{
	if (strstr(why, "writable by group"))
		snprintf(type, size, "chmod g-w %s", what);
	else if (strstr(why, "writable by others"))
		snprintf(type, size, "chmod o-w %s", what);
	else if (strstr(why, "owned by user"))
		snprintf(type, size, "chown root:root %s", what);
	else if (strstr(why, "is not executable"))
		snprintf(type, size, "chmod +x %s", what);
	else if (strstr(why, "set-user-id"))
		snprintf(type, size, "chmod ug-s %s", what);
	else
		snprintf(type, size, "man kevnotify-dispatch, HANDLERS; then mend %s", what);
}

static void checks_say(int level, const char *line)
{
	const char *why = strstr(line, CHECKS_REFUSED), *is;
	char what[512], type[640];

	(void)level;
	if (!why)
		return;
	snprintf(what, sizeof(what), "%.*s", (int)(why - line), line);
	why += strlen(CHECKS_REFUSED);
	/* "it" is the handler; a directory above is named. */
	is = strstr(why, " is ");
	if (*why == '/' && is)
		snprintf(what, sizeof(what), "%.*s", (int)(is - why), why);
	checks_type(type, sizeof(type), what, why);
	finding_add(FINDING_WARN, type, "%s", line);
	refused++;
}

/* Has the handler of the run @i ended again since? */
static int checks_again(const struct counts *c, uint64_t i)
{
	const char *name = c->ended[i % COUNTS_ENDED].name;

	while (++i < c->n)
		if (!strcmp(c->ended[i % COUNTS_ENDED].name, name))
			return 1;
	return 0;
}

/* Of the runs that the service knows of still */
static void checks_stuck(void)
{
	static struct counts c;
	const struct counts_ended *end;
	uint64_t i;

	counts_load(&c);
	for (i = c.n > COUNTS_ENDED ? c.n - COUNTS_ENDED : 0; i < c.n; i++) {
		end = &c.ended[i % COUNTS_ENDED];
		if (end->outcome == COUNTS_STUCK && !checks_again(&c, i))
			finding_add(FINDING_WARN, "ps -eo pid,stat,wchan:32,args | grep ' D'",
				    "%s for record %llu survived SIGKILL, and has not run since",
				    end->name, (unsigned long long)end->seq);
	}
}

void checks_handlers(void)
{
	static struct handlers all;
	static struct sysfs_list list;
	unsigned int i, n = 0;

	say_to(checks_say);
	/* With no module there are those of all sources, and those of oom. */
	if (sysfs_list(&list, SYSFS_KERNEL "/sources") || !list.n)
		strcpy(list.name[list.n++], "oom");
	for (i = 0; i < list.n; i++) {
		handlers_find(&all, list.name[i]);
		n = all.n > n ? all.n : n;
	}
	say_to(NULL);
	if (!refused)
		finding_add(FINDING_OK, NULL, "no handler breaks a rule; a record has up to %u", n);
	checks_stuck();
}
