/* SPDX-License-Identifier: GPL-2.0-only */
/* kevnotify's interface for other modules. */
#ifndef _KEVNOTIFY_H
#define _KEVNOTIFY_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/types.h>

struct module;
struct task_struct;

#define KEVNOTIFY_NAME_MAX	23	/* a source's name: [a-z][a-z0-9_-]* */
#define KEVNOTIFY_KEY_MAX	41	/* a field's key: [A-Z][A-Z0-9_]* */
#define KEVNOTIFY_FIELDS_MAX	24	/* fields of an event */
#define KEVNOTIFY_WORDS_MAX	32	/* their words: _STRN and _COMM have two, the others one */
#define KEVNOTIFY_VALUE_MAX	255	/* bytes of a string value */
#define KEVNOTIFY_MESSAGE_MAX	255	/* bytes of a message */
#define KEVNOTIFY_IDS_MAX	64	/* ids of a source */

/**
 * enum kevnotify_type - how a value is written; a byte
 * @KEVNOTIFY_TYPE_U64: unsigned decimal
 * @KEVNOTIFY_TYPE_S64: signed decimal
 * @KEVNOTIFY_TYPE_HEX: hexadecimal with 0x
 * @KEVNOTIFY_TYPE_IP4: an IPv4 address in network byte order
 * @KEVNOTIFY_TYPE_COMM: a task's name, by value: two words
 * @KEVNOTIFY_TYPE_MORE: the second word of the value before it
 * @KEVNOTIFY_TYPE_STR: a string, copied; NULL: this event does not have the field
 * @KEVNOTIFY_TYPE_STRN: likewise, of a known length, which is the second word
 */
enum kevnotify_type {
	KEVNOTIFY_TYPE_U64 = 1,
	KEVNOTIFY_TYPE_S64,
	KEVNOTIFY_TYPE_HEX,
	KEVNOTIFY_TYPE_IP4,
	KEVNOTIFY_TYPE_COMM,
	KEVNOTIFY_TYPE_MORE,
	/* The words of these are pointers, and the bit says so */
	KEVNOTIFY_TYPE_STR = 0x80,
	KEVNOTIFY_TYPE_STRN,
};

static inline const char *__kevnotify_string(const char *s)
{
	return s;
}

static __always_inline u64 __kevnotify_comm(const char *comm, size_t at)
{
	u64 word;

	__builtin_memcpy(&word, comm + at, sizeof(word));
	return word;
}

/* What each of these takes is checked: no pointer is a number, and no number a pointer */
#define __kevnotify_number(v)	(0ULL | (v))
#define __kevnotify_pointer(s)	((void)sizeof(*(s)), (unsigned long)__kevnotify_string(s))

/*
 * A value of kevnotify_raise(): its types, a byte for each of its words, and the words.
 * KEVNOTIFY_STR() takes a string that ends with NUL; KEVNOTIFY_STRN() its length too,
 * which is cheaper; KEVNOTIFY_COMM() a task's comm, all 16 bytes of it.
 */
#define KEVNOTIFY_U64(v)	((KEVNOTIFY_TYPE_U64), __kevnotify_number(v))
#define KEVNOTIFY_S64(v)	((KEVNOTIFY_TYPE_S64), __kevnotify_number(v))
#define KEVNOTIFY_HEX(v)	((KEVNOTIFY_TYPE_HEX), __kevnotify_number(v))
#define KEVNOTIFY_IP4(a)	((KEVNOTIFY_TYPE_IP4), __kevnotify_number((__force u32)(a)))
#define KEVNOTIFY_STR(s)	((KEVNOTIFY_TYPE_STR), __kevnotify_pointer(s))
#define KEVNOTIFY_STRN(s, n)						\
	((KEVNOTIFY_TYPE_STRN, KEVNOTIFY_TYPE_MORE),			\
	 __kevnotify_pointer(s), __kevnotify_number(n))
