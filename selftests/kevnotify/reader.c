// SPDX-License-Identifier: GPL-2.0-only
/*
 * A helper in pipe mode. Its name says what it does with its standard input; what
 * it finds is a line in "report" beside it, each record that it has read whole a
 * line in "receipts", as of receipt.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char buf[65536];
static char line[2048];
static size_t line_len;

/* Of a receipt, in its order */
static struct field {
	const char	*name;
	char		value[1024];
} fields[] = {
	{ "KEVNOTIFY_SEQ" }, { "KEVNOTIFY_SOURCE" }, { "TROUBLED_DS" },
	{ "KEVNOTIFY_CONTEXT" }, { "KEVNOTIFY_SERIAL" }, { "MESSAGE" },
};

#define FIELDS	(sizeof(fields) / sizeof(*fields))
#define MESSAGE	fields[FIELDS - 1].value

/* A record has told it to stay when there is no more to read */
static bool told_to_stay;

static void append(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_APPEND | O_CREAT, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		exit(99);
	close(fd);
}

static void report(const char *what, long n)
{
	char text[128];

	snprintf(text, sizeof(text), "%s %ld %s\n", what, n, n < 0 ? strerrorname_np(errno) : "-");
	append("report", text);
}

static void end_of_record(void)
{
	char text[FIELDS * sizeof(fields[0].value)];
	size_t i, n = 0;

	told_to_stay |= !strcmp(MESSAGE, "stay");
	for (i = 0; i < FIELDS; i++) {
		n += sprintf(text + n, "%s%c", *fields[i].value ? fields[i].value : "-",
			     i < FIELDS - 1 ? ' ' : '\n');
		*fields[i].value = '\0';
	}
	append("receipts", text);
}

static void end_of_line(void)
{
	char *value;
	size_t i;

	line[line_len] = '\0';
	if (!line_len)
		end_of_record();
	value = strchr(line, '=');
	line_len = 0;
	if (!value)
		return;
	*value++ = '\0';
	for (i = 0; i < FIELDS; i++)
		if (!strcmp(line, fields[i].name))
			snprintf(fields[i].value, sizeof(fields[i].value), "%.1000s", value);
}

static void take(const char *bytes, ssize_t n)
{
	ssize_t i;

	for (i = 0; i < n; i++) {
		if (bytes[i] == '\n')
			end_of_line();
		else if (line_len < sizeof(line) - 1)
			line[line_len++] = bytes[i];
	}
}

/* As a record is never in two reads of this size */
static ssize_t get(size_t size)
{
	ssize_t n = read(0, buf, size);

	if (n > 0)
		take(buf, n);
	return n;
}

static int all(size_t size)
{
	ssize_t n;

	while ((n = get(size)) > 0)
		;
	if (n < 0)
		report("read", n);
	return n < 0;
}

static void poll_fd(const char *what, int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, ms);

	report(what, n > 0 ? p.revents : n);
}

static void poll_now(const char *what, int ms)
{
	poll_fd(what, 0, POLLIN, ms);
}

static bool fifo(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISFIFO(st.st_mode);
}

/* The descriptor is replaced by one that its name gives */
static int reopened(int fd, const char *name, int flags)
{
	int again = open(name, flags);

	if (again < 0)
		return again;
	close(fd);
	return dup(again) == fd ? 0 : -1;
}

static int fixed(void)
{
	report("lseek", lseek(0, 0, SEEK_CUR));
	report("pread", pread(0, buf, 1, 0));
	report("fifo", fifo(0) && fifo(1));
	report("reopen-for-write", open("/dev/stdin", O_WRONLY));
	report("reopen", reopened(0, "/dev/stdin", O_RDONLY));
	report("write", write(0, "x", 1));
	report("nothing", read(0, buf, 0));
	report("fault", syscall(SYS_read, 0, NULL, 100));
	return all(1 << 16);
}

static void until_exists(const char *name)
{
	while (access(name, F_OK))
		usleep(10000);
}

/* A record, none, a record that is not for the helper, one that is, and the end */
static int polls(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(0);

	poll_now("poll-record", 0);
	get(sizeof(buf));
	fcntl(0, F_SETFL, O_NONBLOCK);
	poll_now("poll-none", 0);
	report("read-none", read(0, buf, 10));
	report("epoll-add", epoll_ctl(ep, EPOLL_CTL_ADD, 0, &event));
	poll_fd("poll-output", 1, POLLIN | POLLOUT, 0);
	append("report", "ready\n");
	report("epoll-wait", epoll_wait(ep, &event, 1, 60000));
	get(sizeof(buf));
	poll_now("poll-end", 60000);
	report("read-end", read(0, buf, 10));
	poll_now("poll-end-again", 0);
	return 0;
}

