#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# stream.py raise: events whose names and messages would forge lines and fields if they could.
# stream.py compare STREAM ENTRIES: each record of the device is one entry, as journalctl -o
# json prints it, with the same value in each field; and there are no other entries.
import ctypes
import json
import sys

NAMES = [b"\n\nKEVNOTIFY_SEQ=9", b"a=b", b"\x1b[31m", b"\x7f", b"\xff\xfe", b"a\\x0ab", "€ ü".encode(), b" "]
PR_SET_NAME = 15


def raise_all():
    libc = ctypes.CDLL(None)
    for name in NAMES:
        libc.prctl(PR_SET_NAME, name, 0, 0, 0)
        with open("/sys/kernel/kevnotify/control/raise", "wb", buffering=0) as control:
            control.write(b"<5>hostile " + name + b"\n__CURSOR=x\n\nMESSAGE=y" + name)


def records(path):
    with open(path, "rb") as stream:
        text = stream.read().decode()
    for record in text.split("\n\n")[:-1]:
        yield dict(line.split("=", 1) for line in record.split("\n"))


def key(fields):
    return fields["KEVNOTIFY_INSTANCE"], fields["KEVNOTIFY_SEQ"]


def compare(stream, entries):
    there = {}
    with open(entries) as lines:
        for line in lines:
            entry = json.loads(line)
            assert key(entry) not in there, "twice: %s" % line
            there[key(entry)] = entry
    n = fields = 0
    for record in records(stream):
        entry = there.pop(key(record))
        for name, value in record.items():
            assert entry.get(name) == value, "%s: %r is %r" % (name, value, entry.get(name))
        n += 1
        fields += len(record)
    assert not there, "of no record: %s" % there
    print("%d records with %d fields" % (n, fields))


if sys.argv[1] == "raise":
    raise_all()
else:
    compare(*sys.argv[2:4])
