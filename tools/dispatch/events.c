// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cgroup.h"
#include "clock.h"
#include "events.h"
#include "handlers.h"
#include "input.h"
#include "job.h"
#include "message.h"
#include "names.h"
#include "say.h"
#include "state.h"
#include "subject.h"
#include "tally.h"

#define EVENTS_SOURCE	32
#define EVENTS_OF_ONE	4	/* jobs, and records with jobs, of one source */
#define EVENTS_KEPT	3	/* of them all for sources that have none */
#define EVENTS_TRIES	8	/* to start a handler, 1 s, 2 s, 4 s … apart */
#define EVENTS_STUCK	4	/* the same while an earlier run of it survives SIGKILL */
#define EVENTS_SAVE_MS	1000	/* to the next try to save the state */

enum handler_phase { HANDLER_WAITS, HANDLER_RUNS, HANDLER_ENDED };

/* A record whose handlers run */
static struct event {
	int			used;
	int			stale;	/* of no state: its instance has gone, or it was not kept */
	uint64_t		seq;
	char			source[EVENTS_SOURCE];
	struct record		record;
	struct names		names;
	char			snapshot[256];
	struct handlers		handlers;
	enum handler_phase	phase[HANDLERS_MAX];
	unsigned int		tries[HANDLERS_MAX];
	int			shorter[HANDLERS_MAX];	/* our end leaves less than its time */
	uint64_t		next[HANDLERS_MAX];
} events[STATE_RUNS];

static const char *name;
static unsigned int max;
static struct state state;
static char wait_source[STATE_WAITS][EVENTS_SOURCE];	/* of those in state.wait */
static uint64_t unsettled, until = UINT64_MAX, save_next;
static int unsaved;
static struct input input;

void events_init(const char *of, unsigned int most)
{
	name = of;
	max = most;
}

void events_until(uint64_t deadline)
{
	until = deadline;
}

/* Said once, until it goes well again */
static int events_result(int err)
{
	if (err && !unsaved)
		say(LOG_ERR, "cannot save the state: %s", strerror(-err));
	unsaved = !!err;
	save_next = clock_ms() + EVENTS_SAVE_MS;
	return err;
}

static int events_save(void)
{
	return events_result(state_save(name, &state));
}

/* --- Records that wait */

static void events_wait(uint64_t seq, const struct record *r)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");

	snprintf(wait_source[state.waits], EVENTS_SOURCE, "%s", source ? source : "");
	state.wait[state.waits++] = seq;
}

static void events_unwait(unsigned int i)
{
	state.waits--;
	memmove(&state.wait[i], &state.wait[i + 1], (state.waits - i) * sizeof(state.wait[0]));
	memmove(wait_source[i], wait_source[i + 1], (state.waits - i) * EVENTS_SOURCE);
}

/* --- Records whose handlers run */

static struct state_run *events_state(const struct event *e)
{
	unsigned int i;

	for (i = 0; i < state.runs; i++)
		if (!e->stale && state.run[i].seq == e->seq)
			return &state.run[i];
	return NULL;
}

static int events_has(const uint64_t *hashes, unsigned int n, uint64_t hash)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (hashes[i] == hash)
			return 1;
	return 0;
}

/* What is known of a record beside, and which handlers are to run for it */
static void events_prepare(struct event *e, uint64_t seq)
{
	const char *source = record_get(&e->record, "KEVNOTIFY_SOURCE");

	e->used = 1;
	e->seq = seq;
	snprintf(e->source, sizeof(e->source), "%s", source ? source : "");
	message_names(&e->record, &e->names);
	subject_snapshot(&e->record, e->snapshot, sizeof(e->snapshot));
	handlers_find(&e->handlers, e->source);
}

/* A record from its file */
static int events_load(struct event *e, const struct state_run *run)
{
	unsigned int i;
	int err;

	memset(e, 0, sizeof(*e));
	err = state_kept(name, run->seq, &e->record);
	if (err)
		return err;
	events_prepare(e, run->seq);
	for (i = 0; i < e->handlers.n; i++)
		if (events_has(run->ended, run->n, e->handlers.at[i].hash))
			e->phase[i] = HANDLER_ENDED;
	return 0;
}

static void events_remove(const struct state_run *run)
{
	unsigned int i = run - state.run;

	state.runs--;
	memmove(&state.run[i], &state.run[i + 1], (state.runs - i) * sizeof(state.run[0]));
}

