// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a record to strings KEY=value: the only place that knows the text form.
 * Pure functions.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/nls.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "render.h"

/* Bytes of one entry of a stack: the kernel allows symbols of 511 */
#define KEV_TEXT_ENTRY	160

/* A buffer that is written from the front; what does not fit is left out whole */
struct kev_text {
	char	*buf;
	size_t	size;
	size_t	len;
};

/* All of it, or nothing */
static __always_inline bool kev_text_whole(struct kev_text *t, const void *s, size_t len)
{
	if (unlikely(t->len + len >= t->size))
		return false;
	memcpy(t->buf + t->len, s, len);
	t->len += len;
	return true;
}

#define kev_text_literal(t, s)	kev_text_whole(t, s, sizeof(s) - 1)

static noinline void kev_text_bytes(struct kev_text *t, const void *s, size_t len)
{
	kev_text_whole(t, s, len);
}

static void kev_text_string(struct kev_text *t, const char *s)
{
	kev_text_bytes(t, s, strlen(s));
}

static void kev_text_char(struct kev_text *t, char c)
{
	kev_text_whole(t, &c, sizeof(c));
}

/* Whole characters, as many as there is room for; was that all of them? */
static bool kev_text_run(struct kev_text *t, const u8 *s, size_t len)
{
	size_t room = t->size - t->len - 1;

	if (likely(len <= room))
		return kev_text_whole(t, s, len);
	while (room && (s[room] & 0xc0) == 0x80)
		room--;
	kev_text_whole(t, s, room);
	return false;
}

/* With so many digits at least; a tenth of what "%llu" takes */
static void kev_text_decimal(struct kev_text *t, u64 num, unsigned int width)
{
	char digits[20], *end = digits + sizeof(digits), *p = end;
	u32 digit;

	do {
		num = div_u64_rem(num, 10, &digit);
		*--p = '0' + digit;
	} while (num || p > end - width);
	kev_text_bytes(t, p, end - p);
}

static void kev_text_hex(struct kev_text *t, u64 num)
{
	char digits[2 + 16], *end = digits + sizeof(digits), *p = end;

	do {
		*--p = hex_asc_lo(num);
		num >>= 4;
	} while (num);
	*--p = 'x';
	*--p = '0';
	kev_text_bytes(t, p, end - p);
}

__printf(2, 3)
static void kev_text_printf(struct kev_text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->len += vscnprintf(t->buf + t->len, t->size - t->len, fmt, args);
	va_end(args);
}

/* So many bytes that stand for themselves: printable ASCII but the backslash, eight at a time */
static size_t kev_text_ascii(const u8 *s, size_t len)
{
	const u64 ones = 0x0101010101010101ULL;
	size_t n;
	u64 w;

	for (n = 0; n + sizeof(w) <= len; n += sizeof(w)) {
		memcpy(&w, s + n, sizeof(w));
		/* 0x80 and above; below 0x20; 0x7f; the backslash */
		if ((w | (w - 0x20 * ones) | (w + ones) | ((w ^ '\\' * ones) - ones)) & 0x80 * ones)
			break;
	}
	while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '\\')
		n++;
	return n;
}

/* The length of the valid UTF-8 character at s that needs no escape, or 0 */
static int kev_text_plain(const u8 *s, size_t len)
{
	unicode_t u;
	int n;

	if (*s < 0x80)
		return 0;
	n = utf8_to_utf32(s, min_t(size_t, len, 4), &u);
	/* U+0080 to U+009F are control characters too */
	return n > 0 && u >= 0xa0 ? n : 0;
}

/*
 * No byte of a value may end its line or its string, or pass for an escape:
 * whatever is not plain text is written \xNN.
 */
static void kev_text_escape(struct kev_text *t, const u8 *s, size_t len)
{
	const u8 *run, *end = s + len;
	char escape[] = "\\x00";
	size_t n;

	for (;;) {
		for (run = s; s != end; s += n) {
			n = kev_text_ascii(s, end - s) ?: kev_text_plain(s, end - s);
			if (!n)
				break;
		}
		if (!kev_text_run(t, run, s - run) || s == end)
			return;
		hex_byte_pack(escape + 2, *s++);
		if (!kev_text_whole(t, escape, sizeof(escape) - 1))
			return;
	}
}

/* An address whose module has gone has no symbol; the number itself is for no reader */
static void kev_text_symbol(struct kev_text *t, unsigned long entry)
{
	size_t from = t->len;

	kev_text_printf(t, "%pS", (void *)entry);
	if (t->len > from && isdigit(t->buf[from])) {
		t->len = from;
		kev_text_char(t, '?');
	}
	t->len = min(t->len, from + KEV_TEXT_ENTRY);
}

static void kev_text_stack(struct kev_text *t, const struct kev_value *v)
{
	unsigned long entry;
	unsigned int i;

	for (i = 0; i + sizeof(entry) <= v->len; i += sizeof(entry)) {
		memcpy(&entry, v->bytes + i, sizeof(entry));
		if (i)
			kev_text_char(t, ' ');
		kev_text_symbol(t, entry);
	}
}

