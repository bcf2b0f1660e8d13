// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "probe": places in the kernel that the operator has named. What was written, and
 * how it is shown; one of them, and its events, is in probe_point.c.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "sources/canary.h"
#include "sources/probe.h"
#include "sources/probe_point.h"
#include "sources/sources.h"

/* Of a line: the name, the state, three counts, the place and "ret<0" */
#define KEV_PROBE_LINE	(KEV_PROBE_NAME_MAX + 8 + 3 * 21 + KEV_PROBE_WHERE_MAX + 8)

static const char *const kev_probe_call_keys[] = { "PROBE", "SYMBOL", NULL };
static const char *const kev_probe_return_keys[] = { "PROBE", "SYMBOL", "RETVAL", NULL };

static const struct kevnotify_event kev_probe_events[] = {
	[KEV_PROBE_CALL]   = { "probe {PROBE}: {SYMBOL}", 6, kev_probe_call_keys },
	[KEV_PROBE_RETURN] = { "probe {PROBE}: {SYMBOL} returned {RETVAL}", 5,
			       kev_probe_return_keys },
};

static const struct kevnotify_desc kev_probe_desc = {
	.name	 = "probe",
	.events	 = kev_probe_events,
	.ids	 = ARRAY_SIZE(kev_probe_events),
	.objects = true,
	.quiet	 = true,
};

static DEFINE_MUTEX(kev_probe_mutex);
static LIST_HEAD(kev_probe_all);
static unsigned int kev_probe_length;
static u64 kev_probe_numbers;
static struct kevnotify_source *kev_probe_source;	/* NULL: it is off */

static int kev_probe_refuse(int err, const char *rule, const char *culprit)
{
	pr_warn("probe: %s: '%*pEhp': nothing changed\n", rule,
		(int)min_t(size_t, strlen(culprit), 64), culprit);
	return err;
}

static struct kev_probe_point *kev_probe_find(const char *name)
{
	struct kev_probe_point *p;

	list_for_each_entry(p, &kev_probe_all, list)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

static void kev_probe_destroy(struct kev_probe_point *p)
{
	if (p)
		free_percpu(p->count);
	kfree(p);
}

static struct kev_probe_point *kev_probe_create(const char *name, const char *where)
{
	struct kev_probe_point *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->count = alloc_percpu(struct kev_probe_count);
	if (!p->count) {
		kfree(p);
		return NULL;
	}
	strscpy(p->name, name, sizeof(p->name));
	strscpy(p->where, where, sizeof(p->where));
	return p;
}

/* Of these characters alone, and not empty */
static bool kev_probe_made_of(const char *s, size_t max, const char *others)
{
	size_t n;

	for (n = 0; (isascii(s[n]) && isalnum(s[n])) || (s[n] && strchr(others, s[n])); n++)
		;
	return n && n <= max && !s[n];
}

/* symbol[+offset], which fits */
static bool kev_probe_place(struct kev_probe_point *p)
{
	const char *plus = strchrnul(p->where, '+');

	if (plus - p->where > KEV_PROBE_SYMBOL_MAX)
		return false;
	memcpy(p->symbol, p->where, plus - p->where);
	return kev_probe_made_of(p->symbol, KEV_PROBE_SYMBOL_MAX, "_.:$") &&
	       (!*plus || !kstrtouint(plus + 1, 0, &p->offset));
}

static const char *kev_probe_reason(int err)
{
	switch (err) {
	case -EPERM:
		return "the kernel is locked down";
	case -ENOENT:
		return "the kernel has no such symbol";
	case -ENOMEM:
		return "no memory";
	case -EDEADLK:
		return "inside kevnotify there are no probes";
	default:
		return "the kernel allows no probe there";
	}
}

/* The kernel is asked even if the source is off. A place that it does not allow is EINVAL. */
static int kev_probe_try(struct kev_probe_point *p)
{
	int err = kev_probe_point_try(p, kev_probe_source);

	if (!err)
		return 0;
	kev_probe_refuse(err, kev_probe_reason(err), p->where);
	switch (err) {
	case -EPERM:
	case -ENOENT:
	case -ENOMEM:
		return err;
	default:
		return -EINVAL;
	}
}

static int kev_probe_insert(struct kev_probe_point *p)
{
	int err;

	if (!kev_probe_place(p))
		return kev_probe_refuse(-EINVAL, "not symbol[+offset]", p->where);
	if (p->returns && p->offset)
		return kev_probe_refuse(-EINVAL, "ret<0 goes without an offset", p->where);
	/* Before it is armed; numbers may be left out */
	p->number = ++kev_probe_numbers;
	err = kev_probe_try(p);
	if (err)
		return err;
	list_add_tail(&p->list, &kev_probe_all);
	kev_probe_length++;
	return 0;
}

static int kev_probe_add(const char *name, const char *where, bool returns)
{
	struct kev_probe_point *p;
	int err;

	if (!kev_probe_made_of(name, KEV_PROBE_NAME_MAX, "_-"))
		return kev_probe_refuse(-EINVAL, "not 1 to 23 letters, digits, _ and -", name);
	if (strlen(where) > KEV_PROBE_WHERE_MAX)
		return kev_probe_refuse(-EINVAL, "the place is too long", where);
	if (kev_probe_find(name))
		return kev_probe_refuse(-EEXIST, "there is a probe of this name", name);
	if (kev_probe_length == KEV_PROBES_MAX)
		return kev_probe_refuse(-ENOSPC, "there are 64 probes", name);
	p = kev_probe_create(name, where);
	if (!p)
		return -ENOMEM;
	p->returns = returns;
	err = kev_probe_insert(p);
	if (err)
		kev_probe_destroy(p);
	return err;
}

static int kev_probe_remove(const char *name)
{
	struct kev_probe_point *p = kev_probe_find(name);
	LIST_HEAD(gone);

	if (!p)
		return kev_probe_refuse(-ENOENT, "there is no probe of this name", name);
	list_move(&p->list, &gone);
	kev_probe_length--;
	kev_probe_point_disarm(&gone);
	kev_probe_destroy(p);
	return 0;
}

static char *kev_probe_word(char **text)
{
	char *word = strsep(text, " \t");

	if (*text)
		*text = skip_spaces(*text);
	return word;
}

/*
 * @text: "+name symbol[+offset] [ret<0]" or "-name", without blanks around it; it is cut into
 * words. Of an error a line in the log tells.
 */
int kev_probe_write(char *text)
{
	char *whole = text, *name, *where, *what;
	int err = -EINVAL;

	if (*text != '+' && *text != '-')
		return kev_probe_refuse(err, "not '+name symbol[+offset] [ret<0]' or '-name'",
					     whole);
	name = kev_probe_word(&text);
	where = kev_probe_word(&text);
	what = kev_probe_word(&text);
	mutex_lock(&kev_probe_mutex);
	if (*name == '-' && !where)
		err = kev_probe_remove(name + 1);
	else if (*name == '+' && where && !text && (!what || !strcmp(what, "ret<0")))
		err = kev_probe_add(name + 1, where, what);
	else
		kev_probe_refuse(err, "too few words, too many, or not ret<0",
				 text ?: what ?: name);
	mutex_unlock(&kev_probe_mutex);
	return err;
}

static const char *kev_probe_state(const struct kev_probe_point *p)
{
	if (!kev_probe_source)
		return "off";
	/* The module with the function has gone, or had when the source was switched on */
	return p->armed && !(p->hook.kp.flags & KPROBE_FLAG_GONE) ? "armed" : "gone";
}

/* Counts have a width, so that the next piece of the list begins where the last one ended */
static size_t kev_probe_line(const struct kev_probe_point *p, char *buf)
{
	unsigned long hits = 0, own = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		hits += local_read(&per_cpu_ptr(p->count, cpu)->hits);
		own += local_read(&per_cpu_ptr(p->count, cpu)->own);
	}
	return scnprintf(buf, KEV_PROBE_LINE, "%-*s %-5s %10lu %10lu %10lu %s%s\n",
			 KEV_PROBE_NAME_MAX, p->name, kev_probe_state(p), hits,
			 kev_probe_point_missed(p), own, p->where, p->returns ? " ret<0" : "");
}

