/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stage, its doorbell and the collector of src/record/stage.c, for Spin.
 *
 * CPU 0 raises at up to four levels that nest: a task, a softirq, a hard
 * interrupt, an NMI. A level starts over a lower one and runs to its end before
 * the lower one goes on. CPU 1 raises in one task. The collector has a CPU of
 * its own. An event is a number that says who raised it; the collector has to
 * copy exactly those reserved, in that order.
 *
 * Memory. Each CPU has a FIFO of its stores that nobody else has seen yet (total
 * store order); what nests on CPU 0 shares one. The bit operations on
 * kev_stage_filled, which promise no order, wait in it like stores, as arm64 lets
 * them. A barrier waits until it is empty, and so does xchg(). Loads happen in
 * program order; the reorderings of loads that matter are among the mutations.
 * SB=0 has no FIFO: it is there to show that it sees no missing barrier.
 *
 * Indices and tickets are bytes; START=253 takes them through their wrap.
 *
 * pan.c needs -DNOREDUCE, because of "provided".
 *
 * Sizes:	N slots a stage; SB entries a FIFO; START; ET, ES, EH, EN raises by
 *		CPU 0's task, softirq, hard interrupt, NMI; EB by CPU 1.
 * Options:	DIE: so many tasks die in their raise. IPI: an interrupt repairs.
 *		LOCKUP: CPU 0 never runs its irq_work. RINGS, HONEST: more checks.
 *		LTL: the claim of liveness. M_*: a mutation; see runs.list.
 */
#ifndef N
#define N	2
#endif
#ifndef SB
#define SB	2
#endif
#ifndef START
#define START	0
#endif
#ifndef ET
#define ET	0
#endif
#ifndef ES
#define ES	0
#endif
#ifndef EH
#define EH	0
#endif
#ifndef EN
#define EN	0
#endif
#ifndef EB
#define EB	0
#endif
#ifndef DIE
#define DIE	0
#endif
#if DIE > 0 || defined(IPI)
#define REPAIR
#endif
#if EB > 0
#define CPUS	2
#else
#define CPUS	1
#endif

#define B8(x)		((x) & 255)
#define NEGATIVE(x)	(B8(x) >= 128)
#define SLOT(c, i)	((c) * N + ((i) & (N - 1)))
#ifdef M_FLAG_STATE
#define TICKET(i)	1
#else
#define TICKET(i)	B8((i) + 1)
#endif
#ifdef M_GLOBAL_FLAG
#define BELL(c)		0
#define BELLS		1
#else
#define BELL(c)		(c)
#define BELLS		CPUS
#endif

/* What CPU 0 is at; an idle CPU is at 0. */
#define TASK	1
#define SOFTIRQ	2
#define HARDIRQ	3
#define NMI	4

/* The kinds of event; a raise adds its count to its kind. NONE: its writer died. */
#define NONE	1
#define OF_TASK		16
#define OF_SOFTIRQ	32
#define OF_HARDIRQ	48
#define OF_NMI		64
#define OF_OTHER	80

/* struct kev_stage: as others see it; head also as its CPU sees it, tail as the collector does. */
byte head[CPUS], head_own[CPUS];
byte tail[CPUS], tail_own[CPUS];
byte state[CPUS * N], event[CPUS * N];
bool armed[CPUS];
bool filled[CPUS];
byte refused[CPUS];
/* The doorbell's irq_work is pending; kevnotifyd is TASK_INTERRUPTIBLE. */
bool work[CPUS];
bool asleep;

byte level;
bool irqs_off;
#ifdef REPAIR
byte current, writer, inside, deaths, repaired;
bool task_gone;
#endif

/* Of the proof alone: what has to come out, and what did. */
byte expected[CPUS * N];
byte reserved[CPUS], copied[CPUS], recorded[CPUS];
byte ended;
#ifdef RINGS
byte rings, arms;
#define COUNT_RING	rings++; assert(rings <= arms)
#define COUNT_ARM	arms++
#else
#define COUNT_RING	skip
#define COUNT_ARM	skip
#endif

/*
 * Stores. The FIFOs are those of CPU 0, CPU 1 and the collector (KCPU).
 * An atomic sequence that ends in a store starts with ROOM, so as not to be cut.
 */
