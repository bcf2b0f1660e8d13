// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was told is marked on the disk before anything is told: a machine that panics
 * again and again by what a handler does would never end. From the mark on the record is
 * a file in /run, for each that has to tell of it: that outlives us, and not the boot.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "panic.h"
#include "paths.h"
#include "pstore.h"
#include "say.h"
#include "state.h"
#include "whole.h"

#define PANIC_MARKS	256	/* dumps that were told */
#define PANIC_FILE	"panics"
#define PANIC_ID	64

static const char *const files[PANIC_TELLERS] = { "panic", "panic-journal" };
/* Where the marks lie, and where else if there is no room or no writing */
static const char *const places[] = { PATH_SNAPSHOTS, PATH_STATE, NULL };

static struct record record;
static int left[PANIC_TELLERS];	/* each is its teller's */

/**
 * struct marks - what is known of earlier starts
 * @boot: the last one that we ran in; empty: none
 * @n: how many are in @key
 * @key: of dumps that need not be told; the last one was marked or seen last
 */
static struct {
	char		boot[PANIC_ID];
	unsigned int	n;
	uint64_t	key[PANIC_MARKS];
} marks;
static char boot[PANIC_ID];	/* this one */
static uint64_t keys[PANIC_MARKS];	/* of the dumps that are there */
static struct pstore_dump dump;

/* --- Marks: lines "boot ID" and "told KEY" */

/* Where it is among them, or behind them */
static unsigned int panic_place(uint64_t key)
{
	unsigned int i;

	for (i = 0; i < marks.n && marks.key[i] != key; i++)
		;
	return i;
}

static void panic_unmark(unsigned int i)
{
	marks.n--;
	memmove(&marks.key[i], &marks.key[i + 1], (marks.n - i) * sizeof(marks.key[0]));
}

/* The last one now; where there is no room the first one goes. True if it was marked */
static int panic_mark(uint64_t key)
{
	unsigned int i = panic_place(key);
	int marked = i < marks.n;

	if (marked)
		panic_unmark(i);
	else if (marks.n == PANIC_MARKS)
		panic_unmark(0);
	marks.key[marks.n++] = key;
	return marked;
}

static void panic_load_from(const char *place)
{
	int fd = files_open(O_RDONLY, "%s/" PANIC_FILE, place);
	struct files_lines lines;
	const char *line;
	unsigned long long key;

	if (fd < 0)
		return;
	files_lines(&lines, fd);
	while ((line = files_line(&lines)))
		if (!strncmp(line, "boot ", 5))
			snprintf(marks.boot, sizeof(marks.boot), "%s", line + 5);
		else if (sscanf(line, "told %llx", &key) == 1)
			panic_mark(key);
	close(fd);
}

static size_t panic_print_marks(char *text, size_t size)
{
	size_t len = snprintf(text, size, "boot %s\n", boot);
	unsigned int i;

	for (i = 0; i < marks.n; i++)
		len += snprintf(text + len, size - len, "told %016llx\n",
				(unsigned long long)marks.key[i]);
	return len;
}

/* On the disk, whole: 0 or -errno */
static int panic_save_to(const char *place)
{
	static char text[PANIC_ID + 8 + PANIC_MARKS * sizeof("told 0123456789abcdef\n")];
	int dir = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (dir < 0)
		return -errno;
	err = whole_write(dir, PANIC_FILE, 0640, text, panic_print_marks(text, sizeof(text)), 1);
	if (!err && fsync(dir))
		err = -errno;
	close(dir);
	return err;
}

static int panic_save(void)
{
	int err = panic_save_to(places[0]);

	if (!err)
		return 0;
	say(LOG_ERR, "%s/" PANIC_FILE ": %s: a panic told of now may be told again",
	    places[0], strerror(-err));
	return panic_save_to(places[1]);
}

/* --- The record */

/* A word from a file of the kernel's: false if there is none */
static int panic_word(char word[PANIC_ID], const char *path)
{
	if (files_read(word, PANIC_ID, "%s", path) <= 0)
		return 0;
	word[strcspn(word, "\n")] = '\0';
	return *word != '\0';
}

__attribute__((format(printf, 1, 2)))
static void panic_add(const char *format, ...)
{
	size_t room = sizeof(record.text) - record.len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(record.text + record.len, room, format, args);
	va_end(args);
	/* All that there can be is less */
	if (n > 0 && (size_t)n < room)
		record.len += n;
}

static void panic_add_text(unsigned int panics)
{
	if (*dump.panic)
		panic_add("MESSAGE=kernel panic before this boot: %s", dump.panic);
	else if (dump.read)
		panic_add("MESSAGE=kernel panic before this boot; its dump has no reason");
	else
		panic_add("MESSAGE=kernel panic or oops before this boot; no dump is legible");
	if (panics > 1)
		panic_add("; and %u before that", panics - 1);
	panic_add("\n");
}

/* What could not be read of it, in words */
static void panic_add_torn(void)
{
	if (!dump.lost && !dump.torn)
		return;
	panic_add("KEVNOTIFY_PANIC_TORN=%u parts read", dump.read);
	if (dump.lost)
		panic_add(", %u lost or compressed", dump.lost);
	if (dump.torn)
		panic_add(", %u not whole", dump.torn);
	panic_add("\n");
}

