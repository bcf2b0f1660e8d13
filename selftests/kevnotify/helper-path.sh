#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Lists: quick
#
# Which paths the parameter "helper" takes, and whose file is looked at.
. ./lib.sh

DIR=$WORK/dir
GOOD=$DIR/good

# script PATH [MODE]
script() {
	mkdir -p "${1%/*}"
	echo '#!/bin/sh' >"$1"
	chmod "${2:-755}" "$1"
}

# takes PATH: and it is the helper then
takes() {
	writes "$PARAMS/helper" "$1" && holds "$PARAMS/helper" "$1" &&
		writes "$PARAMS/helper" "$GOOD"
}

# refuses PATH ERRNO WORD…: the old one stays, and one line has the words
refuses() {
	path=$1 why=$2
	shift 2
	refused "$why" "$PARAMS/helper" "$path" "kevnotify: helper: " "$@" &&
		holds "$PARAMS/helper" "$GOOD"
}

takes_good() {
	script "$GOOD"
	takes "$GOOD"
}

newline_goes() {
	writes "$PARAMS/helper" "$GOOD$NL" && holds "$PARAMS/helper" "$GOOD"
}

form() {
	refuses x EINVAL 'not an absolute path' && refuses bin/sh EINVAL 'not an absolute path' &&
		refuses ./good EINVAL 'not an absolute path' && refuses ' /bin/sh' EINVAL absolute
}

# The second line would be a line of its own. /dev/kmsg escapes the backslash again.
forged() {
	refuses "$GOOD${NL}kevnotify: forged" ENOENT "$GOOD\\x5cx0akevnotify"
}

