// SPDX-License-Identifier: GPL-2.0-only
/* From records to text. */
#include <kunit/test.h>
#include <linux/inet.h>
#include <linux/module.h>

#include "put_value.h"
#include "render.c"

char kev_log_instance[33] = "0123456789abcdef0123456789abcdef";
char kev_log_boot[33];

/* What a test renders: from fresh memory, so that KASAN sees what is read beyond it */
struct bench {
	struct kev_record	rec;
	struct kev_notes	notes;
	size_t			len;
	char			out[KEV_RENDER_BYTES];
};

static struct bench *bench(struct kunit *test)
{
	struct bench *b = test->priv;

	memset(&b->rec, 0, sizeof(b->rec));
	memset(&b->notes, 0, sizeof(b->notes));
	strcpy(b->rec.source, "test");
	strcpy(b->rec.text, "m");
	b->rec.message = 1;
	b->rec.seq = 1;
	return b;
}

static void put_number(struct bench *b, u8 type, u64 num)
{
	put_word(&b->rec.event, type, num);
}

static void put_string(struct bench *b, const void *s, size_t len)
{
	put_bytes(&b->rec.event, KEVNOTIFY_TYPE_STR, s, len);
}

/* The record's message, and the keys of its values, as the log lays them */
static void set_text(struct bench *b, const char *message, const char *const *keys)
{
	size_t at = strlen(message) + 1;

	strcpy(b->rec.text, message);
	b->rec.message = strlen(message);
	for (; keys && *keys; keys++) {
		strcpy(b->rec.text + at, *keys);
		at += strlen(*keys) + 1;
	}
	b->rec.text[at] = '\0';
}

static void render(struct bench *b)
{
	/* Whoever relied on zeroes there would read this */
	memset(b->out, 0xaa, sizeof(b->out));
	b->rec.message = strlen(b->rec.text);
	b->len = kev_render_record(&b->rec, &b->notes, b->out, sizeof(b->out));
	b->out[min(b->len, sizeof(b->out) - 1)] = '\0';
}

static bool has(const struct bench *b, const char *line)
{
	const char *p;

	for (p = b->out; *p; p = strchrnul(p, '\n'), p += *p == '\n')
		if (!strncmp(p, line, strlen(line)) && p[strlen(line)] == '\n')
			return true;
	return false;
}

static void expect_has(struct kunit *test, const struct bench *b, const char *line)
{
	KUNIT_EXPECT_TRUE_MSG(test, has(b, line), "no line %s in\n%s", line, b->out);
}

static const struct {
	const char	*what;
	const char	*in;
	size_t		len;
	const char	*out;
} escapes[] = {
#define ESCAPE(what, in, out) { what, in, sizeof(in) - 1, out }
	ESCAPE("plain",			"a b~=\"'%n${}",	"a b~=\"'%n${}"),
	ESCAPE("newline",		"x\nPATH=/tmp",		"x\\x0aPATH=/tmp"),
	ESCAPE("NUL",			"x\0y",			"x\\x00y"),
	ESCAPE("controls",		"\x01\t\r\x1b[\x1f",	"\\x01\\x09\\x0d\\x1b[\\x1f"),
	ESCAPE("DEL",			"\x7f",			"\\x7f"),
	ESCAPE("backslash",		"\\x0a\\",		"\\x5cx0a\\x5c"),
	ESCAPE("two bytes",		"\xc3\xa9",		"\xc3\xa9"),
	ESCAPE("three bytes",		"\xe2\x82\xac",		"\xe2\x82\xac"),
	ESCAPE("four bytes",		"\xf0\x9f\x98\x80",	"\xf0\x9f\x98\x80"),
	ESCAPE("first C1",		"\xc2\x80",		"\\xc2\\x80"),
	ESCAPE("NEL",			"a\xc2\x85z",		"a\\xc2\\x85z"),
	ESCAPE("last C1",		"\xc2\x9f",		"\\xc2\\x9f"),
	ESCAPE("after C1",		"\xc2\xa0",		"\xc2\xa0"),
	ESCAPE("lone continuation",	"\x80z",		"\\x80z"),
	ESCAPE("overlong, two",		"\xc0\x8a",		"\\xc0\\x8a"),
	ESCAPE("overlong, three",	"\xe0\x80\x8a",		"\\xe0\\x80\\x8a"),
	ESCAPE("overlong, four",	"\xf0\x80\x80\x8a",	"\\xf0\\x80\\x80\\x8a"),
	ESCAPE("surrogate",		"\xed\xa0\x80",		"\\xed\\xa0\\x80"),
	ESCAPE("beyond U+10FFFF",	"\xf4\x90\x80\x80",	"\\xf4\\x90\\x80\\x80"),
	ESCAPE("last character",	"\xf4\x8f\xbf\xbf",	"\xf4\x8f\xbf\xbf"),
	ESCAPE("five bytes",		"\xf8\x88\x80\x80\x80",	"\\xf8\\x88\\x80\\x80\\x80"),
	ESCAPE("never in UTF-8",	"\xfe\xff",		"\\xfe\\xff"),
	ESCAPE("cut after one of two",	"a\xc3",		"a\\xc3"),
	ESCAPE("cut after two of three", "a\xe2\x82",		"a\\xe2\\x82"),
	ESCAPE("cut after three of four", "\xf0\x9f\x98",	"\\xf0\\x9f\\x98"),
	ESCAPE("broken off",		"\xe2\x82z",		"\\xe2\\x82z"),
	ESCAPE("nothing",		"",			""),
};

