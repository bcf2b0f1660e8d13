// SPDX-License-Identifier: GPL-2.0-only
/*
 * device [-r] [-w] [-b] WORD…: opens /dev/kevnotify, to read (-r), to write (-w) or for
 * both, to wait for records (-b) or not, and does what the words say. Prints what
 * comes of each in one line.
 *	record		read one record: its SEQ, and +N if it tells of N that were lost
 *	bytes N		read so many bytes at most: how many it were
 *	rest SIZE	copy all there is, so many bytes at a time, and no more
 *	write TEXT	write that; \n is a line end, \0 a NUL
 *	ack SEQ		write that line
 *	huge N		write so many bytes
 *	fault		write, and then read, at an address where there is nothing
 *	set N, cur N, end N, data N, hole N, pread	seek
 *	poll, epoll	what can be done at once; what epoll tells, edge-triggered
 *	run COMMAND	have a shell do that
 *	count FILE	read until there is such a file and no record is left, and print
 *			how many records there were, how many were lost, the last SEQ,
 *			and how many were wrong
 *	seek FILE	likewise, going back and forth meanwhile; counts since the last time
 *	bits FILE	likewise, a few bytes at a time
 *	share		have another task of this process do that, until it sleeps: nothing
 *	stall		read into memory that nobody makes room for: sleeps until it is killed
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAME	"/dev/kevnotify"

static int fd, ep = -1;
static char buf[65536];

static const char *result(long n)
{
	static char text[32];

	snprintf(text, sizeof(text), "%ld", n);
	return n < 0 ? strerrorname_np(errno) : text;
}

static unsigned long long number(const char *record, const char *name)
{
	const char *at = strstr(record, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* All of it, as it is never in two reads of this size */
static ssize_t read_record(void)
{
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

static void record(void)
{
	ssize_t n = read_record();
	unsigned long long lost = number(buf, "\nKEVNOTIFY_LOST=");

	printf("%s", n <= 0 ? result(n) : result(number(buf, "\nKEVNOTIFY_SEQ=")));
	if (lost)
		printf("+%llu", lost);
	putchar(' ');
}

static void rest(size_t size)
{
	ssize_t n;

	while ((n = read(fd, buf, size)) > 0)
		fwrite(buf, n, 1, stdout);
	exit(0);
}

static void put(const char *text)
{
	size_t len = 0;

	for (; *text; text++) {
		buf[len] = *text;
		if (*text == '\\')
			buf[len] = *++text == 'n' ? '\n' : '\0';
		len++;
	}
	printf("%s ", result(write(fd, buf, len)));
}

static void acknowledge(const char *seq)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "ack %s\n", seq);

	printf("%s ", write(fd, line, n) == n ? "OK" : strerrorname_np(errno));
}

static void huge(size_t size)
{
	char *all = malloc(size);

	memset(all, '1', size);
	memcpy(all, "ack ", 4);
	all[size - 1] = '\n';
	printf("%s ", result(write(fd, all, size)));
	free(all);
}

static void polled(void)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };

	poll(&p, 1, 0);
	printf("%s%s%s%s ", p.revents & POLLIN ? "in" : "-", p.revents & POLLOUT ? ",out" : "",
	       p.revents & POLLHUP ? ",hup" : "", p.revents & POLLERR ? ",err" : "");
}

static void edge(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	if (ep < 0) {
		ep = epoll_create1(0);
		epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	}
	printf("%d ", epoll_wait(ep, &event, 1, 0));
}

/* --- Many records */

static struct {
	unsigned long long	records, lost, last, wrong;
} count;

/* As the module kevnotify-storm makes them */
static bool storm_wrong(const char *record)
{
	static const char text[] = "the-quick-brown-fox-jumps-over-the-lazy-dog-0123456789";
	const char *message = strstr(record, "\nMESSAGE=serial ");
	unsigned long long serial, check, id = number(record, "\nKEVNOTIFY_ID=");
	char got[64];

	if (!strstr(record, "\nKEVNOTIFY_SOURCE=storm\n"))
		return false;
	if (!message || sscanf(message, "\nMESSAGE=serial %llu check %llx %63s", &serial, &check,
			       got) != 3)
		return true;
	return check != (unsigned int)((serial * 4 + id) * 0x61C8864680B583EBULL >> 16) ||
	       strcmp(got, text + (serial & 31));
}

static void count_record(const char *record, size_t len)
{
	unsigned long long seq = number(record, "\nKEVNOTIFY_SEQ=");
	unsigned long long lost = number(record, "\nKEVNOTIFY_LOST=");

	count.records++;
	count.lost += lost;
	if (seq != count.last + 1 + lost || strncmp(record, "__REALTIME_TIMESTAMP=", 21) ||
	    len < 2 || strcmp(record + len - 2, "\n\n") || storm_wrong(record))
		count.wrong++;
	count.last = seq;
}

/* A record, in pieces of this size; or less, if there is no more */
static size_t pieces(size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, buf + len, size)) > 0) {
		len += n;
		if (buf[len - 1] == '\n' && len > 1 && buf[len - 2] == '\n')
			break;
	}
	buf[len] = '\0';
	return len;
}

