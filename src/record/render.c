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
static __always_inline bool kev_render_text_whole(struct kev_text *t, const void *s, size_t len)
{
	if (unlikely(t->len + len >= t->size))
		return false;
	memcpy(t->buf + t->len, s, len);
	t->len += len;
	return true;
}

#define kev_render_text_literal(t, s)	kev_render_text_whole(t, s, sizeof(s) - 1)

static noinline void kev_render_text_bytes(struct kev_text *t, const void *s, size_t len)
{
	kev_render_text_whole(t, s, len);
}

static void kev_render_text_string(struct kev_text *t, const char *s)
{
	kev_render_text_bytes(t, s, strlen(s));
}

/* A name, which NUL ends or @most; returns its length */
static size_t kev_render_text_name(struct kev_text *t, const char *s, size_t most)
{
	size_t room = t->size - t->len - 1, n;
	char *to = t->buf + t->len;

	for (n = 0; n < most && s[n]; n++)
		if (likely(n < room))
			to[n] = s[n];
	if (likely(n <= room))
		t->len += n;
	return n;
}

static void kev_render_text_char(struct kev_text *t, char c)
{
	kev_render_text_whole(t, &c, sizeof(c));
}

/* Whole characters, as many as there is room for; was that all of them? */
static bool kev_render_text_run(struct kev_text *t, const u8 *s, size_t len)
{
	size_t room = t->size - t->len - 1;

	if (likely(len <= room))
		return kev_render_text_whole(t, s, len);
	while (room && (s[room] & 0xc0) == 0x80)
		room--;
	kev_render_text_whole(t, s, room);
	return false;
}

/* The numbers from 0 to 99 in two digits each */
static const char kev_render_pairs[] =
	"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243"
	"4445464748495051525354555657585960616263646566676869707172737475767778798081828384858687"
	"888990919293949596979899";

/* By that many bits a number has one of two numbers of digits; the first has one all the same */
static const u64 kev_render_powers[] = {
	0, 10ULL, 100ULL, 1000ULL, 10000ULL, 100000ULL, 1000000ULL, 10000000ULL, 100000000ULL,
	1000000000ULL, 10000000000ULL, 100000000000ULL, 1000000000000ULL, 10000000000000ULL,
	100000000000000ULL, 1000000000000000ULL, 10000000000000000ULL, 100000000000000000ULL,
	1000000000000000000ULL, 10000000000000000000ULL,
};

static unsigned int kev_render_digits(u64 num)
{
	/* 1233 / 4096 is the logarithm of 2 to the base 10, closely enough for 64 bits */
	unsigned int less = fls64(num) * 1233 >> 12;

	return less + (num >= kev_render_powers[less]);
}

/* With so many digits at least; a fraction of what "%llu" takes */
static void kev_render_text_decimal(struct kev_text *t, u64 num, unsigned int width)
{
	unsigned int digits;
	u32 rest, low;
	char *p;

	if (num < 10 && !width) {
		kev_render_text_char(t, '0' + num);
		return;
	}
	digits = max(kev_render_digits(num), width);
	if (unlikely(t->len + digits >= t->size))
		return;
	t->len += digits;
	p = t->buf + t->len;
	for (; num > U32_MAX; digits -= 2) {
		num = div_u64_rem(num, 100, &rest);
		p -= 2;
		memcpy(p, kev_render_pairs + 2 * rest, 2);
	}
	for (low = num; digits > 1; digits -= 2) {
		p -= 2;
		memcpy(p, kev_render_pairs + 2 * (low % 100), 2);
		low /= 100;
	}
	if (digits)
		p[-1] = '0' + low;
}

static void kev_render_text_hex(struct kev_text *t, u64 num)
{
	char digits[2 + 16], *end = digits + sizeof(digits), *p = end;

	do {
		*--p = hex_asc_lo(num);
		num >>= 4;
	} while (num);
	*--p = 'x';
	*--p = '0';
	kev_render_text_bytes(t, p, end - p);
}

__printf(2, 3)
static void kev_render_text_printf(struct kev_text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->len += vscnprintf(t->buf + t->len, t->size - t->len, fmt, args);
	va_end(args);
}