static void render_escapes_values(struct kunit *test)
{
	static const char *const keys[] = { "FIELD", NULL };
	char line[80];
	int i;

	for (i = 0; i < ARRAY_SIZE(escapes); i++) {
		struct bench *b = bench(test);

		put_string(b, escapes[i].in, escapes[i].len);
		set_text(b, "m", keys);
		render(b);
		snprintf(line, sizeof(line), "KEVNOTIFY_FIELD=%s", escapes[i].out);
		KUNIT_EXPECT_TRUE_MSG(test, has(b, line), "%s: no %s in\n%s",
				      escapes[i].what, line, b->out);
	}
}

/* NUL ends these two, everything else is escaped alike */
static void render_escapes_message_and_comm(struct kunit *test)
{
	char line[80];
	int i;

	for (i = 0; i < ARRAY_SIZE(escapes); i++) {
		struct bench *b = bench(test);

		if (memchr(escapes[i].in, '\0', escapes[i].len))
			continue;
		strcpy(b->rec.text, escapes[i].in);
		strcpy(b->rec.event.comm, escapes[i].in);
		render(b);
		snprintf(line, sizeof(line), "MESSAGE=%s", escapes[i].out);
		expect_has(test, b, line);
		snprintf(line, sizeof(line), "KEVNOTIFY_COMM=%s", escapes[i].out);
		expect_has(test, b, line);
	}
}

/* A character that the end of its memory cuts: KASAN sees whoever looks at the rest */
static void render_reads_no_further(struct kunit *test)
{
	static const char *const keys[] = { "A", "B", "C", NULL };
	struct bench *b = bench(test);
	struct kev_record *rec = kunit_kzalloc(test, sizeof(*rec), GFP_KERNEL);
	char all[KEVNOTIFY_VALUE_MAX];

	KUNIT_ASSERT_NOT_NULL(test, rec);
	memset(all, 0xf0, sizeof(all));
	put_string(b, all, sizeof(all));
	put_string(b, all, sizeof(all));
	put_string(b, all, sizeof(all));
	set_text(b, "m", keys);
	memset(b->rec.event.comm, 0xf0, sizeof(b->rec.event.comm));
	memcpy(rec, &b->rec, sizeof(*rec));
	rec->message = KEVNOTIFY_MESSAGE_MAX;
	memset(rec->text + KEVNOTIFY_MESSAGE_MAX, 0xe2, sizeof(rec->text) - KEVNOTIFY_MESSAGE_MAX);
	b->len = kev_render_record(rec, &b->notes, b->out, sizeof(b->out));
	memset(rec->text, 0xe2, sizeof(rec->text));
	b->len = kev_render_record(rec, &b->notes, b->out, sizeof(b->out));
	KUNIT_EXPECT_LT(test, b->len, sizeof(b->out));
}