/* A value as it stands in the event: strings are not escaped yet */
static void kev_text_value(struct kev_text *t, const struct kev_value *v)
{
	__be32 ip;

	switch (v->type) {
	case KEVNOTIFY_TYPE_U64:
		kev_text_decimal(t, v->num, 0);
		break;
	case KEVNOTIFY_TYPE_S64:
		if ((s64)v->num < 0)
			kev_text_char(t, '-');
		kev_text_decimal(t, (s64)v->num < 0 ? -v->num : v->num, 0);
		break;
	case KEVNOTIFY_TYPE_HEX:
		kev_text_hex(t, v->num);
		break;
	case KEVNOTIFY_TYPE_IP4:
		ip = (__force __be32)v->num;
		kev_text_printf(t, "%pI4", &ip);
		break;
	case KEV_TYPE_STACK:
		kev_text_stack(t, v);
		break;
	default:
		kev_text_run(t, v->bytes, v->len);
	}
}

/* Has the event a value of this key (by its place among the source's own)? */
static bool kev_render_find(const struct kev_event *ev, const char *const *keys,
			    const char *key, size_t len, struct kev_value *value)
{
	struct kev_value_at at = {};

	while (keys && *keys && kev_value_next(ev, &at, value)) {
		if (value->type == KEV_TYPE_MESSAGE || value->type == KEV_TYPE_STACK)
			continue;
		if (strlen(*keys) == len && !memcmp(*keys, key, len))
			return value->type != KEV_TYPE_NONE;
		keys++;
	}
	return false;
}

/* An event of kevnotify_raisef() brings its message along */
static bool kev_render_own(struct kev_text *t, const struct kev_event *ev)
{
	struct kev_value_at at = {};
	struct kev_value value;

	while (kev_value_next(ev, &at, &value)) {
		if (value.type != KEV_TYPE_MESSAGE)
			continue;
		kev_text_value(t, &value);
		return true;
	}
	return false;
}

static void kev_render_template(struct kev_text *t, const struct kev_event *ev,
				const struct kev_origin *origin)
{
	const char *p = origin->message, *open, *close;
	struct kev_value value;

	for (;;) {
		open = strchrnul(p, '{');
		close = strchr(open, '}');
		if (!close)
			open += strlen(open);
		kev_text_run(t, p, open - p);
		if (!close)
			return;
		if (kev_render_find(ev, origin->keys, open + 1, close - open - 1, &value))
			kev_text_value(t, &value);
		else
			kev_text_char(t, '?');
		p = close + 1;
	}
}

/**
 * kev_render_message() - an event's message
 * @ev: the event
 * @origin: its template, keys and count of suppressed events
 * @buf: where to; ended by NUL
 * @size: room there
 *
 * Context: any.
 */
void kev_render_message(const struct kev_event *ev, const struct kev_origin *origin,
			char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };

	if (ev->flags & KEV_CLOSING)
		kev_text_printf(&t, "%llu more events were suppressed", origin->suppressed);
	else if (!kev_render_own(&t, ev))
		kev_render_template(&t, ev, origin);
	buf[t.len] = '\0';
}

/**
 * kev_render_escaped() - a text as it stands in a record's strings
 * @text: the text
 * @buf: where to; ended by NUL
 * @size: room there; a character or an escape without room ends it
 *
 * Context: any.
 */
void kev_render_escaped(const char *text, char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };

	kev_text_escape(&t, text, strlen(text));
	buf[t.len] = '\0';
}

static const char *const kev_context_names[] = {
	[KEV_TASK]	= "task",
	[KEV_SOFTIRQ]	= "softirq",
	[KEV_HARDIRQ]	= "hardirq",
	[KEV_NMI]	= "nmi",
};

#define kev_text_number(t, key, num) do {	\
	kev_text_literal(t, "\n" key);		\
	kev_text_decimal(t, num, 0);		\
} while (0)

/* Strings that every record has; a string begins with the end of the one before */
static void kev_render_fixed(struct kev_text *t, const struct kev_record *rec, size_t message)
{
	const struct kev_event *ev = &rec->event;
	u32 ns;
	u64 sec = div_u64_rem(rec->real, NSEC_PER_SEC, &ns);

	kev_text_literal(t, "PRIORITY=");
	kev_text_decimal(t, ev->level, 0);
	kev_text_literal(t, "\nSYSLOG_IDENTIFIER=kevnotify\nMESSAGE=");
	kev_text_escape(t, rec->text, message);
	kev_text_number(t, "KEVNOTIFY_SEQ=", rec->seq);
	kev_text_literal(t, "\nKEVNOTIFY_INSTANCE=");
	kev_text_whole(t, kev_log_instance, sizeof(kev_log_instance) - 1);
	kev_text_literal(t, "\nKEVNOTIFY_SOURCE=");
	kev_text_bytes(t, rec->source, strnlen(rec->source, sizeof(rec->source)));
	kev_text_number(t, "KEVNOTIFY_ID=", ev->id);
	kev_text_number(t, "KEVNOTIFY_TIME=", sec);
	kev_text_char(t, '.');
	kev_text_decimal(t, ns / (u32)NSEC_PER_USEC, 6);
	kev_text_number(t, "KEVNOTIFY_CPU=", rec->cpu);
	kev_text_literal(t, "\nKEVNOTIFY_PID=");
	if (ev->pid < 0)
		kev_text_char(t, '-');
	kev_text_decimal(t, abs(ev->pid), 0);
	kev_text_number(t, "KEVNOTIFY_UID=", ev->uid);
	kev_text_literal(t, "\nKEVNOTIFY_COMM=");
	kev_text_escape(t, ev->comm, strnlen(ev->comm, sizeof(ev->comm)));
	kev_text_number(t, "KEVNOTIFY_CGROUP_ID=", ev->cgroup_id);
	kev_text_literal(t, "\nKEVNOTIFY_CONTEXT=");
	kev_text_string(t, kev_context_names[ev->context & 3]);
}

