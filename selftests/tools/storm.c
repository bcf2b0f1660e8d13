// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm RATE FILE: so many events a second are raised by hand, until FILE is there. Prints how
 * many were, and in how many milliseconds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STORM_RAISE	"/sys/kernel/kevnotify/control/raise"
#define STORM_TEXT	"<5>storm"

static uint64_t storm_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct timespec rest = { 0, 1000000 };
	uint64_t begin = storm_us(), us = 0, raised = 0, rate;
	int fd = open(STORM_RAISE, O_WRONLY);

	if (argc != 3 || fd < 0)
		return 1;
	rate = strtoull(argv[1], NULL, 10);
	while (access(argv[2], F_OK)) {
		us = storm_us() - begin;
		for (; raised < us * rate / 1000000; raised++)
			if (pwrite(fd, STORM_TEXT, strlen(STORM_TEXT), 0) < 0)
				return 1;
		nanosleep(&rest, NULL);
	}
	printf("%llu %llu\n", (unsigned long long)raised, (unsigned long long)us / 1000);
	return 0;
}