/* A whole character in memory, of which two bytes are the value's */
static void render_stops_at_the_length(struct kunit *test)
{
	char out[16];
	struct kev_text t = { out, sizeof(out), 0 };

	kev_render_text_escape(&t, "\xe2\x82\xac", 2);
	out[t.len] = '\0';
	KUNIT_EXPECT_STREQ(test, out, "\\xe2\\x82");
}

/* Where there is no room, a text ends before the character or the escape that has none */
static void render_cuts_no_escape(struct kunit *test)
{
	static const char *const cut[] = {
		"", "a", "a", "a", "a\xe2\x82\xac", "a\xe2\x82\xac", "a\xe2\x82\xac",
		"a\xe2\x82\xac", "a\xe2\x82\xac\\x0a", "a\xe2\x82\xac\\x0az",
		"a\xe2\x82\xac\\x0az",
	};
	char out[16];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cut); i++) {
		memset(out, 0xaa, sizeof(out));
		kev_render_escaped("a\xe2\x82\xac\nz", out, i + 1);
		KUNIT_EXPECT_STREQ(test, out, cut[i]);
		KUNIT_EXPECT_EQ(test, (u8)out[i + 1], 0xaa);
	}
}

static void expect_decimal(struct kunit *test, u64 num, unsigned int width)
{
	struct bench *b = test->priv;
	struct kev_text t = { b->out, sizeof(b->out), 0 };
	char expected[24];

	kev_render_text_decimal(&t, num, width);
	b->out[t.len] = '\0';
	snprintf(expected, sizeof(expected), "%0*llu", width, num);
	KUNIT_EXPECT_STREQ(test, b->out, expected);
}

/* Where the number of digits or of bits changes */
static void render_writes_decimals(struct kunit *test)
{
	unsigned int bits;
	u64 power = 1;

	for (bits = 0; bits < 64; bits++) {
		expect_decimal(test, BIT_ULL(bits), 1);
		expect_decimal(test, BIT_ULL(bits) - 1, 6);
	}
	do {
		expect_decimal(test, power - 1, 1);
		expect_decimal(test, power, 6);
		power *= 10;
	} while (power != 10000000000000000000ULL);
	expect_decimal(test, power - 1, 1);
	expect_decimal(test, power, 1);
	expect_decimal(test, U64_MAX, 1);
}

static void render_writes_every_type(struct kunit *test)
{
	static const char *const keys[] = {
		"U", "S", "NEG", "HEX", "IP", "STR", "STRN", "NAME", NULL
	};
	struct bench *b = bench(test);

	put_number(b, KEVNOTIFY_TYPE_U64, U64_MAX);
	put_number(b, KEVNOTIFY_TYPE_S64, S64_MAX);
	put_number(b, KEVNOTIFY_TYPE_S64, S64_MIN);
	put_number(b, KEVNOTIFY_TYPE_HEX, 0xdeadbeefcafeULL);
	put_number(b, KEVNOTIFY_TYPE_IP4, (__force u32)in_aton("192.0.2.1"));
	put_string(b, "word", 4);
	put_bytes(&b->rec.event, KEVNOTIFY_TYPE_STRN, "n\n", 2);
	put_number(b, KEVNOTIFY_TYPE_MORE, 2);
	put_number(b, KEVNOTIFY_TYPE_COMM, 0);
	put_number(b, KEVNOTIFY_TYPE_MORE, 0);
	set_text(b, "m", keys);
	render(b);
	expect_has(test, b, "KEVNOTIFY_U=18446744073709551615");
	expect_has(test, b, "KEVNOTIFY_S=9223372036854775807");
	expect_has(test, b, "KEVNOTIFY_NEG=-9223372036854775808");
	expect_has(test, b, "KEVNOTIFY_HEX=0xdeadbeefcafe");
	expect_has(test, b, "KEVNOTIFY_IP=192.0.2.1");
	expect_has(test, b, "KEVNOTIFY_STR=word");
	expect_has(test, b, "KEVNOTIFY_STRN=n\\x0a");
	expect_has(test, b, "KEVNOTIFY_NAME=");
}

