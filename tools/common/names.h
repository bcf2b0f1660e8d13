/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NAMES_H
#define NAMES_H

/**
 * struct names - what a control group is to a person; an empty one is not known
 * @unit: of the system's systemd
 * @user_unit: of a user's systemd, which runs in @unit
 * @container: its name, or its id where no file tells the name
 * @pod: NAMESPACE/NAME, or its id
 * @user: its name, or its number
 */
struct names {
	char	unit[256], user_unit[256], container[256], pod[256], user[64];
};

/*
 * From a path as a record has it, escapes included, if it is whole and begins at the
 * root; else from the id, unless that is 0. A path that was cut, which begins with
 * "...", names nothing: what is left of it may be what a user chose. Files alone are
 * asked; needs 8 KiB of stack, and any thread may call it.
 */
void names_resolve(struct names *n, const char *cgroup, unsigned long long cgroup_id);

#endif /* NAMES_H */