/* As many bytes as there are and as there is room for that are printable ASCII but the backslash */
static size_t kev_render_text_ascii(struct kev_text *t, const u8 *s, size_t len)
{
	const u64 ones = 0x0101010101010101ULL;
	char *to = t->buf + t->len;
	size_t n = 0;
	u64 w;

	len = min(len, t->size - t->len - 1);
	for (; n + sizeof(w) <= len; n += sizeof(w)) {
		memcpy(&w, s + n, sizeof(w));
		/* 0x80 and above; below 0x20; 0x7f; the backslash */
		if ((w | (w - 0x20 * ones) | (w + ones) | ((w ^ '\\' * ones) - ones)) & 0x80 * ones)
			break;
		memcpy(to + n, &w, sizeof(w));
	}
	for (; n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '\\'; n++)
		to[n] = s[n];
	t->len += n;
	return n;
}

/* The length of the valid UTF-8 character at s that needs no escape, or 0 */
static int kev_render_text_plain(const u8 *s, size_t len)
{
	unicode_t u;
	int n;

	if (*s < 0x80)
		return 0;
	n = utf8_to_utf32(s, min_t(size_t, len, 4), &u);
	/* U+0080 to U+009F are control characters too */
	return n > 0 && u >= 0xa0 ? n : 0;
}

/* The character at s, as it is or as \xNN; how many bytes of s that was, 0 without room */
static noinline size_t kev_render_text_special(struct kev_text *t, const u8 *s, size_t len)
{
	char escape[] = "\\x00";
	int n = kev_render_text_plain(s, len);

	if (n)
		return kev_render_text_whole(t, s, n) ? n : 0;
	hex_byte_pack(escape + 2, *s);
	return kev_render_text_whole(t, escape, sizeof(escape) - 1);
}

/*
 * No byte of a value may end its line or its string, or pass for an escape:
 * whatever is not plain text is written \xNN. What there is no room for ends it.
 */
static void kev_render_text_escape(struct kev_text *t, const u8 *s, size_t len)
{
	size_t n;

	for (;;) {
		n = kev_render_text_ascii(t, s, len);
		if (n == len)
			return;
		s += n;
		len -= n;
		n = kev_render_text_special(t, s, len);
		if (!n)
			return;
		s += n;
		len -= n;
	}
}

/* An address whose module has gone has no symbol; the number itself is for no reader */
static void kev_render_text_symbol(struct kev_text *t, unsigned long entry)
{
	size_t from = t->len;

	kev_render_text_printf(t, "%pS", (void *)entry);
	if (t->len > from && isdigit(t->buf[from])) {
		t->len = from;
		kev_render_text_char(t, '?');
	}
	t->len = min(t->len, from + KEV_TEXT_ENTRY);
}

static void kev_render_text_stack(struct kev_text *t, const struct kev_value *v)
{
	unsigned long entry;
	unsigned int i;

	for (i = 0; i + sizeof(entry) <= v->len; i += sizeof(entry)) {
		memcpy(&entry, v->bytes + i, sizeof(entry));
		if (i)
			kev_render_text_char(t, ' ');
		kev_render_text_symbol(t, entry);
	}
}

/* A value as it stands in the event: strings are not escaped yet */
static void kev_render_text_value(struct kev_text *t, const struct kev_value *v)
{
	__be32 ip;

	switch (v->type) {
	case KEVNOTIFY_TYPE_U64:
		kev_render_text_decimal(t, v->num, 0);
		break;
	case KEVNOTIFY_TYPE_S64:
		if ((s64)v->num < 0)
			kev_render_text_char(t, '-');
		kev_render_text_decimal(t, (s64)v->num < 0 ? -v->num : v->num, 0);
		break;
	case KEVNOTIFY_TYPE_HEX:
		kev_render_text_hex(t, v->num);
		break;
	case KEVNOTIFY_TYPE_IP4:
		ip = (__force __be32)v->num;
		kev_render_text_printf(t, "%pI4", &ip);
		break;
	case KEV_TYPE_STACK:
		kev_render_text_stack(t, v);
		break;
	default:
		kev_render_text_run(t, v->bytes, v->len);
	}
}

/* The place of a key, from 1; 0 for none */
static unsigned int kev_render_place(const char *const *keys, const char *key, size_t len)
{
	unsigned int i;

	for (i = 0; keys && keys[i]; i++)
		if (strlen(keys[i]) == len && !memcmp(keys[i], key, len))
			return i + 1;
	return 0;
}

/**
 * kev_render_parse() - make each "{KEY}" of a template a brace and the key's place
 * @template: the template
 * @keys: the keys, ended by NULL; or NULL
 * @to: where to; room for as much as @template
 *
 * Context: any.
 * Return: NULL; or the first key in @template that is none of @keys, or has no end.
 */