static void render_writes_the_stack(struct kunit *test)
{
	unsigned long stack[] = { (unsigned long)kev_render_record + 1, 0x1234 };
	static const char *const keys[] = { "A", NULL };
	struct bench *b = bench(test);

	put_number(b, KEVNOTIFY_TYPE_U64, 1);
	put_stack(&b->rec.event, stack, sizeof(stack));
	set_text(b, "m", keys);
	render(b);
	expect_has(test, b, "KEVNOTIFY_A=1");
	KUNIT_EXPECT_NOT_NULL(test, strstr(b->out, "\nKEVNOTIFY_STACK=kev_render_record+0x1/"));
	/* No symbol, and no address either */
	KUNIT_EXPECT_NOT_NULL(test, strstr(b->out, " ?\n"));
	KUNIT_EXPECT_NULL(test, strstr(b->out, "1234\n"));
}

static void render_whole_environment(struct kunit *test)
{
	static const char expect[] =
		"PRIORITY=2\nSYSLOG_IDENTIFIER=kevnotify\nMESSAGE=hello\n"
		"KEVNOTIFY_SEQ=17\nKEVNOTIFY_INSTANCE=0123456789abcdef0123456789abcdef\n"
		"KEVNOTIFY_SOURCE=test\nKEVNOTIFY_ID=5\nKEVNOTIFY_TIME=1763800000.000001\n"
		"KEVNOTIFY_CPU=3\nKEVNOTIFY_PID=-1\nKEVNOTIFY_UID=4294967295\n"
		"KEVNOTIFY_COMM=sh\nKEVNOTIFY_CGROUP_ID=9\nKEVNOTIFY_CONTEXT=nmi\n"
		"KEVNOTIFY_A=7\n";
	static const char *const keys[] = { "A", NULL };
	struct bench *b = bench(test);

	b->rec.seq = 17;
	b->rec.cpu = 3;
	b->rec.real = 1763800000000001999ULL;
	b->rec.event = (struct kev_event){ .id = 5, .pid = -1, .uid = -1, .level = 2,
					   .context = KEV_NMI, .cgroup_id = 9, .comm = "sh" };
	put_number(b, KEVNOTIFY_TYPE_U64, 7);
	set_text(b, "hello", keys);
	b->len = kev_render_record(&b->rec, &b->notes, b->out, sizeof(b->out));
	KUNIT_EXPECT_EQ(test, b->len, sizeof(expect) - 1);
	KUNIT_EXPECT_EQ(test, memcmp(b->out, expect, sizeof(expect) - 1), 0);
}

static void render_notes_only_where_they_apply(struct kunit *test)
{
	struct bench *b = bench(test);

	render(b);
	KUNIT_EXPECT_NULL(test, strstr(b->out, "SUPPRESSED"));
	KUNIT_EXPECT_NULL(test, strstr(b->out, "LOST"));
	KUNIT_EXPECT_NULL(test, strstr(b->out, "DELAYED"));
	KUNIT_EXPECT_NULL(test, strstr(b->out, "TRUNCATED"));
	b->rec.suppressed = 1;
	b->rec.event.flags = KEV_TRUNCATED;
	b->notes.lost = 2;
	b->notes.delayed_ms = 3;
	render(b);
	expect_has(test, b, "KEVNOTIFY_SUPPRESSED=1");
	expect_has(test, b, "KEVNOTIFY_LOST=2");
	expect_has(test, b, "KEVNOTIFY_DELAYED_MS=3");
	expect_has(test, b, "KEVNOTIFY_TRUNCATED=1");
}

/* The helper has not seen all records that told of suppressed events; a reader has */
static void render_tells_the_helper_what_was_withheld(struct kunit *test)
{
	struct bench *b = bench(test);

	b->rec.suppressed = 1;
	b->rec.withheld = 7;
	render(b);
	expect_has(test, b, "KEVNOTIFY_SUPPRESSED=8");
	b->out[kev_render_stream(&b->rec, &b->notes, true, b->out, sizeof(b->out))] = '\0';
	expect_has(test, b, "KEVNOTIFY_SUPPRESSED=8");
	b->out[kev_render_stream(&b->rec, &b->notes, false, b->out, sizeof(b->out))] = '\0';
	expect_has(test, b, "KEVNOTIFY_SUPPRESSED=1");
}

