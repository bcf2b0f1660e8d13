/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SCREEN_H
#define SCREEN_H

#include <stddef.h>

/*
 * Standard output, as lines that are no wider than the terminal. What is no printable
 * character is written "?", so that no value reaches further than its line.
 */

enum screen_style { PLAIN, BOLD, DIM, GOOD, WARN, BAD };

void screen_init(void);
/* Looks again how big the terminal is */
void screen_measure(void);

/* Of a line; where it is no terminal and COLUMNS says nothing, 0: any width */
unsigned int screen_width(void);
unsigned int screen_height(void);
/* Is it a terminal that takes sequences? */
int screen_terminal(void);

/* A piece of the present line, and its end */
void screen_add(enum screen_style style, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Blanks up to this column, at least one unless it is at the line's beginning */
void screen_tab(unsigned int column);
void screen_end(void);

/* A whole line */
void screen_line(enum screen_style style, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How many bytes of a text fit into so many columns, up to the end of a word */
size_t screen_fits(const char *text, unsigned int columns);

/* Bytes as they are, for other programs */
void screen_bytes(const void *bytes, size_t len);

/* Everything so far goes out: false if it could not, and nothing more should be written */
int screen_flush(void);

/* The same at the end: the exit status, which is @status unless something was not written */
int screen_close(int status);

#endif /* SCREEN_H */