/* That of a stale one is not the state's. */
static const char *events_instance(const struct event *e)
{
	const char *instance = record_get(&e->record, "KEVNOTIFY_INSTANCE");

	return instance ? instance : "";
}

static void events_finish(struct event *e)
{
	struct state_run *run = events_state(e);

	e->used = 0;
	tally_over(events_instance(e), e->seq);
	if (!run)
		return;
	events_remove(run);
	if (!events_save())
		state_forget(name, e->seq);
}

/* A record begins to run, as events[@i]; false if it is lost */
static int events_load_at(unsigned int i, const struct state_run *run)
{
	int err = events_load(&events[i], run);

	if (err)
		say(LOG_ERR, "record %llu was taken over and cannot be read any more: %s",
		    (unsigned long long)run->seq, strerror(-err));
	return !err;
}

static unsigned int events_of(const char *source)
{
	unsigned int i, n = 0;

	for (i = 0; i < STATE_RUNS; i++)
		n += events[i].used && (!source || !strcmp(events[i].source, source));
	return n;
}

/*
 * May a source that has @its of something have one more, where @left are left? Some are
 * kept for sources that have none, so that none waits for another's slow handlers.
 */
static int events_may(unsigned int its, unsigned int left)
{
	return left && its < EVENTS_OF_ONE && (!its || left > EVENTS_KEPT);
}

/* The oldest record that waits and may run; true if there was one */
static int events_promote(void)
{
	struct state_run *run;
	unsigned int i, to;

	for (to = 0; to < STATE_RUNS && events[to].used; to++)
		;
	if (state.runs == STATE_RUNS)
		return 0;
	for (i = 0; i < state.waits; i++)
		if ((!unsettled || state.wait[i] != unsettled) &&
		    events_may(events_of(wait_source[i]), STATE_RUNS - events_of(NULL)))
			break;
	if (i == state.waits)
		return 0;
	run = &state.run[state.runs++];
	*run = (struct state_run){ .seq = state.wait[i] };
	events_unwait(i);
	if (!events_load_at(to, run))
		events_remove(run);
	return 1;
}

/* --- Their handlers */

static unsigned int events_jobs(const char *source)
{
	unsigned int k, n = 0;
	struct event *e;

	for (e = events; e < events + STATE_RUNS; e++)
		if (e->used && !strcmp(e->source, source))
			for (k = 0; k < e->handlers.n; k++)
				n += e->phase[k] == HANDLER_RUNS;
	return n;
}

static void events_ended(struct event *e, unsigned int k)
{
	struct state_run *run = events_state(e);

	e->phase[k] = HANDLER_ENDED;
	if (!run)
		return;
	if (run->n < STATE_ENDED)
		run->ended[run->n++] = e->handlers.at[k].hash;
	events_save();
}

/* Our end has cut it short: it is left to the next of us, but once, as it may hang. */
static int events_left(struct event *e, unsigned int k)
{
	struct state_run *run = events_state(e);
	uint64_t hash = e->handlers.at[k].hash;

	if (!e->shorter[k] || !run || run->cuts == STATE_ENDED ||
	    events_has(run->cut, run->cuts, hash))
		return 0;
	say(LOG_WARNING, "%s for record %llu: cut short by the helper's end, runs again",
	    e->handlers.at[k].name, (unsigned long long)e->seq);
	e->phase[k] = HANDLER_WAITS;
	run->cut[run->cuts++] = hash;
	events_save();
	return 1;
}

/* It could not be started; that may pass. */
static void events_again(struct event *e, unsigned int k, int err)
{
	if (++e->tries[k] < (err == EBUSY ? EVENTS_STUCK : EVENTS_TRIES)) {
		e->phase[k] = HANDLER_WAITS;
		e->next[k] = clock_ms() + (500 << e->tries[k]);
		return;
	}
	say(LOG_ERR, "%s for record %llu: not started: %s", e->handlers.at[k].name,
	    (unsigned long long)e->seq,
	    err == EBUSY ? "an earlier run of it survives SIGKILL" : strerror(err));
	events_ended(e, k);
}