/* To the record before the present one, or to the end */
static void jump(void)
{
	unsigned long long wrong = count.wrong;
	off_t to = count.records % 3 ? lseek(fd, 0, SEEK_END) : lseek(fd, count.last, SEEK_SET);

	/* It may have gone meanwhile */
	if (to < 0)
		return;
	memset(&count, 0, sizeof(count));
	count.last = to - 1;
	count.wrong = wrong;
}

static void until(const char *name, size_t size, bool seeks)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	unsigned int turn = 0;
	bool done;
	size_t len;

	do {
		done = !access(name, F_OK);
		while ((len = pieces(size)) > 0) {
			count_record(buf, len);
			if (seeks && !done && !(++turn % 50))
				jump();
		}
		poll(&p, 1, 20);
	} while (!done);
	printf("%llu %llu %llu %llu ", count.records, count.lost, count.last, count.wrong);
}

/* Each access to that memory is a fault, which a reader of what is returned is told of */
static int missing(void **there)
{
	struct uffdio_register range = {
		.range	= { .len = sizeof(buf) },
		.mode	= UFFDIO_REGISTER_MODE_MISSING,
	};
	struct uffdio_api api = { .api = UFFD_API };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);

	*there = mmap(NULL, sizeof(buf), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	range.range.start = (unsigned long)*there;
	return uffd < 0 || ioctl(uffd, UFFDIO_API, &api) || ioctl(uffd, UFFDIO_REGISTER, &range) ?
		-1 : uffd;
}

static int read_to(void *there)
{
	return read(fd, there, sizeof(buf));
}

static void stall(void)
{
	void *there;

	printf("%s ", result(missing(&there) < 0 ? -1 : read_to(there)));
}

/* Another task has a record, and sleeps before it is given */
static void share(void)
{
	char *stack_end = (char *)malloc(1 << 16) + (1 << 16);
	struct uffd_msg fault;
	void *there;
	int uffd = missing(&there);

	if (uffd < 0 || clone(read_to, stack_end, CLONE_VM | CLONE_FS | CLONE_FILES |
			      CLONE_SIGHAND | CLONE_THREAD, there) < 0 ||
	    read(uffd, &fault, sizeof(fault)) < 0)
		printf("%s ", strerrorname_np(errno));
	/* What waits for it now ends, too late */
	alarm(60);
}

/* --- Words */

static bool seek(const char *word, const char *value)
{
	static const struct {
		const char	*word;
		int		whence;
	} whences[] = {
		{ "set", SEEK_SET }, { "cur", SEEK_CUR }, { "end", SEEK_END },
		{ "data", SEEK_DATA }, { "hole", SEEK_HOLE },
	};
	unsigned int i;

	for (i = 0; i < sizeof(whences) / sizeof(*whences); i++)
		if (!strcmp(word, whences[i].word)) {
			printf("%s ", result(lseek(fd, atoll(value), whences[i].whence)));
			return true;
		}
	return false;
}

/* Without a value */
static bool simple(const char *word)
{
	if (!strcmp(word, "record"))
		record();
	else if (!strcmp(word, "poll"))
		polled();
	else if (!strcmp(word, "epoll"))
		edge();
	else if (!strcmp(word, "stall"))
		stall();
	else if (!strcmp(word, "share"))
		share();
	else if (!strcmp(word, "pread"))
		printf("%s ", result(pread(fd, buf, 1, 0)));
	else if (!strcmp(word, "fault"))
		printf("%s %s ", result(syscall(SYS_write, fd, 1, 6)),
		       result(syscall(SYS_read, fd, 1, 100)));
	else
		return false;
	return true;
}

static void one(const char *word, const char *value)
{
	if (!strcmp(word, "bytes"))
		printf("%s ", result(read(fd, buf, atol(value))));
	else if (!strcmp(word, "rest"))
		rest(atol(value));
	else if (!strcmp(word, "write"))
		put(value);
	else if (!strcmp(word, "ack"))
		acknowledge(value);
	else if (!strcmp(word, "huge"))
		huge(atol(value));
	else if (!strcmp(word, "count"))
		until(value, sizeof(buf) - 1, false);
	else if (!strcmp(word, "seek"))
		until(value, sizeof(buf) - 1, true);
	else if (!strcmp(word, "bits"))
		until(value, 13, false);
	else if (!strcmp(word, "run"))
		printf("%s", system(value) ? "failed " : "");
	else if (!seek(word, value))
		exit(98);
}

int main(int argc, char **argv)
{
	int mode = O_RDWR, wait = O_NONBLOCK, option;

	while ((option = getopt(argc, argv, "+rwb")) != -1) {
		if (option == 'r')
			mode = O_RDONLY;
		else if (option == 'w')
			mode = O_WRONLY;
		else
			wait = 0;
	}
	fd = open(NAME, mode | wait | O_CLOEXEC);
	if (fd < 0) {
		puts(strerrorname_np(errno));
		return 1;
	}
	for (; optind < argc; optind++) {
		if (!simple(argv[optind])) {
			one(argv[optind], argv[optind + 1]);
			optind++;
		}
		fflush(stdout);
	}
	putchar('\n');
	return 0;
}