/* Strings that some records have */
static void kev_render_notes(struct kev_text *t, const struct kev_record *rec,
			     const struct kev_notes *notes, bool helper)
{
	u64 suppressed = rec->suppressed + (helper ? rec->withheld : 0);

	if (suppressed)
		kev_text_number(t, "KEVNOTIFY_SUPPRESSED=", suppressed);
	if (notes->lost)
		kev_text_number(t, "KEVNOTIFY_LOST=", notes->lost);
	if (notes->delayed_ms)
		kev_text_number(t, "KEVNOTIFY_DELAYED_MS=", notes->delayed_ms);
	if (rec->event.flags & KEV_TRUNCATED || notes->fixed_only)
		kev_text_literal(t, "\nKEVNOTIFY_TRUNCATED=1");
}

static void kev_render_field(struct kev_text *t, const char *key, size_t len,
			     const struct kev_value *value)
{
	kev_text_literal(t, "\nKEVNOTIFY_");
	kev_text_bytes(t, key, len);
	kev_text_char(t, '=');
	if (value->type & KEVNOTIFY_TYPE_STR || value->type == KEVNOTIFY_TYPE_COMM)
		kev_text_escape(t, value->bytes, value->len);
	else
		kev_text_value(t, value);
}

/* The source's own fields: its keys stand behind the message in rec->text */
static void kev_render_fields(struct kev_text *t, const struct kev_record *rec, size_t message)
{
	const char *key = rec->text + message + 1;
	const char *limit = rec->text + sizeof(rec->text);
	struct kev_value_at at = {};
	struct kev_value value;
	size_t len;

	while (kev_value_next(&rec->event, &at, &value)) {
		if (value.type == KEV_TYPE_STACK) {
			kev_render_field(t, "STACK", 5, &value);
		} else if (value.type != KEV_TYPE_MESSAGE && key < limit && *key) {
			len = strnlen(key, limit - key);
			if (value.type != KEV_TYPE_NONE)
				kev_render_field(t, key, len, &value);
			key += len + 1;
		}
	}
}

static void kev_render_strings(struct kev_text *t, const struct kev_record *rec,
			       const struct kev_notes *notes, bool helper)
{
	size_t message = strnlen(rec->text, sizeof(rec->text));

	kev_render_fixed(t, rec, message);
	kev_render_notes(t, rec, notes, helper);
	if (!notes->fixed_only)
		kev_render_fields(t, rec, message);
	kev_text_char(t, '\n');
}

/**
 * kev_render_record() - a record as strings KEY=value, for the helper
 * @rec: a whole record, from kev_log_copy()
 * @notes: what the helper's cursor adds
 * @end: what ends each string: '\0' for an environment
 * @buf: where to
 * @size: room there; KEV_RENDER_BYTES is enough for any record
 *
 * Context: task.
 * Return: the number of bytes written.
 */
size_t kev_render_record(const struct kev_record *rec, const struct kev_notes *notes,
			 char end, char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };
	size_t i;

	kev_render_strings(&t, rec, notes, true);
	/* In a value there is none */
	for (i = 0; end != '\n' && i < t.len; i++)
		if (buf[i] == '\n')
			buf[i] = end;
	return t.len;
}

/**
 * kev_render_stream() - a record as it stands in a stream: the journal's export format
 * @rec: as for kev_render_record()
 * @notes: what the reader's cursor adds
 * @troubled_ds: for the helper: with a line TROUBLED_DS=
 * @buf: where to
 * @size: room there
 *
 * Context: task.
 * Return: the number of bytes written.
 */
size_t kev_render_stream(const struct kev_record *rec, const struct kev_notes *notes,
			 bool troubled_ds, char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };

	kev_text_literal(&t, "__REALTIME_TIMESTAMP=");
	kev_text_decimal(&t, div_u64(rec->real, NSEC_PER_USEC), 0);
	kev_text_number(&t, "__MONOTONIC_TIMESTAMP=", div_u64(rec->event.mono, NSEC_PER_USEC));
	if (troubled_ds)
		kev_text_number(&t, "TROUBLED_DS=", rec->event.id);
	kev_text_char(&t, '\n');
	kev_render_strings(&t, rec, notes, troubled_ds);
	kev_text_char(&t, '\n');
	return t.len;
}