/* @from: which byte of the list comes first; the number of bytes, or -ENOMEM */
ssize_t kev_probe_read(char *buf, loff_t from, size_t count)
{
	char *list = kvmalloc(KEV_PROBES_MAX * KEV_PROBE_LINE, GFP_KERNEL);
	struct kev_probe_point *p;
	size_t len = 0;
	ssize_t n;

	if (!list)
		return -ENOMEM;
	mutex_lock(&kev_probe_mutex);
	list_for_each_entry(p, &kev_probe_all, list)
		len += kev_probe_line(p, list + len);
	mutex_unlock(&kev_probe_mutex);
	n = memory_read_from_buffer(buf, count, &from, list, len);
	kvfree(list);
	return n;
}

/* Arm them all. One whose function has gone stays as it is, and its state says so. */
static int kev_probe_start(struct kevnotify_source *src, const char **why)
{
	struct kev_probe_point *p;

	if (security_locked_down(LOCKDOWN_KPROBES)) {
		*why = "the kernel is locked down";
		return -EPERM;
	}
	kev_canary_start();
	mutex_lock(&kev_probe_mutex);
	kev_probe_source = src;
	list_for_each_entry(p, &kev_probe_all, list)
		kev_probe_point_try(p, src);
	mutex_unlock(&kev_probe_mutex);
	return 0;
}

/* Disarm them all; sleeps until none is under way */
static void kev_probe_stop(void)
{
	mutex_lock(&kev_probe_mutex);
	kev_probe_source = NULL;
	kev_probe_point_disarm(&kev_probe_all);
	mutex_unlock(&kev_probe_mutex);
	kev_canary_stop();
}

/* Forget them all, of which none is armed */
static void kev_probe_exit(void)
{
	struct kev_probe_point *p, *next;

	list_for_each_entry_safe(p, next, &kev_probe_all, list)
		kev_probe_destroy(p);
}

static const char *kev_probe_remark(void)
{
	return kev_canary_deaf() ? KEV_CANARY_OFF : NULL;
}

const struct kev_builtin kev_probe = {
	.desc	= &kev_probe_desc,
	.start	= kev_probe_start,
	.stop	= kev_probe_stop,
	.remark	= kev_probe_remark,
	.exit	= kev_probe_exit,
};