# A real file whose path has 255 bytes, and one of 256
lengths() {
	deep=$DIR
	while [ ${#deep} -lt 200 ]; do deep=$deep/0123456789; done
	left=$((255 - ${#deep} - 1))
	longest=$deep/$(printf "%0${left}d" 0)
	is 255 ${#longest} || return 1
	script "$longest" && script "${longest}1" || return 1
	takes "$longest" && refuses "${longest}1" ENAMETOOLONG 'longer than 255 bytes' &&
		refuses "/$(printf '%04000d' 0)" ENAMETOOLONG 'longer than 255 bytes'
}

missing() {
	refuses "$DIR/nosuch" ENOENT "$DIR/nosuch" &&
		refuses "$DIR/nodir/x" ENOENT "$DIR/nodir " &&
		refuses "$GOOD -v $DIR" ENOENT "$GOOD -v " 'given no arguments' &&
		refuses "$GOOD/x" ENOTDIR "$GOOD " &&
		refuses "$GOOD/" ENOTDIR "$GOOD is not a directory"
}

not_a_program() {
	script "$DIR/plain" 644
	mkfifo -m 755 "$DIR/fifo"
	refuses "$DIR" EACCES "$DIR is not a regular file" &&
		refuses "$DIR/" EACCES "$DIR is not a regular file" &&
		refuses "$DIR/fifo" EACCES "$DIR/fifo is not a regular file" &&
		refuses /dev/null EACCES '/dev/null is not a regular file' &&
		refuses "$DIR/plain" EACCES "$DIR/plain is not executable"
}

noexec() {
	mkdir -p "$WORK/noexec"
	mount -t tmpfs -o noexec,mode=755 tmpfs "$WORK/noexec"
	script "$WORK/noexec/x"
	refuses "$WORK/noexec/x" EACCES "$WORK/noexec/x is not executable"
	result=$?
	umount "$WORK/noexec"
	return "$result"
}

file_owner() {
	script "$DIR/world" 757 && script "$DIR/group" 775 && script "$DIR/theirs" &&
		chown 65534 "$DIR/theirs" || return 1
	refuses "$DIR/world" EACCES "$DIR/world is writable by others" &&
		refuses "$DIR/group" EACCES "$DIR/group is writable by its group" &&
		refuses "$DIR/theirs" EACCES "$DIR/theirs is not root's"
}

# The culprit is not the nearest directory
ancestor() {
	for dir in world group theirs; do script "$WORK/up/$dir/low/x"; done
	chmod 757 "$WORK/up/world"
	chmod 775 "$WORK/up/group"
	chown 65534 "$WORK/up/theirs"
	script /tmp/kevnotify-test
	refuses "$WORK/up/world/low/x" EACCES "$WORK/up/world is writable by others" &&
		refuses "$WORK/up/group/low/x" EACCES "$WORK/up/group is writable by its group" &&
		refuses "$WORK/up/theirs/low/x" EACCES "$WORK/up/theirs is not root's" &&
		refuses /tmp/kevnotify-test EACCES '/tmp is writable by others' &&
		refuses "$DIR/../up/world/low/x" EACCES 'up/world is writable by others'
	result=$?
	rm /tmp/kevnotify-test
	return "$result"
}

links() {
	ln -s good "$DIR/near"
	ln -s "$GOOD" "$DIR/far"
	ln -s far "$DIR/twice"
	ln -s "$DIR" "$WORK/dirlink"
	takes "$DIR/near" && takes "$DIR/far" && takes "$DIR/twice" && takes "$WORK/dirlink/near"
}

bad_links() {
	ln -s world "$DIR/to-world"
	ln -s "$WORK/up/group/low/x" "$DIR/to-group"
	ln -s "$WORK/up/theirs" "$DIR/to-theirs"
	ln -s nosuch "$DIR/to-nothing"
	ln -s loop2 "$DIR/loop"
	ln -s loop "$DIR/loop2"
	refuses "$DIR/to-world" EACCES "$DIR/world is writable by others" &&
		refuses "$DIR/to-group" EACCES "$WORK/up/group is writable by its group" &&
		refuses "$DIR/to-theirs/low/x" EACCES "$WORK/up/theirs is not root's" &&
		refuses "$DIR/to-nothing" ENOENT "$DIR/nosuch" &&
		refuses "$DIR/loop" ELOOP "$DIR/loop"
}

# inside COMMAND…: in mounts of its own, where each path has the other's file
inside() {
	unshare -m sh -c 'mount --bind "$1" "$2.mp" && mount --bind "$2" "$1" &&
		mount --bind "$2.mp" "$2" && mount -t tmpfs -o mode=755 tmpfs "$3" &&
		cp "$2" "$3/x" && shift 3 && exec "$@"' sh "$GOOD" "$DIR/world" "$DIR/tmpfs" "$@"
}

# from_inside PATH RESULT
from_inside() {
	is "$2" "$(inside ./write-errno "$PARAMS/helper" "$1" | sed q)"
}

# What exec will find counts, not what the writer sees
hosts_files() {
	: >"$DIR/world.mp"
	mkdir -p "$DIR/tmpfs"
	is "-rwxr-xrwx" "$(inside ls -l "$GOOD" | cut -c -10)" &&
		from_inside "$GOOD" OK && from_inside "$DIR/world" EACCES &&
		from_inside "$DIR/tmpfs/x" ENOENT && holds "$PARAMS/helper" "$GOOD"
}

empty_is_none() {
	writes "$PARAMS/helper" "$NL" && holds "$PARAMS/helper" '' &&
		await 60 helper_is none 0
}

counters() {
	cat "$SYS"/stats/*
}

nothing_happened() {
	is "$before" "$(counters)"
}

plan 16
umask 022
begin
mkdir -p "$DIR"
check "a good one is taken" takes_good
before=$(counters)
check "a newline at its end is dropped" newline_goes
check "not an absolute path: EINVAL" form
check "a line end cannot forge a line of the log" forged
check "255 bytes are taken, 256 are ENAMETOOLONG" lengths
check "missing: ENOENT, below a file: ENOTDIR" missing
check "not an executable file: EACCES" not_a_program
check "on a noexec mount: EACCES" noexec
check "writable by others or not root's: EACCES" file_owner
check "an ancestor writable by others or not root's: EACCES" ancestor
check "symbolic links are followed" links
check "symbolic links to what is refused" bad_links
check "the host's file counts, not a container's" hosts_files
check "nothing else has changed" nothing_happened
check "empty: none" empty_is_none
check "nothing is lost" conserved
restore
finish
