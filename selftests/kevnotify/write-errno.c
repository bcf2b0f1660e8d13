// SPDX-License-Identifier: GPL-2.0-only
/*
 * write-errno [-c] [-f] [-u] [-n NAME] FILE [TEXT]: one write(2) of TEXT, or of
 * what standard input holds, to FILE. Prints OK, SHORT, or the errno's name;
 * then a line for each of kevnotify's own lines in the kernel log meanwhile.
 *	-c	without CAP_SYS_ADMIN among the effective capabilities
 *	-f	of a byte at an address where there is none
 *	-u	as root of a user namespace, who is this one's root too
 *	-n	as a task of that name
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOWHERE	((const char *)1)

static char input[2 << 20];

static void die(const char *what)
{
	printf("%s: %s\n", what, strerrorname_np(errno));
	exit(2);
}

static void drop_capability(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		die("capget");
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &head, data))
		die("capset");
}

static void enter_user_namespace(void)
{
	static const char map[] = "0 0 1";
	int fd;

	if (unshare(CLONE_NEWUSER))
		die("unshare");
	fd = open("/proc/self/uid_map", O_WRONLY);
	if (fd < 0 || write(fd, map, strlen(map)) < 0)
		die("uid_map");
	close(fd);
}

static size_t text_length(const char *text)
{
	size_t len = 0;
	ssize_t n;

	if (text == NOWHERE)
		return 1;
	if (text != input)
		return strlen(text);
	while ((n = read(0, input + len, sizeof(input) - len)) > 0)
		len += n;
	return len;
}

static const char *write_once(const char *name, const char *text, size_t len)
{
	int fd = open(name, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, len);

	if (n < 0)
		return strerrorname_np(errno);
	return (size_t)n == len ? "OK" : "SHORT";
}

/* The kernel log from here on */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		die("/dev/kmsg");
	return fd;
}

/* A record of /dev/kmsg is PREFIX;TEXT, a line end, and more lines about it */
static void log_print(int fd)
{
	static const char ours[] = ";kevnotify: ";
	char record[8192], *text;
	ssize_t n;

	while ((n = read(fd, record, sizeof(record) - 1)) > 0) {
		record[n] = '\0';
		text = strstr(record, ours);
		if (text)
			printf("%.*s\n", (int)strcspn(text, "\n") - 1, text + 1);
	}
}

int main(int argc, char **argv)
{
	const char *text = input;
	int log = log_open();
	int option;

	while ((option = getopt(argc, argv, "+cfun:")) != -1) {
		if (option == 'c')
			drop_capability();
		else if (option == 'f')
			text = NOWHERE;
		else if (option == 'u')
			enter_user_namespace();
		else if (option == 'n')
			prctl(PR_SET_NAME, optarg);
		else
			return 2;
	}
	if (text == input && optind + 1 < argc)
		text = argv[optind + 1];
	puts(write_once(argv[optind], text, text_length(text)));
	log_print(log);
	return 0;
}
