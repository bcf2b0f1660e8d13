/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KEV_SOURCES_H
#define _KEV_SOURCES_H

#include <linux/types.h>

#include "include/kevnotify.h"

struct kev_gauge;
struct kev_tracepoints;

/**
 * struct kev_builtin - a built-in source
 * @desc: what it raises
 * @on: on by default
 * @start: put the hook in place; events may be raised from then on; on an
 *	error *@why says what this kernel lacks
 * @stop: take the hook away; nothing is raised afterwards
 * @remark: what its events lack at present, if anything; NULL: never anything
 * @source: set to what raises its events, if its hook is ours and is always there: no @start
 *	and @stop then
 * @gauge: its value, if it is a gauge; no @start and @stop then
 * @tracepoints: its hook, if that is tracepoints; no @start and @stop then
 * @exit: forget what the operator has set, after the last @stop; NULL: nothing
 * @absent: why no kernel has a hook for it; nothing else then
 */
struct kev_builtin {
	const struct kevnotify_desc	*desc;
	bool				on;
	int (*start)(struct kevnotify_source *src, const char **why);
	void (*stop)(void);
	const char *(*remark)(void);
	void (*exit)(void);
	struct kevnotify_source		**source;
	struct kev_gauge		*gauge;
	struct kev_tracepoints		*tracepoints;
	const char			*absent;
};

extern const struct kev_builtin kev_block;
extern const struct kev_builtin kev_fs;
extern const struct kev_builtin kev_hung;
extern const struct kev_builtin kev_lockup;
extern const struct kev_builtin kev_mce;

/* The gauges */
enum kev_resource {
	KEV_RESOURCE_MEMORY,
	KEV_RESOURCE_FILES,
	KEV_RESOURCE_PIDS,
	KEV_RESOURCE_SWAP,
	KEV_RESOURCE_LOAD,
	KEV_RESOURCE_DSTATE,
};

extern const struct kev_builtin kev_resources[];
extern const struct kev_builtin kev_taint;
extern const struct kev_builtin kev_netdev;
extern const struct kev_builtin kev_inetaddr;
extern const struct kev_builtin kev_cpu;
extern const struct kev_builtin kev_module;
extern const struct kev_builtin kev_power;
extern const struct kev_builtin kev_crash;
extern const struct kev_builtin kev_manual;
extern const struct kev_builtin kev_oom;
extern const struct kev_builtin kev_oops;
extern const struct kev_builtin kev_panic;
extern const struct kev_builtin kev_probe;
extern const struct kev_builtin kev_rcustall;
extern const struct kev_builtin kev_signal;
extern const struct kev_builtin kev_thermal;
extern const struct kev_builtin kev_txtimeout;
extern const struct kev_builtin kev_warn;

/* manual.c and signal.c: what an operator's write or signal does */
void kev_manual_raise(unsigned int level, const char *message);
void kev_signal_raise(unsigned int seen);

void kev_panic_on_panic(void (*tell)(void));

struct kev_gauge *kev_sources_gauge(const char *name);
int kev_sources_enable(const char *name, bool on);
const char *kev_sources_state(const char *name, char *why, size_t size);
bool kev_sources_builtin(const char *name);

int kev_sources_init(void);
void kev_sources_exit(void);

#endif /* _KEV_SOURCES_H */