#define KCPU	2
#define AT_EVENT	0
#define AT_STATE	16
#define AT_HEAD		32
#define AT_TAIL		34
#define AT_ARMED	36
#define AT_FILLED	38
#define AT_ASLEEP	40
#if SB > 0
chan fifo[3] = [SB] of { byte, byte };
#define ROOM(c)		(len(fifo[c]) < SB)
#define MB(c)		(len(fifo[c]) == 0)
#define STORE(c, at, v)	fifo[c]!at, v

proctype Memory()
{
	byte at, v;

#define LAND(c)							\
	d_step {						\
		fifo[c]?at, v;					\
		if						\
		:: at < AT_STATE -> event[at] = v		\
		:: at >= AT_STATE && at < AT_HEAD -> state[at - AT_STATE] = v	\
		:: at >= AT_HEAD && at < AT_TAIL -> head[at - AT_HEAD] = v	\
		:: at >= AT_TAIL && at < AT_ARMED -> tail[at - AT_TAIL] = v	\
		:: at >= AT_ARMED && at < AT_FILLED -> armed[at - AT_ARMED] = v	\
		:: at >= AT_FILLED && at < AT_ASLEEP -> filled[at - AT_FILLED] = v \
		:: at == AT_ASLEEP -> asleep = v		\
		fi;						\
		at = 0; v = 0					\
	}
end:
	do
	:: LAND(0)
	:: LAND(1)
	:: LAND(KCPU)
	od
}
#define STORE_EVENT(c, i, v)	STORE(c, AT_EVENT + i, v)
#define STORE_STATE(c, i, v)	STORE(c, AT_STATE + i, v)
#define STORE_HEAD(c, v)	STORE(c, AT_HEAD + c, v)
#define STORE_TAIL(s, v)	STORE(KCPU, AT_TAIL + s, v)
#define STORE_ARMED(c, s, v)	STORE(c, AT_ARMED + s, v)
#define STORE_FILLED(c, s, v)	STORE(c, AT_FILLED + s, v)
#define STORE_ASLEEP(v)		STORE(KCPU, AT_ASLEEP, v)
#else
#define ROOM(c)			true
#define MB(c)			true
#define STORE_EVENT(c, i, v)	event[i] = v
#define STORE_STATE(c, i, v)	state[i] = v
#define STORE_HEAD(c, v)	head[c] = v
#define STORE_TAIL(s, v)	tail[s] = v
#define STORE_ARMED(c, s, v)	armed[s] = v
#define STORE_FILLED(c, s, v)	filled[s] = v
#define STORE_ASLEEP(v)		asleep = v
#endif

/* The barriers, each of which a mutation leaves out. */
#ifdef M_NO_D
#define MB_D(c)	true
#else
#define MB_D(c)	MB(c)
#endif
#ifdef M_NO_L
#define MB_L(c)	true
#else
#define MB_L(c)	MB(c)
#endif
#ifdef M_NO_J
#define MB_J	true
#else
#define MB_J	MB(KCPU)
#endif
#if defined(M_NO_K) || defined(M_LATE_K)
#define MB_K	true
#else
#define MB_K	MB(KCPU)
#endif

/*
 * The producer.
 */
#if defined(M_UNSIGNED)
#define FULL	(B8(h - t) >= N)
#elif defined(M_OFF_BY_ONE)
#define FULL	(B8(h - t) > N && !NEGATIVE(h - t))
#else
#define FULL	(B8(h - t) >= N && !NEGATIVE(h - t))
#endif
#ifdef M_PLAIN_HEAD
#define SAME_HEAD(c)	true
#else
#define SAME_HEAD(c)	(head_own[c] == h)
#endif
/* Was the stage full when it was looked at? */
#ifdef HONEST
#define LOOK_FULL(c)	was_full = was_full || (B8(head_own[c] - tail[c]) >= N)
#define ASSERT_FULL	assert(was_full)
#define FORGET_FULL	was_full = false
#else
#define LOOK_FULL(c)	skip
#define ASSERT_FULL	skip
#define FORGET_FULL	skip
#endif