const char *kev_render_parse(const char *template, const char *const *keys, char *to)
{
	const char *open;
	unsigned int place;
	size_t len;

	for (;;) {
		open = strchrnul(template, '{');
		memcpy(to, template, open - template);
		to += open - template;
		if (!*open)
			break;
		len = strcspn(++open, "}");
		place = kev_render_place(keys, open, len);
		if (!place || !open[len])
			return open;
		*to++ = '{';
		*to++ = place;
		template = open + len + 1;
	}
	*to = '\0';
	return NULL;
}

/* The value at a place, from 1. It goes on from the one before, if it can. */
static bool kev_render_find(const struct kev_event *ev, unsigned int place,
			    struct kev_value_at *at, struct kev_value *value)
{
	if (place <= at->values)
		*at = (struct kev_value_at){};
	while (at->values < place)
		if (!kev_value_next(ev, at, value) || value->type == KEV_TYPE_STACK)
			return false;
	return value->type != KEV_TYPE_NONE;
}

static void kev_render_template(struct kev_text *t, const struct kev_event *ev, const char *p)
{
	struct kev_value_at at = {};
	struct kev_value value;
	const char *open;

	for (; *p; p = open + 2) {
		open = strchrnul(p, '{');
		kev_render_text_run(t, p, open - p);
		if (!*open)
			return;
		if (kev_render_find(ev, open[1], &at, &value))
			kev_render_text_value(t, &value);
		else
			kev_render_text_char(t, '?');
	}
}

/* An event of kevnotify_raisef() brings its message along */
static bool kev_render_own(struct kev_text *t, const struct kev_event *ev)
{
	struct kev_value_at at = {};
	struct kev_value value;

	if (!ev->words || *(const u8 *)ev->data != KEV_TYPE_MESSAGE ||
	    !kev_value_next(ev, &at, &value))
		return false;
	kev_render_text_value(t, &value);
	return true;
}

/* An event's message, ended by NUL; returns its length */
size_t kev_render_message(const struct kev_event *ev, const struct kev_origin *origin,
			  char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };

	if (ev->flags & KEV_CLOSING)
		kev_render_text_printf(&t, "%llu more events were suppressed", origin->suppressed);
	else if (!kev_render_own(&t, ev))
		kev_render_template(&t, ev, origin->message);
	buf[t.len] = '\0';
	return t.len;
}

/* A text as it stands in a record's strings; a character or an escape without room ends it */
void kev_render_escaped(const char *text, char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };

	kev_render_text_escape(&t, text, strlen(text));
	buf[t.len] = '\0';
}

static const char *const kev_context_names[] = {
	[KEV_TASK]	= "task",
	[KEV_SOFTIRQ]	= "softirq",
	[KEV_HARDIRQ]	= "hardirq",
	[KEV_NMI]	= "nmi",
};

#define kev_render_text_number(t, key, num) do {	\
	kev_render_text_literal(t, "\n" key);		\
	kev_render_text_decimal(t, num, 0);		\
} while (0)

/* Strings that every record has; a string begins with the end of the one before */
static void kev_render_fixed(struct kev_text *t, const struct kev_record *rec)
{
	const struct kev_event *ev = &rec->event;
	u32 ns;
	u64 sec = div_u64_rem(rec->real, NSEC_PER_SEC, &ns);

	kev_render_text_literal(t, "PRIORITY=");
	kev_render_text_decimal(t, ev->level, 0);
	kev_render_text_literal(t, "\nSYSLOG_IDENTIFIER=kevnotify\nMESSAGE=");
	kev_render_text_escape(t, rec->text, rec->message);
	kev_render_text_number(t, "KEVNOTIFY_SEQ=", rec->seq);
	kev_render_text_literal(t, "\nKEVNOTIFY_INSTANCE=");
	kev_render_text_whole(t, kev_log_instance, sizeof(kev_log_instance) - 1);
	kev_render_text_literal(t, "\nKEVNOTIFY_SOURCE=");
	kev_render_text_name(t, rec->source, sizeof(rec->source));
	kev_render_text_number(t, "KEVNOTIFY_ID=", ev->id);
	kev_render_text_number(t, "KEVNOTIFY_TIME=", sec);
	kev_render_text_char(t, '.');
	kev_render_text_decimal(t, ns / (u32)NSEC_PER_USEC, 6);
	kev_render_text_number(t, "KEVNOTIFY_CPU=", rec->cpu);
	kev_render_text_literal(t, "\nKEVNOTIFY_PID=");
	if (ev->pid < 0)
		kev_render_text_char(t, '-');
	kev_render_text_decimal(t, abs(ev->pid), 0);
	kev_render_text_number(t, "KEVNOTIFY_UID=", ev->uid);
	kev_render_text_literal(t, "\nKEVNOTIFY_COMM=");
	kev_render_text_escape(t, ev->comm, strnlen(ev->comm, sizeof(ev->comm)));
	kev_render_text_number(t, "KEVNOTIFY_CGROUP_ID=", ev->cgroup_id);
	kev_render_text_literal(t, "\nKEVNOTIFY_CONTEXT=");
	kev_render_text_string(t, kev_context_names[ev->context & 3]);
}

