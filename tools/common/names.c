// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner of a control group decides what its name is worth. The groups of the system's
 * systemd, and those at the root that a container's manager made, are root's; what lies
 * below a unit or a container may be any user's. So a path is read from its root, and the
 * first unit and the first container that it meets are taken.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgtree.h"
#include "files.h"
#include "json.h"
#include "names.h"

#define NAMES_ID	64	/* hex digits of a container's id */
#define NAMES_UUID	36
#define NAMES_FILES	16384	/* of a directory */

/* A path's parts: those beyond the last one tell nothing more. */
struct parts {
	unsigned int	n;
	char		*part[FILES_DEPTH + 1];	/* the one behind the last one is "" */
	char		text[CGTREE_PATH];
};

static int names_ends(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len > n && !strcmp(name + len - n, end);
}

static int names_begins(const char *name, const char *start)
{
	return !strncmp(name, start, strlen(start));
}

/* Only such characters get from a file's name or text to the journal. */
static int names_plain(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("_.-@:\\", *p))
			return 0;
	return p != name;
}

static void names_set(char *to, size_t size, const char *from)
{
	if (names_plain(from) && strlen(from) < size)
		strcpy(to, from);
}

static int names_hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* Each \xNN is a byte: so escape the stream and, in a unit's name, systemd. False: too long */
static int names_unescape(char *to, size_t size, const char *from)
{
	size_t n = 0;

	while (*from && n < size - 1) {
		if (from[0] == '\\' && from[1] == 'x' && isxdigit((unsigned char)from[2]) &&
		    isxdigit((unsigned char)from[3])) {
			to[n++] = names_hex(from[2]) << 4 | names_hex(from[3]);
			from += 4;
		} else {
			to[n++] = *from++;
		}
	}
	to[n] = '\0';
	return !*from;
}

static void names_split(struct parts *p)
{
	char *save, *part = strtok_r(p->text, "/", &save);

	for (p->n = 0; part && p->n < FILES_DEPTH; part = strtok_r(NULL, "/", &save))
		/* systemd puts one before a name that the kernel might want for itself. */
		p->part[p->n++] = part + (part[0] == '_');
	p->part[p->n] = "";
}

static int names_is_unit(const char *part)
{
	static const char *const types[] = {
		".service", ".scope", ".socket", ".mount", ".swap", ".automount"
	};
	unsigned int i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (names_ends(part, types[i]))
			return names_plain(part) && strlen(part) < 256;
	return 0;
}

/* The first part from @at on that is no slice */
static unsigned int names_slices(const struct parts *p, unsigned int at)
{
	while (names_ends(p->part[at], ".slice"))
		at++;
	return at;
}

/* user@UID.service, the systemd of a user */
static int names_is_manager(const char *part)
{
	const char *p = part + 5;

	if (!names_begins(part, "user@"))
		return 0;
	p += strspn(p, "0123456789");
	return p != part + 5 && !strcmp(p, ".service");
}

static void names_units(struct names *n, const struct parts *p)
{
	unsigned int at = names_slices(p, 0);

	if (!names_is_unit(p->part[at]))
		return;
	names_set(n->unit, sizeof(n->unit), p->part[at]);
	if (!names_is_manager(p->part[at]))
		return;
	at = names_slices(p, at + 1);
	if (names_is_unit(p->part[at]))
		names_set(n->user_unit, sizeof(n->user_unit), p->part[at]);
}

/* NAME:password:UID: in the order of passwd */
static int names_passwd(char *line, const char *uid)
{
	char *save, *name = strtok_r(line, ":", &save);

	return name && strtok_r(NULL, ":", &save) && (line = strtok_r(NULL, ":", &save)) &&
	       !strcmp(line, uid);
}

