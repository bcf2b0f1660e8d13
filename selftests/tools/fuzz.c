// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz N: takes records apart that were changed at random, puts them together again, and
 * makes what a handler gets of them. It is the sanitizers that judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "record.h"

static const char sample[] =
	"__REALTIME_TIMESTAMP=1763800000000001\n__MONOTONIC_TIMESTAMP=12345678\nPRIORITY=2\n"
	"SYSLOG_IDENTIFIER=kevnotify\nMESSAGE=Out of memory: \xe2\x82\xac \"x\" \\x1b=\n"
	"KEVNOTIFY_SEQ=17\nKEVNOTIFY_SOURCE=oom\nKEVNOTIFY_VICTIM_PID=731\n\n";

static struct record record, again;
static struct input input;

static unsigned int change(char *text, unsigned int len)
{
	unsigned int at = rand() % len, n = rand() % (len - at);

	switch (rand() % 5) {
	case 0:
		text[at] = rand();
		return len;
	case 1:
		text[at] = "\n=\0_A"[rand() % 5];
		return len;
	case 2:
		memmove(text + at, text + at + n, len - at - n);
		return len - n;
	case 3:
		if (len + n > RECORD_BYTES)
			return len;
		memmove(text + at + n, text + at, len - at);
		return len + n;
	default:
		return rand() % len;
	}
}

int main(int argc, char **argv)
{
	unsigned int i, k, len, good = 0, n = argc > 1 ? atoi(argv[1]) : 1000;

	for (i = 0; i < n; i++) {
		srand(i);
		len = sizeof(sample) - 1;
		memcpy(record.text, sample, len);
		for (k = rand() % 5; k && len; k--)
			len = change(record.text, len);
		record.len = len;
		if (record_parse(&record))
			continue;
		good++;
		input_make(&input, &record, NULL, NULL);
		memcpy(again.text, record.text, record.len);
		again.len = record.len;
		if (record_reparse(&again) || again.fields != record.fields) {
			printf("seed %u: not the same again\n", i);
			return 1;
		}
	}
	printf("%u of %u were records\n", good, n);
	return !good || good == n;
}