/* As libraries for event loops do: they look at the type first, and wait in epoll alone */
static int event_loop(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(0);
	ssize_t n;

	if (!fifo(0) || fcntl(0, F_SETFL, O_NONBLOCK) || epoll_ctl(ep, EPOLL_CTL_ADD, 0, &event))
		return 1;
	while (epoll_wait(ep, &event, 1, -1) == 1) {
		while ((n = get(100)) > 0)
			;
		if (!n)
			return 0;
		if (errno != EAGAIN)
			return 2;
	}
	return 3;
}

/* The child still has the file when the next run has begun; of the module, that alone */
static int leaves_child(void)
{
	close(1);
	close(2);
	get(sizeof(buf));
	read(0, buf, 10);
	if (fork())
		return 0;
	until_exists("go");
	report("child-read", read(0, buf, sizeof(buf)));
	report("child-read-again", read(0, buf, sizeof(buf)));
	poll_now("child-poll", 0);
	append("report", "child-done\n");
	return 0;
}

/* Does a process sleep in a read of its standard input? */
static bool sleeps_in_read(int pid)
{
	char name[64];
	int nr = -1, fd = -1;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/syscall", pid);
	file = fopen(name, "r");
	if (!file || fscanf(file, "%d %x", &nr, &fd) != 2)
		nr = -1;
	if (file)
		fclose(file);
	return nr == SYS_read && !fd;
}

static int child_reads(void)
{
	int child;

	get(sizeof(buf));
	child = fork();
	if (child) {
		while (!sleeps_in_read(child))
			usleep(10000);
		append("report", "child-sleeps\n");
		return 0;
	}
	report("child-read", read(0, buf, sizeof(buf)));
	return 0;
}

/*
 * The child has no more of its files than a way to them, opens them by that, and lets
 * go of all before its end.
 */
static int keeps_path(void)
{
	char in[32], out[32];
	int fd;

	get(sizeof(buf));
	snprintf(in, sizeof(in), "/proc/self/fd/%d", open("/dev/stdin", O_PATH));
	snprintf(out, sizeof(out), "/proc/self/fd/%d", open("/dev/stdout", O_PATH));
	for (fd = 0; fd <= 2; fd++)
		close(fd);
	if (fork())
		return 0;
	until_exists("go");
	report("path-write", write(open(out, O_WRONLY), "by its path\n", 12));
	report("path-read", read(open(in, O_RDONLY), buf, sizeof(buf)));
	for (fd = 0; fd < 16; fd++)
		close(fd);
	append("report", "closed\n");
	until_exists("gone");
	return 0;
}

static int half(void)
{
	report("half", read(0, buf, 10));
	return 0;
}

/* The end of file comes behind a record, not inside of one */
static int half_until_go(void)
{
	ssize_t n = read(0, buf, 10);

	take(buf, n);
	append("report", "half-read\n");
	until_exists("go");
	return all(100);
}

static int slow(void)
{
	while (get(sizeof(buf)) > 0)
		usleep(200000);
	return 0;
}

static int hang(void)
{
	get(sizeof(buf));
	append("report", "hangs\n");
	pause();
	return 0;
}

static int again(void)
{
	/* Reads on after an error, for a while */
	int i;

	for (i = 0; i < 3 && all(100); i++)
		;
	return i != 0;
}

/* Ends by end of file alone; told to stay, not even by that */
static int no_term(void)
{
	int err;

	signal(SIGTERM, SIG_IGN);
	err = all(1 << 16);
	while (told_to_stay)
		pause();
	return err;
}

int main(int argc, char **argv)
{
	const char *name = strdup(argv[0]);
	static const struct {
		const char	*name;
		int		(*run)(void);
	} modes[] = {
		{ "fixed", fixed }, { "polls", polls }, { "leaves-child", leaves_child },
		{ "child-reads", child_reads }, { "half", half },
		{ "half-until-go", half_until_go }, { "slow", slow }, { "hang", hang },
		{ "again", again }, { "no-term", no_term }, { "event-loop", event_loop },
		{ "keeps-path", keeps_path },
	};
	unsigned int i;

	if (argc != 1 || chdir(dirname(strdup(argv[0]))))
		return 98;
	name = basename((char *)name);
	if (!strncmp(name, "bytes-", 6))
		return all(atoi(name + 6));
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(name, modes[i].name))
			return modes[i].run();
	return 97;
}