static void events_start(struct event *e, unsigned int k, uint64_t now)
{
	const struct handler *h = &e->handlers.at[k];
	uint64_t ms = h->seconds * 1000ULL;
	int err;

	e->shorter[k] = ms > until - now;
	if (e->shorter[k])
		ms = until - now;
	input_make(&input, &e->record, &e->names, e->snapshot);
	e->phase[k] = HANDLER_RUNS;
	err = job_start(h, &input, e->source, e->seq, ms, e - events, k);
	if (err)
		events_again(e, k, -err);
}

/* Of what has not ended, what comes first starts: milliseconds until there is more to do */
static uint64_t events_step(struct event *e, uint64_t now)
{
	unsigned int i, order = ~0U;
	uint64_t next = UINT64_MAX;

	for (i = 0; i < e->handlers.n; i++)
		if (e->phase[i] != HANDLER_ENDED && e->handlers.at[i].order < order)
			order = e->handlers.at[i].order;
	if (order == ~0U) {
		events_finish(e);
		return 0;
	}
	for (i = 0; i < e->handlers.n && now < until; i++) {
		if (e->phase[i] != HANDLER_WAITS || e->handlers.at[i].order != order)
			continue;
		if (e->next[i] <= now && events_may(events_jobs(e->source), job_free()))
			events_start(e, i, now);
		if (e->phase[i] == HANDLER_WAITS && e->next[i] > now && e->next[i] - now < next)
			next = e->next[i] - now;
	}
	return next;
}

static void events_tell(const struct job_end *end, const struct event *e)
{
	const char *which = e->handlers.at[end->handler].name;
	unsigned long long seq = e->seq;

	switch (end->outcome) {
	case JOB_EXITED:
		if (end->value)
			say(LOG_WARNING, "%s for record %llu: exited %d", which, seq, end->value);
		break;
	case JOB_SIGNALED:
		say(LOG_WARNING, "%s for record %llu: signaled %d", which, seq, end->value);
		break;
	case JOB_TIMEDOUT:
		say(LOG_WARNING, "%s for record %llu: timedout", which, seq);
		break;
	case JOB_NOEXEC:
		say(LOG_WARNING, "%s for record %llu: noexec: %s", which, seq,
		    end->value == ENOENT ? "its interpreter is not there" :
		    end->value == ENOEXEC ? "no program, and no #! in its first line" :
		    strerror(end->value));
		break;
	default:
		break;
	}
}

static void events_count(const struct job_end *end, const struct event *e)
{
	enum counts_outcome outcome = COUNTS_FAILED;

	if (end->outcome == JOB_TIMEDOUT)
		outcome = COUNTS_TIMEOUT;
	else if (end->outcome == JOB_STUCK)
		outcome = COUNTS_STUCK;
	else if (end->outcome == JOB_EXITED && !end->value)
		outcome = COUNTS_OK;
	tally_handler(events_instance(e), e->seq, e->handlers.at[end->handler].name, outcome,
		      end->ms);
}

static void events_over(void)
{
	struct job_end end;
	struct event *e;

	while (job_over(&end)) {
		e = &events[end.event];
		if (end.outcome == JOB_AGAIN) {
			events_again(e, end.handler, end.value);
			continue;
		}
		if (end.outcome == JOB_TIMEDOUT && events_left(e, end.handler))
			continue;
		events_tell(&end, e);
		events_count(&end, e);
		events_ended(e, end.handler);
	}
}

/* Milliseconds until a handler may be tried again */
static uint64_t events_all(uint64_t now)
{
	uint64_t next = UINT64_MAX, ms;
	unsigned int i;
	int more;

	do {
		more = 0;
		while (now < until && events_promote())
			more = 1;
		for (i = 0; i < STATE_RUNS; i++) {
			ms = events[i].used ? events_step(&events[i], now) : UINT64_MAX;
			if (!ms)
				more = 1;
			else if (ms < next)
				next = ms;
		}
	} while (more);
	return next;
}

int events_run(uint64_t now)
{
	uint64_t next;
	int jobs;

	job_tick(now);
	events_over();
	next = events_all(now);
	if (unsaved && save_next <= now)
		events_save();
	if (unsaved && EVENTS_SAVE_MS < next)
		next = EVENTS_SAVE_MS;
	jobs = job_next(now);
	if (jobs >= 0 && (uint64_t)jobs < next)
		next = jobs;
	return next == UINT64_MAX ? -1 : (int)next;
}

/* --- Taking over */