static void render_fixed_only(struct kunit *test)
{
	static const char *const keys[] = { "A", NULL };
	struct bench *b = bench(test);

	put_number(b, KEVNOTIFY_TYPE_U64, 7);
	set_text(b, "m", keys);
	b->notes.fixed_only = true;
	render(b);
	KUNIT_EXPECT_NULL(test, strstr(b->out, "KEVNOTIFY_A="));
	expect_has(test, b, "KEVNOTIFY_TRUNCATED=1");
}

/* Values whose keys found no room, or that a source never named, are left out */
static void render_leaves_out_nameless_values(struct kunit *test)
{
	static const char *const keys[] = { "A", NULL };
	struct bench *b = bench(test);

	put_number(b, KEVNOTIFY_TYPE_U64, 7);
	put_number(b, KEVNOTIFY_TYPE_U64, 8);
	set_text(b, "m", keys);
	render(b);
	expect_has(test, b, "KEVNOTIFY_A=7");
	KUNIT_EXPECT_NULL(test, strstr(b->out, "=8\n"));
}

/* What the log would store as the message */
static const char *message(struct bench *b, const char *template, const char *const *keys)
{
	char parsed[KEVNOTIFY_MESSAGE_MAX + 1];
	struct kev_origin origin = { .message = parsed, .suppressed = 12 };

	memset(b->out, 0xaa, sizeof(b->out));
	if (kev_render_parse(template, keys, parsed))
		return "no such key";
	kev_render_message(&b->rec.event, &origin, b->out, KEVNOTIFY_MESSAGE_MAX + 1);
	return b->out;
}

static void render_fills_templates(struct kunit *test)
{
	static const char *const keys[] = { "PID", "COMM", NULL };
	struct bench *b = bench(test);

	put_number(b, KEVNOTIFY_TYPE_U64, 731);
	put_string(b, "{PID}\n", 6);
	KUNIT_EXPECT_STREQ(test, message(b, "killed {PID} ({COMM})", keys),
			   "killed 731 ({PID}\n)");
	KUNIT_EXPECT_STREQ(test, message(b, "{PID}{PID}", keys), "731731");
	KUNIT_EXPECT_STREQ(test, message(b, "{COMM} {PID}{COMM}", keys), "{PID}\n 731{PID}\n");
	KUNIT_EXPECT_STREQ(test, message(b, "PID} {PID}}", keys), "PID} 731}");
	KUNIT_EXPECT_STREQ(test, message(b, "%n %s", NULL), "%n %s");
	KUNIT_EXPECT_STREQ(test, message(b, "", keys), "");
}

static void expect_no_key(struct kunit *test, const char *template, const char *key)
{
	static const char *const keys[] = { "PID", "COMM", NULL };
	char parsed[KEVNOTIFY_MESSAGE_MAX + 1];

	KUNIT_EXPECT_STREQ(test, kev_render_parse(template, keys, parsed) ?: "none", key);
}

static void render_finds_wrong_keys(struct kunit *test)
{
	expect_no_key(test, "{PID} {NONE} {PIDS}", "NONE} {PIDS}");
	expect_no_key(test, "{PIDS}", "PIDS}");
	expect_no_key(test, "{PI}", "PI}");
	expect_no_key(test, "{}", "}");
	expect_no_key(test, "{{PID}}", "{PID}}");
	expect_no_key(test, "open {PID", "PID");
	expect_no_key(test, "{", "");
	expect_no_key(test, "} {PID}{COMM}", "none");
}

/* Fewer values than keys, and a stack behind them, which is no source's value */
static void render_finds_no_value_of_another_key(struct kunit *test)
{
	static const char *const keys[] = { "A", "B", "C", NULL };
	unsigned long stack[] = { 0x1234 };
	struct bench *b = bench(test);

	put_number(b, KEVNOTIFY_TYPE_U64, 1);
	put_stack(&b->rec.event, stack, sizeof(stack));
	KUNIT_EXPECT_STREQ(test, message(b, "{A} {B} {C}", keys), "1 ? ?");
	set_text(b, "m", keys);
	render(b);
	expect_has(test, b, "KEVNOTIFY_A=1");
	KUNIT_EXPECT_NULL(test, strstr(b->out, "KEVNOTIFY_B="));
	KUNIT_EXPECT_NOT_NULL(test, strstr(b->out, "KEVNOTIFY_STACK="));
}

