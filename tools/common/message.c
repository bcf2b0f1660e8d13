// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "size.h"
#include "whose.h"

#define MESSAGE_TEST		"eee80b5d19c04f4893ec52c1a5df8896"
#define MESSAGE_SUPPRESSED	"676c7104288b48aa8896fb337858020d"
#define MESSAGE_RECOVERED	"3ebbbee4dde14aadbd0257ea9882bce5"

/* Never used for anything else again. The six that are polled are of one kind. */
static const struct {
	const char	*source, *id;
} message_ids[] = {
	{ "oom",	"e052757fdbb94538aae4c116d24e43c3" },
	{ "oops",	"597f1991ca1542c089ed1ab68afe4cf0" },
	{ "warn",	"397286aa7674489abfd734a7067a6f23" },
	{ "panic",	"60bb30ea14a948488996a92958349532" },
	{ "hung",	"45e0612b668c46e1a91bbe458aad0bd3" },
	{ "block",	"f13cbf14a99c409e93a1b451ebcabd97" },
	{ "fs",		"f09ce0363afc46d1b770a2427adbcd8a" },
	{ "mce",	"0f20b1ea57d44076bcd0ccf43c899da2" },
	{ "thermal",	"187ad7af9361466da86070f23a9cd7db" },
	{ "txtimeout",	"99c9bbf7a44749b9b2a67d65f552fec4" },
	{ "helper",	"b199668202124684811648f7bcb08c38" },
	{ "memory",	"8397bbe8296149b089a3609725e1bd3c" },
	{ "files",	"8397bbe8296149b089a3609725e1bd3c" },
	{ "pids",	"8397bbe8296149b089a3609725e1bd3c" },
	{ "swap",	"8397bbe8296149b089a3609725e1bd3c" },
	{ "load",	"8397bbe8296149b089a3609725e1bd3c" },
	{ "dstate",	"8397bbe8296149b089a3609725e1bd3c" },
	{ "netdev",	"928187783f844e94bda864e16ffeb44a" },
	{ "inetaddr",	"6e4ef1c609b6400eb558ab2ae7d0695d" },
	{ "cpu",	"4dfcfb14660e44a5950f46210a7097b9" },
	{ "module",	"a6f01261aad4426ea60ad9e8b0801eb8" },
	{ "power",	"835dfa38f95b46128749d6c9c7f08e81" },
	{ "crash",	"5e72aa2816b04172938b8c6bd0fb5a91" },
	{ "taint",	"24241512546740f992c25cdbce5d3787" },
	{ "manual",	"b7cd20fca97b43eb80c5b7c1caa4017f" },
	{ "signal",	"85ba08412ed94791a7658c6592ecf1d7" },
	{ "probe",	"3445dbc5818740359da824a70f0b2dce" },
	{ }
};

/* It has this text. */
int message_closes(const struct record *r)
{
	const char *n = record_get(r, "KEVNOTIFY_SUPPRESSED");
	const char *text = record_get(r, "MESSAGE");
	size_t len = n ? strlen(n) : 0;

	return n && text && !strncmp(text, n, len) &&
	       !strcmp(text + len, " more events were suppressed");
}

const char *message_id(const struct record *r)
{
	const char *source = record_get(r, "KEVNOTIFY_SOURCE");
	unsigned int i;

	if (record_get(r, "KEVNOTIFY_TEST"))
		return MESSAGE_TEST;
	if (record_get(r, "KEVNOTIFY_RECOVERED"))
		return MESSAGE_RECOVERED;
	if (message_closes(r))
		return MESSAGE_SUPPRESSED;
	for (i = 0; source && message_ids[i].id; i++)
		if (!strcmp(message_ids[i].source, source))
			return message_ids[i].id;
	return NULL;
}

/* A text that is written from the front, as far as there is room */
struct text {
	char	*buf;
	size_t	size, len;
};

__attribute__((format(printf, 2, 3)))
static void message_add(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(t->buf + t->len, t->size - t->len, format, args);
	va_end(args);
	if (n > 0)
		t->len += (size_t)n < t->size - t->len ? (size_t)n : t->size - t->len - 1;
}

static void message_size(struct text *t, const char *what, unsigned long long kb)
{
	char size[32];

	size_text(size, sizeof(size), kb);
	message_add(t, "%s%s", what, size);
}

/* The nearest name that there is, else the number */
static void message_whose(struct text *t, const struct record *r, const struct names *n)
{
	const char *id = record_get(r, "KEVNOTIFY_VICTIM_CGROUP_ID");

	if (*n->pod)
		message_add(t, " of pod %s", n->pod);
	else if (*n->container)
		message_add(t, " of container %s", n->container);
	else if (*n->user_unit)
		message_add(t, " of %s", n->user_unit);
	else if (*n->unit)
		message_add(t, " of %s", n->unit);
	else if (id)
		message_add(t, " of control group %s", id);
}

static void message_victim(struct text *t, const struct record *r, const struct names *n)
{
	unsigned long long anon, file = 0, shmem = 0, limit;
	const char *group = record_get(r, "KEVNOTIFY_LIMIT_CGROUP");

	if (!record_get(r, "KEVNOTIFY_VICTIM_PID"))
		return;
	message_whose(t, r, n);
	if (record_number(r, "KEVNOTIFY_VICTIM_ANON_KB", &anon)) {
		record_number(r, "KEVNOTIFY_VICTIM_FILE_KB", &file);
		record_number(r, "KEVNOTIFY_VICTIM_SHMEM_KB", &shmem);
		message_size(t, ", which had ", anon + file + shmem);
	}
	if (record_number(r, "KEVNOTIFY_LIMIT_KB", &limit)) {
		message_size(t, ", limit ", limit);
		if (group)
			message_add(t, " in %s", group);
	}
}

void message_names(const struct record *r, struct names *n)
{
	struct whose w;

	whose_find(r, &w);
	names_resolve(n, w.path, w.id);
}

void message_text(char *buf, size_t size, const struct record *r, const struct names *n,
		  const char *snapshot)
{
	const char *said = record_get(r, "MESSAGE");
	struct text t = { buf, size, 0 };

	message_add(&t, "%s", said ? said : "");
	message_victim(&t, r, n);
	if (snapshot && *snapshot)
		message_add(&t, "; snapshot %s", snapshot);
}