static void names_user(struct names *n, const struct parts *p)
{
	struct files_lines lines;
	char uid[16], *line;
	size_t len;
	int fd;

	if (strcmp(p->part[0], "user.slice") || !names_begins(p->part[1], "user-"))
		return;
	len = strspn(p->part[1] + 5, "0123456789");
	if (!len || len >= sizeof(uid) || strcmp(p->part[1] + 5 + len, ".slice"))
		return;
	snprintf(uid, sizeof(uid), "%.*s", (int)len, p->part[1] + 5);
	strcpy(n->user, uid);
	fd = files_open(O_RDONLY, "/etc/passwd");
	if (fd < 0)
		return;
	files_lines(&lines, fd);
	while ((line = files_line(&lines)))
		if (names_passwd(line, uid)) {
			names_set(n->user, sizeof(n->user), line);
			break;
		}
	close(fd);
}

/* [PREFIX-]ID[.scope], the prefix may end in a colon too: the id, or NULL */
static const char *names_id(char *id, const char *part)
{
	size_t len = strlen(part), i;

	if (names_ends(part, ".scope"))
		len -= strlen(".scope");
	/* What watches over a container is none. */
	if (len < NAMES_ID || strstr(part, "conmon"))
		return NULL;
	part += len - NAMES_ID;
	if (len > NAMES_ID && part[-1] != '-' && part[-1] != ':')
		return NULL;
	for (i = 0; i < NAMES_ID; i++)
		if (!isdigit((unsigned char)part[i]) && !(part[i] >= 'a' && part[i] <= 'f'))
			return NULL;
	snprintf(id, NAMES_ID + 1, "%s", part);
	return id;
}

/* docker has an object with "Name": "/NAME" for each. */
static int names_docker_value(struct json *json, void *arg)
{
	struct names *n = arg;

	if (json->depth != 1 || strcmp(json->key[1], "Name"))
		return 0;
	names_set(n->container, sizeof(n->container), json->text + (json->text[0] == '/'));
	return 1;
}

static int names_docker(struct names *n, const char *id)
{
	struct json json = { .value = names_docker_value };
	int fd, found;

	fd = files_open(O_RDONLY, "/var/lib/docker/containers/%s/config.v2.json", id);
	if (fd < 0)
		return 0;
	found = json_scan(&json, fd, n);
	close(fd);
	return found;
}

struct podman {
	struct names	*n;
	const char	*id;
	int		this;
};

/* podman has an array of all, each an object with "id" and "names", an array. */
static int names_podman_value(struct json *json, void *arg)
{
	struct podman *podman = arg;

	if (json->depth == 2 && !strcmp(json->key[2], "id"))
		podman->this = !strcmp(json->text, podman->id);
	if (json->depth != 3 || strcmp(json->key[2], "names") || !podman->this)
		return 0;
	names_set(podman->n->container, sizeof(podman->n->container), json->text);
	return 1;
}

static int names_podman(struct names *n, const char *id)
{
	static const char *const files[] = { "containers.json", "volatile-containers.json" };
	unsigned int i;
	int fd, found = 0;

	for (i = 0; i < 2 && !found; i++) {
		struct json json = { .value = names_podman_value };
		struct podman podman = { .n = n, .id = id };

		fd = files_open(O_RDONLY, "/var/lib/containers/storage/overlay-containers/%s",
				files[i]);
		if (fd < 0)
			continue;
		found = json_scan(&json, fd, &podman);
		close(fd);
	}
	return found;
}

/* The first name in a directory that ends so: 1 and its beginning, in parts at "_" */
static int names_find(const char *dir, const char *end, char *name, size_t size, char *part[3])
{
	const struct dirent64 *entry;
	struct files_list list;
	unsigned int i, left = NAMES_FILES;
	int fd, found = 0;
	char *save;

	fd = files_open(O_RDONLY | O_DIRECTORY, "%s", dir);
	if (fd < 0)
		return 0;
	files_list(&list, fd);
	while (!found && left-- && (entry = files_next(&list)))
		if (names_ends(entry->d_name, end) && names_plain(entry->d_name)) {
			snprintf(name, size, "%.*s", (int)(strlen(entry->d_name) - strlen(end)),
				 entry->d_name);
			found = 1;
		}
	close(fd);
	for (i = 0; i < 3; i++)
		part[i] = found ? strtok_r(i ? NULL : name, "_", &save) : NULL;
	return found && part[0] && part[1];
}