/* What the state of before says is to be done still */
static void events_resume(void)
{
	static struct record r;
	unsigned int i, n = state.waits;

	for (i = 0; i < state.runs; i++)
		while (i < state.runs && !events_load_at(i, &state.run[i]))
			events_remove(&state.run[i]);
	state.waits = 0;
	for (i = 0; i < n; i++)
		if (!state_kept(name, state.wait[i], &r))
			events_wait(state.wait[i], &r);
		else
			say(LOG_ERR, "record %llu was taken over and cannot be read any more",
			    (unsigned long long)state.wait[i]);
	if (state.runs || state.waits)
		say(LOG_NOTICE, "going on with the handlers of %u records",
		    state.runs + state.waits);
}

/* Its place among those that wait, or behind them */
static unsigned int events_waiting(uint64_t seq)
{
	unsigned int i;

	for (i = 0; i < state.waits; i++)
		if (state.wait[i] == seq)
			break;
	return i;
}

static void events_anew(const char *instance)
{
	unsigned int i;

	for (i = 0; i < STATE_RUNS; i++)
		events[i].stale = 1;
	unsettled = 0;
	if (state.runs + state.waits)
		say(LOG_WARNING, "the handlers of %u records of %s have not ended, and run no more",
		    state.runs + state.waits, state.instance);
	memset(&state, 0, sizeof(state));
	snprintf(state.instance, sizeof(state.instance), "%s", instance);
	snprintf(state.slice, sizeof(state.slice), "%s", cgroup_slice());
}

void events_begin(const char *instance)
{
	int err;

	if (!strcmp(state.instance, instance))
		return;
	err = state.instance[0] ? 0 : state_load(name, &state);
	if (err && err != -ENOENT)
		say(LOG_WARNING, "the state is ignored: %s",
		    err == -EBADMSG ? "it is torn" : strerror(-err));
	if (!err && !strcmp(state.instance, instance)) {
		events_resume();
		unsettled = events_waiting(state.seq) < state.waits ? state.seq : 0;
	} else {
		if (!err)
			say(LOG_NOTICE, "the state of instance %s is ignored: this is %s",
			    state.instance, instance);
		events_anew(instance);
	}
	state_sweep(name, &state);
}

int events_known(uint64_t seq)
{
	return seq <= state.seq;
}

int events_under_way(uint64_t seq)
{
	unsigned int i;

	for (i = 0; i < state.runs; i++)
		if (state.run[i].seq == seq)
			return 1;
	return events_waiting(seq) < state.waits;
}

uint64_t events_unsettled(void)
{
	return unsettled;
}

void events_settle(void)
{
	unsettled = 0;
}

int events_take(const struct record *r, uint64_t seq, int muted)
{
	uint64_t before = state.seq;
	int err = 0;

	/* There may be as many from before, which were found after there was room */
	if (!muted)
		err = state.waits == STATE_WAITS ? -ENOSPC : state_keep(name, seq, r);
	if (err)
		return events_result(err);
	/* The panic's comes before all of the module's */
	if (seq > before)
		state.seq = seq;
	if (!muted)
		events_wait(seq, r);
	err = events_save();
	if (!err)
		return 0;
	state.seq = before;
	if (!muted) {
		state.waits--;
		state_forget(name, seq);
	}
	return err;
}

int events_take_unkept(const struct record *r, uint64_t seq)
{
	struct event *e = events;

	while (e < events + STATE_RUNS && e->used)
		e++;
	if (e == events + STATE_RUNS)
		return -ENOSPC;
	memset(e, 0, sizeof(*e));
	e->stale = 1;
	memcpy(e->record.text, r->text, r->len);
	e->record.len = r->len;
	record_reparse(&e->record);
	events_prepare(e, seq);
	return 0;
}

void events_drop(uint64_t seq)
{
	unsigned int i = events_waiting(seq);

	if (i == state.waits)
		return;
	events_unwait(i);
	if (state.lefts == STATE_LEFT)
		memmove(&state.left[0], &state.left[1], --state.lefts * sizeof(state.left[0]));
	state.left[state.lefts++] = seq;
	if (!events_save())
		state_forget(name, seq);
}

int events_room(void)
{
	return events_of(NULL) + state.waits < max && state.waits < STATE_WAITS;
}

int events_idle(void)
{
	return !events_of(NULL) && !state.waits;
}
