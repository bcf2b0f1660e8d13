/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef JSON_H
#define JSON_H

#define JSON_DEPTH	4
#define JSON_STRING	128

/**
 * struct json - where a scan of JSON is
 * @depth: how many objects and arrays are open
 * @key: the last key of each of them
 * @text: a string; one that is longer, or has an escape, is taken for an empty one
 * @value: called for each string that is no key; the scan ends when it returns 1
 *
 * A file that is no JSON gives other strings and does no harm.
 */
struct json {
	unsigned int	depth, len;
	int		quoted, escaped, odd, whole;
	char		key[JSON_DEPTH + 1][JSON_STRING];
	char		text[JSON_STRING];
	int		(*value)(struct json *json, void *arg);
};

/* 1 if @value said so */
int json_scan(struct json *json, int fd, void *arg);

#endif /* JSON_H */
