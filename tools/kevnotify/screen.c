// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "args.h"
#include "screen.h"

#define SCREEN_LINE	4096

static unsigned int width, height = 24, column;
static int terminal, colored;
static int broken;	/* errno of the write that failed */

static const char *const styles[] = {
	[PLAIN] = "",
	[BOLD] = "\033[1m",
	[DIM] = "\033[2m",
	[GOOD] = "\033[32m",
	[WARN] = "\033[33m",
	[BAD] = "\033[1;31m",
};

static unsigned int screen_columns(void)
{
	const char *columns = getenv("COLUMNS");
	unsigned long n = columns ? strtoul(columns, NULL, 10) : 0;

	return n < SCREEN_LINE ? n : 0;
}

void screen_measure(void)
{
	struct winsize size = {};

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) {
		width = size.ws_col ? size.ws_col : 80;
		height = size.ws_row ? size.ws_row : 24;
	} else {
		width = screen_columns();
	}
}

void screen_init(void)
{
	const char *term = getenv("TERM"), *bare = getenv("NO_COLOR");

	/* A reader that has gone is an error of a write. */
	signal(SIGPIPE, SIG_IGN);
	/* Of the characters alone; without it all but ASCII is "?". */
	setlocale(LC_CTYPE, "C.UTF-8");
	terminal = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb");
	colored = terminal && (!bare || !*bare);
	screen_measure();
}

unsigned int screen_width(void)
{
	return width;
}

unsigned int screen_height(void)
{
	return height;
}

int screen_terminal(void)
{
	return terminal;
}

static void screen_check(int failed)
{
	if (failed && !broken)
		broken = errno ? errno : EIO;
}

void screen_bytes(const void *bytes, size_t len)
{
	errno = 0;
	screen_check(len && fwrite(bytes, len, 1, stdout) != 1);
}

/* One character: how many bytes it has, and columns it takes */
static size_t screen_character(const char *s, size_t len, int *columns)
{
	mbstate_t state = {};
	wchar_t c;
	size_t n = mbrtowc(&c, s, len, &state);

	if (!n || n == (size_t)-1 || n == (size_t)-2) {
		*columns = -1;
		return 1;
	}
	*columns = wcwidth(c);
	return n;
}

size_t screen_fits(const char *text, unsigned int columns)
{
	size_t len = strlen(text), at = 0, word = 0, n;
	unsigned int used = 0;
	int wide;

	for (; at < len; at += n) {
		n = screen_character(text + at, len - at, &wide);
		used += wide < 0 ? 1 : wide;
		if (used > columns)
			return word ? word : at;
		if (text[at] == ' ')
			word = at;
	}
	return len;
}

static void screen_text(const char *s, size_t len)
{
	int columns;
	size_t n;

	for (; len; s += n, len -= n) {
		n = screen_character(s, len, &columns);
		if (width && column + (columns < 0 ? 1 : columns) > width)
			return;
		if (columns < 0)
			screen_bytes("?", 1);
		else
			screen_bytes(s, n);
		column += columns < 0 ? 1 : columns;
	}
}

static void screen_vadd(enum screen_style style, const char *format, va_list args)
{
	char text[SCREEN_LINE];
	int n = vsnprintf(text, sizeof(text), format, args);

	if (n <= 0)
		return;
	if (colored)
		screen_bytes(styles[style], strlen(styles[style]));
	screen_text(text, n < SCREEN_LINE ? n : SCREEN_LINE - 1);
	if (colored && style != PLAIN)
		screen_bytes("\033[m", 3);
}

void screen_add(enum screen_style style, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	screen_vadd(style, format, args);
	va_end(args);
}

void screen_tab(unsigned int to)
{
	if (column)
		screen_add(PLAIN, " ");
	while (column < to && (!width || column < width))
		screen_add(PLAIN, " ");
}

void screen_end(void)
{
	/* A clear to the end of the line, for what is drawn over an older picture */
	if (terminal)
		screen_bytes("\033[K", 3);
	screen_bytes("\n", 1);
	column = 0;
}

void screen_line(enum screen_style style, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	screen_vadd(style, format, args);
	va_end(args);
	screen_end();
}

int screen_flush(void)
{
	errno = 0;
	screen_check(fflush(stdout));
	return !broken;
}

int screen_close(int status)
{
	if (screen_flush() || status)
		return status;
	/* It wanted no more. */
	if (broken == EPIPE)
		return STATUS_OK;
	fprintf(stderr, "kevnotify: standard output: %s\n", strerror(broken));
	return STATUS_FAILED;
}
