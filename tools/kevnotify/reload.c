// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another module takes the loaded one's place. What was set at run time is read before,
 * given to modprobe, and written for what is no parameter. Whatever fails, the module is
 * loaded again, and the service started again, as far as that can be.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "clock.h"
#include "commands.h"
#include "files.h"
#include "run.h"
#include "screen.h"
#include "service.h"
#include "stop.h"
#include "sysfs.h"

#define RELOAD_KEPT	512
#define RELOAD_WORDS	64
#define RELOAD_TAKEN_MS	10000	/* in which the service may take what is pending */
#define RELOAD_PAUSED	SYSFS_KERNEL "/control/paused"
#define RELOAD_LOCK	SYSFS_MODULE "/parameters/helper_lock"
#define RELOAD_UNIT	"kevnotify.service"

/* A value that was set. A parameter is one for modprobe, and only else for its file */
struct reload_value {
	char	path[160];
	char	*text;
	int	parameter;
};

static struct reload_value values[RELOAD_KEPT];
static unsigned int n;
static char *words[RELOAD_WORDS] = { "modprobe", "kevnotify" };
static unsigned int n_words = 2;
static int bare;	/* loaded without the values of parameters */
static char was_paused[8];
static int was_running;
static long long lost;	/* records that went with the log */

/* --- What is set */

static char *reload_read(const char *path)
{
	char buf[8192];

	return sysfs_read(buf, sizeof(buf), "%s", path) < 0 ? NULL : strdup(buf);
}

/*
 * Has modprobe.d a value for what is set at load alone? It is what this load is for: the
 * present one would come behind it, and count.
 */
static int reload_configured(const char *path, const char *name)
{
	static char line[8192];
	char word[80];
	struct stat st;

	if (stat(path, &st) || st.st_mode & 0222)
		return 0;
	if (!*line && run_words(line, sizeof(line), "modprobe", "--show-depends", "kevnotify"))
		return 0;
	snprintf(word, sizeof(word), " %.60s=", name);
	return !!strstr(run_last(line), word);
}

/* NAME=VALUE, as the kernel takes it: quotes keep blanks together */
static int reload_parameter(const char *name)
{
	struct reload_value *v = &values[n];
	char *word;

	if (n == RELOAD_KEPT || n_words == RELOAD_WORDS - 1)
		return -ENOMEM;
	snprintf(v->path, sizeof(v->path), SYSFS_MODULE "/parameters/%.60s", name);
	if (reload_configured(v->path, name))
		return 0;
	v->text = reload_read(v->path);
	v->parameter = 1;
	if (!v->text)
		return -EACCES;
	n++;
	if (asprintf(&word, strpbrk(v->text, " \t") ? "%s=\"%s\"" : "%s=%s", name, v->text) < 0)
		return -ENOMEM;
	words[n_words++] = word;
	return 0;
}

static int reload_parameters(void)
{
	int fd = files_open(O_RDONLY | O_DIRECTORY, SYSFS_MODULE "/parameters"), err = 0;
	const struct dirent64 *entry;
	struct files_list list;

	if (fd < 0)
		return fd;
	files_list(&list, fd);
	while (!err && (entry = files_next(&list)))
		err = reload_parameter(entry->d_name);
	close(fd);
	return err;
}

static void reload_keep(const char *source, const char *file)
{
	struct reload_value *v = &values[n];

	if (n == RELOAD_KEPT)
		return;
	snprintf(v->path, sizeof(v->path), SYSFS_KERNEL "/sources/%.40s/%.20s", source, file);
	v->text = reload_read(v->path);
	n += !!v->text;
}

/* "clear" and "threshold" as that order of them lets both be written: see reload_restore() */
static int reload_sources(void)
{
	static const char *const files[] = {
		"level", "comm", "stack", "threshold", "clear", "dispatch", "enabled", NULL
	};
	static struct sysfs_list list;
	int err = sysfs_list(&list, SYSFS_KERNEL "/sources");
	const char *const *file;
	unsigned int i;

	for (i = 0; !err && i < list.n; i++)
		for (file = files; *file; file++)
			reload_keep(list.name[i], *file);
	return err;
}

