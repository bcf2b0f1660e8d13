// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a reader pays for an event of the bench, by one channel.
 *
 * stream burst CHANNEL N ROUNDS: N events at a time, and reads them all; prints the
 *	instructions an event from the raise on, the median of the rounds.
 * stream wake CHANNEL ROUNDS: from one raise until poll() has returned to a reader that
 *	slept; prints the median, and the longest.
 * stream storm N: N raises, and nothing is read; prints the instructions a raise.
 * stream hold N COMMAND: run a command while N readers of /dev/kevnotify are open.
 * stream: as a helper in pipe mode: the same until a read of standard input has returned,
 *	100 times; to /run/pipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <x86intrin.h>

#include "bpf.h"

#define FILES		"/sys/kernel/debug/kevnotify-bench/"
#define TRACING		"/sys/kernel/tracing/"
#define ROUNDS		1000
#define PATIENCE_MS	10000
/* So that the rate limit has a new window, and all sleep */
#define PAUSE_US	24000
#define PAGE		4096
#define CHUNK		65536

/**
 * struct channel - how events come to a reader
 * @name: its name
 * @op: what raises one
 * @open: a descriptor to poll; it is not blocking
 * @count: events in what a read returned; NULL: one
 * @drain: takes what there is without a read, and returns how many
 */
struct channel {
	const char	*name;
	const char	*op;
	int		(*open)(void);
	unsigned int	(*count)(const char *bytes, size_t len);
	unsigned int	(*drain)(unsigned long long *sum);
};

static char buffer[1 << 20];
/* What the reads of a round returned, one behind the other, to count in it once more */
static size_t lengths[4096];
static unsigned int reads;
static size_t used;
static unsigned long long sink;

#define die(fmt, ...) do {							\
	printf("wrong " fmt ": %s\n", ##__VA_ARGS__, strerror(errno));	\
	exit(1);								\
} while (0)

static unsigned long long now(void)
{
	unsigned int cpu;
	unsigned long long tsc;

	_mm_lfence();
	tsc = __rdtscp(&cpu);
	_mm_lfence();
	return tsc;
}

static int compare(const void *a, const void *b)
{
	unsigned long long x = *(const unsigned long long *)a, y = *(const unsigned long long *)b;

	return x < y ? -1 : x > y;
}

static unsigned long long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		die("%s", path);
	close(fd);
	return strtoull(text, NULL, 0);
}

static int order_file(const char *dir, const char *op)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), FILES "%s/%s", dir, op);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		die("%s", path);
	return fd;
}

static void order(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (write(fd, text, len) != len)
		die("raise");
}

static int open_at_end(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		die("%s", path);
	return fd;
}

static int open_kevnotify(void)
{
	return open_at_end("/dev/kevnotify");
}

static int open_kmsg(void)
{
	return open_at_end("/dev/kmsg");
}

static int open_netlink(int protocol, unsigned int groups, unsigned int member)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, protocol);
	int bytes = 16 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		die("netlink %d", protocol);
	if (member && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &member, sizeof(member)))
		die("netlink group %u", member);
	return fd;
}

static int open_uevent(void)
{
	return open_netlink(NETLINK_KOBJECT_UEVENT, 1, 0);
}

static int open_genl(void)
{
	return open_netlink(NETLINK_GENERIC, 0, read_number(FILES "genl_group"));
}

static int open_trace(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		die("%s", path);
	return fd;
}

static int open_trace_text(void)
{
	return open_trace(TRACING "trace_pipe");
}

static int open_trace_raw(void)
{
	return open_trace(TRACING "per_cpu/cpu0/trace_pipe_raw");
}

static unsigned int count_lines(const char *bytes, size_t len)
{
	const char *end = bytes + len;
	unsigned int n = 0;

	while ((bytes = memchr(bytes, '\n', end - bytes))) {
		bytes++;
		n++;
	}
	return n;
}

/* A page of the ring buffer: its time stamp and length, and then words, an event's first one
 * with its type and length
 */
static unsigned int count_page(const char *page, size_t len)
{
	unsigned long long committed;
	const char *at = page + 16, *end;
	unsigned int n = 0;

	memcpy(&committed, page + 8, sizeof(committed));
	end = at + (committed & 0xfffff);
	if (end > page + len)
		die("a page of %zu bytes", len);
	while (at < end) {
		unsigned int word, bytes;
		unsigned int type;

		memcpy(&word, at, sizeof(word));
		memcpy(&bytes, at + 4, sizeof(bytes));
		type = word & 31;
		if (type == 30 || type == 31) {
			at += 8;
		} else if (type == 29) {
			at += 4 + bytes;
		} else {
			n++;
			at += type ? 4 + 4 * type : 4 + bytes;
		}
	}
	return n;
}

static const struct channel channels[] = {
	{ "kevnotify",	"raise",		open_kevnotify,		NULL,		NULL },
	{ "uevent",	"uevent",		open_uevent,		NULL,		NULL },
	{ "kmsg",	"printk",		open_kmsg,		NULL,		NULL },
	{ "genl",	"genl",			open_genl,		NULL,		NULL },
	{ "trace_text",	"ftrace_string",	open_trace_text,	count_lines,	NULL },
	{ "trace_raw",	"ftrace_string",	open_trace_raw,		count_page,	NULL },
	{ "bpf",	"bpf",			bpf_open,		NULL,		bpf_drain },
};

