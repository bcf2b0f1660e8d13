/* SPDX-License-Identifier: GPL-2.0-only */
/* kevnotify's interface for other modules. */
#ifndef _KEVNOTIFY_H
#define _KEVNOTIFY_H

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/types.h>

struct module;

#define KEVNOTIFY_NAME_MAX	23	/* a source's name: [a-z][a-z0-9_-]* */
#define KEVNOTIFY_KEY_MAX	41	/* a field's key: [A-Z][A-Z0-9_]* */
#define KEVNOTIFY_FIELDS_MAX	24	/* fields of an event */
#define KEVNOTIFY_VALUE_MAX	255	/* bytes of a string value */
#define KEVNOTIFY_MESSAGE_MAX	255	/* bytes of a message */
#define KEVNOTIFY_IDS_MAX	64	/* ids of a source */

/**
 * enum kevnotify_type - how a value is written
 * @KEVNOTIFY_TYPE_U64: unsigned decimal
 * @KEVNOTIFY_TYPE_S64: signed decimal
 * @KEVNOTIFY_TYPE_HEX: hexadecimal with 0x
 * @KEVNOTIFY_TYPE_STR: a string, copied; NULL: this event does not have the field
 * @KEVNOTIFY_TYPE_IP4: an IPv4 address in network byte order
 */
enum kevnotify_type {
	KEVNOTIFY_TYPE_U64,
	KEVNOTIFY_TYPE_S64,
	KEVNOTIFY_TYPE_HEX,
	KEVNOTIFY_TYPE_STR,
	KEVNOTIFY_TYPE_IP4,
};

/**
 * struct kevnotify_value - one value of an event; made by KEVNOTIFY_U64() and its siblings
 * @type: an enum kevnotify_type; as wide as the value, so that there is no
 *	padding, which distribution kernels zero at every raise
 * @num: the value, unless a string
 * @str: the string, NUL-terminated; only read during kevnotify_raise()
 */
struct kevnotify_value {
	u64	type;
	union {
		u64		num;
		const char	*str;
	};
};

#define KEVNOTIFY_U64(v) ((struct kevnotify_value){ KEVNOTIFY_TYPE_U64, { .num = (u64)(v) } })
#define KEVNOTIFY_S64(v) ((struct kevnotify_value){ KEVNOTIFY_TYPE_S64, { .num = (u64)(s64)(v) } })
#define KEVNOTIFY_HEX(v) ((struct kevnotify_value){ KEVNOTIFY_TYPE_HEX, { .num = (u64)(v) } })
#define KEVNOTIFY_STR(s) ((struct kevnotify_value){ KEVNOTIFY_TYPE_STR, { .str = (s) } })
#define KEVNOTIFY_IP4(a) \
	((struct kevnotify_value){ KEVNOTIFY_TYPE_IP4, { .num = (__force u32)(a) } })

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
 */
struct kevnotify_desc {
	const char			*name;
	const struct kevnotify_event	*events;
	unsigned int			ids;
	bool				any_id;
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
void __kevnotify_raise(struct kevnotify_source *src, unsigned int id,
		       const struct kevnotify_value *values, unsigned int n);
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

/*
 * An array of the values, and how many they are. kevnotify_raise() has it in a
 * struct: gcc aligns an array on the stack to 16 bytes, and whoever raises pays
 * for that where the source is off, too. It names the type before that, as clang
 * takes only constants inside the declaration of a struct.
 */
#define __kevnotify_array(...) ((const struct kevnotify_value[]){ __VA_ARGS__ })
#define __kevnotify_count(...) \
	(sizeof(__kevnotify_array(__VA_ARGS__)) / sizeof(struct kevnotify_value))

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
#define kevnotify_raise(src, id, ...)						\
do {										\
	struct kevnotify_source *__kev_src = (src);				\
										\
	if (kevnotify_source_on(__kev_src)) {					\
		typedef typeof(__kevnotify_array(__VA_ARGS__)) __kev_array;	\
		const struct {							\
			__kev_array at;						\
		} __kev_values = { { __VA_ARGS__ } };				\
										\
		__kevnotify_raise(__kev_src, id, __kev_values.at,		\
				  __kevnotify_count(__VA_ARGS__));		\
	}									\
} while (0)

#endif /* _KEVNOTIFY_H */