/* A line of the list is a probe; "NAME STATE HITS MISSED OWN SYMBOL [ret<0]" */
static void reload_probe(char *line)
{
	char *name = strtok(line, " "), *field = NULL, *ret, *text;
	int i;

	for (i = 0; name && i < 5; i++)
		field = strtok(NULL, " ");
	ret = field ? strtok(NULL, " ") : NULL;
	if (!field || n == RELOAD_KEPT ||
	    asprintf(&text, "+%s %s%s%s", name, field, ret ? " " : "", ret ? ret : "") < 0)
		return;
	snprintf(values[n].path, sizeof(values[n].path), SYSFS_KERNEL "/sources/probe/probes");
	values[n++].text = text;
}

static void reload_probes(void)
{
	char *all = reload_read(SYSFS_KERNEL "/sources/probe/probes"), *line, *next;

	for (line = all; line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		reload_probe(line);
	}
	free(all);
}

/* With it set the helper's parameters cannot be written any more. */
static void reload_lock_last(void)
{
	struct reload_value lock;
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (strcmp(values[i].path, RELOAD_LOCK))
			continue;
		lock = values[i];
		memmove(&values[i], &values[i + 1], (n - i - 1) * sizeof(lock));
		values[n - 1] = lock;
		return;
	}
}

static int reload_save(void)
{
	int err = reload_parameters();

	if (!err)
		err = reload_sources();
	if (err)
		return sysfs_unread(err, SYSFS_KERNEL);
	reload_probes();
	reload_lock_last();
	sysfs_read(was_paused, sizeof(was_paused), RELOAD_PAUSED);
	return STATUS_OK;
}

/* --- Putting it back */

static unsigned int reload_write(int told)
{
	unsigned int i, left = 0;
	char now[8192];
	int err;

	for (i = 0; i < n; i++) {
		if (values[i].parameter && !bare)
			continue;
		/* Not before the others had both their turns */
		if (!told && !strcmp(values[i].path, RELOAD_LOCK))
			continue;
		if (sysfs_read(now, sizeof(now), "%s", values[i].path) >= 0 &&
		    !strcmp(now, values[i].text))
			continue;
		/* What is on by a parameter need not be written, and what cannot be on is not. */
		err = sysfs_write(*values[i].text ? values[i].text : "\n", "%s", values[i].path);
		/* That probe is back since the first time. */
		if (!err || err == -EEXIST)
			continue;
		left++;
		if (told)
			fprintf(stderr, "kevnotify reload: %s is not \"%.80s\" any more: %s\n",
				values[i].path, values[i].text, strerror(-err));
	}
	return left;
}

/* Twice, as a threshold is refused while the old limit behind it is still there. */
static unsigned int reload_restore(void)
{
	reload_write(0);
	return reload_write(1);
}

static int reload_load(void)
{
	char out[1024];
	int status;

	words[n_words] = NULL;
	status = run_program(out, sizeof(out), (const char *const *)words);
	if (!status)
		return 1;
	fprintf(stderr, "kevnotify reload: not loaded with what was set: %s\n", run_last(out));
	/* A value of old may be what is wrong. */
	if (!run_words(out, sizeof(out), "modprobe", "kevnotify")) {
		fputs("kevnotify reload: loaded without; what it takes is set now\n", stderr);
		bare = 1;
		return 1;
	}
	fprintf(stderr, "kevnotify reload: NOT LOADED: %s\n  Type: kevnotify doctor\n",
		run_last(out));
	return 0;
}

static void reload_start(void)
{
	char out[512];

	if (was_running && run_words(out, sizeof(out), "systemctl", "start", RELOAD_UNIT))
		fprintf(stderr, "kevnotify reload: " RELOAD_UNIT " is not started: %s\n",
			run_last(out));
}

static int reload_back(void)
{
	stop_ignore();
	if (!strcmp(was_paused, "0"))
		sysfs_write("0", RELOAD_PAUSED);
	reload_start();
	fputs("kevnotify reload: the module that was loaded still is, as it was\n", stderr);
	return STATUS_FAILED;
}

/* --- In order */