#define KEVNOTIFY_COMM(comm)						\
	((KEVNOTIFY_TYPE_COMM, KEVNOTIFY_TYPE_MORE),			\
	 __kevnotify_comm(comm, 0), __kevnotify_comm(comm, sizeof(u64)))

/**
 * struct kevnotify_event - what an id of a source means
 * @message: the template of MESSAGE, in which "{KEY}" stands for a field's
 *	value; NULL: the source has no such id
 * @level: syslog level, 0 (most urgent) to 7
 * @keys: the fields' keys, in the order of the values, ended by NULL; or NULL
 */
struct kevnotify_event {
	const char		*message;
	int			level;
	const char *const	*keys;
};

/**
 * struct kevnotify_desc - a source
 * @name: its name, unique
 * @events: what its ids mean, indexed by id
 * @ids: the number of @events
 * @any_id: events[0] serves every id
 * @objects: its events are about something each, see kevnotify_raise_about()
 * @quiet: its events are for readers, and for the helper only if the operator says so
 */
struct kevnotify_desc {
	const char			*name;
	const struct kevnotify_event	*events;
	unsigned int			ids;
	bool				any_id;
	bool				objects;
	bool				quiet;
};

/**
 * struct kevnotify_source - a registered source
 * @on: events are taken; kevnotify's own
 */
struct kevnotify_source {
	bool	on;
};

struct kevnotify_source *kevnotify_source_register(struct module *owner,
						   const struct kevnotify_desc *desc);
void kevnotify_source_unregister(struct kevnotify_source *src);
void kevnotify_source_unregister_all(struct kevnotify_source *const *srcs, unsigned int n);
void __kevnotify_raise(struct kevnotify_source *src, unsigned int id, const u64 *words,
		       unsigned int n);
void __kevnotify_raise_of(struct kevnotify_source *src, unsigned int id, u64 object,
			  const struct task_struct *task, const u64 *words, unsigned int n);
__printf(3, 4)
void kevnotify_raisef(struct kevnotify_source *src, unsigned int id, const char *fmt, ...);

/**
 * kevnotify_source_on() - would an event of this source be taken?
 * @src: the source; NULL and an ERR_PTR are never on
 *
 * Context: any.
 * Return: true if it would.
 */
static inline bool kevnotify_source_on(const struct kevnotify_source *src)
{
	/* Neither NULL nor an ERR_PTR, in one comparison */
	return (unsigned long)src - 1 < (unsigned long)-MAX_ERRNO - 1 && READ_ONCE(src->on);
}

/**
 * kevnotify_source_enable() - take events or not
 * @src: the source
 * @on: true to take them
 *
 * Context: any.
 */
static inline void kevnotify_source_enable(struct kevnotify_source *src, bool on)
{
	if (!IS_ERR_OR_NULL(src))
		WRITE_ONCE(src->on, on);
}

#define __KEV_PASTE_(a, b)		a##b
#define __KEV_PASTE(a, b)		__KEV_PASTE_(a, b)
#define __KEV_CALL(f, ...)		f(__VA_ARGS__)

/* How many arguments there are */
#define __KEV_COUNT_(_0, _1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14,	\
		     _15, _16, _17, _18, _19, _20, _21, _22, _23, _24, _25, _26, n, ...) n
#define __KEV_COUNT(...)								\
	__KEV_COUNT_(0, ##__VA_ARGS__, more_than_24, more_than_24, 24, 23, 22, 21, 20,	\
		     19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)