/* One read, or what comes without; how many events, which may be none; -1: not yet */
static int take(const struct channel *c, int fd)
{
	ssize_t n;

	if (c->drain)
		return (int)c->drain(&sink) ?: -1;
	n = read(fd, buffer + used, c->count == count_page ? PAGE : CHUNK);
	if (n < 0 && errno == EAGAIN)
		return -1;
	if (n <= 0 || used + n + CHUNK > sizeof(buffer))
		die("read");
	lengths[reads++] = n;
	used += n;
	return c->count ? c->count(buffer + used - n, n) : 1;
}

static void await(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	if (poll(&pfd, 1, PATIENCE_MS) != 1)
		die("nothing came");
}

static void drain(const struct channel *c, int fd)
{
	do {
		reads = 0;
		used = 0;
	} while (take(c, fd) >= 0);
	reads = 0;
}

/* What it takes to count the events in what was read, which is not of the channel */
static unsigned long long counting(const struct channel *c)
{
	const char *at = buffer;
	unsigned long long start = now();
	unsigned int i;

	if (!c->count)
		return 0;
	for (i = 0; i < reads; i++) {
		sink += c->count(at, lengths[i]);
		at += lengths[i];
	}
	return now() - start;
}

static unsigned long long burst_once(const struct channel *c, int fd, int raise, unsigned int n)
{
	unsigned long long start, end;
	unsigned int got = 0;
	int more;

	usleep(PAUSE_US);
	drain(c, fd);
	start = now();
	order(raise, n);
	while (got < n) {
		more = take(c, fd);
		if (more < 0)
			await(fd);
		else
			got += more;
	}
	end = now();
	if (got != n)
		die("%s: %u events, %u came", c->name, n, got);
	return end - start - counting(c);
}

static void burst(const struct channel *c, unsigned int n, unsigned int rounds)
{
	static unsigned long long ticks[ROUNDS];
	int fd = c->open(), raise = order_file("burst", c->op);
	unsigned int i;

	for (i = 0; i < 3; i++)
		burst_once(c, fd, raise, n);
	for (i = 0; i < rounds; i++)
		ticks[i] = burst_once(c, fd, raise, n);
	qsort(ticks, rounds, sizeof(*ticks), compare);
	printf("bench stream_%s_%u %.1f\n", c->name, n, (double)ticks[rounds / 2] / n);
}

static void wake(const struct channel *c, unsigned int rounds)
{
	static unsigned long long ticks[ROUNDS];
	int fd = c->open(), later = order_file("later", c->op);
	unsigned int i;

	for (i = 0; i < rounds; i++) {
		unsigned long long end;

		drain(c, fd);
		order(later, 1);
		await(fd);
		end = now();
		usleep(PAUSE_US);
		ticks[i] = end - read_number(FILES "stamp");
	}
	qsort(ticks, rounds, sizeof(*ticks), compare);
	printf("bench wake_%s %llu\n", c->name, ticks[rounds / 2]);
	printf("bench wake_%s_most %llu\n", c->name, ticks[rounds - 1]);
}

static void many(unsigned int n)
{
	int raise = order_file("burst", "raise");
	unsigned long long start = now();

	order(raise, n);
	printf("bench storm@%u %.1f\n", n, (double)(now() - start) / n);
}

static void hold(unsigned int n, const char *command)
{
	fflush(stdout);
	while (n--) {
		if (open("/dev/kevnotify", O_RDONLY) < 0)
			die("open");
	}
	if (system(command))
		die("%s", command);
}

/* The events that are read are those that this orders, but for what was there before */
static void pipe_reader(void)
{
	enum { N = 100 };
	static unsigned long long ticks[N];
	int later = order_file("later", "raise");
	unsigned int i;

	if (!freopen("/run/pipe.new", "w", stdout))
		exit(1);
	fcntl(0, F_SETFL, O_NONBLOCK);
	while (read(0, buffer, sizeof(buffer)) > 0)
		;
	fcntl(0, F_SETFL, 0);
	for (i = 0; i < N; i++) {
		unsigned long long end;

		order(later, 1);
		if (read(0, buffer, sizeof(buffer)) <= 0)
			die("pipe");
		end = now();
		usleep(PAUSE_US);
		ticks[i] = end - read_number(FILES "stamp");
	}
	qsort(ticks, N, sizeof(*ticks), compare);
	printf("bench wake_pipe %llu\n", ticks[N / 2]);
	printf("bench wake_pipe_most %llu\n", ticks[N - 1]);
	fclose(stdout);
	rename("/run/pipe.new", "/run/pipe");
}

int main(int argc, char **argv)
{
	const struct channel *c = channels;
	unsigned int left = sizeof(channels) / sizeof(*channels);

	if (argc == 1) {
		pipe_reader();
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "storm")) {
		many(atoi(argv[2]));
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "hold")) {
		hold(atoi(argv[2]), argv[3]);
		return 0;
	}
	while (argc > 2 && left && strcmp(argv[2], c->name)) {
		c++;
		left--;
	}
	if (left && argc == 5 && !strcmp(argv[1], "burst"))
		burst(c, atoi(argv[3]), atoi(argv[4]));
	else if (left && argc == 4 && !strcmp(argv[1], "wake"))
		wake(c, atoi(argv[3]));
	else
		return 1;
	return 0;
}
