// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "times.h"

#define USEC		1000000ULL
#define TIMES_MAX	8000000000ULL	/* seconds since 1970, and before now */

static const struct {
	const char	*name;
	unsigned int	seconds;
} units[] = {
	{ "s", 1 }, { "sec", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 },
	{ "day", 86400 }, { "days", 86400 }, { }
};

uint64_t times_now(void)
{
	return clock_wall_us();
}

/* "2h": that long ago */
static int times_ago(const char *said, uint64_t now, uint64_t *seconds)
{
	unsigned long long n;
	unsigned int i;
	char *end;

	if (!isdigit((unsigned char)*said))
		return 0;
	errno = 0;
	n = strtoull(said, &end, 10);
	for (i = 0; units[i].name; i++)
		if (!strcmp(end, units[i].name) && !errno && n <= TIMES_MAX / units[i].seconds) {
			n *= units[i].seconds;
			*seconds = n < now ? now - n : 0;
			return 1;
		}
	return 0;
}

static int times_absolute(const char *said, uint64_t *seconds)
{
	unsigned long long n;
	char *end;

	if (said[0] != '@' || !isdigit((unsigned char)said[1]))
		return 0;
	errno = 0;
	n = strtoull(said + 1, &end, 10);
	*seconds = n;
	return !*end && !errno && n <= TIMES_MAX;
}

/* A date, a time of today, or both. mktime() would take November 31 for December 1. */
static int times_date(const char *said, uint64_t now, uint64_t *seconds)
{
	static const char *const formats[] = {
		"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M", NULL
	};
	time_t t = now, made;
	struct tm today, tm;
	const char *end;
	unsigned int i;

	localtime_r(&t, &today);
	today.tm_sec = 0;
	today.tm_min = 0;
	today.tm_hour = 0;
	for (i = 0; formats[i]; i++) {
		tm = today;
		end = strptime(said, formats[i], &tm);
		if (!end || *end)
			continue;
		today = tm;
		tm.tm_isdst = -1;
		made = mktime(&tm);
		*seconds = made;
		return made >= 0 && tm.tm_mday == today.tm_mday;
	}
	return 0;
}

int times_parse(const char *option, const char *said, uint64_t *usec)
{
	uint64_t now = times_now() / USEC, seconds;

	if (times_ago(said, now, &seconds) || times_absolute(said, &seconds) ||
	    times_date(said, now, &seconds)) {
		*usec = seconds * USEC;
		return 1;
	}
	fprintf(stderr, "kevnotify: %s: \"%.40s\" is no time; such are: " TIMES_HELP "\n", option,
		said);
	return 0;
}

uint64_t times_of(const struct record *r)
{
	const char *raised = record_get(r, "KEVNOTIFY_TIME");
	unsigned long long s, us;

	if (raised && sscanf(raised, "%llu.%6llu", &s, &us) == 2 && s < TIMES_MAX)
		return s * USEC + us;
	return record_number(r, "__REALTIME_TIMESTAMP", &us) ? us : 0;
}

void times_text(char *buf, size_t size, const char *format, uint64_t usec)
{
	time_t t = usec / USEC;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, size, format, &tm))
		snprintf(buf, size, "?");
}

void times_span(char *buf, size_t size, uint64_t usec)
{
	unsigned long long s = usec / USEC;

	if (s < 120)
		snprintf(buf, size, "%llu s", s);
	else if (s < 7200)
		snprintf(buf, size, "%llu min", s / 60);
	else if (s < 172800)
		snprintf(buf, size, "%llu h", s / 3600);
	else
		snprintf(buf, size, "%llu d", s / 86400);
}
