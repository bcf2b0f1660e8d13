# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash

# names_snapshot FILE: the program names-snapshot.c
names_snapshot() {
	gcc -std=gnu17 -O1 -g -Wall -Wextra -Wshadow -Werror -fsanitize=address,undefined -pthread -o "$1" \
		-Itools/common selftests/tools/names-snapshot.c tools/common/{cgtree,files,json,names,record,say,whole}.c \
		tools/dispatch/{aside,largest,recorder,snapshot}.c
}