/* Neither has it an empty one, nor does another take its key */
static void render_leaves_out_a_missing_field(struct kunit *test)
{
	static const char *const keys[] = { "A", "B", "C", NULL };
	struct bench *b = bench(test);

	put_number(b, KEVNOTIFY_TYPE_U64, 1);
	put_word(&b->rec.event, KEVNOTIFY_TYPE_STR, KEV_STRING_NONE);
	put_number(b, KEVNOTIFY_TYPE_U64, 3);
	KUNIT_EXPECT_STREQ(test, message(b, "{A} {B} {C}", keys), "1 ? 3");
	set_text(b, "m", keys);
	render(b);
	expect_has(test, b, "KEVNOTIFY_A=1");
	KUNIT_EXPECT_NULL(test, strstr(b->out, "KEVNOTIFY_B="));
	expect_has(test, b, "KEVNOTIFY_C=3");
}

static void render_cuts_messages(struct kunit *test)
{
	static const char *const keys[] = { "S", NULL };
	struct bench *b = bench(test);
	char all[KEVNOTIFY_VALUE_MAX];

	memset(all, 'x', sizeof(all));
	put_string(b, all, sizeof(all));
	message(b, "{S}{S}{S}", keys);
	KUNIT_EXPECT_EQ(test, strlen(b->out), (size_t)KEVNOTIFY_MESSAGE_MAX);
	/* The byte behind the NUL is not written */
	KUNIT_EXPECT_EQ(test, (u8)b->out[KEVNOTIFY_MESSAGE_MAX + 1], 0xaa);
}

static void render_takes_an_event_s_own_message(struct kunit *test)
{
	struct bench *b = bench(test);

	put_bytes(&b->rec.event, KEV_TYPE_MESSAGE, "own {A}", 7);
	KUNIT_EXPECT_STREQ(test, message(b, "template", NULL), "own {A}");
	render(b);
	KUNIT_EXPECT_NULL(test, strstr(b->out, "own"));
}

static void render_tells_what_was_suppressed(struct kunit *test)
{
	struct bench *b = bench(test);

	b->rec.event.flags = KEV_CLOSING;
	KUNIT_EXPECT_STREQ(test, message(b, "template", NULL),
			   "12 more events were suppressed");
}

/* Everything as long as it gets, but for values and message */
static struct bench *maximal(struct kunit *test)
{
	struct bench *b = bench(test);
	struct kev_event *ev = &b->rec.event;

	b->rec.seq = U64_MAX;
	b->rec.real = U64_MAX;
	b->rec.cpu = U32_MAX;
	b->rec.suppressed = U64_MAX;
	b->notes.lost = U64_MAX;
	b->notes.delayed_ms = U64_MAX;
	memset(b->rec.source, 's', KEVNOTIFY_NAME_MAX);
	memset(ev->comm, '\x01', sizeof(ev->comm) - 1);
	ev->id = U32_MAX;
	ev->pid = S32_MIN;
	ev->uid = U32_MAX;
	ev->cgroup_id = U64_MAX;
	ev->level = U8_MAX;
	ev->context = KEV_SOFTIRQ;
	ev->flags = KEV_TRUNCATED;
	return b;
}

/* As the helper gets it: it fits, it ends as it should, and there is room for each string */
static void expect_fits(struct kunit *test, struct bench *b)
{
	unsigned int strings = 0;
	size_t i;

	memset(b->out, 0xaa, sizeof(b->out));
	b->len = kev_render_record(&b->rec, &b->notes, b->out, sizeof(b->out));
	/* A text that was cut is one byte shorter than its room */
	KUNIT_EXPECT_LT(test, b->len, sizeof(b->out) - 1);
	KUNIT_EXPECT_EQ(test, b->out[b->len - 1], '\n');
	for (i = 0; i < b->len; i++)
		strings += b->out[i] == '\n';
	KUNIT_EXPECT_LE(test, strings, (unsigned int)KEV_RENDER_STRINGS);
	kunit_info(test, "%zu bytes, %u strings", b->len, strings);
}

