// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth load MODULE ARGS [BAD]	load it until nothing fails any more
 * failnth write FILE OLD NEW		write NEW over OLD until nothing fails any more
 *
 * Each time one more allocation of that system call succeeds before one fails,
 * by the kernel's /proc/self/fail-nth, and a call that failed has to have left
 * nothing behind. Prints what came of it; fails at the first thing that is wrong.
 * BAD is a parameter that ends the load: the allocations before that are left out,
 * but for the last ones. With FAILNTH_STEP=N in the environment every Nth of a
 * load fails instead of every one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int knob;	/* /proc/thread-self/fail-nth */

static int die(const char *what)
{
	fprintf(stderr, "failnth: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* The nth allocation from now on fails; 0: none */
static void fail_nth(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(knob, text, len, 0) != len)
		die("fail-nth");
}

/* How many allocations are left before the one that fails? 0: it has. */
static unsigned int fail_left(void)
{
	char text[16] = "";

	if (pread(knob, text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth");
	return atoi(text);
}

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static int failing_load(const char *path, const char *args, unsigned int n, unsigned int *left)
{
	int fd = open_or_die(path, O_RDONLY);
	int err;

	fail_nth(n);
	err = syscall(SYS_finit_module, fd, args, 0) ? errno : 0;
	*left = fail_left();
	fail_nth(0);
	close(fd);
	return err;
}

static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, 0);
}

static int listed(const char *name)
{
	FILE *f = fopen("/proc/modules", "r");
	char line[512];
	int yes = 0;

	if (!f)
		die("/proc/modules");
	while (fgets(line, sizeof(line), f))
		yes |= !strncmp(line, name, strlen(name)) && line[strlen(name)] == ' ';
	fclose(f);
	return yes;
}

/* A thread that has been stopped is gone a moment later */
static int thread_of(const char *name)
{
	char path[300], comm[32];
	struct dirent *d;
	DIR *dir = opendir("/proc");
	int fd, n, yes = 0;

	if (!dir)
		die("/proc");
	while (!yes && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", d->d_name);
		if (*d->d_name < '0' || *d->d_name > '9')
			continue;
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		n = read(fd, comm, sizeof(comm) - 1);
		close(fd);
		yes = n > 0 && !strncmp(comm, name, strlen(name));
	}
	closedir(dir);
	return yes;
}

/* What is there of a module that did not load? NULL: nothing */
static const char *remains_of(const char *name)
{
	static const char *const places[] = {
		"/sys/module/%s", "/sys/kernel/%s", "/proc/sys/%s", "/sys/kernel/debug/%s",
		"/sys/kernel/tracing/events/%s", "/sys/kernel/debug/tracing/events/%s",
	};
	static char path[PATH_MAX];
	unsigned int i;

	if (listed(name))
		return "it is listed in /proc/modules";
	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, sizeof(path), places[i], name);
		if (!access(path, F_OK))
			return path;
	}
	for (i = 0; i < 500 && thread_of(name); i++)
		usleep(10000);
	return i < 500 ? NULL : "a thread";
}

static int check_load(const char *name, unsigned int n, int err)
{
	const char *what;

	if (err && err != ENOMEM) {
		printf("# allocation %u failed and the errno is %d\n", n, err);
		return 1;
	}
	if (!err && unload(name)) {
		printf("# after allocation %u had failed rmmod said %d\n", n, errno);
		return 1;
	}
	what = remains_of(name);
	if (what)
		printf("# after allocation %u had failed there is %s\n", n, what);
	return !!what;
}

#define MANY	1000000
#define LAST	50

/* Where to begin: a little before the load with a bad parameter came to its end */
static unsigned int first_after(const char *path, const char *bad)
{
	unsigned int left;

	if (!bad)
		return 1;
	if (!failing_load(path, bad, MANY, &left))
		die(bad);
	return MANY - left > LAST ? MANY - left - LAST : 1;
}

/* It takes long */
static void say_where(const char *name, unsigned int n)
{
	printf("# %s: at allocation %u\n", name, n);
	fflush(stdout);
}

static int sweep_load(const char *path, const char *args, const char *bad)
{
	unsigned int first = first_after(path, bad), n = first, failed = 0, left;
	const char *word = getenv("FAILNTH_STEP");
	unsigned int step = word ? atoi(word) : 1;
	char name[64];
	int err, i;

	snprintf(name, sizeof(name), "%s", strrchr(path, '/') + 1);
	*strchr(name, '.') = '\0';
	for (i = 0; name[i]; i++)
		if (name[i] == '-')
			name[i] = '_';
	for (;; n += step) {
		if ((n - first) / step % 100 == 99)
			say_where(name, n);
		err = failing_load(path, args, n, &left);
		if (check_load(name, n, err))
			return 1;
		failed += !!err;
		if (left)
			break;
	}
	printf("# %s: of allocations %u to %u each %u. failed, %u ended the load\n", name, first,
	       n - 1, step, failed);
	/* There is one at least that must not be done without */
	return err || !failed;
}

static int put(const char *path, const char *text)
{
	int fd = open_or_die(path, O_WRONLY);
	int err = write(fd, text, strlen(text)) < 0 ? errno : 0;

	close(fd);
	return err;
}

static int holds(const char *path, const char *text)
{
	char now[512];
	int fd = open_or_die(path, O_RDONLY);
	int n = read(fd, now, sizeof(now) - 1);

	close(fd);
	now[n > 0 ? n : 0] = '\0';
	now[strcspn(now, "\n")] = '\0';
	return !strcmp(now, text);
}

/* Opening may allocate too: it is part of the write */
static int failing_put(const char *path, const char *text, unsigned int n, unsigned int *left)
{
	int err, fd;

	fail_nth(n);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	err = fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;
	*left = fail_left();
	fail_nth(0);
	if (fd >= 0)
		close(fd);
	return err;
}

static int sweep_write(const char *path, const char *old, const char *new)
{
	unsigned int n = 0, failed = 0, left;
	int err;

	do {
		if (put(path, old) || !holds(path, old))
			die(path);
		err = failing_put(path, new, ++n, &left);
		if ((err && err != ENOMEM) || !holds(path, err ? old : new)) {
			printf("# %s: allocation %u failed, errno %d\n", path, n, err);
			return 1;
		}
		failed += !!err;
	} while (!left);
	printf("# %s: %u allocations, %u of them ended the write\n", path, n - 1, failed);
	return err || !failed || put(path, old);
}

int main(int argc, char **argv)
{
	knob = open_or_die("/proc/thread-self/fail-nth", O_RDWR);
	if ((argc == 4 || argc == 5) && !strcmp(argv[1], "load"))
		return sweep_load(argv[2], argv[3], argv[4]);
	if (argc == 5 && !strcmp(argv[1], "write"))
		return sweep_write(argv[2], argv[3], argv[4]);
	return 2;
}