/* Macro m of each value, with commas between them */
#define __KEV_MAP_0(m)
#define __KEV_MAP_1(m, a)		m a
#define __KEV_MAP_2(m, a, ...)	m a, __KEV_MAP_1(m, __VA_ARGS__)
#define __KEV_MAP_3(m, a, ...)	m a, __KEV_MAP_2(m, __VA_ARGS__)
#define __KEV_MAP_4(m, a, ...)	m a, __KEV_MAP_3(m, __VA_ARGS__)
#define __KEV_MAP_5(m, a, ...)	m a, __KEV_MAP_4(m, __VA_ARGS__)
#define __KEV_MAP_6(m, a, ...)	m a, __KEV_MAP_5(m, __VA_ARGS__)
#define __KEV_MAP_7(m, a, ...)	m a, __KEV_MAP_6(m, __VA_ARGS__)
#define __KEV_MAP_8(m, a, ...)	m a, __KEV_MAP_7(m, __VA_ARGS__)
#define __KEV_MAP_9(m, a, ...)	m a, __KEV_MAP_8(m, __VA_ARGS__)
#define __KEV_MAP_10(m, a, ...)	m a, __KEV_MAP_9(m, __VA_ARGS__)
#define __KEV_MAP_11(m, a, ...)	m a, __KEV_MAP_10(m, __VA_ARGS__)
#define __KEV_MAP_12(m, a, ...)	m a, __KEV_MAP_11(m, __VA_ARGS__)
#define __KEV_MAP_13(m, a, ...)	m a, __KEV_MAP_12(m, __VA_ARGS__)
#define __KEV_MAP_14(m, a, ...)	m a, __KEV_MAP_13(m, __VA_ARGS__)
#define __KEV_MAP_15(m, a, ...)	m a, __KEV_MAP_14(m, __VA_ARGS__)
#define __KEV_MAP_16(m, a, ...)	m a, __KEV_MAP_15(m, __VA_ARGS__)
#define __KEV_MAP_17(m, a, ...)	m a, __KEV_MAP_16(m, __VA_ARGS__)
#define __KEV_MAP_18(m, a, ...)	m a, __KEV_MAP_17(m, __VA_ARGS__)
#define __KEV_MAP_19(m, a, ...)	m a, __KEV_MAP_18(m, __VA_ARGS__)
#define __KEV_MAP_20(m, a, ...)	m a, __KEV_MAP_19(m, __VA_ARGS__)
#define __KEV_MAP_21(m, a, ...)	m a, __KEV_MAP_20(m, __VA_ARGS__)
#define __KEV_MAP_22(m, a, ...)	m a, __KEV_MAP_21(m, __VA_ARGS__)
#define __KEV_MAP_23(m, a, ...)	m a, __KEV_MAP_22(m, __VA_ARGS__)
#define __KEV_MAP_24(m, a, ...)	m a, __KEV_MAP_23(m, __VA_ARGS__)
#define __KEV_MAP_more_than_24(m, ...)	kevnotify_takes_24_values_at_most
#define __KEV_MAP(m, ...)								\
	__KEV_PASTE(__KEV_MAP_, __KEV_COUNT(__VA_ARGS__))(m, ##__VA_ARGS__)

#define __KEV_UNWRAP(...)		__VA_ARGS__
#define __KEV_TYPES(types, ...)		__KEV_UNWRAP types
#define __KEV_WORDS(types, ...)		__VA_ARGS__

#define __KEV_N(...)			\
	sizeof((const u8[]){ __KEV_MAP(__KEV_TYPES, ##__VA_ARGS__) })

/*
 * All types, which are constants, in whole words, and then the words. A struct, as gcc
 * aligns an array on the stack to 16 bytes, for which each raise would pay where the
 * source is off, too. Its sizes are named before, as clang wants them.
 */
#define __KEV_VALUES(name, ...)								\
	enum { name##_n = __KEV_N(__VA_ARGS__) };					\
	const struct {									\
		u8	types[(name##_n + 7) & ~7];					\
		u64	words[name##_n];						\
	} name = {									\
		{ __KEV_MAP(__KEV_TYPES, ##__VA_ARGS__) },				\
		{ __KEV_MAP(__KEV_WORDS, ##__VA_ARGS__) },				\
	}

/**
 * kevnotify_raise() - raise an event
 * @src: the source; a NULL or ERR_PTR source makes this a no-op
 * @id: which of its events
 * @...: the values of its fields: KEVNOTIFY_U64() and its siblings
 *
 * Everything is copied. It never allocates, sleeps, prints or takes a lock,
 * and spins no longer than a few tries.
 *
 * Context: any, NMI and the scheduler's locks included.
 * Return: nothing: what becomes of the event shows in the counters.
 */
#define kevnotify_raise(src, id, ...)							\
do {											\
	struct kevnotify_source *__kev_src = (src);					\
											\
	if (kevnotify_source_on(__kev_src)) {						\
		__KEV_VALUES(__kev_values, ##__VA_ARGS__);				\
											\
		BUILD_BUG_ON(__kev_values_n > KEVNOTIFY_WORDS_MAX);			\
		__kevnotify_raise(__kev_src, id, (const u64 *)&__kev_values,		\
				  __kev_values_n);					\
	}										\
} while (0)

/**
 * kevnotify_raise_about() - raise an event that is about one of many things
 * @src: the source, described as one with objects; without, this is kevnotify_raise()
 * @id: which of its events
 * @object: a number for what the event is about, as far as its rate limit goes; 0: none
 * @...: the values of its fields
 *
 * Of each object a burst is admitted in a window, and of all together four, so that
 * the many events of one do not hide the one of another. Some objects share a limit.
 *
 * Context: any, NMI and the scheduler's locks included.
 */
#define kevnotify_raise_about(src, id, object, ...)					\
	kevnotify_raise_of(src, id, object, NULL, ##__VA_ARGS__)

/**
 * kevnotify_raise_of() - raise an event that is about a task
 * @src: the source
 * @id: which of its events
 * @object: as of kevnotify_raise_about(); 0: none
 * @task: the task, which cannot go meanwhile; NULL: this is kevnotify_raise_about()
 * @...: the values of its fields
 *
 * What becomes of the helper's own processes does not start the helper. Where an event
 * is raised without its task, only the one that raises it is looked at.
 *
 * Context: any, NMI and the scheduler's locks included.
 */
#define kevnotify_raise_of(src, id, object, task, ...)					\
do {											\
	struct kevnotify_source *__kev_src = (src);					\
											\
	if (kevnotify_source_on(__kev_src)) {						\
		__KEV_VALUES(__kev_values, ##__VA_ARGS__);				\
											\
		BUILD_BUG_ON(__kev_values_n > KEVNOTIFY_WORDS_MAX);			\
		__kevnotify_raise_of(__kev_src, id, object, task,			\
				     (const u64 *)&__kev_values, __kev_values_n);	\
	}										\
} while (0)

/* Macro m of each pair of a type and a key */
#define __KEV_FIELDS_0(m)
#define __KEV_FIELDS_1(m, t, k)		m(t, k)
#define __KEV_FIELDS_2(m, t, k, ...)	m(t, k) __KEV_FIELDS_1(m, __VA_ARGS__)
#define __KEV_FIELDS_3(m, t, k, ...)	m(t, k) __KEV_FIELDS_2(m, __VA_ARGS__)
#define __KEV_FIELDS_4(m, t, k, ...)	m(t, k) __KEV_FIELDS_3(m, __VA_ARGS__)
#define __KEV_FIELDS_5(m, t, k, ...)	m(t, k) __KEV_FIELDS_4(m, __VA_ARGS__)
#define __KEV_FIELDS_6(m, t, k, ...)	m(t, k) __KEV_FIELDS_5(m, __VA_ARGS__)
#define __KEV_FIELDS_7(m, t, k, ...)	m(t, k) __KEV_FIELDS_6(m, __VA_ARGS__)
#define __KEV_FIELDS_8(m, t, k, ...)	m(t, k) __KEV_FIELDS_7(m, __VA_ARGS__)
#define __KEV_FIELDS_9(m, t, k, ...)	m(t, k) __KEV_FIELDS_8(m, __VA_ARGS__)
#define __KEV_FIELDS_10(m, t, k, ...)	m(t, k) __KEV_FIELDS_9(m, __VA_ARGS__)
#define __KEV_FIELDS_11(m, t, k, ...)	m(t, k) __KEV_FIELDS_10(m, __VA_ARGS__)
#define __KEV_FIELDS_12(m, t, k, ...)	m(t, k) __KEV_FIELDS_11(m, __VA_ARGS__)
#define __KEV_FIELDS_13(m, t, k, ...)	m(t, k) __KEV_FIELDS_12(m, __VA_ARGS__)
#define __KEV_FIELDS_14(m, t, k, ...)	m(t, k) __KEV_FIELDS_13(m, __VA_ARGS__)
#define __KEV_FIELDS_15(m, t, k, ...)	m(t, k) __KEV_FIELDS_14(m, __VA_ARGS__)
#define __KEV_FIELDS_16(m, t, k, ...)	m(t, k) __KEV_FIELDS_15(m, __VA_ARGS__)
#define __KEV_FIELDS_17(m, t, k, ...)	m(t, k) __KEV_FIELDS_16(m, __VA_ARGS__)
#define __KEV_FIELDS_18(m, t, k, ...)	m(t, k) __KEV_FIELDS_17(m, __VA_ARGS__)
#define __KEV_FIELDS_19(m, t, k, ...)	m(t, k) __KEV_FIELDS_18(m, __VA_ARGS__)
#define __KEV_FIELDS_20(m, t, k, ...)	m(t, k) __KEV_FIELDS_19(m, __VA_ARGS__)
#define __KEV_FIELDS_21(m, t, k, ...)	m(t, k) __KEV_FIELDS_20(m, __VA_ARGS__)
#define __KEV_FIELDS_22(m, t, k, ...)	m(t, k) __KEV_FIELDS_21(m, __VA_ARGS__)
#define __KEV_FIELDS_23(m, t, k, ...)	m(t, k) __KEV_FIELDS_22(m, __VA_ARGS__)
#define __KEV_FIELDS_24(m, t, k, ...)	m(t, k) __KEV_FIELDS_23(m, __VA_ARGS__)

#define __KEV_PARAM_U64(v)		u64 v
#define __KEV_PARAM_S64(v)		s64 v
#define __KEV_PARAM_HEX(v)		u64 v
#define __KEV_PARAM_IP4(v)		__be32 v
#define __KEV_PARAM_STR(v)		const char *v
#define __KEV_PARAM_STRN(v)		const char *v, size_t v##_len
#define __KEV_PARAM_COMM(v)		const char *v
#define __KEV_PASS_U64(v)		KEVNOTIFY_U64(v)
#define __KEV_PASS_S64(v)		KEVNOTIFY_S64(v)
#define __KEV_PASS_HEX(v)		KEVNOTIFY_HEX(v)
#define __KEV_PASS_IP4(v)		KEVNOTIFY_IP4(v)
#define __KEV_PASS_STR(v)		KEVNOTIFY_STR(v)
#define __KEV_PASS_STRN(v)		KEVNOTIFY_STRN(v, v##_len)
#define __KEV_PASS_COMM(v)		KEVNOTIFY_COMM(v)

#define __KEV_KEY(t, k)			#k,
#define __KEV_PARAM(t, k)		, __KEV_PARAM_##t(__kev_##k)
#define __KEV_PASS(t, k)		, __KEV_PASS_##t(__kev_##k)

#define __KEVNOTIFY_EVENT(n, name, urgency, template, ...)				\
	static const char kevnotify_message_##name[] __maybe_unused = template;		\
	static const char *const kevnotify_keys_##name[] __maybe_unused = {		\
		__KEV_FIELDS_##n(__KEV_KEY, ##__VA_ARGS__) NULL				\
	};										\
	enum { kevnotify_level_##name = urgency };					\
	static inline __maybe_unused void						\
	kevnotify_##name(struct kevnotify_source *src, unsigned int id			\
			 __KEV_FIELDS_##n(__KEV_PARAM, ##__VA_ARGS__))			\
	{										\
		__KEV_CALL(kevnotify_raise, src, id					\
			   __KEV_FIELDS_##n(__KEV_PASS, ##__VA_ARGS__));		\
	}										\
	static inline __maybe_unused void						\
	kevnotify_##name##_about(struct kevnotify_source *src, unsigned int id,	u64 object	\
				 __KEV_FIELDS_##n(__KEV_PARAM, ##__VA_ARGS__))		\
	{										\
		__KEV_CALL(kevnotify_raise_about, src, id, object			\
			   __KEV_FIELDS_##n(__KEV_PASS, ##__VA_ARGS__));		\
	}										\
	static_assert(kevnotify_level_##name >= 0 && kevnotify_level_##name <= 7)

/**
 * KEVNOTIFY_EVENT0() - declare an event, and a function that raises it
 * @name: its name
 * @...: its syslog level, 0 to 7, and the template of its message; for
 *	KEVNOTIFY_EVENT1() to KEVNOTIFY_EVENT24() so many pairs of a type and a key follow:
 *	U64, S64, HEX, IP4, STR, STRN or COMM, as of the macros of these names
 *
 * kevnotify_NAME(src, id, …) takes the values in the order of the keys, each in a
 * parameter of its type; kevnotify_NAME_about(src, id, object, …) likewise.
 * KEVNOTIFY_ENTRY(NAME) is the event's entry in the source's table.
 */
#define KEVNOTIFY_EVENT0(name, ...)	__KEVNOTIFY_EVENT(0, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT1(name, ...)	__KEVNOTIFY_EVENT(1, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT2(name, ...)	__KEVNOTIFY_EVENT(2, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT3(name, ...)	__KEVNOTIFY_EVENT(3, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT4(name, ...)	__KEVNOTIFY_EVENT(4, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT5(name, ...)	__KEVNOTIFY_EVENT(5, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT6(name, ...)	__KEVNOTIFY_EVENT(6, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT7(name, ...)	__KEVNOTIFY_EVENT(7, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT8(name, ...)	__KEVNOTIFY_EVENT(8, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT9(name, ...)	__KEVNOTIFY_EVENT(9, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT10(name, ...)	__KEVNOTIFY_EVENT(10, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT11(name, ...)	__KEVNOTIFY_EVENT(11, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT12(name, ...)	__KEVNOTIFY_EVENT(12, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT13(name, ...)	__KEVNOTIFY_EVENT(13, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT14(name, ...)	__KEVNOTIFY_EVENT(14, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT15(name, ...)	__KEVNOTIFY_EVENT(15, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT16(name, ...)	__KEVNOTIFY_EVENT(16, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT17(name, ...)	__KEVNOTIFY_EVENT(17, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT18(name, ...)	__KEVNOTIFY_EVENT(18, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT19(name, ...)	__KEVNOTIFY_EVENT(19, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT20(name, ...)	__KEVNOTIFY_EVENT(20, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT21(name, ...)	__KEVNOTIFY_EVENT(21, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT22(name, ...)	__KEVNOTIFY_EVENT(22, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT23(name, ...)	__KEVNOTIFY_EVENT(23, name, __VA_ARGS__)
#define KEVNOTIFY_EVENT24(name, ...)	__KEVNOTIFY_EVENT(24, name, __VA_ARGS__)

/**
 * KEVNOTIFY_ENTRY() - the meaning of a declared event, for the source's table
 * @name: its name
 */
#define KEVNOTIFY_ENTRY(name)								\
	{ kevnotify_message_##name, kevnotify_level_##name, kevnotify_keys_##name }

#endif /* _KEVNOTIFY_H */
