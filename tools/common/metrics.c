// SPDX-License-Identifier: GPL-2.0-only
/*
 * What monitoring collects. The text format that node_exporter takes from files: no time
 * stamps, no kinds but counter and gauge. Each series is there from the start, as a first
 * event would be no increase otherwise.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "files.h"
#include "metrics.h"
#include "paths.h"

struct metrics_out {
	char	*buf;
	size_t	size, len;
};

__attribute__((format(printf, 2, 3)))
static void metrics_put(struct metrics_out *out, const char *format, ...)
{
	va_list args;
	int n;

	if (out->len >= out->size)
		return;
	va_start(args, format);
	n = vsnprintf(out->buf + out->len, out->size - out->len, format, args);
	va_end(args);
	out->len = n < 0 ? out->size : out->len + n;
}

static void metrics_head(struct metrics_out *out, const char *name, const char *type,
			 const char *help)
{
	metrics_put(out, "# HELP kevnotify_%s %s\n# TYPE kevnotify_%s %s\n", name, help, name,
		    type);
}

static void metrics_one(struct metrics_out *out, const char *name, const char *type,
			unsigned long long value, const char *help)
{
	metrics_head(out, name, type, help);
	metrics_put(out, "kevnotify_%s %llu\n", name, value);
}

/* --- What sysfs has */

static unsigned long long metrics_number(const char *dir, const char *file)
{
	char buf[32];

	return files_read(buf, sizeof(buf), "%s/%s", dir, file) > 0 ? strtoull(buf, NULL, 10) : 0;
}

/* The first line of a file, for a label; empty if there is none */
static void metrics_word(char *word, size_t size, const char *path)
{
	char *p;

	files_read(word, size, "%s", path);
	word[strcspn(word, "\n")] = '\0';
	for (p = word; *p; p++)
		if (*p == '"' || *p == '\\' || (unsigned char)*p < ' ')
			*p = '?';
}

/* The place of that source, a new one if need be, or NULL */
static struct metrics_source *metrics_find(struct metrics *m, const char *name)
{
	unsigned int i;

	for (i = 0; i < m->n; i++)
		if (!strcmp(m->source[i].name, name))
			return &m->source[i];
	if (m->n == METRICS_SOURCES || strlen(name) >= sizeof(m->source[i].name) ||
	    strpbrk(name, "\"\\\n"))
		return NULL;
	m->n++;
	m->source[i] = (struct metrics_source){};
	strcpy(m->source[i].name, name);
	return &m->source[i];
}

/*
 * The two counts are not read at one time: in this order the difference is never too
 * great, and one that is too small for a moment is not believed.
 */
static void metrics_source(struct metrics_source *s)
{
	unsigned long long raised;
	char dir[80], state[32];

	snprintf(dir, sizeof(dir), PATH_SYSFS "/sources/%s", s->name);
	s->there = 1;
	s->available = files_read(state, sizeof(state), "%s/state", dir) > 0 &&
		       strncmp(state, "unavailable", 11);
	raised = metrics_number(dir, "raised");
	/* Another source of that name, or the same registered again, counts from 0 again. */
	if (raised < s->raised)
		s->events = 0;
	s->raised = raised;
	s->suppressed = metrics_number(dir, "suppressed");
	if (raised > s->suppressed && raised - s->suppressed > s->events)
		s->events = raised - s->suppressed;
}

/* Another instance of the module counts from 0 again. */
static void metrics_begin(struct metrics *m)
{
	char instance[sizeof(m->instance)];
	unsigned int i;

	metrics_word(instance, sizeof(instance), PATH_SYSFS "/instance");
	for (i = 0; i < m->n; i++) {
		m->source[i].there = 0;
		if (strcmp(instance, m->instance)) {
			m->source[i].raised = 0;
			m->source[i].events = 0;
		}
	}
	strcpy(m->instance, instance);
}

static void metrics_sources(struct metrics *m)
{
	const struct dirent64 *entry;
	struct metrics_source *s;
	struct files_list list;
	int fd;

	metrics_begin(m);
	fd = files_open(O_RDONLY | O_DIRECTORY, PATH_SYSFS "/sources");
	if (fd < 0)
		return;
	files_list(&list, fd);
	while ((entry = files_next(&list))) {
		s = metrics_find(m, entry->d_name);
		if (s)
			metrics_source(s);
	}
	close(fd);
}

/*
 * What ran before "fallback" was switched on was none, and makes no leap. Of a module that
 * was not seen before, all were, if it is on.
 */
static void metrics_fallback(struct counts_fallback *f, const char *instance)
{
	unsigned long long runs = metrics_number(PATH_SYSFS "/stats", "runs");
	int on = metrics_number(PATH_MODULE "/parameters", "fallback") > 0;

	if (strcmp(f->instance, instance)) {
		*f = (struct counts_fallback){ .on = on };
		snprintf(f->instance, sizeof(f->instance), "%s", instance);
	}
	if (f->on && runs > f->seen)
		f->runs += runs - f->seen;
	f->seen = runs;
	f->on = on;
}