/* n keys with len bytes each, no two alike */
static void maximal_keys(struct bench *b, unsigned int message, unsigned int n, unsigned int len)
{
	char *p = b->rec.text;
	unsigned int i;

	memset(p, '\x01', message);
	b->rec.message = message;
	p += message + 1;
	for (i = 0; i < n; i++, p += len + 1)
		memset(p, 'A' + i, len);
	WARN_ON(p >= b->rec.text + sizeof(b->rec.text));
}

#define LONGEST_KEYS	((KEV_RECORD_TEXT - KEVNOTIFY_MESSAGE_MAX - 2) / KEVNOTIFY_FIELDS_MAX - 1)

/* As many strings as there may be, of which some are as long as they may be, in so many bytes */
static void put_strings(struct bench *b, unsigned int longest, unsigned int bytes)
{
	char all[KEVNOTIFY_VALUE_MAX];
	unsigned int i, len;

	memset(all, 0xff, sizeof(all));
	for (i = 0; i < longest; i++)
		put_string(b, all, sizeof(all));
	bytes -= (kev_value_heads(KEVNOTIFY_FIELDS_MAX) + KEVNOTIFY_FIELDS_MAX) * sizeof(u64);
	len = (bytes - longest * sizeof(all)) / (KEVNOTIFY_FIELDS_MAX - i);
	for (; i < KEVNOTIFY_FIELDS_MAX; i++)
		put_string(b, all, len);
}

static void render_maximal_strings_fit(struct kunit *test)
{
	struct bench *b = maximal(test);

	put_strings(b, 2, KEV_DATA_BYTES);
	KUNIT_EXPECT_EQ(test, b->rec.event.words, KEVNOTIFY_FIELDS_MAX);
	maximal_keys(b, KEVNOTIFY_MESSAGE_MAX, KEVNOTIFY_FIELDS_MAX, LONGEST_KEYS);
	expect_fits(test, b);
}

static void render_maximal_numbers_fit(struct kunit *test)
{
	struct bench *b = maximal(test);
	unsigned int i;

	for (i = 0; i < KEVNOTIFY_FIELDS_MAX; i++)
		put_number(b, KEVNOTIFY_TYPE_S64, S64_MIN);
	maximal_keys(b, KEVNOTIFY_MESSAGE_MAX, KEVNOTIFY_FIELDS_MAX, LONGEST_KEYS);
	expect_fits(test, b);
}

/* About as long as the kernel lets a symbol be */
#define EIGHT_TIMES(x)	a_function##x##x##x##x##x##x##x##x
#define LONG_NAME	EIGHT_TIMES(_with_a_name_that_is_much_longer_than_anybody_wants_it)

static noinline void LONG_NAME(void)
{
	barrier();
}

static void render_maximal_stack_fits(struct kunit *test)
{
	unsigned long stack[KEV_STACK_MAX];
	struct bench *b = maximal(test);
	unsigned int i;

	for (i = 0; i < KEV_STACK_MAX; i++)
		stack[i] = (unsigned long)LONG_NAME;
	put_strings(b, 2, KEV_DATA_BYTES - sizeof(stack));
	put_stack(&b->rec.event, stack, sizeof(stack));
	KUNIT_EXPECT_EQ(test, b->rec.event.words, KEVNOTIFY_FIELDS_MAX);
	maximal_keys(b, KEVNOTIFY_MESSAGE_MAX, KEVNOTIFY_FIELDS_MAX, LONGEST_KEYS);
	expect_fits(test, b);
}

/* Too small a buffer cuts, and nothing is written behind it */
static void stays_in_its_buffer(struct kunit *test, struct bench *b)
{
	size_t size;

	for (size = 1; size < 700; size++) {
		memset(b->out, 0xaa, sizeof(b->out));
		KUNIT_ASSERT_LT(test, kev_render_record(&b->rec, &b->notes, b->out, size),
				size);
		/* The memory behind is the test's own: a write there fails it, and no more */
		KUNIT_ASSERT_TRUE(test, !memchr_inv(b->out + size, 0xaa, sizeof(b->out) - size));
	}
}