static int reload_field(char *value, size_t size, const char *field)
{
	return run_words(value, size, "modinfo", "-F", field, "kevnotify");
}

/* What would make the load fail, before anything is touched */
static int reload_check(void)
{
	char text[512];

	if (reload_field(text, sizeof(text), "version")) {
		fputs("kevnotify reload: no module is installed. Type: kevnotify doctor\n",
		      stderr);
		return STATUS_FAILED;
	}
	if (!reload_field(text, sizeof(text), "stub") && *text) {
		fprintf(stderr, "kevnotify reload: what is installed is a stub: %.200s\n", text);
		return STATUS_FAILED;
	}
	if (sysfs_read(text, sizeof(text), "/proc/sys/kernel/modules_disabled") > 0 &&
	    !strcmp(text, "1")) {
		fputs("kevnotify reload: loading modules is switched off until the next boot\n",
		      stderr);
		return STATUS_FAILED;
	}
	if (run_words(text, sizeof(text), "modprobe", "--dry-run", "--ignore-install",
		      "kevnotify")) {
		fprintf(stderr, "kevnotify reload: modprobe: %s\n", run_last(text));
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static long long reload_pending(void)
{
	long long number = 0;

	sysfs_number(&number, SYSFS_KERNEL "/stats/pending");
	return number;
}

/* The log goes with the module: the service takes over what it has first. */
static void reload_taken(void)
{
	uint64_t end = clock_ms() + RELOAD_TAKEN_MS;

	while (was_running && !stop_asked() && reload_pending() && clock_ms() < end)
		poll(NULL, 0, 50);
}

/* Is nothing left that uses it? */
static int reload_unload(void)
{
	char out[1024];
	int err;

	if (stop_asked())
		return 0;
	if (was_running && run_words(out, sizeof(out), "systemctl", "stop", RELOAD_UNIT)) {
		fprintf(stderr, "kevnotify reload: " RELOAD_UNIT " is not stopped: %s\n",
			run_last(out));
		return 0;
	}
	/* This waits for a run of the helper. */
	err = stop_asked() ? -EINTR : sysfs_write("1", RELOAD_PAUSED);
	if (err) {
		sysfs_unwritten(err, RELOAD_PAUSED);
		return 0;
	}
	lost = reload_pending();
	/* Half of what follows is worse than either end. */
	stop_ignore();
	if (stop_asked())
		return 0;
	if (!run_words(out, sizeof(out), "modprobe", "-r", "kevnotify"))
		return 1;
	fprintf(stderr, "kevnotify reload: not unloaded: %s\n"
		"  What has it open: fuser -v /dev/kevnotify; other modules: lsmod\n",
		run_last(out));
	return 0;
}

static int reload_swap(void)
{
	char before[64] = "?", after[64] = "?";
	unsigned int left;

	sysfs_read(before, sizeof(before), SYSFS_MODULE "/version");
	reload_taken();
	if (!reload_unload())
		return reload_back();
	if (!reload_load())
		return STATUS_FAILED;
	left = reload_restore();
	if (!strcmp(was_paused, "1"))
		sysfs_write("1", RELOAD_PAUSED);
	reload_start();
	sysfs_read(after, sizeof(after), SYSFS_MODULE "/version");
	screen_line(PLAIN,
		    "kevnotify %s was loaded, and now %s is; %u of %u values are kept",
		    before, after, n - left, n);
	if (lost)
		screen_line(WARN, "%lld records were pending, and nothing has taken them over",
			    lost);
	return left ? STATUS_FAILED : STATUS_OK;
}

int reload_run(int argc, char **argv)
{
	static const struct option options[] = { ARGS_HELP, { } };
	int c = getopt_long(argc, argv, "h", options, NULL), status;

	if (c != -1 || optind < argc)
		return args_usage(c == -1 ? '?' : c);
	if (geteuid()) {
		fputs("kevnotify reload: only root may load modules\n", stderr);
		return STATUS_FAILED;
	}
	if (!sysfs_there())
		return STATUS_FAILED;
	status = reload_check();
	if (!status)
		status = reload_save();
	if (status)
		return status;
	was_running = service_runs();
	stop_catch();
	return reload_swap();
}