/* Leaves h, or goes to out. */
inline reserve(c, id)
{
	do
	::
#ifdef M_TAIL_LOAD_FIRST
		atomic { t = tail[c]; LOOK_FULL(c) };
		atomic {
			h = head_own[c];
#else
		h = head_own[c];
		atomic {
			t = tail[c];			/* A */
#endif
			LOOK_FULL(c);
			if
			:: FULL ->
				ASSERT_FULL;
#ifdef M_COUNTER
				x = refused[c];
				goto count
#else
				refused[c]++;
				goto out
#endif
			:: else
			fi
		};
		atomic {
			ROOM(c) ->
			if
			:: SAME_HEAD(c) ->		/* B */
				head_own[c] = B8(h + 1);
				/* Never a slot that has not been copied yet */
				assert(B8(h - B8(START + copied[c])) < N);
				expected[SLOT(c, h)] = id;
				reserved[c]++;
				STORE_HEAD(c, B8(h + 1));
				break
			:: else
			fi
		}
	od
}

inline ring(c)
{
#if defined(M_QUEUE_FIRST)
	work[c] = true;
	STORE_ARMED(c, BELL(c), 0)
#elif defined(M_NO_CLEAR)
	d_step { work[c] = true; COUNT_RING }
#else
	if
	:: atomic { MB(c) && armed[BELL(c)] -> armed[BELL(c)] = false };	/* E */
		d_step { work[c] = true; COUNT_RING }
	:: MB(c) && !armed[BELL(c)]
	fi
#endif
}

inline test_filled(c)
{
	if
	:: MB_D(c) && filled[c]				/* D */
	:: MB_D(c) && !filled[c] ->
		STORE_FILLED(c, c, 1);
		MB_L(c)					/* L */
	fi
}

inline test_armed(c)
{
	if
	:: armed[BELL(c)] -> ring(c)
	:: !armed[BELL(c)]
	fi
}

inline commit(c, i)
{
	STORE_STATE(c, SLOT(c, i), TICKET(i));		/* C */
#ifdef M_ARMED_BEFORE_BIT
	MB(c);
	test_armed(c);
#endif
#ifndef M_BIT_BEFORE_COMMIT
	test_filled(c);
#endif
#if !defined(M_ARMED_BEFORE_BIT) && !defined(M_TEST_FIRST)
	test_armed(c)
#endif
}

/* Task i + 1 raises event i. Where no interrupt repairs, the last one does not die. */
#ifdef IPI
#define MORTAL	(deaths < DIE)
#else
#define MORTAL	(deaths < DIE && i + 1 < ET)
#endif
#if DIE > 0
#define MAY_DIE(c)						\
	if							\
	:: c == 0 && level == TASK && MORTAL -> goto died	\
	:: true							\
	fi;
#else
#define MAY_DIE(c)
#endif

/* What is between kev_stage_enter() and kev_stage_leave(). */
inline raise(c, id)
{
	MAY_DIE(c)
	reserve(c, id);
#ifdef M_TEST_FIRST
	test_armed(c);
#endif
#ifdef M_BIT_BEFORE_COMMIT
	test_filled(c);
#endif
#ifdef M_COMMIT_FIRST
	commit(c, h);
	STORE_EVENT(c, SLOT(c, h), id);
#else
	MAY_DIE(c)
	STORE_EVENT(c, SLOT(c, h), id);
	MAY_DIE(c)
	commit(c, h);
#endif
#ifdef M_COUNTER
	goto out;
count:
	refused[c] = x + 1;
#endif
out:
	atomic { h = 0; t = 0; x = 0; FORGET_FULL }
}

#ifdef HONEST
#define LOCALS	byte i, h, t, x, before; bool was_full
#else
#define LOCALS	byte i, h, t, x, before
#endif

#ifndef REPAIR
#define ENTER(bit)
#define LEAVE(bit)
#define REPAIR_LOCALS
#else
/*
 * Enter, leave and repair. A nested level's bit in inside is set and cleared by
 * plain loads and stores; the task's own mark is the pointer writer.
 */
#define BIT(l)		(1 << (l))
#define REPAIR_LOCALS	; byte r, y

#ifdef M_TASK_BIT
#define DEAD(who)	((inside & BIT(TASK)) && writer != who && (inside == BIT(TASK)))
#define UNDO		inside = inside & ~BIT(TASK)
#define UNREPAIRED	(inside & BIT(TASK))
#elif defined(M_REPAIR_LIVE)
#define DEAD(who)	(writer != 0 && writer != who)
#define UNDO		writer = 0
#define UNREPAIRED	(writer != 0)
#else
#define DEAD(who)	(writer != 0 && writer != who && inside == 0)
#define UNDO		writer = 0
#define UNREPAIRED	(writer != 0)
#endif
/* Handed out, and not committed since. */
#ifdef M_REPAIR_EQUAL
#define OPEN(i)		(state[SLOT(0, i)] != TICKET(i))
#else
#define OPEN(i)		NEGATIVE(state[SLOT(0, i)] - TICKET(i))
#endif

/*
 * Reads the slots as memory has them: who died was switched away from, and
 * whoever nests here passes D.
 */
inline repair(who)
{
	irqs_off = true;
	if
	:: DEAD(who) ->
		r = tail[0];
		do
		:: r != head_own[0] ->
			if
			:: OPEN(r) ->
				atomic { ROOM(0) -> expected[SLOT(0, r)] = NONE; STORE_EVENT(0, SLOT(0, r), NONE) };
				commit(0, r)
			:: else
			fi;
			r = B8(r + 1)
		:: else -> break
		od;
		atomic { UNDO; refused[0]++; repaired++; r = 0 }
	:: else
	fi;
	irqs_off = false
}

#define ENTER(bit)	y = inside; d_step { inside = y | BIT(bit); y = 0 };
#define LEAVE(bit)	y = inside; d_step { inside = y & ~BIT(bit); y = 0 };
#endif

/* One level of CPU 0, or CPU 1, raises so many times. */
#define MAY_START(l)	(level < l && (l == NMI || !irqs_off))

inline nested(l, count, kind)
{
	do
	:: i < count ->
		atomic { MAY_START(l) -> before = level; level = l };
		ENTER(l)
		raise(0, kind + i);
		LEAVE(l)
		d_step { level = before; before = 0; i++ }
	:: else -> break
	od;
died:
	ended++
}

proctype Softirq() provided (level <= SOFTIRQ)
{
	LOCALS REPAIR_LOCALS;
	nested(SOFTIRQ, ES, OF_SOFTIRQ)
}

proctype Hardirq() provided (level <= HARDIRQ)
{
	LOCALS REPAIR_LOCALS;
	nested(HARDIRQ, EH, OF_HARDIRQ)
}

proctype Nmi() provided (level <= NMI)
{
	LOCALS REPAIR_LOCALS;
	nested(NMI, EN, OF_NMI)
}

proctype Other()
{
	LOCALS;

	do
	:: i < EB -> raise(1, OF_OTHER + i); i++
	:: else -> break
	od;
died:
	ended++
}

#ifndef REPAIR
proctype Task() provided (level <= TASK)
{
	LOCALS;
	nested(TASK, ET, OF_TASK)
}
#else
proctype Task() provided (level <= TASK)
{
	LOCALS REPAIR_LOCALS;

	do
	:: i < ET ->
		atomic { MAY_START(TASK) -> level = TASK; current = i + 1 };
#ifdef M_TASK_BIT
		if
		:: inside & BIT(TASK) -> repair(current)
		:: else
		fi;
		ENTER(TASK)
		writer = current;
#else
		if
		:: writer != 0 -> repair(current)
		:: else
		fi;
		assert(writer == 0);
		writer = current;
#endif
		raise(0, OF_TASK + i);
#ifdef M_TASK_BIT
		LEAVE(TASK)
#else
		writer = 0;
#endif
		goto next;
died:
		atomic { deaths++; h = 0; t = 0; x = 0 };
next:
		atomic { level = 0; current = 0; i++ }
	:: else -> break
	od;
	atomic { ended++; task_gone = true }
}
#endif

#ifdef IPI
/* kev_stage_repair_all(): once at any time, and when the tasks are gone until it is done */
proctype Repairer() provided (level <= HARDIRQ)
{
	LOCALS REPAIR_LOCALS;

	do
	:: i == 0 || (task_gone && UNREPAIRED) ->
		atomic { MAY_START(HARDIRQ) -> before = level; level = HARDIRQ };
		repair(current);
		d_step { level = before; before = 0; i = 1 }
	:: i == 1 && task_gone && !UNREPAIRED -> break
	od;
	ended++
}
#endif

/* kev_stage_wake() */
#define WAKE	asleep = false

proctype Work0() provided (level <= HARDIRQ)
{
	byte before;
end:
	do
	:: atomic { work[0] && MAY_START(HARDIRQ) -> before = level; level = HARDIRQ; work[0] = false };
		d_step { WAKE; level = before; before = 0 }
	od
}

#if EB > 0
proctype Work1()
{
end:
	do
	:: d_step { work[1] -> work[1] = false; WAKE }
	od
}
#endif

/*
 * The collector: a pass, then a look whether it may sleep.
 */
inline copy(s)
{
#ifdef M_NO_F
	assert(early == expected[SLOT(s, tail_own[s])]);
#else
	assert(event[SLOT(s, tail_own[s])] == expected[SLOT(s, tail_own[s])]);
#endif
	recorded[s] = recorded[s] + (expected[SLOT(s, tail_own[s])] != NONE);
	copied[s]++
}

#ifdef M_ARM_ONCE
#define NEWS	news = true
#else
#define NEWS	skip
#endif

#define COMMITTED(s)	(state[SLOT(s, tail_own[s])] == TICKET(tail_own[s]))
#define READY(s)	(tail_own[s] != limit[s] && COMMITTED(s))

/* kev_stage_end() */
#if defined(M_NO_RESET)
#define RESET(s)
#elif defined(M_CLEAR_LAST)
#define RESET(s)						\
	if							\
	:: head[s] == tail_own[s] -> STORE_FILLED(KCPU, s, 0)	\
	:: else							\
	fi
#else
#define RESET(s)						\
	if							\
	:: head[s] != tail_own[s] -> STORE_FILLED(KCPU, s, 1)	\
	:: else							\
	fi
#endif

/* One look at a stage of the pass: take the event at its tail, or be done with it. */
inline look(s)
{
#ifdef M_NO_F
	early = event[SLOT(s, tail_own[s])];
#endif
#ifdef M_SKIP_OPEN
	if
	:: !READY(s) && state[SLOT(s, tail_own[s] + 1)] == TICKET(tail_own[s] + 1) ->
		tail_own[s] = B8(tail_own[s] + 1)
	:: else
	fi;
#endif
	if
	:: READY(s) ->						/* F */
#ifdef M_TAIL_BEFORE_COPY
		STORE_TAIL(s, B8(tail_own[s] + 1));
		atomic {
			copy(s);
			tail_own[s] = B8(tail_own[s] + 1);
#else
		atomic {
			ROOM(KCPU) ->
			copy(s);
			tail_own[s] = B8(tail_own[s] + 1);
			STORE_TAIL(s, tail_own[s]);		/* G */
#endif
			NEWS
		}
	:: !READY(s) ->
#ifdef M_LATE_K
		MB(KCPU);
#endif
		atomic { ROOM(KCPU) -> pass[s] = false; RESET(s) }
	fi
}

/* kev_stage_begin() */
inline begin()
{
	do
	:: atomic {
		s < CPUS && filled[s] && ROOM(KCPU) ->
		pass[s] = true;
		limit[s] = B8(tail_own[s] + N);
#ifndef M_CLEAR_LAST
		STORE_FILLED(KCPU, s, 0);
#endif
		s++
	   }
	:: d_step { s < CPUS && !filled[s] -> s++ }
	:: d_step { s == CPUS && MB_K -> s = 0 }; break		/* K */
	od
}

/* kev_stage_arm(), but for its barrier */
#if defined(M_ARM_STALE)
#define SKIP_ARM(s)	was[s]
#elif defined(ARM_ALWAYS)
#define SKIP_ARM(s)	false
#else
#define SKIP_ARM(s)	armed[s]
#endif
inline arm()
{
	do
	:: atomic { s < BELLS && !SKIP_ARM(s) -> STORE_ARMED(KCPU, s, 1); COUNT_ARM; s++ }
	:: d_step { s < BELLS && SKIP_ARM(s) -> s++ }
	:: d_step { s == BELLS -> s = 0 }; break
	od
}

/* kev_stage_pending() */
#ifdef LOOK_EVERYWHERE
#define MAYBE(s)	true
#else
#define MAYBE(s)	filled[s]
#endif
inline pending()
{
	do
	:: s < CPUS && MAYBE(s) ->
		if
		:: d_step { COMMITTED(s) -> found = true; s = 0 }; break
		:: d_step { !COMMITTED(s) -> s++ }
		fi
	:: d_step { s < CPUS && !MAYBE(s) -> s++ }
	:: d_step { s == CPUS -> s = 0 }; break
	od
}

/* set_current_state(TASK_INTERRUPTIBLE) */
#ifdef M_STATE_NO_MB
#define SET_STATE	STORE_ASLEEP(true)
#else
#define SET_STATE	atomic { MB(KCPU) -> asleep = true }
#endif

proctype Collector()
{
	byte s;
	bool pass[CPUS], found;
	byte limit[CPUS];
#ifdef M_ARM_ONCE
	bool news = true;
#endif
#ifdef M_ARM_STALE
	bool was[CPUS];
#endif
#ifdef M_NO_F
	byte early;
#endif

turn:
#ifdef M_ARM_STALE
	atomic {
		was[0] = armed[0];
#if CPUS > 1
		was[1] = armed[1];
#endif
	};
#endif
	begin();
	/* By the events' time; here in any order */
	do
	:: pass[0] -> look(0)
#if CPUS > 1
	:: pass[1] -> look(1)
	:: !pass[0] && !pass[1] -> break
#else
	:: !pass[0] -> break
#endif
	od;

#if defined(M_ARM_BEFORE_STATE)
	arm();
	SET_STATE;
#elif defined(M_ARM_ONCE)
	SET_STATE;
	if
	:: news -> arm(); news = false
	:: else
	fi;
#else
	SET_STATE;
	arm();
#endif
	MB_J;							/* J */
#ifndef M_NO_RECHECK
	pending();
#endif
	if
	:: found -> d_step { found = false; asleep = false }; goto turn
	:: !found
	fi;
end:
	!asleep -> goto turn
}

/*
 * When nothing moves any more, all must be in the log.
 */
#define LEVELS	((ET > 0) + (ES > 0) + (EH > 0) + (EN > 0) + (EB > 0))
#ifdef IPI
#define ALL_DONE	(ended == LEVELS + 1)
#else
#define ALL_DONE	(ended == LEVELS)
#endif

proctype Monitor()
{
	timeout ->
#ifdef LOCKUP
	assert(copied[1] == reserved[1]);
#else
	assert(ALL_DONE);
	assert(copied[0] == reserved[0]);
	assert(refused[0] + recorded[0] == ET + ES + EH + EN);
#if CPUS > 1
	assert(copied[1] == reserved[1]);
	assert(refused[1] + recorded[1] == EB);
#endif
#ifdef REPAIR
	assert(repaired == deaths);
#endif
#endif
}

init {
	byte c, i;

	atomic {
		do
		:: c < CPUS ->
			head[c] = START; head_own[c] = START;
			tail[c] = START; tail_own[c] = START;
			do
			:: i < N -> 
#ifndef M_FLAG_STATE
				state[SLOT(c, START + i)] = B8(START + i + 1 - N + 256);
#endif
				i++
			:: else -> i = 0; break
			od;
			c++
		:: else -> c = 0; break
		od;
#if ET > 0
		run Task();
#endif
#if ES > 0
		run Softirq();
#endif
#if EH > 0
		run Hardirq();
#endif
#if EN > 0
		run Nmi();
#endif
#if EB > 0
		run Other();
		run Work1();
#endif
#ifndef LOCKUP
		run Work0();
#endif
#ifdef IPI
		run Repairer();
#endif
		run Collector();
#if SB > 0
		run Memory();
#endif
		run Monitor()
	}
}

#ifdef LTL
ltl live { <> [] (ALL_DONE && copied[0] == reserved[0]) }
#endif