static void render_stays_in_its_buffer(struct kunit *test)
{
	struct bench *b = maximal(test);

	maximal_keys(b, KEVNOTIFY_MESSAGE_MAX, 0, 0);
	stays_in_its_buffer(test, b);
	/* What needs no escape goes there in one piece */
	memset(b->rec.text, 'x', KEVNOTIFY_MESSAGE_MAX);
	stays_in_its_buffer(test, b);
}

static int render_test_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct bench), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

/* As systemd-journal-remote reads it */
static void render_for_a_stream(struct kunit *test)
{
	struct bench *b = bench(test);
	size_t len;

	b->rec.real = 1763800000000001999ULL;
	b->rec.event.mono = 12345678999ULL;
	b->rec.event.id = 7;
	len = kev_render_stream(&b->rec, &b->notes, true, b->out, sizeof(b->out));
	b->out[len] = '\0';
	KUNIT_EXPECT_TRUE(test, strstarts(b->out, "__REALTIME_TIMESTAMP=1763800000000001\n"
						  "__MONOTONIC_TIMESTAMP=12345678\n"
						  "TROUBLED_DS=7\nPRIORITY="));
	KUNIT_EXPECT_STREQ(test, b->out + len - 2, "\n\n");
	KUNIT_EXPECT_PTR_EQ(test, strstr(b->out, "\n\n"), b->out + len - 2);
	len = kev_render_stream(&b->rec, &b->notes, false, b->out, sizeof(b->out));
	b->out[len] = '\0';
	KUNIT_EXPECT_NULL(test, strstr(b->out, "TROUBLED_DS"));
	memcpy(kev_log_boot, "00112233445566778899aabbccddeeff", sizeof(kev_log_boot));
	len = kev_render_stream(&b->rec, &b->notes, false, b->out, sizeof(b->out));
	*kev_log_boot = '\0';
	KUNIT_EXPECT_NOT_NULL(test, strstr(b->out, "TIMESTAMP=12345678\n"
					   "_BOOT_ID=00112233445566778899aabbccddeeff\nPRIORITY="));
}

static struct kunit_case render_cases[] = {
	KUNIT_CASE(render_escapes_values),
	KUNIT_CASE(render_escapes_message_and_comm),
	KUNIT_CASE(render_reads_no_further),
	KUNIT_CASE(render_stops_at_the_length),
	KUNIT_CASE(render_cuts_no_escape),
	KUNIT_CASE(render_writes_decimals),
	KUNIT_CASE(render_writes_every_type),
	KUNIT_CASE(render_writes_the_stack),
	KUNIT_CASE(render_whole_environment),
	KUNIT_CASE(render_notes_only_where_they_apply),
	KUNIT_CASE(render_tells_the_helper_what_was_withheld),
	KUNIT_CASE(render_fixed_only),
	KUNIT_CASE(render_leaves_out_nameless_values),
	KUNIT_CASE(render_fills_templates),
	KUNIT_CASE(render_finds_wrong_keys),
	KUNIT_CASE(render_finds_no_value_of_another_key),
	KUNIT_CASE(render_leaves_out_a_missing_field),
	KUNIT_CASE(render_cuts_messages),
	KUNIT_CASE(render_takes_an_event_s_own_message),
	KUNIT_CASE(render_tells_what_was_suppressed),
	KUNIT_CASE(render_maximal_strings_fit),
	KUNIT_CASE(render_maximal_numbers_fit),
	KUNIT_CASE(render_maximal_stack_fits),
	KUNIT_CASE(render_stays_in_its_buffer),
	KUNIT_CASE(render_for_a_stream),
	{}
};

static struct kunit_suite render_suite = {
	.name		= "kevnotify_render",
	.init		= render_test_init,
	.test_cases	= render_cases,
};

kunit_test_suite(render_suite);

MODULE_DESCRIPTION("KUnit tests of kevnotify's text form");
MODULE_LICENSE("GPL");