static void panic_add_dump(unsigned int panics)
{
	unsigned int i;

	if (*dump.panic)
		panic_add("KEVNOTIFY_PANIC_TEXT=%s\n", dump.panic);
	if (dump.time)
		panic_add("KEVNOTIFY_PANIC_TIME=%lld.000000\n", dump.time);
	if (*dump.uptime)
		panic_add("KEVNOTIFY_PANIC_UPTIME=%s\n", dump.uptime);
	if (*marks.boot && strcmp(marks.boot, boot))
		panic_add("KEVNOTIFY_PANIC_BOOT_ID=%s\n", marks.boot);
	panic_add("KEVNOTIFY_PANIC_FILE=%s\n", dump.file);
	for (i = 0; i < dump.records; i++)
		panic_add("KEVNOTIFY_PANIC_RECORD_%u=%.255s\n", i + 1, dump.record[i]);
	panic_add("KEVNOTIFY_PANICS=%u\n", panics);
	panic_add_torn();
}

static int panic_compose(unsigned int panics)
{
	char instance[PANIC_ID];
	struct timespec now;
	long us;

	if (!panic_word(instance, PATH_INSTANCE))
		return -ENODEV;
	clock_gettime(CLOCK_REALTIME, &now);
	us = now.tv_nsec / 1000;
	record.len = 0;
	panic_add("__REALTIME_TIMESTAMP=%lld%06ld\n", (long long)now.tv_sec, us);
	panic_add("PRIORITY=0\nSYSLOG_IDENTIFIER=kevnotify\n");
	panic_add_text(panics);
	panic_add("KEVNOTIFY_SEQ=0\nKEVNOTIFY_INSTANCE=%s\nKEVNOTIFY_SOURCE=panic\n", instance);
	panic_add("KEVNOTIFY_ID=1\nKEVNOTIFY_TIME=%lld.%06ld\n", (long long)now.tv_sec, us);
	panic_add_dump(panics);
	panic_add("\n");
	return record_parse(&record);
}

/* --- Finding it */

/*
 * Where there are no marks we have not run before, and what lies there may be years old:
 * a dump with records of ours is none of these.
 */
static int panic_is_news(int n)
{
	if (*marks.boot)
		return 1;
	pstore_read(n, &dump);
	return dump.records > 0;
}

/* How many there are that were not told; @newest is the last one of them */
static unsigned int panic_count(int dumps, int *newest)
{
	int i, first = dumps > PANIC_MARKS ? dumps - PANIC_MARKS : 0;
	unsigned int n = 0;

	for (i = first; i < dumps; i++)
		keys[i - first] = pstore_key(i);
	/* Those that are there stay marked, whatever else goes. */
	for (i = first; i < dumps; i++)
		if (panic_place(keys[i - first]) < marks.n)
			panic_mark(keys[i - first]);
	for (i = first; i < dumps; i++) {
		if (panic_mark(keys[i - first]) || !panic_is_news(i))
			continue;
		n++;
		*newest = i;
	}
	return n;
}

/* The record is there for all that have to tell of it: 0 or -errno */
static int panic_keep(void)
{
	int err = 0;
	unsigned int i;

	for (i = 0; i < PANIC_TELLERS && !err; i++)
		err = state_keep(files[i], 0, &record);
	return err;
}

static void panic_forget(void)
{
	unsigned int i;

	for (i = 0; i < PANIC_TELLERS; i++)
		state_forget(files[i], 0);
}

static int panic_look(void)
{
	int dumps = pstore_open(), newest = 0, err = 0;
	unsigned int panics;

	if (dumps < 0)
		return dumps;
	panics = panic_count(dumps, &newest);
	if (panics) {
		pstore_read(newest, &dump);
		err = panic_compose(panics);
		if (!err)
			err = panic_keep();
	}
	pstore_close();
	/* What is told after this is told once, and what is not told before it is found again */
	if (!err && (panics || strcmp(marks.boot, boot)))
		err = panic_save();
	if (err)
		panic_forget();
	return panics ? err : 0;
}

/* What is to be told still. A record that is not there leaves ours as it is. */
static void panic_resume(void)
{
	unsigned int i;

	for (i = 0; i < PANIC_TELLERS; i++)
		left[i] = !state_kept(files[i], 0, &record);
}

/* As the journal has it, without dashes */
static int panic_boot(void)
{
	char *from, *to = boot;

	if (!panic_word(boot, PATH_BOOT_ID))
		return 0;
	for (from = boot; *from; from++)
		if (*from != '-')
			*to++ = *from;
	*to = '\0';
	return 1;
}

void panic_find(void)
{
	unsigned int i;
	int err;

	if (!panic_boot())
		return;
	for (i = 0; places[i]; i++)
		panic_load_from(places[i]);
	err = panic_look();
	if (err)
		say(LOG_ERR, "a panic before this boot is not told of: %s", strerror(-err));
	panic_resume();
}

const struct record *panic_record(enum panic_teller teller)
{
	return left[teller] ? &record : NULL;
}

void panic_told(enum panic_teller teller)
{
	left[teller] = 0;
	state_forget(files[teller], 0);
}