/* Strings that some records have */
static void kev_render_notes(struct kev_text *t, const struct kev_record *rec,
			     const struct kev_notes *notes, bool helper)
{
	u64 suppressed = rec->suppressed + (helper ? rec->withheld : 0);

	if (suppressed)
		kev_render_text_number(t, "KEVNOTIFY_SUPPRESSED=", suppressed);
	if (notes->lost)
		kev_render_text_number(t, "KEVNOTIFY_LOST=", notes->lost);
	if (notes->delayed_ms)
		kev_render_text_number(t, "KEVNOTIFY_DELAYED_MS=", notes->delayed_ms);
	if (rec->event.flags & KEV_TRUNCATED || notes->fixed_only)
		kev_render_text_literal(t, "\nKEVNOTIFY_TRUNCATED=1");
}

/* Returns the length of the key */
static size_t kev_render_field(struct kev_text *t, const char *key, size_t most,
			       const struct kev_value *value)
{
	size_t len;

	kev_render_text_literal(t, "\nKEVNOTIFY_");
	len = kev_render_text_name(t, key, most);
	kev_render_text_char(t, '=');
	if (value->type & KEVNOTIFY_TYPE_STR || value->type == KEVNOTIFY_TYPE_COMM)
		kev_render_text_escape(t, value->bytes, value->len);
	else
		kev_render_text_value(t, value);
	return len;
}

/* The source's own fields: its keys stand behind the message in rec->text */
static void kev_render_fields(struct kev_text *t, const struct kev_record *rec)
{
	const char *key = rec->text + rec->message + 1;
	const char *limit = rec->text + sizeof(rec->text);
	struct kev_value_at at = {};
	struct kev_value value;

	while (kev_value_next(&rec->event, &at, &value)) {
		if (value.type == KEV_TYPE_STACK)
			kev_render_field(t, "STACK", 5, &value);
		else if (value.type == KEV_TYPE_MESSAGE || key >= limit || !*key)
			continue;
		else if (value.type == KEV_TYPE_NONE)
			key += strnlen(key, limit - key) + 1;
		else
			key += kev_render_field(t, key, limit - key, &value) + 1;
	}
}

static void kev_render_strings(struct kev_text *t, const struct kev_record *rec,
			       const struct kev_notes *notes, bool helper)
{
	kev_render_fixed(t, rec);
	kev_render_notes(t, rec, notes, helper);
	if (!notes->fixed_only)
		kev_render_fields(t, rec);
	kev_render_text_char(t, '\n');
}

/*
 * A record as strings KEY=value, for the helper, each ended by a newline. KEV_RENDER_BYTES
 * are enough for any record. Returns the number of bytes.
 */
size_t kev_render_record(const struct kev_record *rec, const struct kev_notes *notes,
			 char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };

	kev_render_strings(&t, rec, notes, true);
	return t.len;
}

/*
 * A record as it stands in a stream: the journal's export format; for the helper with a
 * line TROUBLED_DS=. Returns the number of bytes.
 */
size_t kev_render_stream(const struct kev_record *rec, const struct kev_notes *notes,
			 bool troubled_ds, char *buf, size_t size)
{
	struct kev_text t = { buf, size, 0 };

	kev_render_text_literal(&t, "__REALTIME_TIMESTAMP=");
	kev_render_text_decimal(&t, div_u64(rec->real, NSEC_PER_USEC), 0);
	kev_render_text_number(&t, "__MONOTONIC_TIMESTAMP=",
			       div_u64(rec->event.mono, NSEC_PER_USEC));
	if (*kev_log_boot) {
		kev_render_text_literal(&t, "\n_BOOT_ID=");
		kev_render_text_whole(&t, kev_log_boot, sizeof(kev_log_boot) - 1);
	}
	if (troubled_ds)
		kev_render_text_number(&t, "TROUBLED_DS=", rec->event.id);
	kev_render_text_char(&t, '\n');
	kev_render_strings(&t, rec, notes, troubled_ds);
	kev_render_text_char(&t, '\n');
	return t.len;
}