/* --- The text */

static void metrics_of_sources(struct metrics_out *out, const struct metrics *m)
{
	const struct metrics_source *s, *end = m->source + m->n;

	metrics_head(out, "events_total", "counter",
		     "Events of a source, without those that its rate limit suppressed.");
	for (s = m->source; s < end; s++)
		if (s->there)
			metrics_put(out, "kevnotify_events_total{source=\"%s\"} %llu\n", s->name,
				    s->events);
	metrics_head(out, "events_suppressed_total", "counter",
		     "Events of a source that its rate limit suppressed.");
	for (s = m->source; s < end; s++)
		if (s->there)
			metrics_put(out, "kevnotify_events_suppressed_total{source=\"%s\"} %llu\n",
				    s->name, s->suppressed);
	metrics_head(out, "last_event_timestamp_seconds", "gauge",
		     "When a source had its last event, in seconds since 1970; 0: never.");
	for (s = m->source; s < end; s++)
		if (s->there)
			metrics_put(out,
				    "kevnotify_last_event_timestamp_seconds{source=\"%s\"} %llu.%06llu\n",
				    s->name, s->last / 1000000, s->last % 1000000);
	metrics_head(out, "source_available", "gauge",
		     "1 if this kernel has what a source needs, be it on or off.");
	for (s = m->source; s < end; s++)
		if (s->there)
			metrics_put(out, "kevnotify_source_available{source=\"%s\"} %d\n", s->name,
				    s->available);
}

static void metrics_of_module(struct metrics_out *out, const struct metrics *m)
{
	const char *stats = PATH_SYSFS "/stats";
	char state[16], version[32], abi[16];

	metrics_word(state, sizeof(state), PATH_SYSFS "/helper_state");
	metrics_word(version, sizeof(version), PATH_MODULE "/version");
	metrics_word(abi, sizeof(abi), PATH_SYSFS "/abi");
	metrics_of_sources(out, m);
	metrics_one(out, "events_refused_total", "counter", metrics_number(stats, "refused"),
		    "Events that the module had no room for.");
	metrics_head(out, "records_overwritten_total", "counter",
		     "Records that the log came round on before a reader had read them.");
	metrics_put(out, "kevnotify_records_overwritten_total{reader=\"service\"} %llu\n"
		    "kevnotify_records_overwritten_total{reader=\"helper\"} %llu\n",
		    (unsigned long long)m->counts.lost, metrics_number(stats, "overwritten"));
	metrics_one(out, "records_pending", "gauge", metrics_number(stats, "pending"),
		    "Records that neither the service nor the helper has taken yet.");
	metrics_one(out, "helper_ok", "gauge", !strcmp(state, "ok"),
		    "1 if the module's helper is set and its last run was well.");
	metrics_one(out, "fallback_runs_total", "counter", m->counts.fallback.runs,
		    "Runs of the helper for records that the service did not take in time.");
	metrics_head(out, "build_info", "gauge", "The module that is loaded.");
	metrics_put(out, "kevnotify_build_info{version=\"%s\",abi=\"%s\"} 1\n", version, abi);
}

static void metrics_of_service(struct metrics_out *out, const struct counts *c)
{
	unsigned int i;

	metrics_head(out, "handler_runs_total", "counter", "Handlers that ended, by outcome.");
	for (i = 0; i < COUNTS_OUTCOMES; i++)
		metrics_put(out, "kevnotify_handler_runs_total{outcome=\"%s\"} %llu\n",
			    counts_outcomes[i], (unsigned long long)c->runs[i]);
	metrics_head(out, "handler_seconds_total", "counter",
		     "What handlers took together, from start to end.");
	metrics_put(out, "kevnotify_handler_seconds_total %llu.%03llu\n",
		    (unsigned long long)c->ms / 1000, (unsigned long long)c->ms % 1000);
}

void metrics_last(struct metrics *m, const char *source, unsigned long long when)
{
	struct metrics_source *s = metrics_find(m, source);

	/* One that is ahead is of a clock that was. */
	if (s && (when > s->last || s->last > clock_wall_us()))
		s->last = when;
}

size_t metrics_print(struct metrics *m, char *buf, size_t size)
{
	struct metrics_out out = { .buf = buf, .size = size };
	const struct counts_last *last = m->counts.last;
	char abi[16];
	int loaded = files_read(abi, sizeof(abi), PATH_SYSFS "/abi") > 0;

	for (; last < m->counts.last + COUNTS_SOURCES && last->source[0]; last++)
		metrics_last(m, last->source, last->when);
	metrics_one(&out, "up", "gauge", loaded && m->stream,
		    "1 if the module is loaded and its stream can be read.");
	if (loaded) {
		metrics_sources(m);
		metrics_fallback(&m->counts.fallback, m->instance);
		metrics_of_module(&out, m);
	}
	metrics_of_service(&out, &m->counts);
	return out.len < size ? out.len : 0;
}