/* Kubernetes keeps a link POD_NAMESPACE_CONTAINER-ID.log of each. */
static int names_kubernetes(struct names *n, const char *id)
{
	char end[NAMES_ID + 8], name[256], *part[3];

	snprintf(end, sizeof(end), "-%s.log", id);
	if (!names_find("/var/log/containers", end, name, sizeof(name), part) || !part[2])
		return 0;
	names_set(n->container, sizeof(n->container), part[2]);
	snprintf(n->pod, sizeof(n->pod), "%s/%s", part[1], part[0]);
	return 1;
}

/* …kubepods…podUID[.slice], where systemd's form has "_" for "-" */
static void names_pod(struct names *n, const char *group)
{
	const char *uid = strstr(group, "pod"), *next;
	char end[NAMES_UUID + 2], name[256], *part[3], *p;
	size_t len;

	while (uid && (next = strstr(uid + 3, "pod")))
		uid = next;
	if (!uid)
		return;
	uid += 3;
	len = strcspn(uid, ".");
	if (len < 32 || len > NAMES_UUID || strspn(uid, "0123456789abcdef_-") < len)
		return;
	snprintf(end, sizeof(end), "_%.*s", (int)len, uid);
	for (p = end + 1; *p; p++)
		if (*p == '_')
			*p = '-';
	names_set(n->pod, sizeof(n->pod), end + 1);
	if (names_find("/var/log/pods", end, name, sizeof(name), part))
		snprintf(n->pod, sizeof(n->pod), "%s/%s", part[0], part[1]);
}

/* A group that holds containers, and that is root's */
static int names_holds(const char *part, int first)
{
	if (names_ends(part, ".slice"))
		return 1;
	if (first)
		return !strcmp(part, "docker") || !strcmp(part, "libpod_parent") ||
		       !strcmp(part, "kubepods");
	return !strcmp(part, "burstable") || !strcmp(part, "besteffort") ||
	       names_begins(part, "pod");
}

/* LXC's, at the root, and systemd's own machines: by their names */
static int names_machine(struct names *n, const struct parts *p, unsigned int at)
{
	const char *part = p->part[at];
	char name[256], *dot;

	if (!at && names_begins(part, "lxc.payload."))
		part += strlen("lxc.payload.");
	else if (!at && (!strcmp(part, "lxc") || !strcmp(part, "lxc.payload")))
		part = p->part[1];
	else if (names_begins(part, "machine-") && names_ends(part, ".scope"))
		part += strlen("machine-");
	else if (names_begins(part, "systemd-nspawn@") && names_ends(part, ".service"))
		part += strlen("systemd-nspawn@");
	else
		return 0;
	if (!names_unescape(name, sizeof(name), part))
		return 1;
	/* The unit's type is no part of the machine's name. */
	dot = strrchr(name, '.');
	if (dot && names_is_unit(p->part[at]))
		*dot = '\0';
	names_set(n->container, sizeof(n->container), name);
	return 1;
}

static void names_containers(struct names *n, const struct parts *p)
{
	char id[NAMES_ID + 1];
	unsigned int at;

	for (at = 0; names_holds(p->part[at], !at); at++)
		if (strstr(p->part[at], "pod"))
			names_pod(n, p->part[at]);
	/* A user's own containers have what names they like. */
	if (names_is_manager(p->part[at]) || names_machine(n, p, at) ||
	    !names_id(id, p->part[at]))
		return;
	if (!names_kubernetes(n, id) && !names_docker(n, id))
		names_podman(n, id);
	if (!n->container[0])
		strcpy(n->container, id);
}

void names_resolve(struct names *n, const char *cgroup, unsigned long long cgroup_id)
{
	struct parts p;

	memset(n, 0, sizeof(*n));
	if (!cgroup || cgroup[0] != '/' || !names_unescape(p.text, sizeof(p.text), cgroup))
		if (!cgroup_id || cgtree_path(p.text, sizeof(p.text), cgroup_id))
			return;
	names_split(&p);
	names_units(n, &p);
	names_user(n, &p);
	names_containers(n, &p);
}
